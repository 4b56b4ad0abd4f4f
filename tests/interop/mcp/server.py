"""A server of the MCP SDK for Python, with a store of events. Says its port."""

import asyncio
import logging
import socket
from importlib.metadata import version

import uvicorn
from mcp.server.streamable_http import EventMessage, EventStore

RETRY = 200


class Store(EventStore):
    def __init__(self):
        self.events = []

    async def store_event(self, stream_id, message):
        self.events.append((stream_id, message))
        return f"{stream_id}~{len(self.events)}"

    async def replay_events_after(self, last_event_id, send_callback):
        stream, _, number = last_event_id.rpartition("~")
        for at, (of, message) in enumerate(self.events, 1):
            if of == stream and at > int(number) and message is not None:
                await send_callback(EventMessage(message, f"{of}~{at}"))
        return stream


async def work(ctx):
    await ctx.report_progress(1, 3)
    await ctx.close_sse_stream()
    await asyncio.sleep(0.05)
    await ctx.report_progress(2, 3)
    await asyncio.sleep(0.4)
    await ctx.close_sse_stream()
    await asyncio.sleep(0.05)
    await ctx.report_progress(3, 3)
    return "done"


if version("mcp").startswith("1."):
    from mcp.server.fastmcp import Context, FastMCP

    server = FastMCP("interop", event_store=Store(), retry_interval=RETRY)
    app = server.streamable_http_app
else:
    from mcp.server.mcpserver import Context, MCPServer

    server = MCPServer("interop")

    def app():
        return server.streamable_http_app(event_store=Store(), retry_interval=RETRY)


@server.tool(name="work")
async def tool(ctx: Context) -> str:
    return await work(ctx)


logging.disable(logging.CRITICAL)
listener = socket.create_server(("127.0.0.1", 0))
print(listener.getsockname()[1], flush=True)
asyncio.run(uvicorn.Server(uvicorn.Config(app(), log_level="critical")).serve(sockets=[listener]))
