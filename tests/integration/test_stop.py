"""Stop, at awkward moments: by an edit, behind a question, while its answer is found, before it is sent."""

from pathlib import Path

import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.routing import words
from gateway.storage.tables import identities, outbox
from tests.integration.road import Road, road, said
from tests.integration.test_happenings import changed, settled


async def _is_on_record(there: Road) -> bool:
    at = sa.select(identities.c.opted_out_at)
    return await there.database.read(lambda conn: conn.execute(at).scalar()) is not None


async def test_a_message_that_is_edited_to_stop_before_its_turn_is_a_stop(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=1500) as there:
        first = said("hello")
        await there.hear(first)
        await there.tell(changed(first, text="stop"))
        await there.until(lambda: there.platform.texts == [words.WISHES["stop"]])
        assert await _is_on_record(there)
        assert there.assistant.asked == []


async def test_a_question_with_stop_right_behind_it_is_answered_by_people(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=500) as there:
        await there.hear(said("when do you open?"), said("stop"))
        await there.until(lambda: there.platform.texts == [words.WISHES["stop"]])
        await settled(there)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == (CaseState.QUEUED, "opted_out")
        assert there.assistant.asked == []


async def test_an_answer_that_is_being_found_when_stop_comes_is_not_given(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.assistant.delay = 1.0
        await there.hear(said("when do you open?"))
        await there.until(lambda: len(there.assistant.asked) == 1)
        await there.hear(said("stop"))
        await there.until(lambda: there.platform.texts == [words.WISHES["stop"]])
        await settled(there)
        assert (await there.the_case())["state"] == CaseState.QUEUED
        assert len(there.platform.sent) == 1


async def test_an_answer_that_waits_to_be_sent_when_stop_comes_is_not_sent(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.platform.delay = 1.0
        await there.hear(said("hello"))
        await there.until(lambda: len(there.assistant.asked) == 1)
        await there.hear(said("and when do you open?"))  # its answer waits for the first one's
        await there.until_read(lambda conn: len(conn.execute(sa.select(outbox.c.id)).all()) == 2)
        await there.hear(said("stop"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert there.platform.texts == ["You said hello", words.WISHES["stop"]]
        case = await there.the_case()
        assert (case["state"], case["reason"]) == (CaseState.QUEUED, "opted_out")


async def test_what_others_said_before_somebodys_stop_is_answered_as_ever(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=300) as there:
        await there.hear(said("when do you open?", by="tom"), said("stop"))
        await there.until(lambda: len(there.platform.sent) == 2)
        assert sorted(there.platform.texts) == [words.WISHES["stop"], "You said when do you open?"]
