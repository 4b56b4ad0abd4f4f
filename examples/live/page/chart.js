// The moving chart: two lines over the last two minutes, and where the connection was away.

import { WINDOW, written } from "./numbers.js";

/** How often the text beside the chart is written, in milliseconds. */
const TEXT_EVERY = 5000;
/** How often the chart moves for those who asked for less motion. */
const CALM_EVERY = 1000;
const MOST_BREAKS = 20;

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const time = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export class Chart {
  #numbers;
  #plot = null;
  #box = document.getElementById("plot");
  #text = document.getElementById("chart-text");
  #keys = [document.getElementById("key-visitors"), document.getElementById("key-latency")];
  #colours = {};
  #breaks = [];
  /** Since when there is no connection. */
  #away = null;
  /** What is missed comes in: the end of the last break moves with it. */
  #isComing = false;
  #drawnAt = 0;
  #writtenAt = 0;

  constructor(numbers) {
    this.#numbers = numbers;
    addEventListener("theme", () => {
      this.#readColours();
      this.#plot?.redraw();
    });
    new ResizeObserver(() => this.#fit()).observe(this.#box);
  }

  /** The connection is gone; the last thing that came was of this time. */
  leave(at) {
    this.#away ??= at;
  }

  /** It is back, and so many events were missed. */
  comeBack(missed) {
    if (this.#away === null) return;
    this.#breaks.push({ from: this.#away, to: this.#away, missed });
    if (this.#breaks.length > MOST_BREAKS) this.#breaks.shift();
    this.#away = null;
    this.#isComing = true;
  }

  /** An event of this time came; `missed` if it was there before the connection. */
  arrived(at, missed) {
    if (!this.#isComing) return;
    const last = this.#breaks.at(-1);
    if (missed || last.missed === 0) last.to = at;
    this.#isComing = missed;
  }

  forget() {
    this.#breaks = [];
    this.#away = null;
    this.#isComing = false;
  }

  /** Draws what the clock of the server says is now. */
  draw(now) {
    const { at, visitors, latency } = this.#numbers;
    if (at.length === 0 && !this.#plot) return;
    this.#plot ??= this.#make();
    const pixel = WINDOW / (this.#plot.bbox.width || 1);
    const isDue = Math.abs(now - this.#drawnAt) >= (calm.matches ? CALM_EVERY : pixel);
    if (!isDue && !(this.#numbers.isNew && !calm.matches)) return;
    this.#drawnAt = now;
    this.#plot.batch(() => {
      this.#plot.setData([at, visitors, latency], false);
      this.#plot.setScale("x", { min: now - WINDOW, max: now });
    });
    this.#showKeys();
    if (now - this.#writtenAt > TEXT_EVERY) this.#write(now);
  }

  #fit() {
    this.#plot?.setSize({ width: this.#box.clientWidth, height: this.#box.clientHeight });
  }

  #readColours() {
    const style = getComputedStyle(document.documentElement);
    for (const name of ["first", "second", "soft", "line", "warn", "card"]) {
      this.#colours[name] = style.getPropertyValue(`--${name}`).trim();
    }
    this.#colours.font = `12px ${style.getPropertyValue("--sans")}`;
  }

  #make() {
    this.#readColours();
    const colour = (name) => () => this.#colours[name];
    const axis = { stroke: colour("soft"), ticks: { show: false }, font: this.#colours.font, gap: 8 };
    const series = { points: { show: false }, spanGaps: true };
    const options = {
      width: this.#box.clientWidth,
      height: this.#box.clientHeight,
      ms: 1,
      padding: [12, 0, 0, 0],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      // Room below the one and above the other, so that they seldom cross.
      scales: { visitors: { range: steady(50, 1, 0.1) }, latency: { range: steady(20, 1, 1.6) } },
      axes: [
        { ...axis, grid: { show: false }, space: 76, size: 30, values: (_, ticks) => ticks.map((tick) => time.format(tick)) },
        { ...axis, scale: "visitors", size: 44, grid: { stroke: colour("line"), width: 1 } },
        { ...axis, scale: "latency", size: 44, side: 1, grid: { show: false } },
      ],
      series: [
        {},
        { ...series, scale: "visitors", stroke: colour("first"), width: 2, fill: (plot) => this.#fade(plot) },
        { ...series, scale: "latency", stroke: colour("second"), width: 1.5 },
      ],
      hooks: {
        drawClear: [(plot) => this.#drawBreaks(plot, false)],
        draw: [(plot) => this.#drawBreaks(plot, true)],
        setCursor: [() => this.#showKeys()],
      },
    };
    return new uPlot(options, [[], [], []], this.#box);
  }

  #fade({ ctx, bbox }) {
    const fade = ctx.createLinearGradient(0, bbox.top, 0, bbox.top + bbox.height);
    fade.addColorStop(0, `${this.#colours.first}38`);
    fade.addColorStop(1, `${this.#colours.first}00`);
    return fade;
  }

  /** The breaks are under the lines, their names above. */
  #drawBreaks(plot, isAbove) {
    const { ctx, bbox } = plot;
    const density = devicePixelRatio;
    const place = (at) => Math.min(Math.max(plot.valToPos(at, "x", true), bbox.left), bbox.left + bbox.width);
    const breaks = this.#breaks.map(({ from, to, missed }) => ({ from, to, text: `${missed} replayed` }));
    if (this.#away !== null) breaks.push({ from: this.#away, to: this.#drawnAt, text: "no connection" });
    ctx.save();
    ctx.font = this.#colours.font.replace("12px", `${11 * density}px`);
    ctx.textBaseline = "top";
    for (const { from, to, text } of breaks) {
      const [left, right] = [place(from), place(to)];
      if (right <= bbox.left || left >= bbox.left + bbox.width) continue;
      if (!isAbove) {
        ctx.fillStyle = `${this.#colours.warn}24`;
        ctx.fillRect(left, bbox.top, Math.max(right - left, density), bbox.height);
        continue;
      }
      ctx.fillStyle = this.#colours.warn;
      ctx.fillRect(left, bbox.top, Math.max(right - left, density), 2 * density);
      // After the start of the break, or before it where the right edge is near.
      const gap = 6 * density;
      const fits = left + gap + ctx.measureText(text).width < bbox.left + bbox.width;
      ctx.textAlign = fits ? "left" : "right";
      ctx.fillText(text, fits ? left + gap : left - gap, bbox.top + gap);
    }
    ctx.restore();
  }

  /** The values under the pointer, or the last ones. */
  #showKeys() {
    const { visitors, latency } = this.#numbers;
    const index = this.#plot?.cursor.idx ?? visitors.length - 1;
    if (visitors[index] === undefined) return;
    this.#keys[0].textContent = written.visitors(visitors[index]);
    this.#keys[1].textContent = written.latency(latency[index]);
  }

  #write(now) {
    this.#writtenAt = now;
    const from = this.#numbers.since(now - WINDOW);
    const told = (name) => {
      const values = this.#numbers[name].slice(from);
      if (values.length === 0) return `no ${name}`;
      const [low, high] = [Math.min(...values), Math.max(...values)].map(written[name]);
      return `${name} ${written[name](values.at(-1))} now, between ${low} and ${high}`;
    };
    const breaks = this.#breaks.filter(({ to }) => to > now - WINDOW).length;
    this.#text.textContent =
      `In the last two minutes: ${told("visitors")}; ${told("latency")}. ` +
      `Breaks of the connection: ${breaks}.`;
  }
}

/**
 * A range of round numbers that stays as long as the values fit, and have neither much more room in it than they need nor
 * much less.
 */
function steady(step, below, above) {
  let range = [0, step];
  return (_, low, high) => {
    if (low === null || low === undefined) return range;
    const room = high - low || step;
    const next = [Math.max(0, Math.floor((low - room * below) / step) * step), Math.ceil((high + room * above) / step) * step];
    const share = (range[1] - range[0]) / (next[1] - next[0]);
    if (low < range[0] || high > range[1] || share > 2 || share < 0.75) range = next;
    return range;
  };
}
