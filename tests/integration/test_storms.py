"""Platforms in a storm: turned away, failed at, left without an answer. The real clients, over a real database."""

import asyncio
import json
import random
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
from gateway.messages import Channel, Outbound, Sent
from gateway.sending.limits import LIMITS
from gateway.storage.tables import outbox
from tests.integration.loopback import RESET, Call, Loopback, answer
from tests.integration.road import Road, road
from tests.integration.test_backlog import fill, rows, statuses
from tests.integration.told import Played, adapter
from tests.storage import ON_POSTGRES

AT_A_TIME = 20
BREATH = 0.75  # seconds between two batches: thirty a second are not what is tried here
TURNED_AWAY, FAILED, LOST = 0.30, 0.10, 0.05
PAGE = "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="one process sends here, whatever it keeps its queue in")


class Weather(Loopback):
    """Plays the sending half of a platform, and remembers what has really been said, by whom it was said to.

    In a storm 30 of 100 sends are turned away (429, for a second), 10 answered by a page (5xx), half of which have had
    their effect, and of 5 the answer is lost after the effect.
    """

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.storm = False
        self.said: list[tuple[str, str]] = []
        """(to whom, what), in the order in which it had its effect."""
        self.said_at: dict[str, float] = {}
        self.hit: set[str] = set()
        """Who has been in trouble."""
        self.played: Counter[str] = Counter()
        self._dice = random.Random(seed)

    def plays_to(self, call: Call) -> bytes:
        to, text = _told(call)
        if not text:
            return answer(200, {"ok": True, "result": True})  # a small sign
        chance = self._dice.random() if self.storm else 1.0
        if chance < TURNED_AWAY:
            return self._trouble(to, "turned away", _turned_away(call))
        if chance < TURNED_AWAY + FAILED:
            if self._dice.random() < 0.5:
                self._effect(to, text)
            return self._trouble(to, "failed", answer(self._dice.choice((500, 502, 504)), PAGE))
        self._effect(to, text)
        if chance < TURNED_AWAY + FAILED + LOST:
            return self._trouble(to, "lost", RESET)
        self.played["taken"] += 1
        return _taken(call, len(self.said))

    def _trouble(self, to: str, what: str, played: bytes) -> bytes:
        self.hit.add(to)
        self.played[what] += 1
        return played

    def _effect(self, to: str, text: str) -> None:
        self.said.append((to, text))
        self.said_at.setdefault(to, utc_now().timestamp())


def _told(call: Call) -> tuple[str, str]:
    """To whom a call says what; nothing where it says nothing."""
    if call.path.endswith("/sendMessage"):
        fields = dict(parse_qsl(call.body.decode()))
        return fields["chat_id"], fields["text"]
    if call.path.endswith("/messages"):
        body: Mapping[str, Any] = json.loads(call.body)
        return body["recipient"]["id"], body.get("message", {}).get("text", "")
    return "", ""


def _turned_away(call: Call) -> bytes:
    if call.path.endswith("/sendMessage"):
        telegram = {"ok": False, "error_code": 429, "description": "Too Many Requests: retry after 1"}
        return answer(429, {**telegram, "parameters": {"retry_after": 1}})
    return answer(
        429, {"error": {"message": "(#613) Calls have exceeded the rate limit.", "code": 613}}, {"Retry-After": "1"}
    )


def _taken(call: Call, number: int) -> bytes:
    to, _ = _told(call)
    if call.path.endswith("/sendMessage"):
        chat = {"id": int(to), "type": "private"}
        return answer(200, {"ok": True, "result": {"message_id": number, "date": 1790000000, "chat": chat}})
    return answer(200, {"recipient_id": to, "message_id": f"m_{number}"})


class Sending(Played):
    """The real adapter's sends as well."""

    async def send_private(self, out: Outbound, reference: str, files: Any = ()) -> Sent:
        return await self._real.send_private(out, reference, files)

    async def start(self) -> None:
        await self._real.start()

    async def stop(self) -> None:
        await self._real.stop()


async def delays(there: Road, weather: Weather, channel: Channel, name: str) -> list[float]:
    """Seconds until each of those who met no trouble had its answer, of so many who asked at once."""
    started = utc_now().timestamp()
    await fill(there, AT_A_TIME, channel=channel, name=name)
    asked = {f"{name}{number}" for number in range(AT_A_TIME)}
    await there.until(lambda: asked <= {*weather.said_at, *weather.hit}, 20)
    return [weather.said_at[one] - started for one in asked - weather.hit]


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.FACEBOOK])
async def test_in_a_storm_each_reply_arrives_once_or_is_unclear_and_the_others_hardly_wait(
    channel: Channel, tmp_path: Path
) -> None:
    held: dict[str, Any] = {f"aside_unclear_{name}": "hold" for name in Channel}
    async with Weather(seed=11) as weather:
        platform = Sending(adapter(channel, api_root=weather.root))
        async with road(tmp_path, platform=platform, table=LIMITS, **held) as there:
            await delays(there, weather, channel, "90")  # the first ones open the connections
            await asyncio.sleep(BREATH)
            calm = await delays(there, weather, channel, "91")
            weather.storm = True
            lucky = []
            for name in ("92", "93", "94"):
                await asyncio.sleep(BREATH)
                lucky += await delays(there, weather, channel, name)
            await there.until_read(lambda conn: {*_statuses(conn)} <= {"sent", "unclear"}, 40)

            found = await rows(there)
            said, known = Counter(weather.said), Counter(map(_what, found))
            sent = {_what(row) for row in found if row.status == "sent"}
            assert min(weather.played[what] for what in ("turned away", "failed", "lost")) > 0, weather.played
            assert set(said.values()) == set(known.values()) == {1}, "nothing is said twice"
            assert sent <= set(said) <= set(known), "what counts as sent is there, and nothing else is"
            assert (await statuses(there))["unclear"] == weather.played["failed"] + weather.played["lost"]
            if channel is Channel.TELEGRAM:
                # A chat's 429 is that chat's. Facebook turns away the whole Page, which then waits as long as it says.
                assert median(lucky) < 1.5 * median(calm) + 0.1


def _statuses(conn: Connection) -> list[str]:
    return list(conn.execute(sa.select(outbox.c.status).distinct()).scalars())


def _what(row: Any) -> tuple[str, str]:
    return row.payload["target"], row.payload["text"]
