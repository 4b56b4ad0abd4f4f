// A server of an MCP SDK for TypeScript, with a store of events. Says its port.
//
// node server.mjs sdk|server

import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const isFirst = process.argv[2] === 'sdk';
const RETRY = 200;
const KEEP_ALIVE = 30;

class Store {
    events = [];

    async storeEvent(stream, message) {
        this.events.push([stream, message]);
        return `${stream}~${this.events.length}`;
    }

    async getStreamIdForEventId(id) {
        return id.slice(0, id.lastIndexOf('~'));
    }

    async replayEventsAfter(id, { send }) {
        const stream = id.slice(0, id.lastIndexOf('~'));
        const after = Number(id.slice(id.lastIndexOf('~') + 1));
        for (const [at, [of, message]] of this.events.entries()) {
            // A priming event was stored as an empty object.
            if (of === stream && at + 1 > after && 'jsonrpc' in message) await send(`${of}~${at + 1}`, message);
        }
        return stream;
    }
}

const { McpServer } = await import(isFirst ? '@modelcontextprotocol/sdk/server/mcp.js' : '@modelcontextprotocol/server');

function newServer() {
    const server = new McpServer({ name: 'interop', version: '0' });
    server.registerTool('work', { description: 'works' }, async (extra) => {
        const request = isFirst ? extra : extra.mcpReq;
        const progressToken = request._meta?.progressToken;
        const notify = isFirst ? extra.sendNotification : extra.mcpReq.notify;
        const close = isFirst ? extra.closeSSEStream : extra.http?.closeSSE;
        const step = (progress) => notify({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
        await step(1);
        close?.();
        await sleep(50);
        await step(2);
        await sleep(400);
        close?.();
        await sleep(50);
        await step(3);
        return { content: [{ type: 'text', text: 'done' }] };
    });
    return server;
}

const { StreamableHTTPServerTransport } = isFirst
    ? await import('@modelcontextprotocol/sdk/server/streamableHttp.js')
    : { StreamableHTTPServerTransport: (await import('@modelcontextprotocol/node')).NodeStreamableHTTPServerTransport };

const sessions = new Map();

/** 2025-11-25: a server and its transport for each session. */
async function stateful(request, response) {
    let transport = sessions.get(request.headers['mcp-session-id']);
    if (!transport) {
        transport = new StreamableHTTPServerTransport({
            sessionIdGenerator: randomUUID,
            eventStore: new Store(),
            retryInterval: RETRY,
            keepAliveMs: KEEP_ALIVE,
            onsessioninitialized: (id) => sessions.set(id, transport),
        });
        await newServer().connect(transport);
    }
    await transport.handleRequest(request, response);
}

let modern = stateful;
if (!isFirst) {
    const { createMcpHandler } = await import('@modelcontextprotocol/server');
    const { toNodeHandler } = await import('@modelcontextprotocol/node');
    modern = toNodeHandler(createMcpHandler(newServer, { legacy: 'reject', keepAliveMs: KEEP_ALIVE }));
}

const http = createServer((request, response) => {
    const isModern = request.headers['mcp-protocol-version'] === '2026-07-28';
    (isModern ? modern : stateful)(request, response);
});
http.listen(0, '127.0.0.1', () => console.log(http.address().port));
