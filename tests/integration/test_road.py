import asyncio
import random
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from gateway.cases import CaseState
from gateway.clock import utc_now
from gateway.errors import AssistantRefused, SendRefused, SendRetryable, SendUnclear, WrongState
from gateway.intake.inbox import InboxStatus, record
from gateway.lanes import Hold
from gateway.messages import Author, Channel, Delivery, RawEvent, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing import unanswered, words
from gateway.routing.arrivals import Arrivals
from gateway.routing.assistant import (
    Answer,
    HandoffEffect,
    LabelEffect,
    MoveAsideEffect,
    ReplyButton,
    ResolvedEffect,
    TurnRequest,
)
from gateway.sending import outbox as outbox_of
from gateway.sending import parcels
from gateway.storage import cases as case_store
from gateway.storage import episodes, references, threads, transcript
from gateway.storage.desk_tables import users
from gateway.storage.tables import INBOX_QUEUED, cases, inbox, outbox
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration.road import Road, road, said


async def test_a_message_is_answered_where_it_was_asked(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: there.platform.texts == ["You said hello"])
        await there.quiet()
        case = await there.the_case()
        assert case["state"] == CaseState.BOT
        assert [message.delivery for message in await there.transcript(case["id"])] == [Delivery.NONE, Delivery.SENT]


