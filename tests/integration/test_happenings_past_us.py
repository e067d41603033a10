"""What was said in our name: our own echo, or somebody who answers past Aside."""

from datetime import timedelta
from pathlib import Path

import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.errors import SendThrottled, SendUnclear
from gateway.happenings import SaidForUs
from gateway.messages import Author, Channel, Delivery, Place, Sender, Surface
from gateway.storage import threads
from gateway.storage.tables import cases, outbox
from tests.fakes import FakeAssistant
from tests.integration.road import Road, road, said


def past_us(
    there: Road, text: str, *, native_id: str, place: str = "private:ines", via: str = "Page inbox", reply_to: str = "",
    surface: Surface = Surface.PRIVATE, correspondent: str = "", age: timedelta = timedelta(0),
) -> SaidForUs:  # fmt: skip
    return SaidForUs(
        channel=Channel.TELEGRAM, account="brand", at=there.clock() - age, native_id=native_id,
        place=Place(surface=surface, native_id=place), target="ines", text=text, via=via, reply_to=reply_to,
        correspondent=Sender(native_id=correspondent) if correspondent else None,
    )  # fmt: skip


async def test_a_person_who_answers_past_us_silences_the_assistant_and_the_customer_is_told_nothing(
    tmp_path: Path,
) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        told = past_us(there, "This is Kim from the Page, I am on it", native_id="p1")
        await there.tell(told)
        await there.hear(said("thank you"))
        await there.quiet(0.5)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == ("queued", "takeover")
        message = await there.message("p1")
        assert (message.author, message.agent, message.delivery) == (Author.AGENT, "", Delivery.SENT)
        assert message.extras["via"] == "Page inbox"
        assert there.platform.texts == ["You said hello"]
        assert await there.fate_of(told) == ("done", "takeover")
        assert [event["why"] for event in await there.events("case.taken_over")] == ["answered past Aside: Page inbox"]


