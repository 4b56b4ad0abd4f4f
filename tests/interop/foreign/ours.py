"""A plugin of pytest: the tests of httpx-sse, out of its package, over the decoder and the scanner of this crate."""

import ctypes
import json
import os
import pathlib

import httpx_sse
from httpx_sse import _api, _decoders

_here = pathlib.Path(__file__).parent
_library = ctypes.CDLL(os.environ.get("SSE_BRIDGE", _here / "../target/release/libsse_proto_bridge.so"))
for _name in ["reader_new", "lines_new"]:
    getattr(_library, _name).restype = ctypes.c_void_p
for _name in ["reader_push", "lines_push", "lines_end"]:
    getattr(_library, _name).restype = ctypes.c_void_p


def _call(name, machine, *arguments):
    text = getattr(_library, name)(ctypes.c_void_p(machine), *arguments)
    value = json.loads(ctypes.string_at(text))
    _library.text_free(ctypes.c_void_p(text))
    return value


def _push(name, machine, data):
    return _call(name, machine, data, ctypes.c_size_t(len(data)))


class Reader:
    """Events out of bytes."""

    def __init__(self):
        self._reader = _library.reader_new()

    def push(self, data):
        for event in _push("reader_push", self._reader, data):
            yield httpx_sse.ServerSentEvent(
                event=event["type"], data=event["data"], id=event["lastEventId"], retry=event["retry"]
            )


class Lines:
    """Lines out of text, in place of its `SSELineDecoder`."""

    def __init__(self):
        self._lines = _library.lines_new()

    def decode(self, text):
        return _push("lines_push", self._lines, text.encode())

    def flush(self):
        line = _call("lines_end", self._lines)
        return [] if line is None else [line]


def split_lines(text):
    lines = Lines()
    return lines.decode(text) + lines.flush()


def iter_sse(self):
    self._check_content_type()
    reader = Reader()
    for chunk in self._response.iter_bytes():
        yield from reader.push(chunk)


async def aiter_sse(self):
    self._check_content_type()
    reader, chunks = Reader(), self._response.aiter_bytes()
    try:
        async for chunk in chunks:
            for event in reader.push(chunk):
                yield event
    finally:
        await chunks.aclose()


_api.EventSource.iter_sse = iter_sse
_api.EventSource.aiter_sse = aiter_sse
_decoders.SSELineDecoder = Lines
_decoders._splitlines_sse = split_lines


_outcomes = {}


def pytest_runtest_logreport(report):
    """The worst of a test's three phases is its outcome."""
    if report.when == "call" or report.outcome != "passed":
        _outcomes[report.nodeid.split("/")[-1]] = report.outcome


def pytest_sessionfinish():
    pathlib.Path(os.environ["OUTCOMES"]).write_text(json.dumps(_outcomes))
