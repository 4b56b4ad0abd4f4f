"""SDKs in Python: sdks.py SDK ORIGIN. Each is asked for a stream as its own documentation does; retries are off."""

from report import main


def openai_chat(url):
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="k", max_retries=0)
    stream = client.chat.completions.create(model="m", messages=[{"role": "user", "content": "?"}], stream=True)
    for chunk in stream:
        for choice in chunk.choices or []:
            yield choice.delta.content


def openai_responses(url):
    from openai import OpenAI

    client = OpenAI(base_url=url, api_key="k", max_retries=0)
    for event in client.responses.create(model="m", input="?", stream=True):
        if event.type == "response.output_text.delta":
            yield event.delta


def anthropic(url):
    from anthropic import Anthropic

    client = Anthropic(base_url=url, api_key="k", max_retries=0)
    messages = [{"role": "user", "content": "?"}]
    for event in client.messages.create(model="m", max_tokens=9, messages=messages, stream=True):
        if event.type == "content_block_delta":
            yield event.delta.text


def google_genai(url):
    from google import genai

    client = genai.Client(api_key="k", vertexai=False, http_options={"base_url": url})
    for chunk in client.models.generate_content_stream(model="m", contents="?"):
        yield chunk.text


def mistralai(url):
    from mistralai.client import Mistral

    client = Mistral(api_key="k", server_url=url)
    for event in client.chat.stream(model="m", messages=[{"role": "user", "content": "?"}]):
        for choice in event.data.choices:
            yield choice.delta.content


def cohere(url):
    from cohere import ClientV2

    client = ClientV2(api_key="k", base_url=url)
    options = {"max_retries": 0}
    messages = [{"role": "user", "content": "?"}]
    for event in client.chat_stream(model="m", messages=messages, request_options=options):
        if event.type == "content-delta":
            yield event.delta.message.content.text


main({
    "openai-chat": openai_chat,
    "openai-responses": openai_responses,
    "anthropic": anthropic,
    "google-genai": google_genai,
    "mistralai": mistralai,
    "cohere": cohere,
})
