"""What comes along with messages is brought once, kept within bounds, or refused with a reason."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.engine import Connection

from gateway.channels.base import Fetched
from gateway.clock import utc_now
from gateway.errors import FetchRefused, FetchRetryable
from gateway.files import recognise
from gateway.happenings import Change, Changed
from gateway.intake.files import Fetching
from gateway.messages import Attachment, Author, Channel, File, Surface
from gateway.sending import outbox
from gateway.storage import cases, files, threads, transcript, uploads
from gateway.storage.channel_tables import files as files_table
from gateway.storage.database import Database
from gateway.storage.files import FileStatus
from handoff import users
from handoff.users import Role
from tests.factories import Story, Ticking
from tests.fakes import FakePlatform
from tests.integration.road import road, said
from tests.storage import url_in, watched

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
PICTURE = Attachment(kind="image", native_id="p1", name="a.png")


@pytest.fixture
async def db(tmp_path: Path) -> AsyncIterator[Database]:
    database = watched(url_in(tmp_path), lambda _: None)
    yield database
    database.close()


class Desk:
    """Files of one message, and what the platform has."""

    def __init__(self, db: Database, largest: int = 1_000) -> None:
        self.db = db
        self.clock = Ticking(utc_now())
        self.platform = FakePlatform()
        self.fetching = self.worker(largest)
        self.message_id = 0
        self.story: Story

    def worker(self, largest: int = 1_000) -> Fetching:
        return Fetching({Channel.TELEGRAM: self.platform}, self.db, self.clock, largest=largest)

    async def hear(self, *attachments: Attachment, overheard: bool = False) -> None:
        def write(conn: Connection) -> int:
            story = Story(conn, self.clock)
            message_id = story.says("look")
            files.expect(conn, message_id, Channel.TELEGRAM, attachments, self.clock(), overheard=overheard)
            return message_id

        self.message_id = await self.db.write(write)

    async def shown(self) -> list[files.Shown]:
        found = await self.db.read(lambda conn: files.of_messages(conn, [self.message_id]))
        return [file for _, file in sorted(found.get(self.message_id, {}).items())]


async def test_what_came_along_is_kept_by_its_real_kind(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = Fetched(content=PNG, mime="text/html", name="../evil\u202e.png")
    await desk.hear(PICTURE, Attachment(kind="location", words="52.5, 13.4"))
    assert [file.status for file in await desk.shown()] == [FileStatus.WAITING]
    await desk.fetching.look()
    [file] = await desk.shown()
    assert (file.status, file.mime, file.size, file.kind) == (FileStatus.KEPT, "image/png", len(PNG), "image")
    assert "\u202e" not in file.name
    assert "/" not in file.name
    kept = await db.read(lambda conn: files.content_of(conn, file.id))
    assert kept is not None
    assert kept.content == PNG


@pytest.mark.parametrize(
    ("there", "why"),
    [
        (FetchRefused("The host does not hand it out any more (404)."), "404"),
        (Fetched(content=b"<svg onload=alert(1)>", mime="image/png"), "not taken"),
        (Fetched(content=PNG + b"\0" * 2_000, mime="image/png"), "larger than"),
    ],
)
async def test_what_is_not_to_be_had_says_why(db: Database, there: Any, why: str) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = there
    await desk.hear(PICTURE)
    await desk.fetching.look()
    [file] = await desk.shown()
    assert file.status is FileStatus.REFUSED
    assert why in file.why
    desk.platform.attachments["p1"] = Fetched(content=PNG, mime="image/png")
    desk.clock.pass_by(days=1)
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.REFUSED


async def test_what_the_platform_says_is_too_large_is_not_even_asked_for(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = AssertionError  # type: ignore[assignment]
    await desk.hear(Attachment(kind="video", native_id="p1", size=1_001))
    await desk.fetching.look()
    assert "larger than" in (await desk.shown())[0].why


async def test_what_fails_is_tried_again_ever_later_and_then_given_up(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = FetchRetryable("The host answered 503.")
    await desk.hear(PICTURE)
    tries, waited = 0, timedelta(0)
    while (await desk.shown())[0].status is FileStatus.WAITING:
        before = await _attempts(db)
        await desk.fetching.look()
        tries += (await _attempts(db)) - before
        desk.clock.pass_by(seconds=60)
        waited += timedelta(seconds=60)
        assert waited < timedelta(hours=12)
    assert tries == 12
    assert waited > timedelta(hours=1)
    assert "503" in (await desk.shown())[0].why


async def _attempts(db: Database) -> int:
    return int(await db.read(lambda conn: conn.execute(sa.select(sa.func.sum(files_table.c.attempts))).scalar_one()))


async def test_two_workers_do_not_fetch_the_same(db: Database) -> None:
    desk = Desk(db)
    asked: list[str] = []

    async def fetch(attachment: Attachment) -> Fetched:
        asked.append(attachment.native_id)
        await asyncio.sleep(0.05)
        return Fetched(content=PNG, mime="image/png")

    desk.platform.fetch = fetch  # type: ignore[method-assign]
    await desk.hear(*(Attachment(kind="image", native_id=f"p{number}") for number in range(9)))
    others = [desk.worker(), desk.worker()]
    for _ in range(4):
        await asyncio.gather(*(worker.look() for worker in others))
    assert sorted(asked) == sorted(f"p{number}" for number in range(9))
    assert {file.status for file in await desk.shown()} == {FileStatus.KEPT}


async def test_no_more_than_four_are_in_memory_at_once(db: Database) -> None:
    desk = Desk(db)
    now = most = 0

    async def fetch(attachment: Attachment) -> Fetched:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return Fetched(content=PNG, mime="image/png")

    desk.platform.fetch = fetch  # type: ignore[method-assign]
    await desk.hear(*(Attachment(kind="image", native_id=f"p{number}") for number in range(10)))
    while await desk.fetching.look():
        pass
    assert most == 4


async def test_whoever_died_over_a_file_leaves_it_to_the_next_after_a_while(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = Fetched(content=PNG, mime="image/png")
    await desk.hear(PICTURE)
    now = desk.clock()
    await db.write(lambda conn: files.claim(conn, [Channel.TELEGRAM], now, now + timedelta(minutes=5), 4))
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.WAITING
    desk.clock.pass_by(minutes=6)
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.KEPT


async def test_a_fault_of_ours_over_one_file_does_not_stop_the_others(db: Database) -> None:
    desk = Desk(db)

    async def fetch(attachment: Attachment) -> Fetched:
        if attachment.native_id == "p1":
            raise LookupError
        return Fetched(content=PNG, mime="image/png")

    desk.platform.fetch = fetch  # type: ignore[method-assign]
    await desk.hear(PICTURE, Attachment(kind="image", native_id="p2"))
    await desk.fetching.look()
    assert [file.status for file in await desk.shown()] == [FileStatus.WAITING, FileStatus.KEPT]


async def test_a_case_holds_so_much_and_no_more(db: Database) -> None:
    desk = Desk(db)

    async def fetch(attachment: Attachment) -> Fetched:
        return Fetched(content=PNG + b"\0" * 800, mime="image/png")

    desk.platform.fetch = fetch  # type: ignore[method-assign]
    await desk.hear(*(Attachment(kind="image", native_id=f"p{number}") for number in range(20)))
    while await desk.fetching.look():
        pass
    shown = await desk.shown()
    assert sum(file.size for file in shown if file.status is FileStatus.KEPT) <= 15_000
    assert "Too much" in next(file.why for file in shown if file.status is FileStatus.REFUSED)


async def test_what_is_overheard_is_fetched_once_it_is_known_whose_matter_it_is(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = Fetched(content=PNG, mime="image/png")
    await desk.hear(PICTURE, overheard=True)
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.WAITING
    desk.clock.pass_by(seconds=31)
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.KEPT


async def test_a_file_of_a_channel_that_is_off_waits_and_is_in_nobodys_way(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = Fetched(content=PNG, mime="image/png")
    await desk.hear(PICTURE)
    nobody = Fetching({}, db, desk.clock, largest=1_000)
    await nobody.look()
    assert (await desk.shown())[0].status is FileStatus.WAITING
    desk.clock.pass_by(minutes=6)
    await desk.fetching.look()
    assert (await desk.shown())[0].status is FileStatus.KEPT


async def test_an_edited_message_keeps_what_it_still_has_and_forgets_the_rest(db: Database) -> None:
    desk = Desk(db)
    desk.platform.attachments["p1"] = desk.platform.attachments["p2"] = Fetched(content=PNG, mime="image/png")
    await desk.hear(PICTURE, Attachment(kind="image", native_id="p2"))
    await desk.fetching.look()
    first, _ = await desk.shown()
    now = desk.clock()
    changed = [PICTURE, Attachment(kind="image", native_id="p3")]
    await db.write(lambda conn: files.expect(conn, desk.message_id, Channel.TELEGRAM, changed, now))
    again = await desk.shown()
    assert [file.status for file in again] == [FileStatus.KEPT, FileStatus.WAITING]
    assert again[0].id == first.id


async def test_a_new_signature_in_an_address_makes_no_new_file(db: Database) -> None:
    desk = Desk(db)
    await desk.hear(Attachment(kind="image", url="https://cdn.example/a.png?sig=1"))
    [before] = await desk.shown()
    again = [Attachment(kind="image", url="https://cdn.example/a.png?sig=2")]
    now = desk.clock()
    await db.write(lambda conn: files.expect(conn, desk.message_id, Channel.TELEGRAM, again, now))
    assert [file.id for file in await desk.shown()] == [before.id]


async def test_what_was_never_sent_is_let_go_after_a_day(db: Database) -> None:
    clock = Ticking(utc_now())
    known = recognise(PNG)
    assert known is not None

    def put(conn: Connection) -> str:
        user = users.add(conn, "Ada", Role.AGENT, clock(), None)
        return uploads.put(conn, user.id, known, "a.png", PNG, clock()).id

    file_id = await db.write(put)
    assert await db.write(lambda conn: uploads.prune(conn, clock() - timedelta(hours=24))) == 0
    clock.pass_by(hours=25)
    assert await db.write(lambda conn: uploads.prune(conn, clock() - timedelta(hours=24))) == 1
    assert await db.read(lambda conn: files.content_of(conn, file_id)) is None


async def test_on_the_road_a_picture_is_brought_and_goes_with_a_removed_message(tmp_path: Path) -> None:
    platform = FakePlatform()
    platform.attachments["p1"] = Fetched(content=PNG, mime="image/png")
    async with road(tmp_path, platform=platform) as there:
        heard = replace(said("look at this"), attachments=(PICTURE,))
        await there.hear(heard)
        await there.until_read(_count(FileStatus.KEPT, 1))
        await there.tell(
            Changed(
                channel=heard.channel, account=heard.account, at=utc_now(), native_id=heard.native_id,
                change=Change.REMOVED, by=heard.sender,
            )
        )  # fmt: skip
        await there.until_read(_count(FileStatus.KEPT, 0))


async def test_on_the_road_files_go_out_after_the_text_each_as_its_own_message(tmp_path: Path) -> None:
    platform = FakePlatform()
    async with road(tmp_path, platform=platform) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(platform.sent) == 1)
        case = await there.the_case()
        known = recognise(PNG)
        assert known is not None

        def put(conn: Connection) -> None:
            user = users.add(conn, "Ada", Role.AGENT, utc_now(), None)
            along = [uploads.put(conn, user.id, known, name, PNG, utc_now()) for name in ("a.png", "b.png")]
            held = cases.get(conn, case["id"])
            [thread] = threads.of_case(conn, held.id)
            outbox.put_private(conn, held, thread, "Here:", author=Author.AGENT, now=utc_now(), along=along)

        await there.database.write(put)
        await there.until(lambda: len(platform.sent) == 4)
        assert platform.texts[1:] == ["Here:", "", ""]
        assert [file.content for _, file in platform.files] == [PNG, PNG]
        assert [out.files[0].name for out, _, _ in platform.sent[2:]] == ["a.png", "b.png"]
        shown = await there.transcript(case["id"])
        assert [message.attachments[0]["name"] for message in shown[-2:]] == ["a.png", "b.png"]


async def test_a_file_that_is_gone_is_not_sent_and_says_so(tmp_path: Path) -> None:
    platform = FakePlatform()
    async with road(tmp_path, platform=platform) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(platform.sent) == 1)
        case = await there.the_case()

        def put(conn: Connection) -> None:

            gone = File(id="nothing", kind="image", name="a.png", mime="image/png", size=1)
            held = cases.get(conn, case["id"])
            [thread] = threads.of_case(conn, held.id)
            outbox.put_private(conn, held, thread, "", author=Author.AGENT, now=utc_now(), along=[gone])

        await there.database.write(put)
        await there.until_read(lambda conn: any(m.delivery == "failed" for m in transcript.page(conn, case["id"])))
        assert len(platform.sent) == 1


async def test_an_overheard_picture_that_is_nobodys_matter_is_forgotten_with_its_message(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        weather = said("nice weather", surface=Surface.PUBLIC, overheard=True)
        await there.hear(replace(weather, attachments=(PICTURE,)))
        await there.quiet()
        assert await there.database.read(_count(None, 0))


def _count(status: FileStatus | None, number: int) -> Callable[[Connection], bool]:
    which = [] if status is None else [files_table.c.status == status.value]

    def look(conn: Connection) -> bool:
        found = conn.execute(sa.select(sa.func.count()).select_from(files_table).where(*which)).scalar_one()
        return int(found) == number

    return look
