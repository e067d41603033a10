"""Crises: times in which more comes in on a channel than it lets out, and the cases that people got because of it."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import CaseState
from gateway.messages import Channel
from gateway.storage import events
from gateway.storage.rows import as_struct
from gateway.storage.tables import CASE_IN_CRISIS, cases
from gateway.storage.traffic_tables import CRISIS_ONGOING, crises

_OPEN: Final = sorted(set(CaseState) - {CaseState.RESOLVED})


class Crisis(msgspec.Struct, frozen=True, kw_only=True):
    """One such time."""

    id: int
    channel: Channel
    account: str
    opened_at: datetime
    calm_since: datetime | None
    """Since when nothing has had to wait for long."""
    closed_at: datetime | None
    why: str
    waiting: int
    """Messages of ours that waited when last looked."""
    minutes: int
    """After which the last of them would have gone out."""


def ongoing(conn: Connection, channel: Channel, account: str) -> Crisis | None:
    """The crisis that an account is in."""
    here = crises.c.channel == channel, crises.c.account == account
    row = conn.execute(sa.select(crises).where(CRISIS_ONGOING, *here)).one_or_none()
    return None if row is None else as_struct(row, Crisis)


def shown(conn: Connection, since: datetime) -> list[Crisis]:
    """Those that go on, the oldest first, and those that ended after `since`, though not all of their cases have."""
    left = sa.select(cases.c.id).where(CASE_IN_CRISIS, cases.c.crisis_id == crises.c.id, cases.c.state.in_(_OPEN))
    query = (
        sa.select(crises)
        .where(sa.or_(CRISIS_ONGOING, sa.and_(crises.c.closed_at > since, left.exists())))
        .order_by(crises.c.closed_at.is_not(None), crises.c.id)
    )
    return [as_struct(row, Crisis) for row in conn.execute(query)]


def topics(conn: Connection, crisis_id: int) -> dict[str, int]:
    """How many cases of a crisis are still open, by topic, the most frequent first; "" where none is known."""
    count = sa.func.count()
    rows = conn.execute(
        sa.select(cases.c.topic, count)
        .where(CASE_IN_CRISIS, cases.c.crisis_id == crisis_id, cases.c.state.in_(_OPEN))
        .group_by(cases.c.topic)
        .order_by(count.desc(), cases.c.topic)
    )
    return {row[0]: row[1] for row in rows}


def begin(conn: Connection, channel: Channel, account: str, why: str, waiting: int, minutes: int, now: datetime) -> int:
    """Begin a crisis; agents are told by the event. Returns its id."""
    values = {"channel": channel, "account": account, "why": why, "waiting": waiting, "minutes": minutes}
    crisis_id = int(conn.execute(crises.insert().values(**values, opened_at=now).returning(crises.c.id)).scalar_one())
    _tell(conn, "crisis.opened", now, why, {"crisis": crisis_id, **values})
    return crisis_id


def go_on(conn: Connection, crisis: Crisis, waiting: int, minutes: int, *, calm: bool, now: datetime) -> timedelta:
    """Note how a crisis stands. Returns for how long it has been calm."""
    since = crisis.calm_since
    if not calm:
        since = None
    elif since is None or since > now:
        since = now
    conn.execute(
        crises.update().where(crises.c.id == crisis.id).values(waiting=waiting, minutes=minutes, calm_since=since)
    )
    return timedelta(0) if since is None else now - since


def end(conn: Connection, crisis: Crisis, now: datetime) -> bool:
    """End a crisis; agents are told by the event. False if somebody has ended it before."""
    ended = conn.execute(crises.update().where(crises.c.id == crisis.id, CRISIS_ONGOING).values(closed_at=now))
    if ended.rowcount != 1:
        return False
    cases_in_it = conn.execute(
        sa.select(sa.func.count()).select_from(cases).where(CASE_IN_CRISIS, cases.c.crisis_id == crisis.id)
    ).scalar_one()
    data = {"crisis": crisis.id, "channel": crisis.channel, "account": crisis.account, "cases": cases_in_it}
    _tell(conn, "crisis.closed", now, "", data)
    return True


def add(conn: Connection, crisis_id: int, case_id: str, epoch: int, now: datetime) -> bool:
    """Count a case as one of a crisis. False where it is one of its customer's in it already."""
    customer = sa.select(cases.c.customer_id).where(cases.c.id == case_id).scalar_subquery()
    before = conn.execute(
        sa.select(cases.c.id).where(CASE_IN_CRISIS, cases.c.crisis_id == crisis_id, cases.c.customer_id == customer)
    ).first()
    conn.execute(cases.update().where(cases.c.id == case_id).values(crisis_id=crisis_id))
    events.append(
        conn, "case.grouped", case_id=case_id, actor="system", epoch=epoch, at=now, data={"crisis": crisis_id}
    )
    return before is None


def _tell(conn: Connection, kind: str, now: datetime, why: str, data: dict[str, object]) -> None:
    events.append(conn, kind, case_id=None, actor="system", epoch=0, at=now, why=why, data=data)
