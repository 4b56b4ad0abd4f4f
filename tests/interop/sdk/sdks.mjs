// SDKs in JavaScript: sdks.mjs SDK ORIGIN. Each is asked for a stream as its own documentation does; retries are off.
import { main } from "./report.mjs";

const messages = [{ role: "user", content: "?" }];

async function* openaiChat(baseURL) {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0 });
  for await (const chunk of await client.chat.completions.create({ model: "m", messages, stream: true })) {
    yield chunk.choices?.[0]?.delta.content;
  }
}

async function* openaiResponses(baseURL) {
  const { default: OpenAI } = await import("openai");
  const client = new OpenAI({ baseURL, apiKey: "k", maxRetries: 0 });
  for await (const event of await client.responses.create({ model: "m", input: "?", stream: true })) {
    if (event.type === "response.output_text.delta") {
      yield event.delta;
    }
  }
}

async function* anthropic(baseURL) {
  const { default: Anthropic } = await import("@anthropic-ai/sdk");
  const client = new Anthropic({ baseURL, apiKey: "k", maxRetries: 0 });
  for await (const event of await client.messages.create({ model: "m", max_tokens: 9, messages, stream: true })) {
    if (event.type === "content_block_delta") {
      yield event.delta.text;
    }
  }
}

async function* googleGenai(baseUrl) {
  const { GoogleGenAI } = await import("@google/genai");
  const client = new GoogleGenAI({ apiKey: "k", httpOptions: { baseUrl } });
  for await (const chunk of await client.models.generateContentStream({ model: "m", contents: "?" })) {
    yield chunk.text;
  }
}

async function* ai(baseURL) {
  const [{ streamText }, { createOpenAICompatible }] =
    await Promise.all([import("ai"), import("@ai-sdk/openai-compatible")]);
  const model = createOpenAICompatible({ name: "x", baseURL })("m");
  const { fullStream } = streamText({ model, prompt: "?", maxRetries: 0, onError() {} });
  for await (const part of fullStream) {
    if (part.type === "error") {
      throw part.error;
    } else if (part.type === "text-delta") {
      yield part.text;
    }
  }
}

async function* aiMessages(api) {
  const { DefaultChatTransport } = await import("ai");
  const transport = new DefaultChatTransport({ api });
  for await (const part of await transport.sendMessages({ chatId: "1", messages: [], trigger: "submit-message" })) {
    if (part.type === "error") {
      throw new Error(part.errorText);
    } else if (part.type === "text-delta") {
      yield part.delta;
    }
  }
}

await main({
  "openai-chat": openaiChat,
  "openai-responses": openaiResponses,
  anthropic,
  "google-genai": googleGenai,
  ai,
  "ai-messages": aiMessages,
});
