"""A reader as people write it by hand, for streams of chat completions: by_hand.py SHAPE ORIGIN. Its faults are the point."""

import json

import requests
from report import main


def parse(data):
    try:
        return json.loads(data)
    except ValueError:
        raise Exception("not JSON") from None


def iter_lines(url):
    with requests.post(f"{url}/chat/completions", stream=True) as response:
        for line in response.iter_lines():
            if line == b"data: [DONE]":
                return
            if line.startswith(b"data: "):
                for choice in parse(line[len(b"data: "):]).get("choices", []):
                    yield choice["delta"].get("content")


main({"iter-lines": iter_lines})
