"""sse-starlette's own encoder under uvicorn: python starlette_server.py TOLD.json"""

import asyncio
import json
import socket
import sys
import time
from importlib.metadata import version

import uvicorn
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

with open(sys.argv[1], encoding="utf-8") as file:
    TOLD = json.load(file)
SEP = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}

held = {}


async def each(messages):
    for message in messages:
        yield message


async def talks(request):
    messages = TOLD["talks"][request.path_params["index"]]["messages"]
    return EventSourceResponse(each(messages), sep=SEP[request.query_params["ends"]])


async def resume(request):
    # Starlette reads header values as Latin-1; an id is UTF-8.
    last = request.headers.get("last-event-id", "").encode("latin-1").decode()
    ids = ["", *(message["id"] for message in TOLD["resume"])]
    rest = TOLD["resume"][ids.index(last) :]
    return EventSourceResponse(each([{"retry": 1}, *rest[:2]])) if rest else Response(status_code=204)


async def hold(request):
    """An event at once; soon after it one that says when it was sent; the last one when it is released."""
    released = held[request.path_params["key"]] = asyncio.Event()

    async def body():
        yield "first"
        await asyncio.sleep(0.02)
        yield str(time.time() * 1000)
        await released.wait()
        yield "last"

    return EventSourceResponse(body(), sep=SEP[request.query_params["ends"]])


async def release(request):
    held[request.path_params["key"]].set()
    return Response()


app = Starlette(
    routes=[
        Route("/talks/{index:int}", talks),
        Route("/resume", resume),
        Route("/hold/{key}", hold),
        Route("/release/{key}", release),
    ]
)
# asyncio sends at once only what goes over a socket whose protocol is named.
listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
listener.bind(("127.0.0.1", 0))
listener.listen(128)
print(json.dumps({"version": version("sse-starlette"), "ports": [listener.getsockname()[1]]}), flush=True)
uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])