async def test_the_same_event_five_times_is_one_message(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        again = said("hello")
        for _ in range(5):
            await there.hear(again)
        await there.quiet()
        assert there.platform.texts == ["You said hello"]


async def test_fifty_shuffled_events_stand_and_are_answered_in_the_order_in_which_they_were_said(
    tmp_path: Path,
) -> None:
    start = utc_now() - timedelta(minutes=10)
    everything = [
        said(f"{name} {number}", by=name, at=start + timedelta(seconds=number), order=number)
        for name in ("ines", "tom", "mei", "amara", "jonas")
        for number in range(10)
    ]
    random.Random(7).shuffle(everything)
    async with road(tmp_path, settle_ms=150) as there:
        for message in everything:
            await there.hear(message)
        await there.until(lambda: len(there.platform.sent) == 50)
        for case in await there.cases():
            texts = await there.customer_said(case["id"])
            name = texts[0].split()[0]
            assert texts == [f"{name} {number}" for number in range(10)]
        for name in ("ines", "tom", "mei", "amara", "jonas"):
            answers = [text for out, text, _ in there.platform.sent if out.target == name]
            assert answers == [f"You said {name} {number}" for number in range(10)]


async def test_a_late_message_is_not_answered_before_what_has_come_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = utc_now() - timedelta(minutes=10)
    drain, free = Arrivals.drain, asyncio.Event()

    async def behind(self: Arrivals, hold: Hold) -> datetime | None:
        await free.wait()
        return await drain(self, hold)

    monkeypatch.setattr(Arrivals, "drain", behind)
    free.set()
    async with road(tmp_path, settle_ms=100) as there:
        await there.hear(said("second", at=start + timedelta(seconds=1)))
        await there.until_read(lambda conn: conn.scalar(sa.select(sa.func.count()).where(INBOX_QUEUED)) == 1)
        free.clear()
        await there.hear(said("first", at=start))
        await asyncio.sleep(1)
        assert there.platform.texts == []
        free.set()
        await there.until(lambda: there.platform.texts == ["You said first", "You said second"])


async def test_a_message_that_comes_late_still_stands_where_it_was_said(tmp_path: Path) -> None:
    start = utc_now() - timedelta(minutes=10)
    async with road(tmp_path) as there:
        await there.hear(said("first", at=start), said("third", at=start + timedelta(seconds=2)))
        await there.quiet()
        await there.hear(said("second", at=start + timedelta(seconds=1)))
        await there.quiet()
        assert await there.customer_said((await there.the_case())["id"]) == ["first", "second", "third"]


@pytest.mark.parametrize("apart", [0.0, 0.1], ids=["within one second", "a tenth of a second apart"])
async def test_sixty_messages_that_come_in_reverse_stand_in_order(tmp_path: Path, apart: float) -> None:
    start = utc_now() - timedelta(minutes=10)
    first = said("first", at=start - timedelta(seconds=1))
    rest = [said(f"{number}", at=start + timedelta(seconds=number * apart)) for number in range(60)]
    async with road(tmp_path) as there:
        for message in (first, *reversed(rest)):
            await there.hear(message)
        await there.until(lambda: len(there.platform.sent) == 61, 20)
        told = await there.customer_said((await there.the_case())["id"])
        assert told == ["first", *(f"{number}" for number in range(60))]


def moving(request: TurnRequest) -> Answer:
    """An assistant that moves the matter aside, asks for the number in private, and answers it."""
    if request.surface is Surface.PUBLIC:
        effect = MoveAsideEffect(intent="where_is_my_order", entities={})
        return said_back(request, "Let's look at this in private.", effects=[effect], intent="where_is_my_order")
    if request.intent is not None:
        return said_back(request, "What's your order number?", intent=request.intent.name)
    if request.text and "104217" in request.text:
        return said_back(request, "It arrives on Tuesday.", effects=[ResolvedEffect(topic="where_is_my_order")])
    return said_back(request, "What's your order number?")


async def test_a_matter_moves_aside_and_is_closed_in_public_under_one_case(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        invitation = there.platform.sent[0][0]
        assert invitation.surface is Surface.PUBLIC
        assert invitation.way_in is not None
        await there.hear(said("", code=invitation.way_in.code))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert there.platform.texts[1] == "What's your order number?"
        await there.hear(said("it is 104217"))
        await there.until(lambda: len(there.platform.sent) == 4)
        assert there.platform.texts[2:] == ["It arrives on Tuesday.", words.CLOSING]
        assert [out.surface for out, _, _ in there.platform.sent[2:]] == [Surface.PRIVATE, Surface.PUBLIC]
        assert there.platform.sent[3][0].target == invitation.target
        assert there.platform.texts.count("What's your order number?") == 1
        await there.the_case()


async def test_the_number_that_comes_along_with_the_code_is_not_asked_for(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        assert there.platform.sent[0][0].way_in
        await there.hear(said("hi, my order is 104217", code=there.platform.sent[0][0].way_in.code))
        await there.until(lambda: len(there.platform.sent) == 3)
        assert there.platform.texts[1] == "It arrives on Tuesday."


async def test_a_code_in_somebody_elses_hands_joins_nothing(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        assert there.platform.sent[0][0].way_in
        await there.hear(said("", by="mallory", code=there.platform.sent[0][0].way_in.code))
        await there.quiet()
        assert len(await there.cases()) == 2


@pytest.mark.parametrize("stranger", ["telegram", "facebook"])
async def test_a_code_read_in_public_opens_nothing_to_a_stranger_of_another_network(
    tmp_path: Path, stranger: str
) -> None:
    platform = FakePlatform(Channel.TWITTER)
    async with road(tmp_path, assistant=FakeAssistant(moving), platform=platform) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC, channel=Channel.TWITTER))
        await there.until(lambda: len(platform.sent) == 1)
        way_in = platform.sent[0][0].way_in
        assert way_in
        # The same code, brought by somebody on another network, whom this gateway hears by the same fake.
        there.gateway._channels[Channel(stranger)] = platform  # type: ignore[index]
        scope = "messenger" if stranger == "facebook" else "account"
        await there.hear(said("", by="mallory", code=way_in.code, channel=Channel(stranger), scope=scope))
        await there.quiet()
        assert len({case["customer_id"] for case in await there.cases()}) == 2


@pytest.mark.parametrize("before", ["never met", "met", "written to"])
async def test_facebooks_link_joins_only_who_was_never_met_to_a_case_without_anything_private(
    tmp_path: Path, before: str
) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    platform.replies_privately = before == "written to"
    async with road(tmp_path, assistant=FakeAssistant(moving), platform=platform) as there:
        newcomer: dict[str, Any] = {"by": "psid-1", "channel": Channel.FACEBOOK, "scope": "messenger"}
        if before == "met":
            await there.hear(said("hello", **newcomer))
            await there.until(lambda: len(platform.sent) == 1)
        await there.hear(said("where is my order??", surface=Surface.PUBLIC, channel=Channel.FACEBOOK, scope="feed"))
        await there.until(lambda: any(out.way_in for out, _, _ in platform.sent))
        await there.quiet()
        way_in = next(out.way_in for out, _, _ in platform.sent if out.way_in)
        await there.hear(said("", code=way_in.code, **newcomer))
        await there.quiet()
        assert len(await there.cases()) == (1 if before == "never met" else 2)


async def test_who_asks_for_a_person_on_arrival_is_asked_nothing_before(tmp_path: Path) -> None:
    def answer(request: TurnRequest) -> Answer:
        return handing_over(request) if request.text and "human" in request.text else moving(request)

    async with road(tmp_path, assistant=FakeAssistant(answer)) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("I want a human"))
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.quiet()
        assert there.platform.texts[1:] == [words.HANDED_OVER_PRIVATE]


async def test_another_matter_on_arrival_is_answered_instead_of_the_old_one(tmp_path: Path) -> None:
    def answer(request: TurnRequest) -> Answer:
        if request.intent is not None:  # the shop knows the order already: the old matter would be settled at once
            return said_back(request, "It arrives on Tuesday.", effects=[ResolvedEffect(topic="where_is_my_order")])
        if request.text == "refund please":
            return said_back(request, "Your refund is on its way.", effects=[LabelEffect(name="refund_status")])
        return moving(request)

    async with road(tmp_path, assistant=FakeAssistant(answer)) as there:
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("refund please"))
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.quiet()
        assert there.platform.texts[1:] == ["Your refund is on its way."]


