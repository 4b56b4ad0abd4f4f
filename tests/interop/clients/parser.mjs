// `eventsource-parser` over fetch: parser.mjs ORIGIN.
import { createParser } from "eventsource-parser";

const [origin] = process.argv.slice(2);
const cases = await (await fetch(`${origin}/plan`)).json();
const outcomes = [];
for (const { path, acknowledge } of cases) {
  const [events, retries, comments] = [[], [], []];
  let id = "";
  const parser = createParser({
    onId: (value) => { id = value; },
    onEvent: ({ event, data }) => { events.push({ type: event ?? "message", data, id }); },
    onRetry: (milliseconds) => { retries.push(String(milliseconds)); },
    onComment: (comment) => { comments.push(comment); },
  });
  const body = (await fetch(origin + path)).body.pipeThrough(new TextDecoderStream());
  let shown = 0;
  for await (const text of body) {
    parser.feed(text);
    for (; acknowledge && shown < events.length; shown += 1) {
      await fetch(origin + acknowledge, { method: "POST" });
    }
  }
  outcomes.push({ events, retries, comments });
}
const headers = { "content-type": "application/json" };
await fetch(`${origin}/outcomes`, { method: "POST", headers, body: JSON.stringify(outcomes) });
