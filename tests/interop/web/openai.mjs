// What openai's SDK makes of a server: prints, as a line of JSON, the texts, the tokens and the numbers that it has seen.
import OpenAI from "openai";

const client = new OpenAI({ baseURL: `${process.argv[2]}/v1`, apiKey: "k", maxRetries: 0 });
const ask = { model: "m", messages: [{ role: "user", content: "?" }], stream: true };

const seen = { chat: "", tokens: 0, error: "", response: "", numbers: [] };
for await (const chunk of await client.chat.completions.create(ask)) {
  seen.chat += chunk.choices[0]?.delta.content ?? "";
  seen.tokens = chunk.usage?.total_tokens ?? seen.tokens;
}
try {
  for await (const _ of await client.chat.completions.create({ ...ask, model: "failing" }));
} catch (error) {
  seen.error = error.message;
}
// The stream breaks off after two events; the rest is asked for by the number of the last one.
let id, last;
const read = async (events) => {
  for await (const event of events) {
    id ??= event.response?.id;
    last = event.sequence_number;
    seen.numbers.push(last);
    if (event.type === "response.output_text.delta") seen.response += event.delta;
  }
};
await read(await client.responses.create({ model: "flaky", input: "?", stream: true }));
await read(await client.responses.retrieve(id, { stream: true, starting_after: last }));
console.log(JSON.stringify(seen));
