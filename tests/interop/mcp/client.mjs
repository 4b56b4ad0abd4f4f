// Calls a tool at each address with an MCP SDK for TypeScript, and says what came of it.
//
// node client.mjs sdk|client LEGACY|MODERN FILE: a list of {"name", "url", "tool"} as JSON; a line of JSON for each.

import { readFileSync } from 'node:fs';

const [sdk, mode, file] = process.argv.slice(2);
const LIMIT = 5000;

const { Client } = await import(sdk === 'sdk' ? '@modelcontextprotocol/sdk/client/index.js' : '@modelcontextprotocol/client');
const { StreamableHTTPClientTransport } = await import(
    sdk === 'sdk' ? '@modelcontextprotocol/sdk/client/streamableHttp.js' : '@modelcontextprotocol/client'
);

const options = mode === 'MODERN' ? { versionNegotiation: { mode: { pin: '2026-07-28' } } } : {};

async function call({ url, tool }, seen) {
    const client = new Client({ name: 'interop', version: '0' }, options);
    const transport = new StreamableHTTPClientTransport(new URL(url));
    let isOpen = true;
    client.onerror = (error) => isOpen && seen.strays.push(String(error.message));
    try {
        await client.connect(transport);
        const how = { timeout: LIMIT, onprogress: ({ progress }) => seen.progress.push(progress) };
        const params = { name: tool, arguments: {} };
        const answer = sdk === 'sdk' ? await client.callTool(params, undefined, how) : await client.callTool(params, how);
        seen.result = answer.content[0].text;
    } finally {
        isOpen = false;
        await client.close();
    }
}

async function one(test) {
    const seen = { name: test.name, progress: [], result: null, error: null, strays: [] };
    try {
        await call(test, seen);
    } catch (error) {
        seen.error = /timed out|timeout/i.test(error.message) ? 'hangs' : `${error.name}: ${error.message}`;
    }
    console.log(JSON.stringify(seen));
}

await Promise.all(JSON.parse(readFileSync(file)).map(one));
process.exit(0);
