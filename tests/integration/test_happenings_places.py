"""What becomes of places, and messages that get no turn: seen, closed, moved, unreadable, albums, "stop", history."""

from datetime import timedelta
from pathlib import Path

import msgspec
import sqlalchemy as sa

from gateway.channels.base import SignKind
from gateway.errors import SendThrottled
from gateway.happenings import Change, Changed, Moved, Reached, Seen
from gateway.messages import Attachment, Author, Channel, Delivery, Place, Sender, Surface
from gateway.storage import threads
from gateway.storage.tables import cases, outbox
from tests.fakes import FakeAssistant
from tests.integration.road import Road, road, said

PRIVATE = Place(surface=Surface.PRIVATE, native_id="private:ines")


def reached(there: Road, *, reachable: bool, why: str = "blocked", place: Place = PRIVATE) -> Reached:
    return Reached(
        channel=Channel.TELEGRAM, account="brand", at=there.clock(), place=place, by=Sender(native_id="ines"),
        reachable=reachable, why="" if reachable else why,
    )  # fmt: skip


async def its_threads(there: Road) -> list[threads.CaseThread]:
    case = await there.the_case()
    return await there.database.read(lambda conn: threads.of_case(conn, case["id"]))


async def test_what_the_customer_has_seen_is_known_up_to_the_latest_word_of_it(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        late, early = (
            Seen(channel=Channel.TELEGRAM, account="brand", at=there.clock() + timedelta(seconds=by), place=PRIVATE)
            for by in (5, 1)
        )
        await there.tell(late)
        await there.quiet(0.1)
        await there.tell(early)
        await there.quiet(0.1)
        assert [thread.seen_at for thread in await its_threads(there)] == [late.at]
        assert await there.fate_of(early) == ("done", "seen_before")
        assert len(await there.events("thread.seen")) == 1


async def test_who_shuts_us_out_ends_what_waits_for_them_and_a_person_looks(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendThrottled("slow down", retry_after=300))
        await there.hear(said("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.attempts)).scalar() == 1)
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "new")
        await there.tell(reached(there, reachable=False))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "failed")
        error = await there.database.read(lambda conn: conn.execute(sa.select(outbox.c.error)).scalar())
        assert error == "The customer has blocked us on Telegram."
        await there.until_read(lambda conn: conn.execute(sa.select(cases.c.state)).scalar() == "queued")
        assert [thread.closed for thread in await its_threads(there)] == ["blocked"]
        assert [event["why"] for event in await there.events("thread.closed")] == [error]


async def test_a_closed_thread_is_open_again_when_the_platform_says_so_or_somebody_speaks(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.tell(reached(there, reachable=False))
        await there.quiet(0.1)
        await there.tell(reached(there, reachable=True))
        await there.quiet(0.1)
        assert [thread.closed for thread in await its_threads(there)] == [""]
        await there.tell(reached(there, reachable=False, why="left"))
        await there.quiet(0.1)
        assert [thread.closed for thread in await its_threads(there)] == ["left"]
        await there.hear(said("here again"))
        await there.quiet(0.1)
        assert [thread.closed for thread in await its_threads(there)] == [""]


async def test_places_that_nobody_knows_are_ignored_with_a_reason(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        nowhere = Place(surface=Surface.PRIVATE, native_id="nowhere")
        told = [
            Seen(channel=Channel.TELEGRAM, account="brand", at=there.clock(), place=nowhere),
            reached(there, reachable=False, place=nowhere),
            Moved(channel=Channel.TELEGRAM, account="brand", at=there.clock(), before="nowhere", after="there"),
        ]
        await there.tell(*told)
        await there.quiet(0.1)
        assert [await there.fate_of(one) for one in told] == [
            ("ignored", "seen_of_unknown"), ("ignored", "reached_by_unknown"), ("ignored", "moved_unknown"),
        ]  # fmt: skip


async def test_a_place_that_moves_takes_its_cases_and_what_waits_along(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendThrottled("slow down", retry_after=1.5))
        await there.hear(said("hello", surface=Surface.PUBLIC, place="-1"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.attempts)).scalar() == 1)
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "new")
        told = Moved(channel=Channel.TELEGRAM, account="brand", at=there.clock(), before="-1", after="-100")
        await there.tell(told)
        await there.until(lambda: bool(there.platform.sent))
        assert there.platform.sent[0][0].place == "-100"
        await there.hear(said("and now?", surface=Surface.PUBLIC, place="-100"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert [thread.native_id for thread in await its_threads(there)] == ["-100"]


async def test_a_place_that_moves_to_where_somebody_has_spoken_already_joins_it(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello", surface=Surface.PUBLIC, place="-1"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("here as well", surface=Surface.PUBLIC, place="-100"))
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.quiet(0.1)
        await there.tell(Moved(channel=Channel.TELEGRAM, account="brand", at=there.clock(), before="-1", after="-100"))
        await there.quiet(0.1)
        assert [thread.native_id for thread in await its_threads(there)] == ["-100"]
        case = await there.the_case()
        assert {message.thread for message in await there.transcript(case["id"])} == {"-100"}


async def test_what_only_a_person_can_read_goes_to_people_and_nothing_is_said(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(msgspec.structs.replace(said(""), unreadable="encrypted"))
        await there.quiet(0.2)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == ("queued", "unreadable")
        assert there.platform.sent == there.assistant.asked == []


async def test_of_an_album_the_one_with_words_is_answered(tmp_path: Path) -> None:
    picture = Attachment(kind="image")
    async with road(tmp_path, settle_ms=600) as there:
        album = [
            msgspec.structs.replace(said(text), album="a1", attachments=(picture,)) for text in ("", "broken", "", "")
        ]
        await there.hear(*album[:3])
        await there.until(lambda: bool(there.platform.sent))
        await there.hear(album[3])
        await there.quiet(0.5)
        assert there.platform.texts == ["You said broken"]
        assert await there.fate(album[3].native_id) == ("done", "album")
        assert len(await there.transcript((await there.the_case())["id"])) == 5


async def test_an_album_without_words_is_answered_once(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=200) as there:
        await there.hear(
            *(msgspec.structs.replace(said(""), album="a1", attachments=(Attachment(kind="image"),)) for _ in range(3))
        )
        await there.quiet(0.5)
        assert there.platform.texts == ["You said [image]"]


async def test_who_wants_no_automatic_answers_gets_none_until_they_want_them_again(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said(" Stop! "))
        await there.quiet(0.3)
        assert len(there.platform.sent) == 1
        assert there.platform.sent[0][0].author is Author.SYSTEM
        assert there.assistant.asked == []
        await there.hear(said("where is my parcel?"))
        await there.quiet(0.3)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == ("queued", "opted_out")
        assert len(there.platform.sent) == 1
        await there.hear(said("I said: do not stop", by="tom"))
        await there.until(lambda: len(there.platform.sent) == 2)

    async with road(tmp_path) as there:
        await there.database.write(lambda conn: conn.execute(sa.text("UPDATE cases SET state='bot', agent_id=NULL")))
        await there.hear(said("START"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("hello again"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert there.platform.texts[1] == "You said hello again"


async def test_what_we_asked_for_and_is_old_stands_where_it_was_said_and_is_not_answered(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        ago = there.clock() - timedelta(hours=30)
        old, stranger = said("long ago", at=ago), said("who was I?", by="tom", at=ago)
        await there.tell(old, stranger, supplied=True)
        await there.quiet(0.3)
        assert await there.fate(old.native_id) == ("done", "history")
        assert await there.fate(stranger.native_id) == ("ignored", "too_old")
        case = await there.the_case()
        assert [message.text for message in await there.transcript(case["id"])][:2] == ["long ago", "hello"]
        assert len(there.platform.sent) == 1


async def test_what_a_webhook_brings_late_is_answered_however_old_it_is(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello", at=there.clock() - timedelta(days=900)))
        await there.until(lambda: there.platform.texts == ["You said hello"])


async def test_a_change_of_what_we_asked_for_takes_effect_with_it(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        old = said("long ago", at=there.clock() - timedelta(hours=30))
        await there.tell(
            Changed(
                channel=old.channel, account="brand", at=there.clock(), native_id=old.native_id,
                change=Change.REMOVED,
            )
        )  # fmt: skip
        await there.tell(old, supplied=True)
        await there.quiet(0.3)
        assert (await there.message(old.native_id)).text == ""


async def test_a_press_is_confirmed_at_once_and_typing_is_shown_where_an_answer_takes_long(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    async with road(tmp_path, assistant=assistant) as there:
        await there.hear(msgspec.structs.replace(said("", choice="faq"), acknowledge="press-1"))
        await there.until(lambda: bool(there.platform.sent))
        assert [(sign.kind, sign.acknowledge) for sign in there.platform.signs] == [(SignKind.PRESSED, "press-1")]
        assistant.delay = 1.3
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert [sign.kind for sign in there.platform.signs] == [SignKind.PRESSED, SignKind.TYPING]
        assert (there.platform.signs[1].place, there.platform.signs[1].target) == ("private:ines", "ines")


async def test_nothing_hangs_on_a_sign(tmp_path: Path) -> None:
    async with road(tmp_path) as there:

        async def fail(sign: object) -> None:
            raise RuntimeError("no")

        there.platform.sign = fail  # type: ignore[method-assign]
        await there.hear(msgspec.structs.replace(said("", choice="faq"), acknowledge="press-1"))
        await there.until(lambda: bool(there.platform.sent))
        case = await there.the_case()
        await there.quiet(0.1)
        assert [message.delivery for message in await there.transcript(case["id"])][1] is Delivery.SENT
