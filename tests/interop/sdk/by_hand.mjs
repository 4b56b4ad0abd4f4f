// Readers as people write them by hand, for streams of chat completions: by_hand.mjs SHAPE ORIGIN. Their faults are the point.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";

import { main } from "./report.mjs";

const textOf = (data) => parse(data).choices?.[0]?.delta.content;
const open = async (url) => (await fetch(`${url}/chat/completions`, { method: "POST" })).body;

// In words of ours: an engine's own quote the data.
function parse(data) {
  try {
    return JSON.parse(data);
  } catch {
    throw new Error("not JSON");
  }
}

// What lies between blank lines.
async function* blocks(url) {
  let buffer = "";
  for await (const text of (await open(url)).pipeThrough(new TextDecoderStream())) {
    const parts = (buffer + text).split("\n\n");
    buffer = parts.pop();
    yield* parts;
  }
}

async function* firstLine(url) {
  for await (const block of blocks(url)) {
    const line = block.split("\n")[0];
    if (line === "data: [DONE]") {
      return;
    }
    if (line.startsWith("data:")) {
      yield textOf(line.slice(5));
    }
  }
}

async function* strip(url) {
  for await (const block of blocks(url)) {
    const data = block.replace("data: ", "");
    if (data === "[DONE]") {
      return;
    }
    yield textOf(data);
  }
}

async function* dataOf(lines) {
  for await (const line of lines) {
    if (line === "data: [DONE]") {
      return;
    }
    if (line.startsWith("data: ")) {
      yield textOf(line.slice(6));
    }
  }
}

async function* byLine(url) {
  yield* dataOf(createInterface({ input: Readable.fromWeb(await open(url)) }));
}

// No buffer: a line that two chunks share is two lines.
async function* byChunk(url) {
  const decoder = new TextDecoder();
  async function* lines() {
    for await (const chunk of await open(url)) {
      yield* decoder.decode(chunk).split("\n");
    }
  }
  yield* dataOf(lines());
}

await main({ "first-line": firstLine, strip, "by-line": byLine, "by-chunk": byChunk });
