"""What becomes of places, and messages that get no turn: seen, closed, moved, unreadable, albums, "stop", history."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.channels.base import SignKind
from gateway.errors import SendThrottled
from gateway.happenings import Change, Changed, Event, Moved, Reached, Seen
from gateway.messages import Attachment, Author, Channel, Delivery, Place, Said, Sender, Surface
from gateway.routing import album
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


async def put(there: Road, state: str) -> None:
    await there.database.write(lambda conn: conn.execute(cases.update().values(state=state, reason="asked")))


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
        told: list[Event] = [
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
        assert (there.platform.sent, there.assistant.asked) == ([], [])


async def test_of_an_album_the_one_with_words_is_answered(tmp_path: Path) -> None:
    picture = Attachment(kind="image")
    async with road(tmp_path, settle_ms=600) as there:
        whole = [
            msgspec.structs.replace(said(text), album="a1", attachments=(picture,)) for text in ("", "broken", "", "")
        ]
        await there.hear(*whole[:3])
        await there.until(lambda: bool(there.platform.sent))
        await there.hear(whole[3])
        await there.quiet(0.5)
        assert there.platform.texts == ["You said broken"]
        assert await there.fate(whole[3].native_id) == ("done", "album")
        assert len(await there.transcript((await there.the_case())["id"])) == 5


async def test_an_album_without_words_is_answered_once(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=200) as there:
        await there.hear(
            *(msgspec.structs.replace(said(""), album="a1", attachments=(Attachment(kind="image"),)) for _ in range(3))
        )
        await there.quiet(0.5)
        assert there.platform.texts == ["You said [image]"]


def picture(**more: Any) -> Said:
    beside = said("", surface=Surface.PUBLIC, by=more.pop("by", "ines"), overheard=True)
    came = (Attachment(kind="image"),)
    return msgspec.structs.replace(beside, album="a1", only_with_album=True, attachments=came, **more)


async def test_of_an_album_in_a_group_the_pictures_come_along_with_the_one_that_names_us(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=200) as there:
        before, after = picture(), picture()
        named = msgspec.structs.replace(said("broken", surface=Surface.PUBLIC), album="a1")
        await there.hear(before, named, after)
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.5)
        case = await there.the_case()
        assert sum(bool(message.attachments) for message in await there.transcript(case["id"])) == 2
        assert [await there.fate(each.native_id) for each in (before, after)] == [("done", "album")] * 2
        assert len(there.platform.sent) == 1


async def test_an_album_that_nobody_sent_to_us_is_not_for_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(album, "WAITS", timedelta(seconds=0.3))
    async with road(tmp_path) as there:
        named = msgspec.structs.replace(said("broken", surface=Surface.PUBLIC), album="another")
        mine, others = picture(), picture(by="omar")
        await there.hear(named, mine, others)
        await there.quiet(0.5)
        assert [await there.fate(each.native_id) for each in (mine, others)] == [("ignored", "not_for_us")] * 2
        assert len(await there.cases()) == 1


async def test_two_customers_below_two_posts_of_a_channel_do_not_meet(tmp_path: Path) -> None:
    def below(post: int, text: str, by: str, *, known: bool) -> Said:
        comments = Place(surface=Surface.PUBLIC, native_id=f"square/post-{post}")
        told = said(text, by=by, surface=Surface.PUBLIC)
        return msgspec.structs.replace(told, **({"place": comments} if known else {"perhaps_at": comments}))

    async with road(tmp_path) as there:
        await there.hear(below(30, "How much?", "ines", known=True), below(31, "Is it blue?", "omar", known=True))
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.hear(below(30, "And in red?", "ines", known=False), below(32, "Hello?", "kim", known=False))
        await there.until(lambda: len(there.platform.sent) == 4)
        stand = {out.text: out.place for out, _, _ in there.platform.sent}
        assert stand == {
            "You said How much?": "square/post-30",
            "You said Is it blue?": "square/post-31",
            "You said And in red?": "square/post-30",
            "You said Hello?": "square",
        }


@pytest.mark.parametrize("start", ["START", ""], ids=["the word", "Telegram's button, which brings no words along"])
async def test_who_wants_no_automatic_answers_gets_none_until_they_want_them_again(start: str, tmp_path: Path) -> None:
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

        await there.hear(said(start))
        await there.until(lambda: len(there.platform.sent) == 3)
        assert "Welcome back" in there.platform.texts[2]
        assert await there.count_in(CaseState.QUEUED) == 0
        await there.hear(said("hello again"))
        await there.until(lambda: len(there.platform.sent) == 4)
        assert there.platform.texts[3] == "You said hello again"


async def test_stop_in_public_is_kept_and_confirmed_there(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("@AsideShop stop", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        assert "no more automatic answers" in there.platform.texts[0]
        await there.hear(said("@AsideShop and another thing?", surface=Surface.PUBLIC))
        await there.quiet(0.3)
        assert there.assistant.asked == []
        assert len(there.platform.sent) == 1


async def test_stop_is_confirmed_while_a_person_is_waited_for_and_left_to_them_once_they_speak(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await put(there, "queued")
        await there.hear(said("stop"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert (await there.the_case())["state"] == "queued"  # what they wait for is still to be done
        await put(there, "active")
        await there.hear(said("start"))
        await there.quiet(0.3)
        assert len(there.platform.sent) == 2
        assert len(await there.events("customer.stop")) == len(await there.events("customer.start")) == 1


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
