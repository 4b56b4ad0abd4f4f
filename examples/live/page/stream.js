// An EventSource that does not give up, and the counts that tell whether anything was lost.
//
// After a broken connection the browser connects again by itself and names the last event ID in a header. It gives up for
// good when the server answers with anything but a stream: then a new EventSource is made here, which has forgotten the id
// and names it in its address.

/** The longest time between two attempts, in milliseconds. */
const LONGEST = 10_000;
/** So many ids are remembered where events carry no number. */
const REMEMBERED = 1000;

export class Stream {
  /** "connecting", "open", "waiting" for the next attempt, "trouble" at the server's store, "closed". */
  state = "closed";
  /** What the server said of its trouble. */
  trouble = "";
  server = "";
  lastId = "";
  received = 0;
  replayed = 0;
  lost = 0;
  doubled = 0;
  reconnections = 0;
  startedAnew = 0;

  #path;
  #types;
  #on;
  #source = null;
  #timer = 0;
  #failures = 0;
  #greeted = false;
  #isDoubtful = false;
  /** The number of the last event; null where the next one may have any. */
  #number = null;
  #ids = new Set();
  /** Of the events that follow, so many were there before this connection. */
  #missed = 0;
  #replaying = false;

  /**
   * @param {string} path where the stream is
   * @param {string[]} types of its events
   * @param {{
   *   event(type: string, data: object, id: string, missed: boolean): void,
   *   hello(answer: string, missed: number): void,
   *   forget(): void,
   *   state(): void,
   *   signedOut(): void,
   * }} on what is told; `forget` where the server no longer knows the place
   */
  constructor(path, types, on) {
    this.#path = path;
    this.#types = types;
    this.#on = on;
  }

  open() {
    this.#drop();
    const after = this.lastId ? `?after=${encodeURIComponent(this.lastId)}` : "";
    const source = new EventSource(this.#path + after);
    this.#source = source;
    if (this.state !== "waiting") this.#become("connecting");
    source.addEventListener("error", () => {
      if (source !== this.#source) return;
      if (source.readyState === EventSource.CLOSED) this.#again();
      else this.#become("waiting");
    });
    source.addEventListener("hello", ({ data }) => this.#hello(JSON.parse(data)));
    source.addEventListener("trouble", ({ data }) => this.#become("trouble", JSON.parse(data).text));
    source.addEventListener("well", () => this.#become("open"));
    for (const type of this.#types) {
      source.addEventListener(type, (event) => this.#event(type, JSON.parse(event.data), event.lastEventId));
    }
  }

  close() {
    this.#drop();
    this.#become("closed");
  }

  /** Somebody looks again: the next attempt is now, if it would be later. */
  wake() {
    if (this.#timer) this.#attempt();
  }

  /** The network is gone: the connection may be dead without saying so. */
  doubt() {
    this.#isDoubtful = true;
  }

  /** The network is back: a connection from before is not waited for. */
  restart() {
    if (this.#isDoubtful && this.state !== "closed") this.open();
  }

  #drop() {
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.#source?.close();
    this.#source = null;
  }

  #become(state, trouble = "") {
    if (state === this.state && trouble === this.trouble) return;
    this.state = state;
    this.trouble = trouble;
    this.#on.state();
  }

  #again() {
    this.#drop();
    this.#become("waiting");
    // A random part, so that those who were cut together do not all come together.
    const delay = Math.min(LONGEST, 1000 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.#attempt(), delay);
  }

  /** An EventSource does not tell why it was turned away; another request does. */
  async #attempt() {
    this.#drop();
    const status = await fetch("/session", { cache: "no-store" }).then((response) => response.status, () => 0);
    // Closed, or opened by somebody else in the meantime.
    if (this.state !== "waiting" || this.#source) return;
    if (status === 200) {
      this.open();
    } else if (status === 401) {
      this.close();
      this.#on.signedOut();
    } else {
      this.#again();
    }
  }

  #hello({ server, answer, missed }) {
    if (this.#greeted) this.reconnections += 1;
    this.#greeted = true;
    this.#isDoubtful = false;
    this.#failures = 0;
    this.server = server;
    this.#missed = missed;
    this.#replaying = answer === "replay";
    const isForgotten = answer === "too-old" || answer === "unknown" || (answer === "new" && this.lastId !== "");
    if (isForgotten) {
      this.startedAnew += 1;
      this.#number = null;
      this.#ids.clear();
      this.#on.forget();
    }
    this.#on.hello(answer, missed);
    this.#become("open");
  }

  #event(type, data, id) {
    const missed = this.#missed > 0;
    if (missed) this.#missed -= 1;
    if (missed && this.#replaying) this.replayed += 1;
    this.lastId = id;
    this.received += 1;
    if (this.state === "trouble") this.#become("open");
    if (this.#isDoubled(data.n, id)) this.doubled += 1;
    else this.#on.event(type, data, id, missed);
  }

  /** Counts what is lost, too, where events carry numbers: they follow each other without a gap. */
  #isDoubled(number, id) {
    if (number === undefined) {
      if (this.#ids.has(id)) return true;
      this.#ids.add(id);
      if (this.#ids.size > REMEMBERED) this.#ids.delete(this.#ids.values().next().value);
      return false;
    }
    if (this.#number !== null) {
      if (number <= this.#number) return true;
      this.lost += number - this.#number - 1;
    }
    this.#number = number;
    return false;
  }
}