async def test_small_talk_among_others_is_neither_answered_nor_kept(tmp_path: Path) -> None:
    chatty = FakeAssistant(lambda request: said_back(request, "Thank you!", intent="praise"))
    async with road(tmp_path, assistant=chatty) as there:
        await there.hear(said("anyone else like the blue one?", surface=Surface.PUBLIC, overheard=True))
        await there.quiet()
        assert there.platform.sent == []
        assert await there.cases() == []


async def test_a_question_of_ours_among_others_is_answered(tmp_path: Path) -> None:
    knowing = FakeAssistant(
        lambda request: said_back(request, "From nine to seven.", effects=[LabelEffect(name="opening_hours")])
    )
    async with road(tmp_path, assistant=knowing) as there:
        await there.hear(said("when do they open?", surface=Surface.PUBLIC, overheard=True))
        await there.until(lambda: there.platform.texts == ["From nine to seven."])


async def test_a_private_reply_tells_who_the_commenter_is_in_private(tmp_path: Path) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    platform.replies_privately = True
    async with road(tmp_path, assistant=FakeAssistant(moving), platform=platform) as there:
        comment = said("where is my order??", surface=Surface.PUBLIC, channel=Channel.FACEBOOK, scope="feed")
        await there.hear(comment)
        await there.until(lambda: len(platform.sent) == 2)
        assert [out.opens_private for out, _, _ in platform.sent] == [False, True]
        assert platform.texts[1] == "What's your order number?"
        person = f"private-{comment.target}"
        answer = said(
            "104217", by=person, channel=Channel.FACEBOOK, scope="messenger", place=f"private:{comment.target}"
        )
        await there.hear(answer)
        await there.until(lambda: len(platform.sent) == 4)
        assert platform.texts[2:] == ["It arrives on Tuesday.", words.CLOSING]
        await there.the_case()


