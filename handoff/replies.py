"""Replies: what an agent says to a customer, in private or in public; once per Idempotency-Key.

public_channel (read) -> wall -> commit (write; everything is checked again)
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState
from gateway.errors import NotFound, StaleEpoch
from gateway.messages import Author, Channel, Surface
from gateway.privacy.wall import PublicText
from gateway.sending import outbox
from gateway.storage import cases, transcript
from gateway.storage.tables import idempotency
from gateway.storage.transcript import Message
from handoff import notes
from handoff.errors import IdempotencyConflict, Invalid
from handoff.holding import held_for_reply
from handoff.reply_thread import destination
from handoff.rights import Right, access_case
from handoff.users import User

LONGEST: Final = 10_000
_LONGEST_KEY: Final = 200


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wants said."""

    case_id: str
    text: str
    surface: Surface
    thread: str | None = None
    """The thread's native id; the latest of the surface where none is named."""
    key: str | None = None
    """The Idempotency-Key."""

    def check(self) -> None:
        """Raise `Invalid` where this can never be said."""
        if not self.text.strip():
            raise Invalid("There is nothing to say: `text` is empty.")
        if "\0" in self.text:
            raise Invalid("`text` holds a NUL character, which no platform takes.")
        if len(self.text) > LONGEST:
            raise Invalid(f"A message has at most {LONGEST:,} characters.")
        if self.key is not None and not 0 < len(self.key) <= _LONGEST_KEY:
            raise Invalid(f"An Idempotency-Key has 1 to {_LONGEST_KEY} characters.")

    @property
    def fingerprint(self) -> str:
        """What makes two requests the same one."""
        parts = [self.case_id, self.text, self.surface, self.thread]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


class Passed(msgspec.Struct, frozen=True, kw_only=True):
    """A text that the wall let through, for one channel."""

    text: PublicText
    channel: Channel


def said_before(conn: Connection, user: User, draft: Draft) -> Message | None:
    """The message that this key was used for. Raises `IdempotencyConflict` where it was another."""
    access_case(conn, user, draft.case_id, Right.WORK_CASES)
    if draft.key is None:
        return None
    row = conn.execute(
        sa.select(idempotency.c.request_hash, idempotency.c.message_id).where(
            idempotency.c.user_id == user.id, idempotency.c.key == draft.key
        )
    ).one_or_none()
    if row is None:
        return None
    if row.request_hash != draft.fingerprint:
        raise IdempotencyConflict
    return _message(conn, draft.case_id, row.message_id)


def public_channel(conn: Connection, user: User, draft: Draft, now: datetime) -> Channel:
    """The channel whose wall a public draft must pass. Raises as `commit` would."""
    case = held_for_reply(conn, user, draft.case_id)
    return destination(conn, case, Surface.PUBLIC, draft.thread, now).thread.channel


def commit(conn: Connection, user: User, draft: Draft, public: Passed | None, now: datetime) -> Message:
    """Say it, or note it, once. `public` is what the wall made of a public draft.

    Raises `NotOwner`, `NoPrivateThread`, `NoPublicThread`, `IdempotencyConflict` or `Invalid`.
    """
    before = said_before(conn, user, draft)
    if before is not None:
        return before
    if draft.surface is Surface.NOTE:
        message_id = notes.add(conn, user, draft.case_id, draft.text, now)
    else:
        message_id = _say(conn, user, draft, public, now)
    if draft.key is not None:
        conn.execute(
            idempotency.insert().values(
                user_id=user.id, key=draft.key, request_hash=draft.fingerprint, message_id=message_id, created_at=now
            )
        )
    return _message(conn, draft.case_id, message_id)


def _say(conn: Connection, user: User, draft: Draft, public: Passed | None, now: datetime) -> int:
    case = held_for_reply(conn, user, draft.case_id)
    where = destination(conn, case, draft.surface, draft.thread, now)
    if draft.surface is Surface.PUBLIC:
        if public is None or public.channel is not where.thread.channel:
            raise StaleEpoch  # the customer has meanwhile spoken up elsewhere: what passed was meant for another place
        message_id = outbox.put_public(
            conn, case, where.thread, public.text, author=Author.AGENT, agent_id=user.id, now=now
        )
    else:
        message_id = outbox.put_private(
            conn,
            case,
            where.thread,
            draft.text,
            author=Author.AGENT,
            agent_id=user.id,
            opens_private=where.opens_private,
            now=now,
        )
    _wait_for_customer(conn, user, case, now)
    return message_id


def _wait_for_customer(conn: Connection, user: User, case: Case, now: datetime) -> None:
    """The promise is kept and it is the customer's turn; the case stays with its agent."""
    if case.state is CaseState.WAITING_CUSTOMER:
        return
    cases.move(
        conn,
        case,
        CaseState.WAITING_CUSTOMER,
        expected=[CaseState.ACTIVE, CaseState.ON_HOLD],
        actor=user.actor,
        kind="case.answered",
        now=now,
        agent_id=user.id,
        due_at=None,
    )


def _message(conn: Connection, case_id: str, message_id: int) -> Message:
    message = transcript.one(conn, case_id, message_id)
    if message is None:
        raise NotFound("There is no such message.")
    return message
