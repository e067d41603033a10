"""What the product answers when it is asked wrongly: error pages, refusals, lists; none of it tells what was said.

a value in an address, a body, a header -> 400, 401, 403, 404, 405, 413, 422, 503 -> (place, what was answered)
"""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import httpx

from tests.conversations.judge import Outcome
from tests.conversations.personal import Personal
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER, Voice

Answer = tuple[str, bytes]

_PAGES: Final = 3
"""Of the desk's list, of 200 cases each, the newest first."""
_LOCKED_FOR: Final = 8.0  # seconds; longer than intake waits for the database


async def answers(api: httpx.AsyncClient, address: str, voice: Voice, values: Iterable[Personal]) -> list[Answer]:
    """What is answered to requests that err and hold personal data."""
    told: list[Answer] = []
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=30) as anybody:
        for personal in values:
            for number, request in enumerate(_wrong(personal, voice)):
                client = api if request.pop("known", False) else anybody
                url = request.pop("url") if client is anybody else f"{address}{request.pop('url')}"
                try:
                    answer = await client.request(request.pop("method"), url, **request)
                except httpx.TransportError:  # hung up on, in the midst of too large a body
                    continue
                told.append((f"answer {answer.status_code} to wrong request {number}", _all_of(answer)))
    return told


def _all_of(answer: httpx.Response) -> bytes:
    """Its body and its headers, without where a browser is sent: that is the address which it has asked for."""
    headers = (name + b": " + value for name, value in answer.headers.raw if name.lower() != b"location")
    return answer.content + b"\n" + b"\n".join(headers)


def _wrong(personal: Personal, voice: Voice) -> list[dict[str, Any]]:
    value, in_url = personal.value, quote(personal.value, safe="")
    body = json.dumps({"message": {"text": value}, "user": value}).encode()
    page = {"accept": "text/html"}
    found: list[dict[str, Any]] = [
        {"method": "GET", "url": f"/{in_url}"},
        {"method": "GET", "url": f"/desk/cases/{in_url}?q={in_url}", "headers": page},
        {"method": "GET", "url": f"/api/v1/cases/{in_url}", "known": True},
        {"method": "GET", "url": f"/api/v1/cases?cursor={in_url}&state={in_url}", "known": True},
        {"method": "GET", "url": f"/api/v1/cases?limit={in_url}", "known": True},
        {"method": "GET", "url": f"/api/v1/cases?topic={in_url}"},
        {"method": "POST", "url": f"/api/v1/cases/{in_url}/messages", "content": body},
        {"method": "POST", "url": "/api/v1/cases/none/messages", "content": body, "known": True},
        {"method": "POST", "url": "/api/v1/wall", "json": {"text": value, "channel": value}, "known": True},
        {"method": "POST", "url": "/api/v1/wall", "json": {"text": value, "channel": "twitter"}, "known": True},
        {"method": "POST", "url": "/api/v1/wall", "content": f'{{"text": "{value}'.encode(), "known": True},
        {"method": "PUT", "url": "/api/v1/wall", "json": {"text": value}, "known": True},
        {"method": "POST", "url": "/api/v1/wall", "json": {"text": value * 40_000}, "known": True},
        {"method": "POST", "url": "/login", "data": {"name": "Kim", "password": value}, "headers": page},
        {"method": "GET", "url": "/metrics", "params": {"q": value}},
    ]
    for channel in (TELEGRAM, FACEBOOK, TWITTER):
        path = f"/webhooks/{channel}/webhook"
        cut = f'{{"update_id": 1, "message": {{"text": "{value}"'.encode()
        large = voice.signed(channel, json.dumps({"object": "page", "entry": [value] * 60_000}).encode())
        found.append({"method": "POST", "url": path, "content": body})  # nobody has signed it
        found.append({"method": "GET", "url": f"{path}?hub.challenge={in_url}&crc_token={in_url}"})
        for content in (cut, body, b"\xff\xfe" + value.encode()):
            signed = voice.signed(channel, content)
            found.append({"method": "POST", "url": signed.path, "content": content, "headers": signed.headers})
        found.append({"method": "POST", "url": large.path, "content": large.body, "headers": large.headers})
    return found


async def without_a_database(database: Path, address: str, voice: Voice, values: list[Personal]) -> list[Answer]:
    """What webhooks answer while nothing can be written: 503, and the platform comes again."""
    told: list[Answer] = []
    holder = sqlite3.connect(database, isolation_level=None, timeout=30)
    try:
        holder.execute("BEGIN IMMEDIATE")
        async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as anybody:
            waiting = [asyncio.create_task(_deliver(anybody, voice, each)) for each in values]
            await asyncio.wait(waiting, timeout=_LOCKED_FOR)
            holder.execute("ROLLBACK")
            told += await asyncio.gather(*waiting)
    finally:
        holder.close()
    return told


async def _deliver(anybody: httpx.AsyncClient, voice: Voice, personal: Personal) -> Answer:
    event = voice.telegram(
        499_000_000 + hash(personal.value) % 1_000_000, "", f"my {personal.word} is {personal.value}"
    )
    delivery = voice.delivery(event)
    answer = await anybody.post(delivery.path, content=delivery.body, headers=delivery.headers)
    return f"answer {answer.status_code} of a webhook without a database", _all_of(answer)


async def public_sides(api: httpx.AsyncClient, outcomes: Iterable[Outcome]) -> AsyncIterator[Answer]:
    """What transcripts show of what was said in public, to whoever may work on cases: masked, until they ask for it."""
    cursor, names = "", {name for outcome in outcomes for name in outcome.people}
    for _ in range(_PAGES):
        page = (await api.get("/cases?limit=200" + (f"&cursor={quote(cursor)}" if cursor else ""))).json()
        for case in page["cases"]:
            if case["customer"]["name"] in names:
                shown = (await api.get(f"/cases/{case['id']}/messages?limit=200")).json()["messages"]
                public = [each for each in shown if each["surface"] == "public"]
                yield f"the public side of case {case['id']}", json.dumps(public, ensure_ascii=False).encode()
        cursor = page["next"]
        if not cursor:
            return
