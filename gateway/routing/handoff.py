"""Handing a case to people: packet, queue, higher epoch, silent bot in one transaction; then the customer is told."""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway import metrics
from gateway.cases import Case, CaseState, HandoffReason
from gateway.messages import Author, Surface
from gateway.privacy.wall import Wall
from gateway.routing import words
from gateway.routing.address import in_public
from gateway.sending import outbox
from gateway.storage import cases, episodes, threads

_SOONER: Final = {HandoffReason.CRISIS: timedelta(minutes=5), HandoffReason.SENSITIVE: timedelta(minutes=20)}
"""What cannot wait as long as the usual promise: it stands first in the queue."""
_SEVERITY: Final = {HandoffReason.CRISIS: 3, HandoffReason.SENSITIVE: 2, HandoffReason.NEGATIVE: 1}


def hand_over(
    conn: Connection,
    case: Case,
    reason: HandoffReason,
    *,
    now: datetime,
    promise: timedelta,
    wall: Wall,
    tell: threads.CaseThread | None,
    why: str = "",
    silenced: bool = False,
) -> Case:
    """Put a case that the bot owns into the queue, and tell the customer in the thread `tell` (None: tell nobody).

    `silenced`: somebody else speaks in the bot's place already; what it has decided and not said is not said any more.
    Returns the case under its new epoch. Raises `StaleEpoch` or `WrongState` if it is not the bot's any more.
    """
    due_at = now + min(promise, _SOONER.get(reason, promise))
    packet = episodes.open_episode(conn, case, reason, now, due_at=due_at, why=why)
    queued = cases.move(
        conn,
        case,
        CaseState.QUEUED,
        expected=[CaseState.BOT],
        actor="system" if silenced else "bot",
        kind="case.taken_over" if silenced else "handoff",
        now=now,
        why=why or reason.value,
        data={"reason": reason.value, "transcript_ref": packet["transcript_ref"]},
        reason=reason.value,
        severity=_SEVERITY.get(reason, 0),
        due_at=due_at,
        queued_at=now,
    )
    if not silenced:
        # What the bot had decided before it let go is still its own word; from here on it has none.
        outbox.carry_over(conn, case.id, case.epoch, queued.epoch)
    if tell is not None:
        _tell(conn, queued, reason, tell, wall, now)
    metrics.handoffs.labels(reason.value).inc()
    return queued


def _tell(
    conn: Connection, case: Case, reason: HandoffReason, thread: threads.CaseThread, wall: Wall, now: datetime
) -> None:
    if thread.surface is Surface.PUBLIC:
        said = in_public(conn, case, thread.channel, words.HANDED_OVER_PUBLIC, wall)
        outbox.put_public(conn, case, thread, said, author=Author.SYSTEM, now=now)
        return
    text = words.UNHEALTHY_PRIVATE if reason is HandoffReason.BOT_UNHEALTHY else words.HANDED_OVER_PRIVATE
    outbox.put_private(conn, case, thread, text, author=Author.SYSTEM, now=now)
