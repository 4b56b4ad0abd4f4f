// Datastar's own server for Node.js: one stream that appends each of the fragments of the argument, in JSON.
import { createServer } from "node:http";
import { ServerSentEventGenerator } from "@starfederation/datastar-sdk/node";

const [selector, mode, fragments] = JSON.parse(process.argv[2]);
const server = createServer((request, response) => {
  ServerSentEventGenerator.stream(request, response, (stream) => {
    for (const fragment of fragments) stream.patchElements(fragment, { selector, mode });
  });
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
