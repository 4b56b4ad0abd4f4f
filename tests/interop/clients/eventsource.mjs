// EventSource of npm's `eventsource` or of `undici`: eventsource.mjs PACKAGE ORIGIN.
import { run } from "./eventsource.js";

const [name, origin] = process.argv.slice(2);
const { EventSource } = await import(name);
await run(EventSource, origin);
process.exit(0); // a connection that is kept alive would keep Node.js alive, too
