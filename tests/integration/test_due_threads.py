"""Public threads seen through: who does not come is reminded once, a person looks, and each is closed once or not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.errors import SendRefused
from gateway.happenings import Change, Changed
from gateway.messages import Channel, Sender, Surface
from gateway.public_thread import MoveState
from gateway.routing import due_threads, words
from gateway.routing.assistant import Answer, ResolvedEffect, TurnRequest
from gateway.storage import moves, people
from gateway.storage.tables import cases as cases_table
from gateway.storage.tables import moves as moves_table
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration.road import Road, road, said
from tests.integration.test_road import moving

REMINDER, WHERE = words.REMINDER[Channel.TELEGRAM], words.WHERE_TO_WRITE[Channel.TELEGRAM]


@asynccontextmanager
async def asked_aside(folder: Path, **settings: Any) -> AsyncIterator[Road]:
    """A customer has asked in public and was asked aside."""
    settings.setdefault("assistant", FakeAssistant(moving))
    async with road(folder, **settings) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        await until(there, MoveState.INVITED)
        yield there


async def until(there: Road, state: MoveState) -> moves.Move:
    """Wait until the only public thread stands so."""
    case = await there.the_case()
    await there.until_read(lambda conn: moves.of_case(conn, case["id"], *MoveState)[-1].state is state)
    return await there.database.read(lambda conn: moves.of_case(conn, case["id"], *MoveState)[-1])


async def hand_back(there: Road) -> None:
    """Whoever looked gives the case back to the assistant."""
    await there.database.write(lambda conn: conn.execute(cases_table.update().values(state="bot", agent_id=None)))


async def test_who_does_not_come_is_reminded_once_then_a_person_looks_then_the_thread_is_closed(tmp_path: Path) -> None:
    async with asked_aside(tmp_path) as there:
        link = there.platform.sent[0][0].way_in
        there.clock.offset += timedelta(hours=21)
        await until(there, MoveState.REMINDED)
        await there.until(lambda: there.platform.texts[1:] == [REMINDER])
        there.clock.offset += timedelta(hours=25)
        await until(there, MoveState.WATCHED)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == (CaseState.QUEUED, "no_show")
        there.clock.offset += timedelta(hours=50)
        await there.quiet()
        assert there.platform.texts[1:] == [REMINDER]  # the person's, from here on
        await hand_back(there)
        there.clock.offset += timedelta(hours=50)
        await until(there, MoveState.CLOSED_NO_SHOW)
        await there.until(lambda: there.platform.texts[1:] == [REMINDER, WHERE])
        assert {out.way_in for out, _, _ in there.platform.sent} == {link}
        there.clock.offset += timedelta(days=30)
        await there.quiet()
        assert len(there.platform.sent) == 3


@pytest.mark.parametrize("late", [MoveState.REMINDED, MoveState.WATCHED])
async def test_who_comes_late_goes_on_where_the_public_thread_stopped(tmp_path: Path, late: MoveState) -> None:
    async with asked_aside(tmp_path) as there:
        there.clock.offset += timedelta(hours=21)
        move = await until(there, MoveState.REMINDED)
        await there.until(lambda: len(there.platform.sent) == 2)
        if late is MoveState.WATCHED:
            there.clock.offset += timedelta(hours=25)
            await until(there, MoveState.WATCHED)
            await hand_back(there)
        before = len(there.platform.sent)
        there.clock.offset = timedelta(0)  # what a test says comes now
        await there.hear(said("it is 104217", code=move.code))
        await there.until(lambda: "It arrives on Tuesday." in there.platform.texts)
        await until(there, MoveState.PUBLIC_CLOSED)
        await there.until(lambda: len(there.platform.sent) == before + 2)
        assert words.CLOSING in there.platform.texts[before:]
        assert "What's your order number?" not in there.platform.texts


async def test_a_code_is_good_once_and_for_its_time(tmp_path: Path) -> None:
    async with asked_aside(tmp_path) as there:
        move = await until(there, MoveState.INVITED)
        good = await there.database.read(lambda conn: moves.by_code(conn, move.code, there.clock()))
        late = there.clock() + timedelta(hours=73)
        assert good is not None
        assert await there.database.read(lambda conn: moves.by_code(conn, move.code, late)) is None
        await there.hear(said("", code=move.code))
        await until(there, MoveState.ARRIVED)
        assert await there.database.read(lambda conn: moves.by_code(conn, move.code, there.clock())) is None


async def test_who_is_known_on_another_network_may_come_there(tmp_path: Path) -> None:
    other = FakePlatform(Channel.FACEBOOK)
    async with asked_aside(tmp_path, others=[other]) as there:
        case = await there.the_case()
        ines = Sender(native_id="psid-ines", scope="messenger")
        await there.database.write(
            lambda conn: people.link(
                conn, Channel.FACEBOOK, "brand", ines, case["customer_id"], "agent", there.clock()
            )
        )  # fmt: skip
        await there.hear(said("104217", by="psid-ines", channel=Channel.FACEBOOK, scope="messenger"))
        await there.until(lambda: other.texts == ["It arrives on Tuesday."])
        await there.until(lambda: there.platform.texts[1:] == [words.CLOSING])
        await there.the_case()


async def test_what_does_not_arrive_in_private_is_told_in_public_once_with_another_way(tmp_path: Path) -> None:
    async with asked_aside(tmp_path) as there:
        first = there.platform.sent[0][0].way_in
        there.platform.failures = [SendRefused("The customer has blocked the bot.")]
        await there.hear(said("hello?"))
        await there.until(lambda: there.platform.texts[1:] == [words.OFFER])
        offered = there.platform.sent[1][0]
        assert offered.surface is Surface.PUBLIC
        assert first is not None
        assert offered.way_in is not None
        assert offered.way_in.code != first.code
        assert offered.way_in.url == first.url.replace(first.code, offered.way_in.code)
        assert (await there.the_case())["state"] == CaseState.QUEUED
        await until(there, MoveState.INVITED)
        await hand_back(there)
        there.platform.failures = [SendRefused("The customer has blocked the bot.")]
        await there.hear(said("again"))
        await there.until_read(lambda conn: conn.execute(sa.select(cases_table.c.state)).scalar_one() == "queued")
        await there.quiet()
        assert there.platform.texts.count(words.OFFER) == 1


async def resolve(there: Road, text: str = "it is 104217") -> None:
    await there.hear(said(text))
    await there.until(lambda: "It arrives on Tuesday." in there.platform.texts)


@pytest.mark.parametrize("closing", ["approved", "never"])
async def test_by_policy_nothing_is_said_without_an_agents_word(tmp_path: Path, closing: str) -> None:
    async with asked_aside(tmp_path, aside_public_closing=closing) as there:
        await resolve(there)
        if closing == "approved":
            await until(there, MoveState.PRIVATE_RESOLVED)
            there.clock.offset += timedelta(hours=25)
        move = await until(there, MoveState.PUBLIC_CLOSED)
        assert move.why == ("approved" if closing == "approved" else "by_policy")
        await there.quiet()
        assert words.CLOSING not in there.platform.texts


async def test_nothing_is_said_under_a_post_that_is_gone(tmp_path: Path) -> None:
    async with asked_aside(tmp_path) as there:
        case = await there.the_case()
        (asked, *_) = await there.transcript(case["id"])
        await there.tell(
            Changed(
                channel=Channel.TELEGRAM, account="brand", native_id=asked.native_id, change=Change.REMOVED,
                at=there.clock(),
            )
        )  # fmt: skip
        await there.quiet()
        await resolve(there)
        assert (await until(there, MoveState.PUBLIC_CLOSED)).why == "gone"
        await there.quiet()
        assert words.CLOSING not in there.platform.texts


async def test_nobody_who_complains_is_thanked(tmp_path: Path) -> None:
    def answer(request: TurnRequest) -> Answer:
        if request.text and "useless" in request.text:
            done: Any = [ResolvedEffect(topic="where_is_my_order")]
            return said_back(request, "It arrives on Tuesday.", effects=done, intent="complaint")
        return moving(request)

    async with asked_aside(tmp_path, assistant=FakeAssistant(answer)) as there:
        await resolve(there, "you are useless, useless")
        assert (await until(there, MoveState.PUBLIC_CLOSED)).why == "upset"
        await there.quiet()
        assert words.CLOSING not in there.platform.texts


async def test_a_question_that_is_answered_where_it_was_asked_is_over(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("when do you open?", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        assert (await until(there, MoveState.ANSWERED)).due_at is None


async def test_what_the_version_before_left_goes_on(tmp_path: Path) -> None:
    async with asked_aside(tmp_path) as there:
        case = await there.the_case()
        blank = dict.fromkeys(("due_at", "acked_at", "invited_at", "way_in"))
        row = moves_table.update().where(moves_table.c.case_id == case["id"]).values(state="invited", **blank)
        await there.database.write(lambda conn: conn.execute(row))
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.until_read(lambda conn: moves.of_case(conn, case["id"], *MoveState)[-1].due_at is not None)
        there.clock.offset += timedelta(hours=21)
        await until(there, MoveState.WATCHED)  # the link was not kept, so a person looks at once
        assert there.platform.sent == []


async def test_who_follows_the_link_while_our_private_reply_is_on_its_way_is_waited_for(tmp_path: Path) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    platform.replies_privately = True
    async with road(tmp_path, assistant=FakeAssistant(moving), platform=platform) as there:
        comment = said("where is my order??", surface=Surface.PUBLIC, channel=Channel.FACEBOOK, scope="feed")
        platform.delay = 1.0  # of each answer of the platform; the comment is answered first, then in private
        await there.hear(comment)
        await there.until(lambda: len(platform.sent) == 1)
        way_in = platform.sent[0][0].way_in
        assert way_in is not None
        newcomer, place = f"private-{comment.target}", f"private:{comment.target}"
        await there.hear(
            said("", by=newcomer, place=place, channel=Channel.FACEBOOK, scope="messenger", code=way_in.code)
        )
        await there.until(lambda: len(platform.sent) == 2)
        await there.quiet(1.2)
        await there.the_case()
        assert platform.texts.count("What's your order number?") == 1


async def test_a_thread_whose_look_fails_is_tried_again_later_and_not_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asked_aside(tmp_path) as there:
        tried: list[int] = []

        def stumble(*_: object) -> None:
            tried.append(1)
            raise LookupError("a fault of ours")

        with monkeypatch.context() as faulty:
            faulty.setattr(due_threads.DueThreads, "_see_to", stumble)
            there.clock.offset += timedelta(hours=21)
            await there.until(lambda: bool(tried))
            await there.quiet(1.2)
            assert len(tried) == 1
        there.clock.offset += timedelta(minutes=6)
        await until(there, MoveState.REMINDED)
