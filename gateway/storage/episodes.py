"""Episodes: stretches of human ownership, each with the packet that was handed over.

The packet refers to the transcript (first and last id, count, SHA-256) instead of copying it: nothing can be cut. Each
reference follows on from the one before, so that a handoff reads what was said since, however long the case is.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case, HandoffReason
from gateway.messages import Author, Channel, Surface
from gateway.public_thread import MoveState
from gateway.storage import moves, people, references, threads, transcript
from gateway.storage.tables import episodes

_INLINE: Final = 12  # messages shown in the packet itself
_RANKED: Final = 3  # turns whose intent ranking is handed over
_FACEBOOK_WINDOW: Final = timedelta(hours=24)  # Messenger platform policy, 28 Sep 2026: standard messaging window


def open_episode(
    conn: Connection, case: Case, reason: HandoffReason, now: datetime, *, due_at: datetime | None, why: str = ""
) -> dict[str, object]:
    """Open a case's next episode and return its packet. Call it in the transaction that hands the case over."""
    before = conn.execute(
        sa.select(episodes.c.number, episodes.c.packet)
        .where(episodes.c.case_id == case.id)
        .order_by(episodes.c.number.desc())
        .limit(1)
    ).one_or_none()
    number = 1 if before is None else before.number + 1
    told = references.reference(conn, case.id, None if before is None else before.packet["transcript_ref"])
    packet = _packet(conn, case, number, reason, due_at, why, told)
    conn.execute(
        episodes.insert().values(
            case_id=case.id, number=number, reason=reason, packet=packet, opened_at=now, outcome=""
        )
    )
    return packet


def end_episode(conn: Connection, case_id: str, outcome: str, now: datetime) -> None:
    """End the open episode, if there is one."""
    conn.execute(
        episodes.update()
        .where(episodes.c.case_id == case_id, episodes.c.ended_at.is_(None))
        .values(ended_at=now, outcome=outcome)
    )


def take_back(
    conn: Connection, case_id: str, message_id: int, text: str, masked: str, is_gone: Callable[[object], bool]
) -> None:
    """Have the packets in which a message was handed over hold what is kept of it since it was taken back.

    `is_gone`: whether what the assistant knew came from there.
    """
    rows = conn.execute(sa.select(episodes.c.id, episodes.c.packet).where(episodes.c.case_id == case_id)).all()
    for row in rows:
        packet: dict[str, Any] = dict(row.packet)
        for part in ("last_turns", "public_context"):
            packet[part] = [
                {**told, "text": masked} if told.get("id") == message_id else told for told in packet.get(part, [])
            ]
        packet["slots"] = {name: value for name, value in packet.get("slots", {}).items() if not is_gone(value)}
        summary = packet.get("summary")
        if text.strip() and summary:
            packet["summary"] = {**summary, "text": summary["text"].replace(_short(text), _short(masked))}
        if packet != row.packet:
            conn.execute(episodes.update().where(episodes.c.id == row.id).values(packet=packet))


def latest_packet(conn: Connection, case_id: str) -> dict[str, object] | None:
    """The packet of the latest episode."""
    return conn.execute(
        sa.select(episodes.c.packet).where(episodes.c.case_id == case_id).order_by(episodes.c.number.desc()).limit(1)
    ).scalar_one_or_none()


