"""Where a reply goes: the thread it belongs to, by what each channel lets a brand do."""

from datetime import datetime, timedelta
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.messages import Channel, Delivery, Outbound, Surface
from gateway.storage import threads
from gateway.storage.tables import messages, outbox
from gateway.storage.threads import CaseThread
from handoff.errors import Invalid, NoPrivateThread, NoPublicThread

_PRIVATE_REPLY_WITHIN: Final = timedelta(days=7)  # Facebook: one private reply to a comment, within seven days


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply goes."""

    thread: CaseThread
    opens_private: bool = False
    """The first private message to somebody who has only commented, anchored on the comment."""


def destination(conn: Connection, case: Case, surface: Surface, wanted: str | None, now: datetime) -> Destination:
    """The thread for a reply on a surface: the one named `wanted`, else the latest. Call it where one may write.

    Raises `NoPublicThread`, `NoPrivateThread`, or `Invalid` where `wanted` is none of this case's.
    """
    its_threads = threads.of_case(conn, case.id)
    if wanted is not None:
        its_threads = [thread for thread in its_threads if thread.native_id == wanted]
        if not its_threads:
            raise Invalid("This case has no such thread.")
    fitting = next((thread for thread in its_threads if thread.surface is surface), None)
    if fitting is not None:
        return Destination(thread=fitting)
    if surface is Surface.PUBLIC:
        raise NoPublicThread
    anchor = _anchor(conn, case, its_threads, now)
    if anchor.started is None:
        return Destination(thread=anchor.thread, opens_private=True)
    threads.join(conn, case.id, anchor.started, threads.native_id_of(conn, anchor.started), anchor.thread.last_at)
    joined = threads.of_case(conn, case.id)
    return Destination(thread=next(thread for thread in joined if thread.id == anchor.started))


def obstacle(conn: Connection, case: Case, now: datetime) -> str | None:
    """Why the customer cannot be written to in private, in a sentence; None where they can."""
    its_threads = threads.of_case(conn, case.id)
    if any(thread.surface is Surface.PRIVATE for thread in its_threads):
        return None
    try:
        _anchor(conn, case, its_threads, now)
    except NoPrivateThread as refusal:
        return refusal.message
    return None


class _Anchor(msgspec.Struct, frozen=True, kw_only=True):
    """What a first private message holds on to."""

    thread: CaseThread
    """A public thread."""
    started: int | None
    """The private chat that the customer started in an earlier case; None where the public comment itself will do."""


def _anchor(conn: Connection, case: Case, its_threads: list[CaseThread], now: datetime) -> _Anchor:
    """How to write first in private, where the channel allows it. Raises `NoPrivateThread`."""
    for thread in its_threads:
        if thread.channel is Channel.FACEBOOK and now - thread.last_at <= _PRIVATE_REPLY_WITHIN:
            if _answered_privately(conn, thread):
                raise NoPrivateThread(
                    "This comment has been answered in private once, and Facebook allows one. "
                    "You can go on when the customer answers there."
                )
            return _Anchor(thread=thread, started=None)
        if thread.channel is Channel.TELEGRAM:
            started = threads.private_with(conn, case.customer_id, thread.channel, thread.account)
            if started is not None:
                return _Anchor(thread=thread, started=started)
    raise NoPrivateThread(_WHY_NOT[its_threads[0].channel] if its_threads else None)


_WHY_NOT: Final = {
    Channel.TWITTER: "The customer has never written in private, and X lets customers only begin. "
    "Reply in public and ask them to send a direct message.",
    Channel.FACEBOOK: "The customer has never written in private, and Facebook allows a private reply to a comment "
    "within 7 days only. Reply in public and ask them to send a message.",
    Channel.TELEGRAM: "The customer has never written to the bot in private, and Telegram lets customers only begin. "
    "Reply in the group and ask them to open the bot's chat.",
}


def _answered_privately(conn: Connection, thread: CaseThread) -> bool:
    """Whether the comment that a private reply would be anchored on has had one, or may have had one."""
    payloads = conn.execute(
        sa.select(outbox.c.payload)
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(
            messages.c.thread_id == thread.id,
            messages.c.surface == Surface.PRIVATE,
            messages.c.delivery.in_([Delivery.QUEUED, Delivery.SENT, Delivery.UNCLEAR]),
        )
    ).scalars()
    return any(msgspec.convert(payload, Outbound).target == thread.target for payload in payloads)
