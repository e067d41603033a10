"""Whether a word of ours in public helps: asked before a reminder and before a closing word, which nobody has to get.

thread still there? place open? customer calm, and not opted out? channel lets us? room left? -> an obstacle, or none
"""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case, HandoffReason
from gateway.sending import pace, windows
from gateway.sending.limits import Outlet, Rank, Table
from gateway.storage import crises, threads
from gateway.storage.tables import MESSAGE_FROM_CUSTOMER, identities, messages

_NOT_NOW: Final = frozenset({HandoffReason.NEGATIVE, HandoffReason.CRISIS})
_UPSET: Final = frozenset({"complaint", "stop", "legal", "report_fraud", "crisis"})
"""Intents after which a word of thanks would sound like mockery."""


def obstacle(
    conn: Connection, table: Table, case: Case, thread: threads.CaseThread, now: datetime, *, thanks: bool
) -> str:
    """Why a word of ours would not help in a public thread, in one word; empty where it would.

    `thanks`: for a word of thanks, for which the mood of the customer's latest message counts as well.
    """
    if thread.closed:
        return "shut_out"
    said = _latest(conn, case.id, thread.id)
    if said is None or "removed" in (said.extras or {}):
        return "gone"
    if case.reason in _NOT_NOW:
        return "upset"
    if thanks and _mood(_latest(conn, case.id, None)) in _UPSET:
        return "upset"
    if _opted_out(conn, case.customer_id, thread):
        return "opted_out"
    if not windows.of_thread(thread, said.said_at, now).can_send:
        return "not_allowed"
    outlet = Outlet(channel=thread.channel, surface=thread.surface, account=thread.account)
    if crises.ongoing(conn, thread.channel, thread.account) is not None:
        return "no_room"
    room = pace.room_of(conn, table, f"{outlet}:{thread.native_id}", Rank.CHATTER, now)
    return "no_room" if room is not None and room.free < 1 else ""


def _latest(conn: Connection, case_id: str, thread_id: int | None) -> Any:
    """What the customer said last: in a thread, or anywhere."""
    query = sa.select(messages.c.extras, messages.c.understood, messages.c.said_at).where(
        messages.c.case_id == case_id, MESSAGE_FROM_CUSTOMER
    )
    if thread_id is not None:
        query = query.where(messages.c.thread_id == thread_id)
    return conn.execute(query.order_by(messages.c.said_at.desc(), messages.c.said_order.desc()).limit(1)).one_or_none()


def _mood(said: Any) -> str:
    understood = {} if said is None else said.understood or {}
    return str((understood.get("intent") or {}).get("name", ""))


def _opted_out(conn: Connection, customer_id: int, thread: threads.CaseThread) -> bool:
    wish = sa.select(identities.c.id).where(
        identities.c.customer_id == customer_id,
        identities.c.channel == thread.channel,
        identities.c.opted_out_at.is_not(None),
    )
    return conn.execute(wish.limit(1)).first() is not None