async def test_who_has_started_the_bot_before_is_written_to_directly(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.hear(said("hello", by="ines"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 3)
        assert {out.surface for out, _, _ in there.platform.sent[1:]} == {Surface.PUBLIC, Surface.PRIVATE}
        invitation = next(out for out, _, _ in there.platform.sent if out.way_in)
        assert invitation.way_in
        await there.hear(said("", code=invitation.way_in.code))  # follows the link all the same
        await there.quiet()
        assert len(there.platform.sent) == 3
        await there.hear(said("104217"))
        await there.until(lambda: len(there.platform.sent) == 5)
        assert there.platform.texts.count("What's your order number?") == 2  # of which one greeted "hello"


@pytest.mark.parametrize(("text", "choice"), [("hello?", ""), ("Delivery", "delivery_time")])
async def test_a_short_word_where_we_wrote_first_is_answered_too(tmp_path: Path, text: str, choice: str) -> None:
    async with road(tmp_path, assistant=FakeAssistant(moving)) as there:
        await there.hear(said("hello", by="ines"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("where is my order??", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 3)
        await there.hear(said(text, choice=choice))
        await there.until(lambda: len(there.platform.sent) == 4)


async def test_what_the_wall_refuses_is_replaced_and_the_matter_moves_aside(tmp_path: Path) -> None:
    leaky = FakeAssistant(lambda request: said_back(request, "Please send us your order number and e-mail here."))
    async with road(tmp_path, assistant=leaky) as there:
        await there.hear(said("what now?", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 1)
        out, text, _ = there.platform.sent[0]
        assert text == words.ACKNOWLEDGEMENT[Channel.TELEGRAM]
        assert out.way_in is not None


async def test_the_assistant_repeats_in_public_nothing_that_was_told_in_private(tmp_path: Path) -> None:
    def loose(request: TurnRequest) -> Answer:
        if request.surface is Surface.PUBLIC:
            return said_back(request, "That's 49.90 EUR, and it goes to Elm St.")
        return said_back(request, "Thanks, noted.")

    async with road(tmp_path, assistant=FakeAssistant(loose)) as there:
        await there.hear(said("I paid €49,90 and I live at 42 Elm Street"))
        await there.until(lambda: there.platform.texts == ["Thanks, noted."])
        await there.hear(said("so what was it?", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert there.platform.texts[1] == words.ACKNOWLEDGEMENT[Channel.TELEGRAM]


async def test_what_is_told_in_private_meanwhile_keeps_a_public_answer_back(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(lambda request: said_back(request, "Hello!"))) as there:
        await there.hear(said("hi", surface=Surface.PUBLIC))
        await there.until(lambda: there.platform.texts == ["Hello!"])
        case_id = (await there.the_case())["id"]
        now = utc_now()

        def decide(conn: Any) -> int:
            case = case_store.get(conn, case_id)
            thread = threads.of_case(conn, case_id)[0]
            fit = Wall(Detector()).check("It is with Ms Keller now.", thread.channel)
            message_id = outbox_of.put_public(conn, case, thread, fit, author=Author.BOT, now=now)
            transcript.append_ours(
                conn, case_id, thread_id=None, surface=Surface.PRIVATE, author=Author.CUSTOMER,
                text="my name is Marta Keller", now=now, delivery=Delivery.NONE,
            )  # fmt: skip
            return message_id

        message_id = await there.database.write(decide)
        await there.quiet()
        [message] = [each for each in await there.transcript(case_id) if each.id == message_id]
        assert message.delivery is Delivery.FAILED
        assert there.platform.texts == ["Hello!"]


def handing_over(request: TurnRequest) -> Answer:
    if request.text and "human" in request.text:
        return said_back(request, effects=[HandoffEffect(reason="asked")], intent="human")
    return said_back(request, f"You said {request.text}")


async def test_who_asks_for_a_person_gets_one_and_the_bot_is_silent(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(handing_over)) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("I want a human"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert there.platform.texts[1] == words.HANDED_OVER_PRIVATE
        asked = len(there.assistant.asked)
        for number in range(5):
            await there.hear(said(f"are you there? {number}"))
        await there.quiet()
        assert len(there.platform.sent) == 2
        assert len(there.assistant.asked) == asked
        case = await there.the_case()
        assert (case["state"], case["reason"], case["epoch"]) == (CaseState.QUEUED, "asked", 2)
        packet = await there.database.read(lambda conn: episodes.latest_packet(conn, case["id"]))
        assert packet
        assert isinstance(packet["transcript_ref"], dict)
        assert packet["transcript_ref"]["count"] == 3
        assert packet["reason"] == "asked"
        assert len(await there.customer_said(case["id"])) == 7


async def test_a_person_who_moves_a_case_of_theirs_as_the_customer_writes_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From waiting to on hold, say: the epoch stays, the state is not the one that the turn has looked at."""
    for_people = unanswered.for_people
    moved: list[bool] = []

    def moved_meanwhile(*look: Any) -> None:
        if not moved:
            moved.append(True)
            raise WrongState
        for_people(*look)

    monkeypatch.setattr(unanswered, "for_people", moved_meanwhile)
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.quiet()
        await take_over(there, (await there.the_case())["id"])
        with capture_logs() as lines:
            await there.hear(said("and one thing more"))
            await there.quiet()
        assert moved
        assert [line["event"] for line in lines if line["log_level"] == "error"] == []


async def test_answers_decided_before_the_bot_let_go_are_still_given_in_order(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(handing_over)) as there:
        there.platform.delay = 0.1
        await there.hear(said("one"), said("two"), said("I want a human"))
        await there.until(lambda: len(there.platform.sent) == 3)
        assert there.platform.texts == ["You said one", "You said two", words.HANDED_OVER_PRIVATE]


async def take_over(there: Road, case_id: str) -> None:
    """An agent takes a case from the bot, as the desk does."""
    await there.database.write(
        lambda conn: case_store.move(
            conn,
            case_store.get(conn, case_id),
            CaseState.QUEUED,
            expected=[CaseState.BOT],
            actor="agent:robin",
            kind="takeover",
            now=utc_now(),
        )
    )


async def test_an_answer_decided_before_a_takeover_never_takes_effect(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.assistant.delay = 0.5
        await there.hear(said("hello"))
        await there.until(lambda: len(there.assistant.asked) == 1)
        await take_over(there, (await there.the_case())["id"])
        await there.quiet(0.8)
        assert there.platform.sent == []


async def test_an_answer_committed_but_not_sent_before_a_takeover_is_withdrawn(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures = [SendRetryable(retry_after=0.5)]
        await there.hear(said("hello"))
        await there.until(lambda: not there.platform.failures)
        case = await there.the_case()
        await take_over(there, case["id"])
        await there.quiet(1.6)
        assert there.platform.sent == []
        assert (await there.transcript(case["id"]))[-1].delivery is Delivery.WITHDRAWN


async def test_an_assistant_that_comes_back_answers_everybody(tmp_path: Path) -> None:
    async with road(tmp_path, patience=30) as there:
        there.assistant.down = True
        await there.hear(*(said(f"hello {name}", by=name) for name in ("ines", "tom", "mei")))
        shown = sa.select(sa.func.count()).select_from(cases)
        await there.until_read(lambda conn: conn.execute(shown).scalar_one() == 3)  # the desk shows them meanwhile
        await asyncio.sleep(0.8)
        assert there.platform.sent == []
        there.assistant.down = False
        await there.until(lambda: len(there.platform.sent) == 3)


async def test_what_waits_while_the_clock_is_put_back_is_answered_at_once(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=100) as there:
        there.clock.offset = -timedelta(minutes=10)
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1, longest=5)


async def test_an_assistant_that_stays_away_hands_over_and_says_so(tmp_path: Path) -> None:
    async with road(tmp_path, patience=0.5) as there:
        there.assistant.down = True
        await there.hear(said("hello"), said("anybody?"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.quiet()
        assert there.platform.texts == [words.UNHEALTHY_PRIVATE]
        case = await there.the_case()
        assert (case["state"], case["reason"]) == (CaseState.QUEUED, "bot_unhealthy")


async def test_a_refused_message_is_shown_and_a_person_looks(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.failures = [SendRefused("blocked by the customer")]
        await there.hear(said("hello"))
        await there.quiet(1.5)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == (CaseState.QUEUED, "undeliverable")
        assert (await there.transcript(case["id"]))[-1].delivery is Delivery.FAILED


async def test_an_unclear_message_is_not_sent_again_and_a_person_looks_if_nothing_was_said_since(
    tmp_path: Path,
) -> None:
    async with road(tmp_path) as there:
        there.platform.failures = [SendUnclear("reset")]
        await there.hear(said("hello"))
        await there.quiet(1.0)
        case = await there.the_case()
        assert there.platform.sent == []
        assert (await there.transcript(case["id"]))[-1].delivery is Delivery.UNCLEAR
        assert case["state"] == CaseState.BOT
        there.clock.offset = timedelta(minutes=10)
        await there.quiet(1.5)
        assert (await there.the_case())["state"] == CaseState.QUEUED


async def test_a_persons_message_that_is_refused_makes_the_case_theirs_to_act_on_again(tmp_path: Path) -> None:
    def answer_by_ada(conn: sa.Connection) -> None:
        ada = conn.execute(
            users.insert()
            .values(name="Ada", role="agent", failed_sign_ins=0, created_at=utc_now())
            .returning(users.c.id)
        ).scalar_one()
        case = case_store.get(conn, case_id)
        held = case_store.move(
            conn, case, CaseState.WAITING_CUSTOMER, expected=[CaseState.BOT], actor="agent:Ada", kind="test",
            now=utc_now(), agent_id=ada,
        )  # fmt: skip
        thread = threads.of_case(conn, case_id)[0]
        outbox_of.put_private(conn, held, thread, "Hello", author=Author.AGENT, now=utc_now(), agent_id=ada)

    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        case_id = (await there.the_case())["id"]
        there.platform.failures = [SendRefused("blocked by the customer")]
        await there.database.write(answer_by_ada)
        await there.quiet(2.0)
        case = await there.the_case()
        assert case["state"] == CaseState.ACTIVE
        assert case["agent_id"] is not None
        assert case["due_at"] is not None


async def test_what_became_of_a_message_is_kept_though_the_store_refuses_it_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish, refusals = parcels.finish, [OSError("disk full"), OSError("disk full")]

    def reluctant(*arguments: Any, **options: Any) -> None:
        if refusals:
            raise refusals.pop()
        finish(*arguments, **options)

    monkeypatch.setattr(parcels, "finish", reluctant)
    async with road(tmp_path) as there:
        await there.hear(said("one"), said("two"))
        await there.until(lambda: there.platform.texts == ["You said one", "You said two"])
        await there.quiet()
        case = await there.the_case()
        assert [each.delivery for each in await there.transcript(case["id"])][2:] == [Delivery.SENT, Delivery.SENT]


async def test_a_failed_turn_does_not_wait_for_a_clock_that_was_put_back(tmp_path: Path) -> None:
    async with road(tmp_path, patience=60) as there:
        there.assistant.down = True
        there.clock.offset = timedelta(minutes=10)
        await there.hear(said("hello"))
        await there.until(lambda: len(there.assistant.asked) == 2)
        there.assistant.down = False
        there.clock.offset = timedelta(0)
        await there.until(lambda: there.platform.texts == ["You said hello"])


async def test_what_was_being_sent_when_the_process_died_becomes_unclear(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.quiet()
        await there.database.write(lambda conn: conn.execute(sa.update(outbox).values(status="sending")))
    async with road(tmp_path) as again:
        case = await again.the_case()
        async with asyncio.timeout(10):
            while (await again.transcript(case["id"]))[-1].delivery is not Delivery.UNCLEAR:
                await asyncio.sleep(0.05)
        await again.quiet()
        assert again.platform.sent == []


async def test_what_waited_when_the_process_stopped_is_taken_up_at_the_next_start(tmp_path: Path) -> None:
    async with road(tmp_path, patience=60) as there:
        there.assistant.down = True
        await there.hear(said("hello"))
        await there.until(lambda: len(there.assistant.asked) > 1)
    async with road(tmp_path) as again:
        await again.until(lambda: again.platform.texts == ["You said hello"])


@pytest.mark.parametrize("body", [b"", b"{", b"null", b"\xff\xfe"])
async def test_what_cannot_be_understood_is_set_aside_and_stops_nobody(tmp_path: Path, body: bytes) -> None:
    async with road(tmp_path) as there:
        strange = RawEvent(native_id="strange", payload=body)
        await there.database.write(lambda conn: record(conn, Channel.TELEGRAM, "brand", [strange], utc_now()))
        await there.hear(said("hello"))
        await there.until(lambda: there.platform.texts == ["You said hello"])
        status = await there.database.read(
            lambda conn: conn.execute(sa.select(inbox.c.status).where(inbox.c.native_id == "strange")).scalar_one()
        )
        assert status == InboxStatus.SET_ASIDE


async def test_a_resolved_case_goes_back_to_the_bot_when_the_customer_writes_again(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        case = await there.the_case()
        await take_over(there, case["id"])
        await there.database.write(
            lambda conn: case_store.move(
                conn,
                case_store.get(conn, case["id"]),
                CaseState.RESOLVED,
                expected=[CaseState.QUEUED],
                actor="agent:robin",
                kind="resolved",
                now=utc_now(),
            )
        )
        await there.hear(said("one more thing"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert (await there.the_case())["state"] == CaseState.BOT


async def test_a_choice_is_asked_as_an_intent_and_never_as_text(tmp_path: Path) -> None:
    assistant = FakeAssistant(
        lambda request: said_back(request, "Which?", buttons=[ReplyButton(title="Delivery", intent="delivery_time")])
    )
    async with road(tmp_path, assistant=assistant) as there:
        await there.hear(said("hm"))
        await there.until(lambda: len(there.platform.sent) == 1)
        assert there.platform.sent[0][0].buttons[0].choice == "delivery_time"
        await there.hear(said("Delivery", choice="delivery_time"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert assistant.asked[-1].intent is not None
        assert assistant.asked[-1].text is None


async def test_the_dialogue_state_is_carried_from_turn_to_turn(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("one"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said("two", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 2)
        await there.hear(said("three"))
        await there.until(lambda: len(there.platform.sent) == 3)
        assert [(request.state or {}).get("turns") for request in there.assistant.asked] == [None, 1, 2]


async def test_the_bots_words_stand_after_the_question_also_where_the_platforms_clock_is_ahead(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello", at=utc_now() + timedelta(seconds=30)))
        await there.until(lambda: len(there.platform.sent) == 1)
        case = await there.the_case()
        authors = [message.author for message in await there.transcript(case["id"])]
        assert authors == [Author.CUSTOMER, Author.BOT]


async def test_the_reference_of_a_transcript_changes_with_every_word(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        case = await there.the_case()
        before = await there.database.read(lambda conn: references.reference(conn, case["id"]))
        await there.hear(said("hello again"))
        await there.until(lambda: len(there.platform.sent) == 2)
        after = await there.database.read(lambda conn: references.reference(conn, case["id"]))
        assert before["sha256"] != after["sha256"]
        assert (before["count"], after["count"]) == (2, 4)


async def test_an_event_that_cannot_be_taken_in_is_set_aside_after_some_tries_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = transcript.append_said

    def stumble(*arguments: Any) -> int:
        if arguments[3].text == "poison":
            raise LookupError("a fault of ours")
        return append(*arguments)

    monkeypatch.setattr(transcript, "append_said", stumble)
    async with road(tmp_path) as there:
        await there.hear(said("poison", by="tom"), said("hello"))
        await there.until(lambda: there.platform.texts == ["You said hello"])

        parked = sa.select(inbox.c.id).where(inbox.c.status == "set_aside", inbox.c.reason == "arrival_failed")
        await there.until_read(lambda conn: len(conn.execute(parked).all()) == 1, 10)


async def test_a_button_that_the_assistant_does_not_know_is_no_alarm_about_its_health(tmp_path: Path) -> None:
    def refuse(request: TurnRequest) -> Answer:
        raise AssistantRefused

    async with road(tmp_path, assistant=FakeAssistant(refuse)) as there:
        await there.hear(said("", choice="no_such_intent"))
        await there.until(lambda: there.platform.texts == [words.HANDED_OVER_PRIVATE])
        assert (await there.the_case())["reason"] == "fallback"
