"""Calls a tool at each address with the MCP SDK for Python, and says what came of it.

python client.py LEGACY|MODERN FILE: a list of {"name", "url", "tool"} as JSON; a line of JSON for each.
"""

import asyncio
import json
import logging
import sys
from contextlib import asynccontextmanager
from importlib.metadata import version

LIMIT = 5
logging.disable(logging.CRITICAL)
IS_FIRST = version("mcp").startswith("1.")


@asynccontextmanager
async def connect(url, mode, strays):
    if IS_FIRST:
        from mcp import ClientSession
        from mcp.client.streamable_http import streamablehttp_client

        async def stray(message):
            if isinstance(message, Exception):
                strays.append(str(message))

        async with streamablehttp_client(url) as (read, write, _):
            async with ClientSession(read, write, message_handler=stray) as session:
                await session.initialize()
                yield session
    else:
        from mcp import Client

        mode = "legacy" if mode == "LEGACY" else "2026-07-28"

        async def stray(message):
            if isinstance(message, Exception):
                strays.append(str(message))

        async with Client(url, mode=mode, message_handler=stray) as client:
            yield client


async def call(case, mode, seen):
    async with connect(case["url"], mode, seen["strays"]) as session:

        async def progress(done, total, message):
            seen["progress"].append(int(done))

        answer = await session.call_tool(case["tool"], {}, progress_callback=progress)
        seen["result"] = answer.content[0].text


async def one(case, mode):
    seen = {"name": case["name"], "progress": [], "result": None, "error": None, "strays": []}
    try:
        await asyncio.wait_for(call(case, mode, seen), LIMIT)
    except TimeoutError:
        seen["error"] = "hangs"
    except BaseException as error:
        while isinstance(error, BaseExceptionGroup):
            error = error.exceptions[0]
        seen["error"] = f"{type(error).__name__}: {error}"
    print(json.dumps(seen), flush=True)


async def main():
    with open(sys.argv[2]) as file:
        cases = json.load(file)
    await asyncio.gather(*(one(case, sys.argv[1]) for case in cases))


asyncio.run(main())
