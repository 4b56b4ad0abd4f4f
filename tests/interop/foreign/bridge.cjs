// The library of bridge/ for JavaScript.
const koffi = require("koffi");
const path = require("path");

const library = koffi.load(process.env.SSE_BRIDGE ?? path.join(__dirname, "../target/release/libsse_proto_bridge.so"));
const free = library.func("void text_free(void *)");
// Takes the text over as a string, and gives its memory back.
const Text = koffi.disposable("Text", "str", free);
const functions = {
  session_new: library.func("session_new", "void *", []),
  session_poll: library.func("session_poll", Text, ["void *", "uint64_t"]),
  session_head: library.func("session_head", "bool", ["void *", "uint16_t", "str", "uint64_t"]),
  session_bytes: library.func("session_bytes", Text, ["void *", "uint8_t *", "size_t", "uint64_t"]),
  session_end: library.func("session_end", Text, ["void *", "bool", "uint64_t"]),
  session_state: library.func("session_state", Text, ["void *"]),
};

// A session, with JSON as values.
class Session {
  #session = functions.session_new();

  poll = (now) => JSON.parse(functions.session_poll(this.#session, now));
  head = (status, type, now) => functions.session_head(this.#session, status, type, now);
  end = (failed, now) => JSON.parse(functions.session_end(this.#session, failed, now));
  state = () => JSON.parse(functions.session_state(this.#session));

  bytes(text, now) {
    const bytes = Buffer.from(text);
    return JSON.parse(functions.session_bytes(this.#session, bytes, bytes.length, now));
  }
}

module.exports = { Session };
