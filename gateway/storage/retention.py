"""Retention: after some days nothing of what was said is kept but the masked transcript.

vault rows that are too old -> gone; their case has no younger ones -> slots, entities, texts in packets and outbox gone
cases in which nothing was masked, and nobody has spoken since -> the same
events that are too old -> their bodies and texts gone; what was not understood by then is not looked at again
"""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.storage.settled import InboxStatus
from gateway.storage.tables import INBOX_KEPT, cases, episodes, inbox, messages, moves, outbox
from gateway.storage.vault_tables import vault

_TOGETHER: Final = 100
_OVER: Final = (InboxStatus.DONE, InboxStatus.PARKED, InboxStatus.IGNORED, InboxStatus.SET_ASIDE)
_SETTLED: Final = ("sent", "failed", "unclear", "withdrawn")


def sweep(conn: Connection, before: datetime) -> bool:
    """Let go of some of what is older than `before`. Whether there may be more."""
    found = conn.execute(
        sa.select(vault.c.id, vault.c.case_id)
        .where(vault.c.created_at < before)
        .order_by(vault.c.created_at)
        .limit(_TOGETHER)
    ).all()
    conn.execute(vault.delete().where(vault.c.id.in_([row.id for row in found])))
    for case_id in {row.case_id for row in found}:
        if conn.execute(sa.select(vault.c.id).where(vault.c.case_id == case_id).limit(1)).first() is None:
            _forget(conn, case_id)
    more = _sweep_quiet(conn, before)
    return _sweep_events(conn, before) or more or len(found) == _TOGETHER


def _sweep_quiet(conn: Connection, before: datetime) -> bool:
    """Cases without a vault row: what the detector did not find was noted by the assistant all the same."""
    kept = sa.select(vault.c.id).where(vault.c.case_id == cases.c.id).exists()
    found = conn.execute(
        sa.select(cases.c.id)
        .where(cases.c.last_message_at < before, cases.c.dialogue.is_not(sa.null()), ~kept)
        .order_by(cases.c.last_message_at)
        .limit(_TOGETHER)
    ).scalars()
    quiet = list(found)
    for case_id in quiet:
        _forget(conn, case_id)
    return len(quiet) == _TOGETHER


def _forget(conn: Connection, case_id: str) -> None:
    """Let go of what is known of a case beside its masked transcript."""
    conn.execute(cases.update().where(cases.c.id == case_id).values(dialogue=None))
    conn.execute(moves.update().where(moves.c.case_id == case_id).values(entities={}))
    conn.execute(messages.update().where(messages.c.case_id == case_id).values(understood=None))
    for row in conn.execute(sa.select(episodes.c.id, episodes.c.packet).where(episodes.c.case_id == case_id)).all():
        packet: dict[str, Any] = {**row.packet, "slots": {}}
        conn.execute(episodes.update().where(episodes.c.id == row.id).values(packet=packet))
    ours = sa.select(messages.c.id).where(messages.c.case_id == case_id)
    said = sa.select(outbox.c.id, outbox.c.payload).where(outbox.c.message_id.in_(ours), outbox.c.status.in_(_SETTLED))
    for row in conn.execute(said).all():
        payload: dict[str, Any] = {**row.payload, "text": ""}
        conn.execute(outbox.update().where(outbox.c.id == row.id).values(payload=payload))


def _sweep_events(conn: Connection, before: datetime) -> bool:
    found = conn.execute(
        sa.select(inbox.c.id, inbox.c.status)
        .where(INBOX_KEPT, inbox.c.received_at < before, inbox.c.status.in_(_OVER))
        .order_by(inbox.c.received_at)
        .limit(_TOGETHER)
    ).all()
    for row in found:
        values: dict[str, Any] = {"body": b"", "said": None}
        if row.status == InboxStatus.SET_ASIDE:
            values |= {"status": InboxStatus.IGNORED, "reason": "kept_too_long"}
        conn.execute(inbox.update().where(inbox.c.id == row.id).values(values))
    return len(found) == _TOGETHER
