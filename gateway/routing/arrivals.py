"""Arrivals: a recorded event is understood, finds its case, and stands in the transcript before anybody answers it.

inbox NEW -> parse -> not for us: IGNORED | unreadable: SET_ASIDE | said: identity -> case -> transcript -> QUEUED
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case
from gateway.channels.base import ChannelAdapter, ParseError
from gateway.clock import Clock
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus, Recorded
from gateway.lanes import Hold, Lane
from gateway.messages import Channel, Echoed, Ignored, Said, Surface
from gateway.routing.suspicion import DEADLY, Suspicion
from gateway.sending import arrived, outbox
from gateway.storage import cases, events, lanes, moves, people, threads, transcript
from gateway.storage.database import Database

_log = log.get(__name__)
_TRIES: Final = 5  # to take in an event before it is set aside
_SOON: Final = timedelta(milliseconds=500)
_JOIN_WAIT: Final = timedelta(seconds=15)  # for the answer that tells whom a private reply has reached

Understood = tuple[Recorded, Said | Ignored | ParseError]


class Arrivals:
    """Understands what intake has recorded, in the order of its arrival."""

    def __init__(
        self, channels: Mapping[Channel, ChannelAdapter], database: Database, clock: Clock, suspicion: Suspicion
    ) -> None:
        self._suspicion = suspicion
        self._channels = channels
        self._database = database
        self._clock = clock

    async def drain(self, hold: Hold) -> datetime | None:
        """Understand what is new on a channel. See `Drain`."""
        channel = Channel(hold.lane.key)
        if channel not in self._channels:
            return None
        all_settled = await self._one_by_one(channel) if hold.orphaned else True
        while recorded := await self._new(channel):
            settled = await asyncio.gather(*(self._in_order(some) for some in self._by_sender(recorded)))
            all_settled = all_settled and all(settled)
        return None if all_settled else self._clock() + _SOON

    async def _one_by_one(self, channel: Channel) -> bool:
        """Understand the first ones slowly: whoever had this lane died, perhaps over one of them."""
        all_settled = True
        for event in await self._new(channel):
            async with self._suspicion.of(event.deaths):
                if event.deaths >= DEADLY:
                    _log.error("deadly_event", channel=channel, inbox_id=event.id)
                    await self._database.write(partial(_set_aside, event, "deadly"))
                    continue
                await self._database.write(lambda conn, event=event: inbox.count_death(conn, event.id))  # type: ignore[misc]
                all_settled = await self._one(event, self._parse(event)) and all_settled
        return all_settled

    async def _new(self, channel: Channel) -> list[Recorded]:
        return await self._database.read(lambda conn: inbox.new_ones(conn, channel, self._clock()))

    def _by_sender(self, recorded: list[Recorded]) -> list[list[Understood]]:
        """What one sender says stays together and in its order; the others' is taken in beside it."""
        understood = [(event, self._parse(event)) for event in recorded]
        groups: dict[str, list[Understood]] = {}
        for event, parsed in understood:
            sender = f"{parsed.sender.scope}/{parsed.sender.native_id}" if isinstance(parsed, Said) else str(event.id)
            groups.setdefault(sender, []).append((event, parsed))
        return list(groups.values())

    async def _in_order(self, some: list[Understood]) -> bool:
        return all([await self._one(event, parsed) for event, parsed in some])

    async def _one(self, recorded: Recorded, parsed: Said | Ignored | ParseError) -> bool:
        """Take in one event. False if it waits to be tried again."""
        try:
            return await self._database.write(lambda conn: self._settle(conn, recorded, parsed))
        except Exception as error:  # noqa: BLE001 - one event that we cannot take in must not stop the others
            _log.error("arrival_failed", inbox_id=recorded.id, error=type(error).__name__, exc_info=True)
            return await self._database.write(partial(self._try_later, recorded))

    def _try_later(self, recorded: Recorded, conn: Connection) -> bool:
        if recorded.attempts + 1 >= _TRIES:
            _set_aside(recorded, "arrival_failed", conn)
            return True
        now = self._clock()
        inbox.put_off(conn, recorded.id, now, now + _SOON)
        return False

    def _parse(self, recorded: Recorded) -> Said | Ignored | ParseError:
        try:
            return self._channels[recorded.channel].parse(recorded.event)
        except ParseError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a stranger's body must not stop those behind it
            _log.error("parser_failed", channel=recorded.channel, inbox_id=recorded.id, error=type(error).__name__)
            return ParseError("parser_failed")

    def _settle(self, conn: Connection, recorded: Recorded, parsed: Said | Ignored | ParseError) -> bool:
        """Give an event its place. False to come back to it later."""
        if not inbox.is_new(conn, recorded.id):
            return True
        if isinstance(parsed, ParseError):
            _set_aside(recorded, str(parsed), conn)
            return True
        if isinstance(parsed, Echoed):
            arrived.confirm(conn, parsed, recorded.account, self._clock())
        if isinstance(parsed, Ignored):
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, parsed.reason)
            return True
        # PostgreSQL keeps no NUL in a text, and nobody means one.
        parsed = msgspec.structs.replace(parsed, text=parsed.text.replace("\0", ""))
        now = self._clock()
        if _may_be_joined_soon(conn, recorded, parsed, now):
            inbox.wait(conn, recorded.id, now + _SOON)
            return False
        case = _case_of(conn, parsed, now)
        thread_id = threads.of_place(conn, parsed.channel, parsed.account, parsed.place, now)
        threads.join(conn, case.id, thread_id, parsed.target, now)
        message_id = transcript.append_said(conn, case.id, thread_id, parsed, now)
        cases.touch(conn, case.id, now)
        inbox.queue_up(conn, recorded.id, case.id, message_id, parsed)
        events.append(
            conn,
            "message.added",
            case_id=case.id,
            actor="customer",
            epoch=case.epoch,
            at=now,
            data={"message_id": message_id, "surface": parsed.place.surface},
        )
        lanes.call(conn, Lane.case(case.id))
        return True


