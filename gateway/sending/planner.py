"""The planner: what can be said in a case, where, until when, how much and at what cost; before it is written.

    the case's threads -> windows (may we?) + limits (how much is left?) + prices + what can go along -> a plan for each
    no private thread yet -> the way to begin one, where the channel has one, or why it has none

The same rules say where a person's reply goes. And the bot's bubbles of one turn are made one message here, where there
is less room than bubbles, or each of them costs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.files import TAKES, Takes
from gateway.messages import Button, Channel, Delivery, Outbound, Surface
from gateway.sending import pace, prices, windows
from gateway.sending.limits import Outlet, Rank, Table
from gateway.sending.prices import Prices
from gateway.sending.windows import Window
from gateway.storage import threads
from gateway.storage.tables import messages, outbox
from gateway.storage.threads import CaseThread


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """By what is planned, besides the channels' windows."""

    table: Table
    """What platforms let out."""
    prices: Prices


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A place where a person can say something, or why not."""

    thread: CaseThread
    """Where it is said; the public thread that a first private message is anchored on, where `opens_private`."""
    surface: Surface
    window: Window
    opens_private: bool = False
    started: int | None = None
    """The private thread of an earlier case in which the customer began, to be made one of this case's."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What can still be said in one place."""

    way: Way
    left: int | None
    """Messages that a person may still send there now; None where nothing limits them."""
    window_seconds: int | None
    """The time in which that is counted."""
    cost_usd: float
    """Of one message."""
    takes: Takes | None
    """What can be sent along; None where nothing can."""


class Bubble(msgspec.Struct, frozen=True, kw_only=True):
    """One of the bot's messages of a turn."""

    text: str
    buttons: tuple[Button, ...] = ()


def plans(conn: Connection, rules: Rules, case: Case, now: datetime) -> list[Plan]:
    """What a person can say in a case, by place, the latest first; and how a private talk could begin."""
    return [_plan(conn, rules, way, now) for way in ways(conn, case, now)]


def ways(conn: Connection, case: Case, now: datetime) -> list[Way]:
    """All places of a case, the latest first; then, from public threads, a way into private where none is open."""
    its_threads = threads.of_case(conn, case.id)
    found = [
        Way(
            thread=thread,
            surface=thread.surface,
            window=windows.of_thread(thread, threads.heard_at(conn, case.id, thread.id), now),
        )
        for thread in its_threads
    ]
    open_on = {way.thread.channel for way in found if way.surface is Surface.PRIVATE and way.window.can_send}
    listed = {thread.id for thread in its_threads}
    for thread in its_threads:
        if thread.surface is Surface.PRIVATE or thread.channel in open_on:
            continue
        way = _beginning(conn, case, thread, now)
        if way.started not in listed:  # a chat that is the case's already, or that another of its groups leads to
            found.append(way)
            listed |= set() if way.started is None else {way.started}
    return found


def bubbles(conn: Connection, table: Table, thread: CaseThread, said: Sequence[Bubble], now: datetime) -> list[Bubble]:
    """The private messages of one turn; made one where there is less room than messages, or each of them costs."""
    if len(said) < 2 or not _is_short(conn, table, thread, len(said), now):
        return list(said)
    buttons = dict.fromkeys(button for bubble in said for button in bubble.buttons)
    return [Bubble(text="\n\n".join(bubble.text for bubble in said), buttons=tuple(buttons))]


def _is_short(conn: Connection, table: Table, thread: CaseThread, wanted: int, now: datetime) -> bool:
    if thread.channel is Channel.TWITTER:
        return True
    room = pace.room_of(conn, table, _key_of(thread, thread.surface), Rank.CHATTER, now)
    return room is not None and room.free < wanted


def _plan(conn: Connection, rules: Rules, way: Way, now: datetime) -> Plan:
    channel = way.thread.channel
    left: int | None = 0
    seconds = None
    if way.window.can_send:
        room = pace.room_of(
            conn,
            rules.table,
            _key_of(way.thread, way.thread.surface if way.opens_private else way.surface),
            Rank.PEOPLE,
            now,
        )
        left, seconds = (None, None) if room is None else (room.free, room.limit.seconds)
        if way.opens_private:
            left, seconds = 1 if left is None else min(1, left), None
    files = way.surface is Surface.PRIVATE and way.window.can_send and way.window.files
    return Plan(
        way=way,
        left=left,
        window_seconds=seconds,
        cost_usd=prices.of_message(rules.prices, channel, way.surface),
        takes=TAKES[channel] if files else None,
    )


def _key_of(thread: CaseThread, surface: Surface) -> str:
    outlet = Outlet(channel=thread.channel, surface=surface, account=thread.account)
    return f"{outlet}:{thread.native_id}"


def _beginning(conn: Connection, case: Case, thread: CaseThread, now: datetime) -> Way:
    """How a private talk could begin from a public thread."""
    if thread.channel is Channel.FACEBOOK:
        heard_at = threads.heard_at(conn, case.id, thread.id) or thread.last_at
        window = windows.of_private_reply(heard_at, _answered_privately(conn, case, thread), now)
        return Way(thread=thread, surface=Surface.PRIVATE, window=window, opens_private=True)
    if thread.channel is Channel.TELEGRAM:
        started = threads.private_with(conn, case.customer_id, thread.channel, thread.account)
        if started is not None:
            window = windows.of_chat(threads.closed(conn, started))
            return Way(thread=thread, surface=Surface.PRIVATE, window=window, started=started)
    return Way(
        thread=thread,
        surface=Surface.PRIVATE,
        window=Window(can_send=False, why=windows.NOT_BEGUN[thread.channel]),
    )


_MAY_HAVE_ARRIVED: Final = (Delivery.QUEUED, Delivery.SENT, Delivery.UNCLEAR)


def _answered_privately(conn: Connection, case: Case, thread: CaseThread) -> bool:
    """Whether the comment that a private reply would be anchored on has had one, or may have had one.

    Looked for in the whole case: once it has arrived, the message stands in the private thread that it opened.
    """
    payloads = conn.execute(
        sa.select(outbox.c.payload)
        .join(messages, messages.c.id == outbox.c.message_id)
        .where(
            messages.c.case_id == case.id,
            outbox.c.channel == thread.channel,
            messages.c.surface == Surface.PRIVATE,
            messages.c.delivery.in_(_MAY_HAVE_ARRIVED),
        )
    ).scalars()
    return any(msgspec.convert(payload, Outbound).target == thread.target for payload in payloads)
