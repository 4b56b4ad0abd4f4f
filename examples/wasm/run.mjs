// Runs the decoder in WebAssembly: node examples/wasm/run.mjs MODULE.wasm
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const seen = [];
const text = (place, length) => new TextDecoder().decode(new Uint8Array(memory.buffer, place, length));
const event = (type, typeLength, data, dataLength) => seen.push([text(type, typeLength), text(data, dataLength)]);

const { instance } = await WebAssembly.instantiate(readFileSync(process.argv[2]), { host: { event } });
const { memory, input, feed } = instance.exports;

// In chunks of five bytes, so that characters and line ends are cut.
const stream = new TextEncoder().encode("event: greet\r\ndata: Grüße\r\ndata: 日本語\r\n\r\ndata: [DONE]\n\n");
for (let at = 0; at < stream.length; at += 5) {
  const chunk = stream.subarray(at, at + 5);
  new Uint8Array(memory.buffer).set(chunk, input());
  assert.equal(feed(chunk.length), 0);
}
assert.deepEqual(seen, [["greet", "Grüße\n日本語"], ["message", "[DONE]"]]);
console.log(`${seen.length} events decoded in WebAssembly`);
