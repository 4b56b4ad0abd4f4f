// The connection, as it is: its state, its counts, and a bar for each of the last seconds.

const SECONDS = 60;
/** The bars fill their box at so many events a second, or more if there are more. */
const FULL = 12;
/** Nobody reads faster than this, in milliseconds. */
const EVERY = 200;
/** After so long without an answer there is something to explain, in milliseconds. */
const LONG = 6000;

const NAMES = { connecting: "connecting", open: "open", waiting: "waiting", trouble: "store trouble", closed: "closed" };
const count = new Intl.NumberFormat("en");
const byId = (id) => document.getElementById(id);

export class Panel {
  #board;
  #mine;
  /** Since when the board is in its state. */
  #since = performance.now();
  #state = "";
  #drawnAt = 0;
  /** How many events, by the second that they are of: live ones and replayed ones. */
  #seconds = new Map();
  #beats = ["live", "replayed"].map((name) => {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("class", name);
    return path;
  });

  constructor(board, mine) {
    this.#board = board;
    this.#mine = mine;
    byId("beat").replaceChildren(...this.#beats);
  }

  arrived(at, missed) {
    const second = Math.floor(at / 1000);
    const counts = this.#seconds.get(second) ?? [0, 0];
    counts[missed ? 1 : 0] += 1;
    this.#seconds.set(second, counts);
    if (this.#seconds.size > 4 * SECONDS) this.#forgetBefore(second - SECONDS);
  }

  forget() {
    this.#seconds.clear();
  }

  draw(now) {
    const [board, mine] = [this.#board, this.#mine];
    const time = performance.now();
    if (board.state !== this.#state) {
      this.#state = board.state;
      this.#since = time;
    } else if (time - this.#drawnAt < EVERY) {
      return;
    }
    this.#drawnAt = time;
    // At the top: whichever of the two is worse.
    const worse = board.state === "open" ? mine : board;
    show(byId("state"), byId("state-text"), worse.state);
    show(byId("board-state"), byId("board-state-text"), board.state);
    document.documentElement.dataset.state = worse.state;
    write("why", this.#why());
    for (const name of ["lost", "doubled", "replayed", "received", "reconnections"]) write(name, count.format(board[name]));
    byId("lost").classList.toggle("bad", board.lost > 0);
    byId("doubled").classList.toggle("bad", board.doubled > 0);
    write("started-anew", count.format(board.startedAnew));
    write("server", board.server || "–");
    write("mine-state", NAMES[mine.state]);
    write("protocol", protocol());
    write("last-id", board.lastId || "–");
    this.#drawBeat(now);
  }

  #why() {
    const { state, trouble, reconnections } = this.#board;
    const isLong = performance.now() - this.#since > LONG;
    switch (state) {
      case "open":
        return reconnections > 0 ? "Events go on after the last one seen." : "Events arrive as they happen.";
      case "trouble":
        return trouble;
      case "closed":
        return "Signed out.";
      case "waiting":
        return "The connection broke, and is tried again.";
      default:
        // Two streams a tab, and a browser keeps six connections to a server over HTTP/1.1.
        if (!isLong) return "Asking for the streams.";
        return "No answer yet. Over HTTP/1.1 a browser has room for three tabs like this one.";
    }
  }

  #drawBeat(now) {
    const last = Math.floor(now / 1000);
    const seconds = Array.from({ length: SECONDS }, (_, index) => this.#seconds.get(last - SECONDS + 1 + index) ?? [0, 0]);
    const full = Math.max(FULL, ...seconds.map(([live, replayed]) => live + replayed));
    const [live, replayed] = this.#beats;
    const high = (count) => ((count / full) * 38).toFixed(1);
    const bar = (index, from, of) => `M${index * 4 + 0.5} ${40 - high(from)}v-${high(of)}h3v${high(of)}z`;
    live.setAttribute("d", seconds.map(([some], index) => (some ? bar(index, 0, some) : "")).join(""));
    replayed.setAttribute("d", seconds.map(([below, some], index) => (some ? bar(index, below, some) : "")).join(""));
  }

  #forgetBefore(second) {
    for (const key of this.#seconds.keys()) if (key < second) this.#seconds.delete(key);
  }
}

/** What the page itself came over; its streams take the same way. */
function protocol() {
  const [page] = performance.getEntriesByType("navigation");
  return { "http/1.1": "HTTP/1.1", h2: "HTTP/2", h3: "HTTP/3" }[page?.nextHopProtocol] ?? "–";
}

function show(box, text, state) {
  box.dataset.state = state;
  if (text.textContent !== NAMES[state]) text.textContent = NAMES[state];
}

function write(id, text) {
  const node = byId(id);
  if (node.textContent !== text) node.textContent = text;
}
