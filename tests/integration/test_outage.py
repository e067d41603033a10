"""An hour's outage, in the platforms' own protocols: what was missed is brought back exactly, once and in its order."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.channels.base import ChannelAdapter
from gateway.channels.facebook.channel import FacebookChannel
from gateway.channels.facebook.settings import FacebookSettings
from gateway.channels.supply import Supply
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.clock import Clock
from gateway.intake.catch_up import CatchUp
from gateway.intake.pulse import Pulse
from gateway.messages import Author
from gateway.storage import cursors, events, transcript
from gateway.storage.tables import cases, inbox, messages
from playground.testing import Clock as TownClock
from playground.testing import Gateway, Received, Town, running
from tests.fakes import FakePlatform
from tests.integration.road import Road, road

MINE = "this-process"
CUSTOMERS = ("ines", "tom")
Deed = tuple[str, Callable[[str], str]]
X: list[Deed] = [("x/post", lambda words: f"@WrenAndCo {words}"), ("x/dm", lambda words: words)]
FACEBOOK: list[Deed] = [("facebook/comment", lambda words: words), ("facebook/message", lambda words: words)]


def x_of(town: Town, clock: Clock) -> ChannelAdapter:
    settings = town.settings
    return TwitterChannel(
        TwitterSettings(
            consumer_key=settings.twitter_consumer_key,
            consumer_secret=settings.twitter_consumer_secret,
            access_token=settings.twitter_access_token,
            access_token_secret=settings.twitter_access_token_secret,
            user_id=settings.twitter_user_id,
            username=settings.twitter_username,
            api_root=f"{town.url}/x",
        ),
        clock=clock,
    )


def facebook_of(town: Town, clock: Clock) -> ChannelAdapter:
    settings = town.settings
    return cast(
        ChannelAdapter,
        FacebookChannel(
            FacebookSettings(
                verify=settings.facebook_verify,
                secret=settings.facebook_secret,
                page_access_token=settings.facebook_page_access_token,
                page_id=settings.facebook_page_id,
                api_root=f"{town.url}/facebook",
            ),
            clock,
        ),
    )


class Outage:
    """The gateway, the town, and a line between them that breaks."""

    def __init__(self, way: Road, town: Town, time: TownClock, channel: ChannelAdapter) -> None:
        self.way = way
        self.town = town
        self.time = time
        self.channel = channel
        supply = cast(Supply, channel)
        self.asking = CatchUp(channel, supply, way.database, way.clock, Pulse(way.database, way.clock), 5)
        self.broken = False
        self.gets_through: set[str] = {"You said"}
        """What is delivered although the line is broken: what we say ourselves, so that only customers' words count."""
        self.said: dict[str, list[str]] = {name: [] for name in CUSTOMERS}
        self.missed = 0

    def lets_in(self, received: Received) -> bool:
        """Whether a delivery arrives."""
        return not self.broken or any(words.encode() in received.body for words in self.gets_through)

    async def hear(self, received: Received) -> None:
        """A delivery has arrived."""
        answer = await self.way.gateway.intake.receive(received.channel, received.headers, received.body)
        assert answer.status == 200

    async def say(self, who: str, deed: Deed, *, through: bool) -> None:
        """A customer says something, which arrives or not; two and a half minutes go by."""
        what, worded = deed
        words = f"line {len(self.said[who])} of {who}"
        if through:
            self.gets_through.add(words)
        await self.town.play(what, customer=who, text=worded(words))
        self.said[who].append(words)
        if through:
            await self.way.until_read(lambda conn: words in _words(conn))
        else:
            self.missed += 1
        self.go_on(minutes=2.5)

    def go_on(self, **length: float) -> None:
        self.time.ahead += timedelta(**length).total_seconds()
        self.way.clock.offset += timedelta(**length)

    async def ask(self) -> None:
        """Ask as often as the platform lets us, until nothing new has come for a while."""
        for _ in range(3):
            await self.asking.round(MINE)
            self.go_on(minutes=5)
        await self.way.quiet(0.3)

    async def heard(self) -> dict[str, list[str]]:
        """What each customer said, as it stands in their cases: Facebook has two accounts for one person."""

        def read(conn: Connection) -> list[list[str]]:
            return [
                [message.text for message in transcript.latest(conn, case_id, 200) if message.author is Author.CUSTOMER]
                for case_id in conn.execute(sa.select(cases.c.id)).scalars()
            ]

        found: dict[str, list[str]] = {name: [] for name in CUSTOMERS}
        for lines in await self.way.database.read(read):
            assert lines == sorted(lines, key=number_of), "a case is out of order"
            for line in lines:
                found[next(name for name in CUSTOMERS if name in line)].append(line)
        return {name: sorted(lines, key=number_of) for name, lines in found.items()}

    async def repaired(self) -> int:
        found = await self.way.database.read(lambda conn: events.after(conn, 0, 1000))
        return sum(cast(int, one.data["count"]) for one in found if one.kind == "channel.repaired")


