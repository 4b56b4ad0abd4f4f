"""httpx-sse over httpx: httpx_client.py ORIGIN."""

import sys

import httpx
from httpx_sse import connect_sse

origin = sys.argv[1]
outcomes = []
with httpx.Client(base_url=origin) as client:
    for case in client.get("/plan").json():
        events, retries = [], []
        with connect_sse(client, "GET", case["path"]) as source:
            for event in source.iter_sse():
                events.append({"type": event.event, "data": event.data, "id": event.id})
                if event.retry is not None:
                    retries.append(str(event.retry))
                if case["acknowledge"]:
                    httpx.post(origin + case["acknowledge"])
        outcomes.append({"events": events, "retries": retries})
    client.post("/outcomes", json=outcomes).raise_for_status()