def _set_aside(recorded: Recorded, why: str, conn: Connection) -> None:
    inbox.settle(conn, recorded.id, InboxStatus.SET_ASIDE, why)


def _case_of(conn: Connection, said: Said, now: datetime) -> Case:
    if said.code:
        joined = _join_by_code(conn, said, now)
        if joined is not None:
            return joined
    customer = people.meet(conn, said.channel, said.account, said.sender, now)
    people.lock(conn, customer)  # two of a customer's messages at once must not open two cases
    return cases.current_of(conn, customer, now) or cases.open_case(conn, customer, now)


def _join_by_code(conn: Connection, said: Said, now: datetime) -> Case | None:
    """The case that a good code names. A code in somebody else's hands joins nothing, and we say nothing of it.

    A code stands in public, where everybody can read it: it leads, and proves little. Where the platform knows a person
    by one id in public and in private (X, Telegram), that id must be the same. Where it does not (Facebook's link for
    who could not be written to), the code joins an account that we have never met to a case of which nothing is private
    yet; what is said there later is the newcomer's own.
    """
    move = moves.by_code(conn, said.code, now)
    if move is None:
        return None
    case = cases.get(conn, move.case_id)
    known = people.customer_of(conn, said.channel, said.account, said.sender)
    if known == case.customer_id:
        return case
    its_threads = threads.of_case(conn, case.id)
    asked_here = any(
        thread.id == move.thread_id and (thread.channel, thread.account) == (said.channel, said.account)
        for thread in its_threads
    )
    if (
        known is not None
        or not asked_here
        or people.somebody_else(conn, said.channel, said.account, said.sender, case.customer_id)
        or len(people.identities_of(conn, case.customer_id)) > 1
        or any(thread.surface is Surface.PRIVATE for thread in its_threads)
        or outbox.may_be_opening(conn, case.id)
    ):
        return None
    people.link(conn, said.channel, said.account, said.sender, case.customer_id, "code", now)
    events.append(conn, "identity.linked", case_id=case.id, actor="system", epoch=case.epoch, at=now, why="code")
    return case


def _may_be_joined_soon(conn: Connection, recorded: Recorded, said: Said, now: datetime) -> bool:
    """Whether a stranger's private message may be the answer to a private reply whose result is still on its way."""
    return (
        said.channel is Channel.FACEBOOK
        and said.place.surface is Surface.PRIVATE
        and not said.code
        and now - recorded.received_at < _JOIN_WAIT
        and people.customer_of(conn, said.channel, said.account, said.sender) is None
        and outbox.opening_in_flight(conn)
    )