async def test_what_the_assistant_had_not_sent_when_a_person_answered_past_us_is_never_sent(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendThrottled("slow down", retry_after=1.5))
        await there.hear(said("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.attempts)).scalar() == 1)
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "new")
        await there.tell(past_us(there, "I am on it", native_id="p1"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "withdrawn")
        await there.quiet(0.2)
        assert there.platform.sent == []


async def test_an_answer_that_is_being_found_when_a_person_answers_past_us_has_no_effect(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    async with road(tmp_path, assistant=assistant) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        assistant.delay = 0.6
        await there.hear(said("and?"))
        await there.until(lambda: len(assistant.asked) == 2)
        await there.tell(past_us(there, "I am on it", native_id="p1"))
        await there.quiet(1.0)
        assert there.platform.texts == ["You said hello"]


async def test_our_own_echo_is_neither_a_takeover_nor_a_second_message(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        echo = past_us(there, "You said hello", native_id="m1")
        await there.tell(echo)
        await there.quiet(0.1)
        assert await there.fate_of(echo) == ("ignored", "own_echo")
        case = await there.the_case()
        assert case["state"] == "bot"
        assert len(await there.transcript(case["id"])) == 2


async def test_an_echo_that_comes_before_the_answer_to_our_request_waits_for_it(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.delay = 1.5
        await there.hear(said("hello"))
        await there.until(lambda: len(there.assistant.asked) == 1)
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "sending")
        # Whatever the platform has made of the words.
        echo = past_us(there, "(a card with buttons)", native_id="m1")
        await there.tell(echo)
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.2)
        assert await there.fate_of(echo) == ("ignored", "own_echo")
        assert (await there.the_case())["state"] == "bot"


async def test_an_echo_settles_a_message_of_ours_whose_answer_was_lost(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendUnclear("no answer"))
        await there.hear(said("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "unclear")
        await there.tell(past_us(there, "You said hello https://t.co/abc", native_id="lost1"))
        await there.quiet(0.1)
        message = await there.message("lost1")
        assert (message.author, message.delivery) == (Author.BOT, Delivery.SENT)
        case = await there.the_case()
        assert case["state"] == "bot"
        assert len(await there.transcript(case["id"])) == 2


async def test_an_echo_of_words_that_are_being_sent_again_does_not_settle_the_earlier_message_of_these_words(
    tmp_path: Path,
) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendUnclear("no answer"))
        await there.hear(said("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "unclear")
        there.platform.delay = 1.5
        await there.hear(said("hello"))
        await there.until_read(lambda conn: "sending" in conn.execute(sa.select(outbox.c.status)).scalars().all())
        echo = past_us(there, "You said hello", native_id="m1")
        await there.tell(echo)
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.2)
        assert await there.fate_of(echo) == ("ignored", "own_echo")
        ours = [it for it in await there.transcript((await there.the_case())["id"]) if it.author is Author.BOT]
        assert [(it.delivery, it.native_id) for it in ours] == [(Delivery.UNCLEAR, ""), (Delivery.SENT, "m1")]


async def test_somebody_elses_words_do_not_wait_for_ever_behind_a_message_of_ours_in_doubt(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures.append(SendUnclear("no answer"))
        await there.hear(said("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(outbox.c.status)).scalar() == "unclear")
        await there.tell(past_us(there, "Kim here", native_id="p1"))
        await there.quiet(0.1)
        assert (await there.the_case())["reason"] == "takeover"
        assert (await there.message("p1")).extras["via"] == "Page inbox"


async def test_in_a_case_that_people_have_or_that_is_resolved_it_is_kept_and_nothing_else(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        await there.tell(past_us(there, "first", native_id="p1"))
        await there.quiet(0.1)
        before = await there.the_case()
        again = past_us(there, "second", native_id="p2")
        await there.tell(again)
        await there.quiet(0.1)
        after = await there.the_case()
        assert (after["state"], after["epoch"]) == (before["state"], before["epoch"])
        assert await there.fate_of(again) == ("done", "said_for_us")
        await there.database.write(lambda conn: conn.execute(cases.update().values(state="resolved")))
        await there.tell(past_us(there, "third", native_id="p3"))
        await there.quiet(0.1)
        assert (await there.the_case())["state"] == "resolved"
        assert (await there.message("p3")).text == "third"


async def test_where_there_is_no_case_it_is_not_for_us(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        told = past_us(there, "Our shop opens at nine.", native_id="p1", place="nowhere")
        await there.tell(told)
        await there.quiet(0.1)
        assert await there.fate_of(told) == ("ignored", "said_by_us")
        assert await there.cases() == []


async def test_in_public_the_case_is_that_of_whom_is_answered(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first, second = said("hello", by="ines", surface=Surface.PUBLIC), said("hi", by="tom", surface=Surface.PUBLIC)
        await there.hear(first)
        await there.hear(second)
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.quiet(0.1)
        await there.tell(
            past_us(there, "Kim here", native_id="p1", place="square", surface=Surface.PUBLIC, reply_to=first.native_id)
        )
        await there.quiet(0.1)
        mine = (await there.message(first.native_id)).case_id
        assert {case["id"]: case["state"] for case in await there.cases()}[mine] == "queued"
        assert await there.count_in(CaseState.BOT) == 1


async def test_an_answer_past_us_in_a_place_that_we_did_not_know_is_found_by_whom_it_is_said_to(
    tmp_path: Path,
) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello", surface=Surface.PUBLIC))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        await there.tell(past_us(there, "Kim here", native_id="p1", correspondent="ines"))
        await there.quiet(0.1)
        case = await there.the_case()
        assert case["state"] == "queued"
        its_threads = await there.database.read(lambda conn: threads.of_case(conn, case["id"]))
        assert {thread.native_id for thread in its_threads} == {"square", "private:ines"}


async def test_what_was_said_past_us_long_ago_silences_nobody(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: bool(there.platform.sent))
        await there.quiet(0.1)
        old = past_us(there, "Kim was here", native_id="p1", age=timedelta(hours=30))
        await there.tell(old, supplied=True)
        await there.quiet(0.1)
        case = await there.the_case()
        assert case["state"] == "bot"
        assert (await there.transcript(case["id"]))[0].text == "Kim was here"
