"""Messages whose answer was lost: looked for where the platform can be asked, a person's task where it cannot."""

from datetime import timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.errors import SendUnclear
from gateway.happenings import Event
from gateway.messages import Author, Channel, Delivery, Echoed, Outbound, Place, RawEvent, Sender, Sent, Surface
from gateway.storage.tables import cases, outbox
from tests.fakes import FakePlatform
from tests.integration.road import Road, road, said


class Asked(FakePlatform):
    """A platform that takes the first message, loses its answer, and can be asked."""

    def __init__(self, *shows: str) -> None:
        """`shows`: the native ids of what it shows in the words of the message that it is asked for."""
        super().__init__()
        self.can_look_up = True
        self.shows = [Sent(native_id=native_id) for native_id in shows]
        self.looks = 0
        self.failures = [SendUnclear("no answer")]

    async def look_up(self, out: Outbound, reference: str, since: object) -> list[Sent]:
        self.looks += 1
        return self.shows

    def parse(self, event: RawEvent) -> Event:
        if event.native_id.startswith("echo"):
            return msgspec.json.decode(event.payload, type=Echoed)
        return super().parse(event)


async def rows(there: Road) -> list[tuple[str, int]]:
    found = await there.database.read(
        lambda conn: conn.execute(sa.select(outbox.c.status, outbox.c.looks).order_by(outbox.c.id)).all()
    )
    return [(row[0], row[1]) for row in found]


async def until_looked(there: Road, platform: Asked, times: int) -> None:
    """Minutes pass until the platform has been asked so often."""
    await there.until(lambda: not platform.failures)

    async def looked_beyond(looks: int) -> None:
        await there.until(lambda: platform.looks > looks)

    while platform.looks < times:
        looks = platform.looks
        await there.quiet(0.3)
        there.clock.offset += timedelta(minutes=3)
        await looked_beyond(looks)
    await there.quiet(0.5)


async def test_an_unclear_message_that_the_platform_shows_is_sent(tmp_path: Path) -> None:
    platform = Asked("found")
    async with road(tmp_path, platform=platform, aside_unclear_telegram="look_up") as there:
        await there.hear(said("hello"))
        await until_looked(there, platform, 1)
        case = await there.the_case()
        answer = (await there.transcript(case["id"]))[-1]
        assert (answer.delivery, answer.native_id) == (Delivery.SENT, "found")
        assert platform.sent == []
        there.clock.offset += timedelta(hours=1)
        await there.quiet(1.5)
        assert (await there.the_case())["state"] == CaseState.BOT


async def test_an_unclear_message_that_the_platform_does_not_show_is_a_persons_task(tmp_path: Path) -> None:
    platform = Asked()
    async with road(tmp_path, platform=platform, aside_unclear_telegram="look_up") as there:
        await there.hear(said("hello"))
        await until_looked(there, platform, 3)
        assert await rows(there) == [("unclear", 3)]
        there.clock.offset += timedelta(minutes=6)
        queued = sa.select(cases.c.id).where(cases.c.state == CaseState.QUEUED)
        await there.until_read(lambda conn: conn.execute(queued).first() is not None)
        assert platform.looks == 3


async def said_twice(there: Road, platform: Asked) -> None:
    """The same words go out twice in one thread; only the first answer is lost. The second's native id is `m1`."""
    await there.hear(said("hello"))
    await there.until(lambda: not platform.failures)
    await there.hear(said("hello"))
    await there.until(lambda: len(platform.sent) == 1)
    await there.quiet(0.3)


async def test_of_the_same_words_said_twice_each_is_found_once(tmp_path: Path) -> None:
    platform = Asked("m1", "found")
    async with road(tmp_path, platform=platform, aside_unclear_telegram="look_up") as there:
        await said_twice(there, platform)
        await until_looked(there, platform, 1)
        first, second = [
            item for item in await there.transcript((await there.the_case())["id"]) if item.author is Author.BOT
        ]
        assert first.text == second.text
        assert (first.native_id, second.native_id) == ("found", "m1")
        assert await rows(there) == [("sent", 1), ("sent", 0)]


async def test_what_is_known_as_another_message_of_ours_is_not_taken_for_the_one_that_was_lost(tmp_path: Path) -> None:
    platform = Asked("m1")
    async with road(tmp_path, platform=platform, aside_unclear_telegram="look_up") as there:
        await said_twice(there, platform)
        await until_looked(there, platform, 3)
        assert await rows(there) == [("unclear", 3), ("sent", 0)]


async def test_a_channel_that_is_held_is_not_asked(tmp_path: Path) -> None:
    platform = Asked("found")
    async with road(tmp_path, platform=platform, aside_unclear_telegram="hold") as there:
        await there.hear(said("hello"))
        await there.until(lambda: not platform.failures)
        await there.quiet(0.5)
        assert await rows(there) == [("unclear", 0)]
        assert platform.looks == 0


async def test_the_platforms_copy_of_our_message_settles_what_was_unclear(tmp_path: Path) -> None:
    platform = Asked()
    async with road(tmp_path, platform=platform, aside_unclear_telegram="hold") as there:
        await there.hear(said("hello"))
        await there.until(lambda: not platform.failures)
        await there.quiet(0.5)
        message_id = (await there.transcript((await there.the_case())["id"]))[-1].id
        for reference in ("aside:999999", "aside:not-a-number", "theirs", f"aside:{message_id}"):
            echo = Echoed(
                reference=reference,
                native_id="copy",
                place=Place(surface=Surface.PRIVATE, native_id="private:ines"),
                correspondent=Sender(native_id="ines"),
            )
            await there.record(
                Channel.TELEGRAM, RawEvent(native_id=f"echo-{reference}", payload=msgspec.json.encode(echo))
            )
        await there.quiet(0.5)
        assert await rows(there) == [("sent", 0)]
        answer = (await there.transcript((await there.the_case())["id"]))[-1]
        assert (answer.delivery, answer.native_id) == (Delivery.SENT, "copy")
