"""A Flask view that writes an event stream by hand, as most are written: python flask_server.py TOLD.json"""

import itertools
import json
import re
import sys
import threading
import time
from importlib.metadata import version

from flask import Flask, Response, request
from werkzeug.serving import WSGIRequestHandler, make_server

with open(sys.argv[1], encoding="utf-8") as file:
    TOLD = json.load(file)
# Mixed in this order no LF follows a CR, so that each stays a line end of its own.
ENDS = {"lf": ["\n"], "crlf": ["\r\n"], "cr": ["\r"], "mixed": ["\r", "\r\n", "\n"]}

app = Flask(__name__)
held = {}


def lines(message):
    if "comment" in message:
        yield f": {message['comment']}"
    for field in ("retry", "event", "id"):
        if field in message:
            yield f"{field}: {message[field]}"
    if "data" in message:
        # Not splitlines(), which takes U+2028, U+0085 and others for line ends, too.
        for part in re.split("\r\n|\r|\n", message["data"]):
            yield f"data: {part}"
    yield ""


def encode(messages, ends):
    contents = itertools.chain.from_iterable(map(lines, messages))
    return "".join(map("".join, zip(contents, itertools.cycle(ENDS[ends])))).encode()


def stream(body):
    return Response(body, mimetype="text/event-stream", headers={"Cache-Control": "no-store"})


def pieces(text):
    """In pieces of `cut` bytes, each a chunk of its own."""
    step = request.args.get("cut", 0, int) or len(text) or 1
    return stream(text[start : start + step] for start in range(0, len(text), step))


@app.get("/talks/<int:index>")
def talks(index):
    return pieces(encode(TOLD["talks"][index]["messages"], request.args["ends"]))


@app.get("/raws/<int:index>")
def raws(index):
    return pieces(bytes.fromhex(TOLD["raws"][index]["hex"]))


@app.get("/resume")
def resume():
    # WSGI reads header values as Latin-1; an id is UTF-8.
    last = request.headers.get("Last-Event-ID", "").encode("latin-1").decode()
    ids = ["", *(message["id"] for message in TOLD["resume"])]
    rest = TOLD["resume"][ids.index(last) :]
    return pieces(encode([{"retry": 1}, *rest[:2]], "lf")) if rest else ("", 204)


@app.get("/hold/<key>")
def hold(key):
    """An event at once; soon after it one that says when it was sent; the last one when it is released."""
    held[key] = threading.Event()
    ends = request.args["ends"]

    def body():
        yield encode([{"data": "first"}], ends)
        time.sleep(0.02)
        yield encode([{"data": f"{time.time() * 1000}"}], ends)
        held[key].wait()
        yield encode([{"data": "last"}], ends)

    return stream(body())


@app.get("/release/<key>")
def release(key):
    held[key].set()
    return ""


class Quiet(WSGIRequestHandler):
    disable_nagle_algorithm = True
    log_request = lambda *_: None


server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
print(json.dumps({"version": version("flask"), "ports": [server.server_port]}), flush=True)
server.serve_forever()
