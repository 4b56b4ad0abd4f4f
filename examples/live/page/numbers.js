// The numbers of the board: what of them is kept, and the tiles.

/** What the chart shows, in milliseconds. */
export const WINDOW = 120_000;
/** What the tiles compare with. */
const MINUTE = 60_000;
/** So many points at most, however fast they come. */
const MOST = 4000;
/** How many may be too many before they are cut off. */
const SLACK = 256;
const POINTS_OF_SPARK = 40;

const NAMES = ["visitors", "orders", "revenue", "latency"];
const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const money = new Intl.NumberFormat("en", { style: "currency", currency: "USD" });
const tenths = new Intl.NumberFormat("en", { minimumFractionDigits: 1, maximumFractionDigits: 1 });

export const written = {
  visitors: (value) => whole.format(value),
  orders: (value) => whole.format(value),
  revenue: (value) => money.format(value),
  latency: (value) => `${tenths.format(value)} ms`,
};

/** One list for each kind of number, in step with `at`, which never falls. */
export class Numbers {
  at = [];
  visitors = [];
  orders = [];
  revenue = [];
  latency = [];
  isNew = false;

  push(data) {
    this.at.push(Math.max(data.at, this.at.at(-1) ?? 0));
    for (const name of NAMES) this[name].push(data[name]);
    this.isNew = true;
    if (this.at.length % SLACK === 0) this.#trim();
  }

  forget() {
    for (const name of ["at", ...NAMES]) this[name] = [];
    this.isNew = true;
  }

  /** The index of the first point at `time` or later; the number of points if there is none. */
  since(time) {
    let [from, to] = [0, this.at.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if (this.at[middle] < time) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  #trim() {
    // One point more, so that the line comes in from the left edge.
    const old = this.since(this.at.at(-1) - WINDOW - 1000) - 1;
    const cut = Math.max(old, this.at.length - MOST);
    if (cut > 0) for (const name of ["at", ...NAMES]) this[name].splice(0, cut);
  }
}

export class Tiles {
  #numbers;
  #tiles;

  constructor(numbers) {
    this.#numbers = numbers;
    this.#tiles = [...document.querySelectorAll(".tile")].map((tile) => ({
      name: tile.dataset.of,
      value: tile.querySelector(".value"),
      trend: tile.querySelector(".trend"),
      line: tile.querySelector(".line"),
      area: tile.querySelector(".area"),
    }));
  }

  draw() {
    const { at } = this.#numbers;
    for (const tile of this.#tiles) {
      if (at.length === 0) {
        tile.value.textContent = "–";
        tile.trend.textContent = "";
        tile.line.removeAttribute("d");
        tile.area.removeAttribute("d");
        continue;
      }
      const from = this.#numbers.since(at.at(-1) - MINUTE);
      const values = this.#numbers[tile.name].slice(from);
      const change = values.at(-1) - values[0];
      const sign = change < 0 ? "−" : "+";
      tile.value.textContent = written[tile.name](values.at(-1));
      tile.trend.textContent = `${sign}${written[tile.name](Math.abs(change))} in a minute`;
      const line = spark(values);
      tile.line.setAttribute("d", line);
      tile.area.setAttribute("d", `${line}V30H0Z`);
    }
  }
}

/** A line through some of the values, in a box of 100 by 30. */
function spark(values) {
  const step = Math.max(1, Math.ceil(values.length / POINTS_OF_SPARK));
  // Counted from the newest, which is always there.
  const some = values.filter((_, index) => (values.length - 1 - index) % step === 0);
  const [low, high] = [Math.min(...some), Math.max(...some)];
  const x = (index) => (some.length === 1 ? 100 : (index * 100) / (some.length - 1));
  const y = (value) => 27 - ((value - low) / (high - low || 1)) * 24;
  return `M${some.map((value, index) => `${x(index).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`;
}
