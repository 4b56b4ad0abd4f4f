// Runs the driver's cases on an EventSource, in a browser's page or in Node.js, and reports what it showed.

// Browsers open six connections to a server; one is left for what is told the driver.
const AT_ONCE = 5;
const MILLISECONDS = 20_000;

export async function run(EventSource, origin) {
  const cases = await (await fetch(`${origin}/plan`)).json();
  const outcomes = [];
  let next = 0;
  const worker = async () => {
    while (next < cases.length) {
      const number = next++;
      outcomes[number] = await runCase(EventSource, origin, cases[number]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const headers = { "content-type": "application/json" };
  await fetch(`${origin}/outcomes`, { method: "POST", headers, body: JSON.stringify(outcomes) });
}

function runCase(EventSource, origin, { path, types, connections, acknowledge }) {
  return new Promise((resolve) => {
    const events = [];
    const origins = new Set();
    let ended = 0;
    const source = new EventSource(origin + path);
    const finish = (failed) => {
      clearTimeout(timer);
      source.close();
      resolve({ events, origins: [...origins], failed });
    };
    const timer = setTimeout(() => finish(`not over after ${MILLISECONDS} ms`), MILLISECONDS);
    const show = ({ type, data, lastEventId, origin: from }) => {
      events.push({ type, data, id: lastEventId });
      origins.add(from);
      if (acknowledge) {
        fetch(origin + acknowledge, { method: "POST" });
      }
    };
    // A server may send the types "error" and "open", too; only its events have data.
    // Some drop U+0000 from a type.
    for (const type of new Set([...types, ...types.map((type) => type.replaceAll("\0", "")), "error"])) {
      source.addEventListener(type, (event) => {
        if (typeof event.data === "string") {
          show(event);
        } else if (type === "error") {
          ended += 1;
          if (source.readyState === 2) {
            finish("the client gave up");
          } else if (ended === connections) {
            finish();
          }
        }
      });
    }
  });
}
