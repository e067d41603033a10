"""Platforms in a storm: turned away, failed at, left without an answer. The real clients, over a real database."""

import asyncio
import json
import random
import re
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import parse_qsl

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.clock import utc_now
from gateway.messages import Channel, Outbound, Sent, Surface
from gateway.privacy.wall import PublicText
from gateway.sending.limits import LIMITS, Table
from gateway.storage.tables import outbox
from tests.integration.loopback import RESET, Call, Loopback, answer
from tests.integration.road import Road, road
from tests.integration.test_backlog import fill, rows, statuses
from tests.integration.told import Played, adapter
from tests.storage import ON_POSTGRES

AT_A_TIME = 20
BREATH = {Channel.TELEGRAM: 0.75, Channel.FACEBOOK: 0.2, Channel.TWITTER: 0.2}
"""Seconds between two batches: Telegram's thirty a second are not what is tried here."""
TAKES_SECONDS = 0.3  # a platform's own time for a send: what is compared are delays as customers know them
TURNED_AWAY, FAILED, LOST = 0.30, 0.10, 0.05
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
NO_QUARTER_HOURS: Table = {
    # As ASIDE_LIMITS would: a hundred posts in a quarter of an hour are not what is tried here.
    key: tuple(limit for limit in limits if limit.seconds < 900)
    for key, limits in LIMITS.items()
}
pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="one process sends here, whatever it keeps its queue in")


class Weather(Loopback):
    """Plays the sending half of a platform, and remembers what has really been said.

    In a storm 30 of 100 sends are turned away (429, for a second), 10 answered by a page (5xx), half of which have had
    their effect, and of 5 the answer is lost after the effect.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.latency = TAKES_SECONDS
        self.storm = False
        self.said: list[str] = []
        """What, in the order in which it had its effect."""
        self.said_at: dict[str, float] = {}
        self.hit: set[str] = set()
        """What has been in trouble."""
        self.played: Counter[str] = Counter()
        self._dice = random.Random(seed)

    def plays_to(self, call: Call) -> bytes:
        text = _told(call)
        if not text:
            return answer(200, {"ok": True, "result": True})  # a small sign
        chance = self._dice.random() if self.storm else 1.0
        if chance < TURNED_AWAY:
            return self._trouble(text, "turned away", _turned_away(call))
        if chance < TURNED_AWAY + FAILED:
            if self._dice.random() < 0.5:
                self._effect(text)
            return self._trouble(text, "failed", answer(self._dice.choice((500, 502, 504)), PAGE))
        self._effect(text)
        if chance < TURNED_AWAY + FAILED + LOST:
            return self._trouble(text, "lost", RESET)
        self.played["taken"] += 1
        return _taken(call, len(self.said))

    def _trouble(self, text: str, what: str, played: bytes) -> bytes:
        self.hit.add(text)
        self.played[what] += 1
        return played

    def _effect(self, text: str) -> None:
        self.said.append(text)
        self.said_at.setdefault(text, utc_now().timestamp())


def _told(call: Call) -> str:
    """What a call says, all of which is different here; nothing where it says nothing."""
    if call.path.endswith("/sendMessage"):
        return _words(dict(parse_qsl(call.body.decode()))["text"])
    if call.path.endswith(("/messages", "/comments", "/2/tweets")):
        body: Mapping[str, Any] = json.loads(call.body)
        message = body.get("message", body)
        return _words(message if isinstance(message, str) else message.get("text", ""))
    return ""


def _words(text: str) -> str:
    found = re.search(r"answers (\w+)", text)
    return found[1] if found else ""


def _turned_away(call: Call) -> bytes:
    """For a second, in the words of each; none says that more than this one send was too much."""
    if call.path.endswith("/sendMessage"):
        telegram = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
        return answer(429, {**telegram, "parameters": {"retry_after": 1}})
    if call.path.startswith("/2/"):
        problem = {"title": "Too Many Requests", "status": 429, "type": "about:blank"}
        return answer(429, problem, {"x-rate-limit-remaining": "7", "retry-after": "1"})
    return answer(
        429, {"error": {"message": "(#613) Calls have exceeded the rate limit.", "code": 613}}, {"Retry-After": "1"}
    )


def _taken(call: Call, number: int) -> bytes:
    if call.path.endswith("/sendMessage"):
        chat = {"id": int(dict(parse_qsl(call.body.decode()))["chat_id"]), "type": "private"}
        return answer(200, {"ok": True, "result": {"message_id": number, "date": 1790000000, "chat": chat}})
    if call.path.startswith("/2/"):
        made = {"data": {"id": str(number), "dm_event_id": str(number), "text": ""}}
        return answer(201, made, {"Content-Type": "application/json"})
    return answer(200, {"recipient_id": "1", "message_id": f"m_{number}", "id": f"c_{number}"})


class Sending(Played):
    """The real adapter's sends as well."""

    async def send_private(self, out: Outbound, reference: str, files: Any = ()) -> Sent:
        return await self._real.send_private(out, reference, files)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        return await self._real.send_public(out, text, reference)

    async def start(self) -> None:
        await self._real.start()

    async def stop(self) -> None:
        await self._real.stop()


