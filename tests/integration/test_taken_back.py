"""What customers take back: it stands nowhere any more, but masked beside the message; what was answered stays so."""

import asyncio
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.happenings import Change
from gateway.messages import Said, Surface
from gateway.routing.assistant import Answer, HandoffEffect, MoveAsideEffect, TurnRequest
from gateway.storage.columns import metadata
from gateway.storage.tables import cases, inbox, moves
from tests.fakes import FakeAssistant, said_back
from tests.integration.road import Road, road, said
from tests.integration.test_happenings import changed, settled

MAIL, ORDER = "zoe.quill@example.org", "104219"


def noting(request: TurnRequest) -> Answer:
    """Keeps what it is told, as the real one does."""
    text = request.text or ""
    slots = dict((request.state or {}).get("slots") or {})  # type: ignore[call-overload]
    found = [
        {"entity": name, "value": value, "start": 0, "end": 1}
        for name, value in (("email", MAIL), ("order_number", ORDER))
        if value in text.replace(" ", "")
    ]
    slots |= {one["entity"]: one["value"] for one in found} | {"topic": "order_status"}
    effects = [HandoffEffect(reason="asked")] if "human" in text else []
    if request.surface is Surface.PUBLIC:
        effects = [MoveAsideEffect(intent="order", entities={str(one["entity"]): str(one["value"]) for one in found})]  # type: ignore[list-item]
    answer = said_back(request, "I see.", effects=effects)  # type: ignore[arg-type]
    return msgspec.structs.replace(answer, entities=found, slots=slots, state={"version": 1, "slots": slots})


def _everywhere(conn: Connection) -> str:
    """All that the database holds, keys of events aside: these are the platform's, here with what was said in them."""
    told = []
    for table in metadata.sorted_tables:
        columns = [column for column in table.c if column is not inbox.c.native_id]
        told += [str(row) for row in conn.execute(sa.select(*columns))]
    return "\n".join(told)


async def _stand(there: Road, *values: str) -> list[str]:
    found = await there.database.read(_everywhere)
    return [value for value in values if value in found]


async def _heard(there: Road, one: Said) -> None:
    await there.hear(one)
    await there.until_read(
        lambda conn: (
            conn.execute(sa.select(inbox.c.status).where(inbox.c.native_id == one.native_id)).scalar_one_or_none()
            == "done"
        )
    )


@pytest.mark.parametrize("change", [Change.REMOVED, Change.EDITED])
@pytest.mark.parametrize("with_people", [False, True])
async def test_what_a_customer_takes_back_stands_nowhere_any_more_and_stays_answered(
    tmp_path: Path, change: Change, with_people: bool
) -> None:
    async with road(tmp_path, assistant=FakeAssistant(noting)) as there:
        first = said(f"my mail is {MAIL} and order 104 219, where is it?")
        await _heard(there, first)
        if with_people:
            await _heard(there, said("a human please"))
        assert await _stand(there, MAIL, ORDER) == [MAIL, ORDER]
        asked = len(there.assistant.asked)
        await there.tell(changed(first, change, text="never mind" if change is Change.EDITED else ""))
        await settled(there)
        assert await _stand(there, MAIL, ORDER, "104 219") == []
        message = await there.message(first.native_id)
        assert message.extras["was"][0]["text"].startswith("my mail is [email] and order [order number]")  # type: ignore[index]
        assert (message.understood or {})["intent"]  # it was answered, and stays so
        assert await there.fate(first.native_id) == ("done", "")
        assert (await there.the_case())["dialogue"]["slots"] == {"topic": "order_status"}
        await there.hear(first)  # delivered once more
        await settled(there)
        assert len(there.assistant.asked) == asked
        assert await _stand(there, MAIL, ORDER) == []


async def test_what_an_edit_leaves_in_its_message_is_known_as_before(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(noting)) as there:
        first = said(f"my mail is {MAIL} and order {ORDER}")
        await _heard(there, first)
        await there.tell(changed(first, text=f"it is order {ORDER}"))
        await settled(there)
        assert await _stand(there, MAIL) == []
        assert (await there.the_case())["dialogue"]["slots"]["order_number"] == ORDER


async def test_what_was_said_in_public_and_taken_back_is_not_brought_along_into_private(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(noting)) as there:
        first = said(f"my mail is {MAIL}, where is it?", surface=Surface.PUBLIC)
        await _heard(there, first)
        brought = sa.select(moves.c.entities)
        assert await there.database.read(lambda conn: conn.execute(brought).scalar_one()) == {"email": MAIL}
        await there.tell(changed(first, Change.REMOVED))
        await settled(there)
        assert await there.database.read(lambda conn: conn.execute(brought).scalar_one()) == {}
        assert await _stand(there, MAIL) == []


async def test_an_answer_that_was_being_found_with_what_is_taken_back_is_found_again_without(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(noting)) as there:
        first = said(f"my mail is {MAIL}")
        await _heard(there, first)
        there.assistant.delay = 0.8
        await there.hear(said("and now?"))
        await there.until(lambda: len(there.assistant.asked) == 2)
        await there.tell(changed(first, Change.REMOVED))
        await there.until(lambda: len(there.platform.sent) == 2)
        await asyncio.sleep(0.1)
        assert await _stand(there, MAIL) == []
        assert await there.database.read(lambda conn: conn.execute(sa.select(cases.c.dialogue)).scalar_one()) == {
            "version": 1,
            "slots": {"topic": "order_status"},
        }