def _packet(
    conn: Connection,
    case: Case,
    number: int,
    reason: HandoffReason,
    due_at: datetime | None,
    why: str,
    told: dict[str, object],
) -> dict[str, object]:
    recent = transcript.latest(conn, case.id, 50)
    customer = [message for message in recent if message.author is Author.CUSTOMER]
    understood = [(message, message.understood) for message in customer if message.understood]
    open_moves = moves.of_case(conn, case.id, *MoveState)
    its_threads = threads.of_case(conn, case.id)
    packet: dict[str, object] = {
        "case_id": case.id,
        "episode": number,
        "epoch": case.epoch,
        "reason": reason.value,
        "why": why,
        "customer": {
            "name": people.name_of(conn, case.customer_id),
            "identities": people.identities_of(conn, case.customer_id),
        },
        "threads": [
            {"channel": thread.channel, "surface": thread.surface, "id": thread.native_id} for thread in its_threads
        ],
        "transcript_ref": told,
        "last_turns": [
            {"id": message.id, "author": message.author, "surface": message.surface, "text": message.text}
            for message in recent[-_INLINE:]
            if message.surface is not Surface.NOTE
        ],
        "slots": _slots(case),
        "intent_ranking": [
            {"message_id": message.id, "intents": _top(known)} for message, known in understood[-_RANKED:]
        ],
        "failed_turns": [message.id for message, known in understood if known.get("fallback")],
        "promises": [],
        "questions_asked": [message.text for message in recent if message.author is Author.BOT and "?" in message.text],
        "public_context": [
            {"id": message.id, "text": message.text} for message in customer if message.surface is Surface.PUBLIC
        ][:3],
        "moves": [{"state": move.state, "intent": move.intent} for move in open_moves],
        "due_at": None if due_at is None else due_at.isoformat(),
        "reply_window_ends_at": _window_end(its_threads),
        "summary": {"machine_made": True, "text": _summary(case, reason, customer, understood)},
    }
    return packet


def _slots(case: Case) -> dict[str, object]:
    """What the assistant knows."""
    slots = (case.dialogue or {}).get("slots")
    return {name: value for name, value in slots.items() if value is not None} if isinstance(slots, dict) else {}


def _top(known: dict[str, Any]) -> Sequence[object]:
    ranking = known.get("intent_ranking")
    return ranking[:3] if isinstance(ranking, list) else []


def _window_end(its_threads: Sequence[threads.CaseThread]) -> str | None:
    """When Messenger stops taking our replies; the other channels have no such window."""
    ends = [
        thread.last_at + _FACEBOOK_WINDOW
        for thread in its_threads
        if thread.channel is Channel.FACEBOOK and thread.surface is Surface.PRIVATE
    ]
    return min(ends).isoformat() if ends else None


def _summary(
    case: Case,
    reason: HandoffReason,
    customer: Sequence[transcript.Message],
    understood: Sequence[tuple[transcript.Message, dict[str, Any]]],
) -> str:
    """What happened in one line, put together from facts, nothing guessed."""
    parts = [_REASONS[reason]]
    if case.topic:
        parts.append(f"Topic: {case.topic.replace('_', ' ')}.")
    words = [message.text for message in customer if message.text]
    if words:
        parts.append(f"First said: “{_short(words[0])}”")
    if len(words) > 1:
        parts.append(f"Last said: “{_short(words[-1])}”")
    return " ".join(parts)


def _short(text: str, limit: int = 140) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= limit else flat[: limit - 1] + "…"


_REASONS: Final = {
    HandoffReason.ASKED: "Asked for a person.",
    HandoffReason.FALLBACK: "The assistant did not understand, twice.",
    HandoffReason.LOOP: "The assistant was about to repeat itself.",
    HandoffReason.NEGATIVE: "The customer is upset.",
    HandoffReason.SENSITIVE: "A sensitive matter.",
    HandoffReason.CRISIS: "A crisis.",
    HandoffReason.FORM_FAILED: "The details the customer gave could not be found.",
    HandoffReason.LOW_CONF_HIGH_RISK: "The assistant was not sure enough for what is at stake.",
    HandoffReason.BOT_UNHEALTHY: "The assistant was not available.",
    HandoffReason.UNDELIVERABLE: "A reply could not be delivered.",
    HandoffReason.TAKEOVER: "A person took the case.",
    HandoffReason.UNREADABLE: "A message that can only be read in the platform's own app.",
    HandoffReason.OPTED_OUT: "The customer wants no automatic answers.",
    HandoffReason.AUTOMATED: "Written by a program.",
    HandoffReason.NO_SHOW: "Asked aside and reminded, and did not come.",
    HandoffReason.LEFT_HANGING: "A public post that got no answer.",
}