async def delays(there: Road, weather: Weather, channel: Channel, surface: Surface, name: str) -> list[float]:
    """Seconds until each of those who met no trouble had its answer, of so many who asked at once."""
    started = utc_now().timestamp()
    await fill(there, AT_A_TIME, channel=channel, surface=surface, name=name)
    asked = {f"{name}{number}" for number in range(AT_A_TIME)}
    await there.until(lambda: asked <= {*weather.said_at, *weather.hit}, 20)
    return [weather.said_at[one] - started for one in asked - weather.hit]


@pytest.mark.parametrize(
    ("channel", "surface"),
    [
        (Channel.TELEGRAM, Surface.PRIVATE),
        (Channel.FACEBOOK, Surface.PRIVATE),
        (Channel.FACEBOOK, Surface.PUBLIC),
        (Channel.TWITTER, Surface.PRIVATE),
        (Channel.TWITTER, Surface.PUBLIC),
    ],
)
async def test_in_a_storm_each_reply_arrives_once_or_is_unclear_and_the_others_hardly_wait(
    channel: Channel, surface: Surface, tmp_path: Path
) -> None:
    held: dict[str, Any] = {f"aside_unclear_{name}": "hold" for name in Channel}
    async with Weather(seed=11) as weather:
        platform = Sending(adapter(channel, api_root=weather.root))
        async with road(tmp_path, platform=platform, table=NO_QUARTER_HOURS, **held) as there:
            await delays(there, weather, channel, surface, "90")  # the first ones open the connections
            calm, lucky = [], []
            for turn in range(4):  # in turns, so that a busy machine is as busy for both
                await asyncio.sleep(BREATH[channel])
                weather.storm = False
                calm += await delays(there, weather, channel, surface, f"91{turn}")
                await asyncio.sleep(BREATH[channel])
                weather.storm = True
                lucky += await delays(there, weather, channel, surface, f"92{turn}")
            weather.storm = False
            await there.until_read(lambda conn: {*_statuses(conn)} <= {"sent", "unclear"}, 40)

            found = await rows(there)
            said, known = Counter(weather.said), Counter(map(_what, found))
            sent = {_what(row) for row in found if row.status == "sent"}
            assert min(weather.played[what] for what in ("turned away", "failed", "lost")) > 0, weather.played
            assert set(said.values()) == set(known.values()) == {1}, "nothing is said twice"
            assert sent <= set(said) <= set(known), "what counts as sent is there, and nothing else is"
            assert (await statuses(there))["unclear"] == weather.played["failed"] + weather.played["lost"]
            assert median(lucky) < 1.5 * median(calm), (median(lucky), median(calm))


def _statuses(conn: Connection) -> list[str]:
    return list(conn.execute(sa.select(outbox.c.status).distinct()).scalars())


def _what(row: Any) -> str:
    return _words(row.payload["text"])
