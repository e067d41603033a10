"""Alarms that fail: on the road, with a fault of ours planted where they do what they are for."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import CaseState
from gateway.clock import utc_now
from gateway.storage import progress, timers
from gateway.storage.tables import cases
from gateway.storage.tables import timers as table
from gateway.storage.timers import Alarm
from tests.integration.road import Road, road, said


def _set(there: Road, case_id: str) -> Any:
    return there.database.write(lambda conn: timers.set_timer(conn, Alarm.PUBLIC_CLOSE, case_id, utc_now()))


def _attempts(conn: Connection) -> int:
    return int(conn.execute(sa.select(table.c.payload)).scalar_one().get("attempts", 0))


@pytest.mark.parametrize("state", [CaseState.BOT, CaseState.RESOLVED])
async def test_an_alarm_that_fails_is_tried_ever_later_and_ends_with_a_person(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, state: CaseState
) -> None:
    tried = []

    def stumble(*_: object) -> None:
        tried.append(1)
        raise LookupError("a fault of ours")

    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        monkeypatch.setattr(progress, "happen_to_all", stumble)
        case_id = (await there.the_case())["id"]
        await there.database.write(lambda conn: conn.execute(sa.update(cases).values(state=state)))
        await _set(there, case_id)
        await there.until(lambda: len(tried) == 1)
        await there.quiet(1.2)
        assert len(tried) == 1  # not at once again: whoever can make an alarm fail must not fill the disk with that
        for failed in range(1, 6):
            await there.until_read(lambda conn, failed=failed: _attempts(conn) == failed)  # type: ignore[misc]
            there.clock.offset = timedelta(hours=failed)
            await there.until(lambda failed=failed: len(tried) == failed + 1)  # type: ignore[misc]
        await there.until_read(lambda conn: conn.execute(sa.select(cases.c.state)).scalar_one() == CaseState.QUEUED)
        assert (await there.the_case())["reason"] == "undeliverable"
        there.clock.offset = timedelta(hours=20)
        await there.quiet(1.5)
        assert len(tried) == 6


async def test_an_alarm_that_fails_holds_up_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[float] = []
    async with road(tmp_path) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        monkeypatch.setattr(progress, "happen_to_all", lambda *_: closed.append(1 / len(closed)))
        case_id = (await there.the_case())["id"]
        await _set(there, case_id)
        await there.quiet(1.2)
        closed.append(1)
        await _set(there, case_id)
        await there.until_read(
            lambda conn: sorted(conn.execute(sa.select(table.c.status)).scalars()) == ["fired", "fired"], 12
        )
