"""What the API says of cases and messages. The documentation is generated from these types."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy.engine import Connection

from gateway.cases import CaseState, Owner
from gateway.messages import Author, Channel, Delivery, Surface
from gateway.public_thread import MoveState
from gateway.sending import planner, prices
from gateway.sending.planner import Rules
from gateway.storage import episodes, moves, people, threads, transcript
from gateway.storage.transcript import Message
from handoff import attachments, clear, cursor, fates, limits, queue, reveal
from handoff.attachments import AttachmentJson
from handoff.errors import Invalid
from handoff.fates import ActJson, ReactionJson, WasJson
from handoff.limits import LimitJson
from handoff.queue import Listed

_ORDER: Final = "transcript"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class CustomerJson(msgspec.Struct, frozen=True, kw_only=True):
    """Whose case it is."""

    id: int
    name: str


class CaseJson(msgspec.Struct, frozen=True, kw_only=True):
    """A case in a list."""

    id: str
    state: CaseState
    owner: Owner
    agent: str | None
    """The name of the agent who has it."""
    epoch: int
    """Carry it with every act on the case; it rises whenever the case changes hands."""
    channels: tuple[Channel, ...]
    customer: CustomerJson
    topic: str
    reason: str
    """Why it was handed to people."""
    due_at: datetime | None
    opened_at: datetime
    last_message_at: datetime


class ThreadJson(msgspec.Struct, frozen=True, kw_only=True):
    """A place in which the case goes on."""

    id: str
    channel: Channel
    surface: Surface
    title: str
    last_at: datetime
    seen: datetime | None
    """Up to when the customer has seen what we said there; None where the platform does not tell."""
    closed: str | None
    """Why nothing can be said there any more, in one word: `blocked`."""


class MoveJson(msgspec.Struct, frozen=True, kw_only=True):
    """A public thread's way aside."""

    thread: str
    state: MoveState
    intent: str
    due_at: datetime | None
    """When something is to be done about it, if nothing happens before; None where it is closed."""
    reminded_at: datetime | None
    """When the customer was reminded, which is done once."""
    why: str
    """Why it was closed without a word, in one word; empty where it was not."""


class IdentityJson(msgspec.Struct, frozen=True, kw_only=True):
    """An account of the customer on a channel, and by which proof it is theirs."""

    channel: Channel
    scope: str
    native_id: str
    name: str
    handle: str
    linked_by: str


class CaseDetailJson(CaseJson, frozen=True, kw_only=True):
    """A case with what was handed over."""

    crisis: int | None
    """The crisis in which that was, where the channel let out less than there was to say (`GET /api/v1/crises`)."""
    identities: list[IdentityJson]
    packet: dict[str, Any] | None
    """The handoff packet of the latest episode."""
    threads: list[ThreadJson]
    moves: list[MoveJson]
    limits: list[LimitJson]
    """What can still be said, by place, the latest first."""
    cost_usd: float
    """What the case has cost on X so far: an estimate, from its messages."""


class CasePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of cases."""

    cases: list[CaseJson]
    next: str | None


class MessageJson(msgspec.Struct, frozen=True, kw_only=True):
    """One thing said in a case."""

    id: int
    at: datetime
    author: Author
    agent: str | None
    """The name of the agent who said it."""
    surface: Surface
    channel: Channel | None
    thread: str | None
    text: str
    """With a word in place of each piece of personal data."""
    masked: bool
    """Whether it is kept as it was said as well (`POST .../messages/{id}/reveal`)."""
    attachments: list[AttachmentJson]
    delivery: Delivery
    native_id: str | None
    edited_at: datetime | None
    """When the customer last changed it, by the platform's time; the text is what it says since."""
    removed_at: datetime | None
    """When it was deleted on the platform; the text is empty since."""
    hidden: bool
    """Whether it is not shown to everybody any more, or removed by us."""
    was: list[WasJson]
    """What it said before, oldest first."""
    reactions: list[ReactionJson]
    via: str | None
    """What it was said with, in our name and past Aside: `Page inbox`."""
    act: ActJson | None
    """What we do, or did, about it in public."""


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a transcript."""

    messages: list[MessageJson]
    next: str | None


def case(listed: Listed) -> CaseJson:
    """A case for a list."""
    return CaseJson(**_common(listed))


def case_page(page: queue.Page) -> CasePage:
    """A page of a list."""
    return CasePage(cases=[case(row) for row in page.rows], next=page.next)


def case_detail(conn: Connection, case_id: str, rules: Rules, now: datetime) -> CaseDetailJson:
    """A case with everything that was handed over; the caller has checked that it may be seen."""
    listed = queue.one(conn, case_id)
    its_threads = {thread.id: thread for thread in threads.of_case(conn, case_id)}
    return CaseDetailJson(
        **_common(listed),
        crisis=listed.case.crisis_id,
        identities=[_identity(row) for row in people.identities_of(conn, listed.case.customer_id)],
        packet=reveal.masked_packet(episodes.latest_packet(conn, case_id)),
        threads=[
            ThreadJson(
                id=thread.native_id,
                channel=thread.channel,
                surface=thread.surface,
                title=thread.title,
                last_at=thread.last_at,
                seen=thread.seen_at,
                closed=thread.closed or None,
            )
            for thread in its_threads.values()
        ],
        moves=[
            MoveJson(
                thread=its_threads[move.thread_id].native_id if move.thread_id in its_threads else "",
                state=move.state,
                intent=move.intent,
                due_at=move.due_at,
                reminded_at=move.reminded_at,
                why=move.why,
            )
            for move in moves.of_case(conn, case_id, *MoveState)
        ],
        limits=[limits.of_plan(plan) for plan in planner.plans(conn, rules, listed.case, now)],
        cost_usd=prices.of_case(conn, rules.prices, case_id),
    )


def messages(conn: Connection, said: Sequence[Message]) -> list[MessageJson]:
    """Messages, with what came along."""
    along = attachments.of_messages(conn, said)
    shown, masked = clear.read(conn, said)
    return [_message(one, along.get(one.id, []), masked=one.id in masked) for one in shown]


def _message(said: Message, along: list[AttachmentJson], *, masked: bool) -> MessageJson:
    fate = fates.of(said)
    return MessageJson(
        id=said.id,
        at=said.at,
        author=said.author,
        agent=said.agent or None,
        surface=said.surface,
        channel=Channel(said.channel) if said.channel else None,
        thread=said.thread or None,
        text=said.text,
        masked=masked,
        attachments=along,
        delivery=said.delivery,
        native_id=said.native_id or None,
        edited_at=fate.edited_at,
        removed_at=fate.removed_at,
        hidden=fate.hidden,
        was=fate.was,
        reactions=fate.reactions,
        via=fate.via,
        act=fate.act,
    )


def message_page(conn: Connection, case_id: str, after: str | None, limit: int) -> MessagePage:
    """A page of a case's transcript, by the key (at, id)."""
    found = transcript.page(conn, case_id, after=None if after is None else place_of(after), limit=limit + 1)
    shown = found[:limit]
    more = len(found) > limit
    return MessagePage(
        messages=messages(conn, shown),
        next=cursor_of(shown[-1]) if more else None,
    )


def cursor_of(said: Message) -> str:
    """The cursor of a message's place in its transcript."""
    return cursor.encode(_ORDER, ((said.at - _EPOCH) // _MICROSECOND, said.id))


def place_of(given: str) -> tuple[datetime, int]:
    """The (at, id) of such a cursor. Raises `Invalid`."""
    at, last = cursor.decode(_ORDER, given, (int, int))
    return _moment(int(at)), int(last)


def _identity(row: Mapping[str, object]) -> IdentityJson:
    # SQLAlchemy's names of columns are a kind of string that msgspec does not take as a key.
    return msgspec.convert({str(name): value for name, value in row.items()}, IdentityJson)


def _moment(microseconds: int) -> datetime:
    try:
        return _EPOCH + microseconds * _MICROSECOND
    except OverflowError as error:
        raise Invalid("`cursor` is none of ours.") from error


def _common(listed: Listed) -> dict[str, Any]:
    held = listed.case
    return {
        "id": held.id,
        "state": held.state,
        "owner": held.owner,
        "agent": listed.agent,
        "epoch": held.epoch,
        "channels": listed.channels,
        "customer": CustomerJson(id=held.customer_id, name=listed.customer),
        "topic": held.topic,
        "reason": held.reason,
        "due_at": held.due_at,
        "opened_at": held.opened_at,
        "last_message_at": held.last_message_at,
    }
