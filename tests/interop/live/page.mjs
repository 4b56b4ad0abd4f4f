// The page of `live serve` in Chromium, which does what it is told: an order a line, [name, ...arguments] in JSON; a line with its
// result for each. The arguments of this program are those of the browser.
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const executablePath = process.env.PATH.split(":").map((folder) => `${folder}/chromium`).find((path) => existsSync(path));
const browser = await chromium.launch({ executablePath, args: process.argv.slice(2) });
const errors = [];
let page;

const orders = {
  async view({ width, height, scale, dark }) {
    const colorScheme = dark ? "dark" : "light";
    const context = await browser.newContext({ viewport: { width, height }, deviceScaleFactor: scale, colorScheme });
    page = await context.newPage();
    page.on("pageerror", (error) => errors.push(String(error)));
  },
  go: async (address) => void (await page.goto(address)),
  async signIn(name, password) {
    await page.getByLabel("Name").fill(name);
    await page.getByLabel("Password").fill(password);
    await page.getByRole("button", { name: "Sign in" }).click();
  },
  /** What the page counts and shows; nothing before somebody is signed in. */
  async counts() {
    const counts = await page.evaluate(() => {
      if (!window.live) return null;
      const { board, mine, notices } = window.live;
      return { board: { ...board }, mine: { ...mine }, shown: [...notices.shown] };
    });
    if (errors.length > 0) throw new Error(errors.join("; "));
    return counts;
  },
  /** What the panel shows, read as a person would. */
  async panel() {
    const names = ["lost", "doubled", "reconnections", "started-anew", "server", "board-state-text"];
    return Object.fromEntries(await Promise.all(names.map(async (id) => [id, await page.locator(`#${id}`).textContent()])));
  },
  async send(to, text) {
    await page.getByLabel("To", { exact: true }).selectOption(to);
    await page.getByLabel("Text", { exact: true }).fill(text);
    await page.getByRole("button", { name: "Send" }).click();
    await page.locator("#notify-said:not(:empty)").waitFor();
    return page.locator("#notify-said").textContent();
  },
  listed: () => page.locator("#notices li > p:last-child").allTextContents(),
  offline: (is) => page.context().setOffline(is),
  picture: async (path) => void (await page.screenshot({ path })),
};

for await (const line of createInterface({ input: process.stdin })) {
  const [name, ...given] = JSON.parse(line);
  const done = Promise.resolve().then(() => orders[name](...given));
  const answer = await done.then((ok) => ({ ok: ok ?? null }), (error) => ({ error: error.message }));
  console.log(JSON.stringify(answer));
}
await browser.close();