def number_of(line: str) -> int:
    return int(line.split()[1])


def _words(conn: Connection) -> set[str]:
    return set(conn.execute(sa.select(messages.c.text)).scalars())


@asynccontextmanager
async def outage(folder: Path, opened: Callable[[Town, Clock], ChannelAdapter]) -> AsyncIterator[Outage]:
    listening, time = Gateway(), TownClock()
    ways: list[Road] = []

    def clock() -> datetime:
        return ways[0].clock()

    async with running(folder / "town", listening, time) as town:
        secret = town.settings.twitter_consumer_secret.encode()
        listening.crc_token = lambda token: (
            "sha256=" + base64.b64encode(hmac.digest(secret, token.encode(), hashlib.sha256)).decode()
        )
        channel = opened(town, clock)
        async with road(folder, platform=cast(FakePlatform, channel), aside_catch_up_minutes=0) as way:
            ways.append(way)
            here = (channel.name, channel.account)
            await way.gateway._keeper.stop()
            await way.database.write(lambda conn: cursors.take(conn, *here, MINE, way.clock(), alone=True))
            broken = Outage(way, town, time, channel)
            post = Forwarding(listening, broken)
            listening.answer = post.answer
            yield broken


class Forwarding:
    """Has what the town delivers taken in by the real intake, in the same loop."""

    def __init__(self, listening: Gateway, broken: Outage) -> None:
        self._broken = broken
        self._tasks: set[asyncio.Task[Any]] = set()

    def answer(self, received: Received) -> int:
        if not self._broken.lets_in(received):
            return 503
        task = asyncio.ensure_future(self._broken.hear(received))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return 200


@pytest.mark.parametrize(("opened", "deeds"), [(x_of, X), (facebook_of, FACEBOOK)], ids=["X", "Facebook"])
async def test_an_hour_without_webhooks_is_made_up_for(
    tmp_path: Path, opened: Callable[[Town, Clock], ChannelAdapter], deeds: list[Deed]
) -> None:
    async with outage(tmp_path, opened) as broken:
        await broken.ask()
        for number in range(4):
            await broken.say(CUSTOMERS[number % 2], deeds[number // 2 % 2], through=True)
        assert await broken.heard() == broken.said
        broken.broken = True
        for number in range(24):
            # Now and then one gets through.
            await broken.say(CUSTOMERS[number % 2], deeds[number // 2 % 2], through=number % 8 == 5)
        before = await broken.heard()
        assert sum(map(len, before.values())) == 7
        await broken.ask()
        assert await broken.heard() == broken.said
        assert await broken.repaired() == broken.missed == 21
        rows = await broken.way.database.read(lambda conn: conn.execute(sa.select(inbox.c.status)).scalars().all())
        assert "set_aside" not in rows
        await broken.ask()
        assert await broken.heard() == broken.said
        assert await broken.repaired() == broken.missed
