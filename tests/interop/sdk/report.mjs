// What all clients in JavaScript have in common: each case of the plan is read, and what came of it is a line of JSON.

// script.mjs READER ORIGIN: a reader yields the texts of the stream at a URL, and throws what it throws.
export async function main(readers) {
  const [name, origin] = process.argv.slice(2);
  for (const { path, acknowledge } of await (await fetch(`${origin}/plan`)).json()) {
    const texts = [];
    let ended = null;
    try {
      for await (const text of readers[name](origin + path)) {
        if (text) {
          texts.push(text);
          if (acknowledge) {
            await fetch(origin + acknowledge, { method: "POST" });
          }
        }
      }
    } catch (error) {
      // The first line of the message says what is wrong, the others quote.
      [ended] = `${error.name}: ${error.message}`.split("\n");
    }
    console.log(JSON.stringify({ texts, ended }));
  }
  process.exit(0); // a connection that is kept alive would keep Node.js alive, too
}
