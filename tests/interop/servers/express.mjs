// An Express handler that writes an event stream by hand, as most are written: node express.mjs TOLD.json
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setImmediate } from "node:timers/promises";
import express from "express";

const told = JSON.parse(readFileSync(process.argv[2]));
// Mixed in this order no LF follows a CR, so that each stays a line end of its own.
const ENDS = { lf: ["\n"], crlf: ["\r\n"], cr: ["\r"], mixed: ["\r", "\r\n", "\n"] };

function encode(messages, ends) {
  let text = "";
  let lines = 0;
  const line = (content) => (text += content + ends[lines++ % ends.length]);
  for (const { comment, retry, event, id, data } of messages) {
    if (comment !== undefined) line(`: ${comment}`);
    if (retry !== undefined) line(`retry: ${retry}`);
    if (event !== undefined) line(`event: ${event}`);
    if (id !== undefined) line(`id: ${id}`);
    if (data !== undefined) for (const part of data.split(/\r\n|\r|\n/)) line(`data: ${part}`);
    line("");
  }
  return Buffer.from(text);
}

// In pieces of `cut` bytes, each a chunk of its own.
async function send(res, bytes, cut) {
  res.flushHeaders();
  const step = Number(cut) || bytes.length;
  for (let from = 0; from < bytes.length; from += step) {
    if (!res.write(bytes.subarray(from, from + step))) await once(res, "drain");
    await setImmediate();
  }
  res.end();
}

const app = express();
app.use((req, res, next) => {
  if (req.query.accel) res.set("X-Accel-Buffering", req.query.accel);
  next();
});
const stream = (res) => res.set({ "Content-Type": "text/event-stream", "Cache-Control": "no-store" });

app.get("/talks/:index", (req, res) => {
  const { ends, cut } = req.query;
  return send(stream(res), encode(told.talks[req.params.index].messages, ENDS[ends]), cut);
});

app.get("/raws/:index", (req, res) =>
  send(stream(res), Buffer.from(told.raws[req.params.index].hex, "hex"), req.query.cut),
);

app.get("/resume", (req, res) => {
  // Node.js reads header values as Latin-1; an id is UTF-8.
  const last = Buffer.from(req.get("Last-Event-ID") ?? "", "latin1").toString();
  const start = told.resume.findIndex(({ id }) => id === last) + 1;
  if (start === told.resume.length) return res.status(204).end();
  const messages = [{ retry: 1 }, ...told.resume.slice(start, start + 2)];
  return send(stream(res), encode(messages, ENDS.lf));
});

// An event at once; soon after it one that says when it was sent; the last one when it is released.
const held = new Map();
app.get("/hold/:key", (req, res) => {
  const event = (data) => encode([{ data }], ENDS[req.query.ends]);
  stream(res).write(event("first"));
  setTimeout(() => {
    res.write(event(`${performance.timeOrigin + performance.now()}`));
    held.set(req.params.key, () => res.end(event("last")));
  }, 20);
});
app.get("/release/:key", (req, res) => {
  const release = held.get(req.params.key);
  release?.();
  res.sendStatus(release ? 200 : 404);
});

const server = app.listen(0, "127.0.0.1", (error) => {
  if (error) throw error;
  const { version } = createRequire(import.meta.url)("express/package.json");
  console.log(JSON.stringify({ version, ports: [server.address().port] }));
});
