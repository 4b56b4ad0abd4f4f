// better-sse under node:http and node:http2, each with its own encoder: node better_sse.mjs TOLD.json
import { once } from "node:events";
import { readFileSync } from "node:fs";
import http from "node:http";
import http2 from "node:http2";
import { createSession } from "better-sse";

const told = JSON.parse(readFileSync(process.argv[2]));

// Its default serializer is JSON.stringify. With one for plain text it leaves line ends in the data as they are, so that
// the handler has to call it line by line.
async function push(session, messages, text) {
  for (const { comment, retry, event, id, data } of messages) {
    await session.batch((buffer) => {
      if (comment !== undefined) buffer.comment(comment);
      if (retry !== undefined) buffer.retry(retry);
      if (event !== undefined) buffer.event(event);
      if (id !== undefined) buffer.id(id);
      if (data !== undefined) for (const part of text ? data.split(/\r\n|\r|\n/) : [data]) buffer.data(part);
      buffer.dispatch();
    });
  }
}

const held = new Map();

async function handle(req, res) {
  const { pathname, searchParams } = new URL(req.url, "http://localhost");
  const [, route, key] = pathname.split("/");
  const options = { retry: null, keepAlive: null };
  if (route === "talks") {
    const text = searchParams.has("text");
    if (text) options.serializer = String;
    await push(await createSession(req, res, options), told.talks[key].messages, text);
    res.end();
  } else if (route === "resume") {
    const last = Buffer.from(req.headers["last-event-id"] ?? "", "latin1").toString();
    const start = told.resume.findIndex(({ id }) => id === last) + 1;
    if (start === told.resume.length) return res.writeHead(204).end();
    await push(await createSession(req, res, { ...options, retry: 1 }), told.resume.slice(start, start + 2));
    res.end();
  } else if (route === "hold") {
    const session = await createSession(req, res, { ...options, serializer: String });
    // An event at once; soon after it one that says when it was sent; the last one when it is released.
    session.push("first");
    setTimeout(() => {
      session.push(performance.timeOrigin + performance.now());
      held.set(key, () => {
        session.push("last");
        res.end();
      });
    }, 20);
  } else if (route === "release") {
    const release = held.get(key);
    release?.();
    res.writeHead(release ? 200 : 404).end();
  } else {
    res.writeHead(404).end();
  }
}

const servers = [http.createServer(handle), http2.createServer(handle)];
for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
const manifest = new URL("../node_modules/better-sse/package.json", import.meta.url);
const { version } = JSON.parse(readFileSync(manifest));
console.log(JSON.stringify({ version, ports: servers.map((server) => server.address().port) }));
