"""Replies: what an agent says to a customer, in private or in public; once per Idempotency-Key.

public_channel (read) -> wall -> commit (write; everything is checked again)
"""

import hashlib
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import files as kinds
from gateway.cases import Case, CaseState
from gateway.errors import NotFound, StaleEpoch
from gateway.messages import Author, Channel, File, Surface
from gateway.privacy import limits
from gateway.privacy.wall import Told
from gateway.public_thread import Event, Patience
from gateway.sending import outbox
from gateway.storage import cases, events, private_words, progress, transcript, uploads, vault
from gateway.storage.desk_tables import idempotency
from gateway.storage.transcript import Message
from handoff import notes
from handoff.errors import IdempotencyConflict, Invalid
from handoff.holding import held_for_reply
from handoff.overrides import Passed
from handoff.reply_thread import Destination, destination
from handoff.rights import Right, access_case
from handoff.users import User

LONGEST: Final = 10_000
_LONGEST_KEY: Final = 200
_PRIVATE_ONLY: Final = {
    Surface.PUBLIC: "Files go along in private only: nobody can check what a picture would show to everybody.",
    Surface.NOTE: "A note takes no files.",
}


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent wants said."""

    case_id: str
    text: str
    surface: Surface
    thread: str | None = None
    """The thread's native id; the latest of the surface where none is named."""
    key: str | None = None
    """The Idempotency-Key."""
    along: tuple[str, ...] = ()
    """Ids of the files that go along, in this order."""
    override: str | None = None
    """A supervisor's reason to say in public what the wall refuses for its wording."""

    def check(self) -> None:
        """Raise `Invalid` where this can never be said."""
        if not self.text.strip() and not self.along:
            raise Invalid("There is nothing to say: `text` is empty.")
        if self.along and self.surface is not Surface.PRIVATE:
            raise Invalid(_PRIVATE_ONLY[self.surface])
        if len(set(self.along)) < len(self.along):
            raise Invalid("A file goes along once.")
        if self.override is not None and self.surface is not Surface.PUBLIC:
            raise Invalid("There is nothing to override: the wall looks at public messages only.")
        if len(self.text) > LONGEST:
            raise Invalid(f"A message has at most {LONGEST:,} characters.")
        if self.key is not None and not (0 < len(self.key) <= _LONGEST_KEY and self.key.isascii()):
            raise Invalid(f"An Idempotency-Key has 1 to {_LONGEST_KEY} characters, and none beyond ASCII.")

    @property
    def fingerprint(self) -> str:
        """What makes two requests the same one."""
        parts = [self.case_id, self.text, self.surface, self.thread, *self.along]
        parts += [] if self.override is None else ["override", self.override]
        return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()


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


def public_side(conn: Connection, user: User, draft: Draft, now: datetime) -> tuple[Channel, Told]:
    """The channel whose wall a public draft must pass, and what has been told in its case. Raises as `commit` would."""
    case = held_for_reply(conn, user, draft.case_id)
    return destination(conn, case, Surface.PUBLIC, draft.thread, now).thread.channel, private_words.told(
        conn, case.id, now
    )


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
            conn,
            case,
            where.thread,
            public.text,
            author=Author.AGENT,
            agent_id=user.id,
            now=now,
            waived=public.waived,
        )
        if public.waived:
            _note_override(conn, user, case, draft, public, message_id, now)
        progress.happen_in(conn, case.id, where.thread.id, Event.ANSWERED, Patience(), now)
    else:
        message_id = outbox.put_private(
            conn,
            case,
            where.thread,
            draft.text if draft.text.strip() else "",
            author=Author.AGENT,
            agent_id=user.id,
            opens_private=where.opens_private,
            along=_along(conn, user, draft, where),
            now=now,
        )
    _wait_for_customer(conn, user, case, now)
    return message_id


def _note_override(
    conn: Connection, user: User, case: Case, draft: Draft, public: Passed, message_id: int, now: datetime
) -> None:
    """Who let it pass, what and why; the message itself stands in the transcript."""
    events.append(
        conn,
        "wall.overridden",
        case_id=case.id,
        actor=user.actor,
        epoch=case.epoch,
        at=now,
        why=vault.masked((draft.override or "").strip()),
        data={"message_id": message_id, "kinds": sorted(public.waived)},
    )


def _along(conn: Connection, user: User, draft: Draft, where: Destination) -> list[File]:
    """The files that go along. Raises `Invalid` where the channel does not take them, or `NotFound`."""
    channel = where.thread.channel
    longest = limits.PRIVATE[channel]
    if where.opens_private and limits.length(draft.text, channel, Surface.PRIVATE) > longest:
        raise Invalid(f"Only one message may be sent before the customer answers, of at most {longest:,} characters.")
    if not draft.along:
        return []
    if where.no_files is not None:
        raise Invalid(where.no_files)
    if len(draft.along) > kinds.TAKES[channel].most:
        raise Invalid(f"At most {kinds.TAKES[channel].most} files go along here at once.")
    found = uploads.unsent(conn, user.id, draft.along)
    for file in found:
        if (why := kinds.obstacle(channel, file.kind, file.size)) is not None:
            raise Invalid(f"{file.name}: {why}")
    return found


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
