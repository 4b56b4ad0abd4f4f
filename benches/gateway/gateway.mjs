// The gateway as one writes it in JavaScript: the body goes through chunk by chunk, and a parser beside it meters usage.
import http from "node:http";
import { createParser } from "eventsource-parser";

const [upstream] = process.argv.slice(2);
const agent = new http.Agent({ keepAlive: true, maxSockets: Infinity });
let tokens = 0;

const server = http.createServer((request, response) => {
  const forwarded = http.request(`${upstream}${request.url}`, { agent }, (answer) => {
    response.writeHead(answer.statusCode, answer.headers);
    const text = new TextDecoder();
    const parser = createParser({
      onEvent({ data }) {
        if (data.includes('"usage"')) {
          tokens += JSON.parse(data).usage?.completion_tokens ?? 0;
        }
      },
    });
    answer.on("data", (chunk) => {
      parser.feed(text.decode(chunk, { stream: true }));
      // What the client does not take is not read.
      if (!response.write(chunk)) {
        answer.pause();
        response.once("drain", () => answer.resume());
      }
    });
    answer.on("end", () => response.end());
  });
  response.on("close", () => forwarded.destroy());
  forwarded.end();
});

server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
// What was metered, when it is asked to stop.
process.on("SIGTERM", () => {
  console.log(tokens);
  process.exit(0);
});
