// What the tests of sse.js import under its name: the same class, over XMLHttpRequest, with the session of this crate inside.
// The session says what to ask with, reads the body, and knows the last event ID and the reconnection time.
const { Session } = require("./bridge.cjs");

class SSE {
  static INITIALIZING = -1;
  static CONNECTING = 0;
  static OPEN = 1;
  static CLOSED = 2;

  readyState = SSE.INITIALIZING;
  listeners = {};
  xhr = null;
  // Nothing is kept as text: what is not finished is the session's.
  chunk = "";
  #session = new Session();
  #now = 0;
  #taken = 0;
  #opened = false;

  constructor(url, { headers = {}, payload = "", method, start = true } = {}) {
    Object.assign(this, { url, headers, payload, method: method ?? (payload ? "POST" : "GET") });
    if (start) {
      this.stream();
    }
  }

  get lastEventId() {
    return this.#session.state().lastEventId;
  }

  get reconnectDelay() {
    return this.#session.state().reconnectDelay;
  }

  addEventListener(type, listener) {
    const listeners = (this.listeners[type] ??= []);
    if (!listeners.includes(listener)) {
      listeners.push(listener);
    }
  }

  removeEventListener(type, listener) {
    this.listeners[type] = (this.listeners[type] ?? []).filter((other) => other !== listener);
  }

  stream() {
    // The caller decides when: a wait that the session asks for is over at once.
    let action = this.#session.poll(this.#now);
    if ("wait" in action) {
      this.#now = action.wait;
      action = this.#session.poll(this.#now);
    }
    this.readyState = SSE.CONNECTING;
    this.#taken = 0;
    this.#opened = false;
    this.xhr = new XMLHttpRequest();
    const on = { progress: this.#progress, load: this.#load, error: this.#lost, abort: this.#lost };
    for (const [type, handler] of Object.entries(on)) {
      this.xhr.addEventListener(type, handler.bind(this));
    }
    this.xhr.addEventListener("readystatechange", () => {
      if (this.xhr?.readyState === XMLHttpRequest.HEADERS_RECEIVED) {
        this.#open();
      }
    });
    this.xhr.open(this.method, this.url);
    const id = action.connect.lastEventId;
    const headers = id === null ? this.headers : { ...this.headers, "Last-Event-ID": id };
    for (const [name, value] of Object.entries(headers)) {
      this.xhr.setRequestHeader(name, value);
    }
    this.xhr.send(this.payload);
  }

  #open() {
    if (!this.#opened) {
      const [, type] = /content-type: *(.*)\r\n/i.exec(this.xhr.getAllResponseHeaders());
      this.#opened = this.#session.head(this.xhr.status, type, this.#now);
      this.readyState = SSE.OPEN;
    }
  }

  #progress() {
    this.#open();
    const text = this.xhr.responseText.slice(this.#taken);
    this.#taken += text.length;
    this.#session.bytes(text, this.#now).forEach((event) => this.#dispatch(event));
  }

  #load() {
    this.#progress();
    // sse.js takes an event that was not finished; the session lends it.
    const event = this.#session.end(false, this.#now);
    if (event) {
      this.#dispatch(event);
    }
    this.#close();
  }

  #lost() {
    this.#session.end(true, this.#now);
    this.#close();
  }

  #close() {
    this.xhr = null;
    this.readyState = SSE.CLOSED;
  }

  #dispatch(event) {
    (this.listeners[event.type] ?? []).forEach((listener) => listener(event));
  }
}

module.exports = { SSE };
