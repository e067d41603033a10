"""A code stands in public, where everybody reads it: what it does in the hands of those for whom it was not meant."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel, Said, Sender, Surface
from gateway.routing.assistant import Answer, MoveAsideEffect, TurnRequest
from gateway.storage import people, threads, unproven
from gateway.storage.tables import identities
from tests.factories import ACCOUNT, Story
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration.desk import House
from tests.integration.road import road, said

_AT_ONCE: Final = 6  # strangers who follow one link in the same moment


def comment(text: str, **more: Any) -> Said:
    """What somebody says under a post, on Facebook."""
    return said(text, surface=Surface.PUBLIC, channel=Channel.FACEBOOK, scope="feed", **more)


def letter(text: str, **more: Any) -> Said:
    """What somebody says in Messenger, who is known there by another id."""
    return said(text, channel=Channel.FACEBOOK, scope="messenger", **more)


def knowing(request: TurnRequest) -> Answer:
    """An assistant that moves aside with the number said in public, and says in private what it knows of it."""
    if request.surface is Surface.PUBLIC:
        moving = MoveAsideEffect(intent="where_is_my_order", entities={"order_number": "104217"})
        return said_back(request, "Let's look at this in private.", effects=[moving], intent="where_is_my_order")
    number = request.intent.entities.get("order_number") if request.intent is not None else None
    return said_back(request, f"{number} arrives on Tuesday." if number else "What's your order number?")


async def test_who_is_first_at_a_link_hears_nothing_of_what_the_customer_has_said_in_public(tmp_path: Path) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    async with road(tmp_path, assistant=FakeAssistant(knowing), platform=platform) as there:
        await there.hear(comment("my order 104217 is late!!", by="feed-ines"))
        await there.until(lambda: any(out.way_in for out, _, _ in platform.sent))
        await there.quiet()
        way_in = next(out.way_in for out, _, _ in platform.sent if out.way_in)
        await there.hear(letter("", by="psid-stranger", code=way_in.code))
        await there.until(lambda: any(out.target == "psid-stranger" for out, _, _ in platform.sent))
        await there.hear(comment("104217, I said!!", by="feed-ines"))  # who does not know that somebody else is there
        await there.until(lambda: sum(bool(out.way_in) for out, _, _ in platform.sent) == 2)
        again = [out.way_in for out, _, _ in platform.sent if out.way_in][-1]
        await there.hear(letter("", by="psid-stranger", code=again.code))
        await there.until(lambda: sum(out.target == "psid-stranger" for out, _, _ in platform.sent) > 1)
        told = {text for out, text, _ in platform.sent if out.target == "psid-stranger"}
        assert told == {"What's your order number?"}


async def test_of_several_who_follow_one_link_at_once_one_is_joined(tmp_path: Path) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    async with road(tmp_path, assistant=FakeAssistant(knowing), platform=platform) as there:
        for number in range(4):
            before = len(platform.sent)
            await there.hear(comment("where is my order??", by=f"feed-{number}", place=f"post-{number}"))
            await there.until(lambda before=before: len(platform.sent) > before)  # type: ignore[misc]
            await there.quiet(0.1)
            way_in = platform.sent[before][0].way_in
            assert way_in
            strangers = [f"psid-{number}-{each}" for each in range(_AT_ONCE)]
            await there.hear(*(letter("it's me", by=stranger, code=way_in.code) for stranger in strangers))
            await there.quiet(0.2)
        query = sa.select(identities.c.customer_id).where(identities.c.linked_by == "code")
        joined = await there.database.read(lambda conn: list(conn.execute(query).scalars()))
        assert len(joined) == len(set(joined)) == 4


async def test_who_was_first_at_a_link_is_out_again_once_the_platform_tells_who_the_customer_is(tmp_path: Path) -> None:
    platform = FakePlatform(Channel.FACEBOOK)

    def answer(request: TurnRequest) -> Answer:
        told = said_back(request, f"I know of {(request.state or {}).get('slots')}")
        return knowing(request) if request.surface is Surface.PUBLIC else _knowing(told, request.text)

    async with road(tmp_path, assistant=FakeAssistant(answer), platform=platform) as there:
        await there.hear(comment("where is it??", by="feed-ines"))
        await there.until(lambda: any(out.way_in for out, _, _ in platform.sent))
        await there.quiet(0.1)
        way_in = next(out.way_in for out, _, _ in platform.sent if out.way_in)
        await there.hear(letter("it's me", by="psid-stranger", code=way_in.code))
        await there.until(lambda: any(out.target == "psid-stranger" for out, _, _ in platform.sent))
        case = await there.the_case()
        platform.replies_privately = True
        again = comment("hello? where is it?", by="feed-ines")
        await there.hear(again)
        await there.until(lambda: any(out.opens_private for out, _, _ in platform.sent))
        await there.quiet(0.2)
        ines = {"by": f"private-{again.target}", "place": f"private:{again.target}"}
        await there.hear(letter("it is 104217", **ines))
        await there.quiet(0.2)
        await there.hear(letter("and where is my order?", by="psid-stranger"))
        await there.quiet(0.2)
        to_stranger = [text for out, text, _ in platform.sent if out.target == "psid-stranger"]
        assert not any("104217" in text for text in to_stranger)
        others = [each for each in await there.cases() if each["customer_id"] != case["customer_id"]]
        assert len(others) == 1
        its_threads = await there.database.read(lambda conn: threads.of_case(conn, case["id"]))
        assert {each.target for each in its_threads if each.surface is Surface.PRIVATE} == {ines["by"]}
        assert len(await there.events("identity.parted")) == 1


def _knowing(answer: Answer, text: str | None) -> Answer:
    """The answer of an assistant that has noted what it was told."""
    return msgspec.structs.replace(answer, state={"version": 1, "slots": {"said": text or ""}})


@pytest.mark.parametrize("same", [True, False])
async def test_an_account_that_is_proven_to_be_anothers_takes_no_case_with_it(house: House, same: bool) -> None:
    stranger = Sender(native_id="psid-stranger", scope="messenger")

    def write(conn: Connection) -> tuple[int, int]:
        story = Story(conn, house.clock, channel=Channel.FACEBOOK)
        story.says("where is it??", Surface.PUBLIC)
        ines, now = story.case.customer_id, house.clock()
        people.link(conn, Channel.FACEBOOK, ACCOUNT, stranger, ines, people.UNPROVEN, now)
        other = ines if same else people.meet(conn, Channel.FACEBOOK, ACCOUNT, Sender(native_id="x", scope="feed"), now)
        unproven.part_others(conn, Channel.FACEBOOK, ACCOUNT, stranger, other, now)
        people.link(conn, Channel.FACEBOOK, ACCOUNT, stranger, other, "private_reply", now)
        assert people.customer_of(conn, Channel.FACEBOOK, ACCOUNT, stranger) == other
        assert not people.has_unproven(conn, ines)
        return ines, story.case.customer_id

    ines, owner = await house.db.write(write)
    assert owner == ines
