"""What all clients in Python have in common: each case of the plan is read, and what came of it is a line of JSON."""

import json
import sys
import urllib.request


def main(readers):
    """script.py READER ORIGIN: a reader yields the texts of the stream at a URL, and raises what it raises."""
    name, origin = sys.argv[1:]
    with urllib.request.urlopen(f"{origin}/plan") as plan:
        cases = json.load(plan)
    for case in cases:
        texts, ended = [], None
        try:
            for text in readers[name](origin + case["path"]):
                if text:
                    texts.append(text)
                    if case["acknowledge"]:
                        urllib.request.urlopen(origin + case["acknowledge"], data=b"").close()
        except Exception as error:
            # The first line of the message says what is wrong, the others quote.
            ended = f"{type(error).__name__}: {error}".split("\n")[0]
        print(json.dumps({"texts": texts, "ended": ended}), flush=True)
