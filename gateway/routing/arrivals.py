"""Arrivals: a recorded event is understood, finds its case, and stands in the transcript before anybody answers it.

inbox NEW -> parse -> said: identity -> case -> transcript -> QUEUED | said long ago: transcript -> DONE
                  |-> told of besides: `happened` -> DONE          |-> not for us: IGNORED | not understood: SET_ASIDE
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case
from gateway.channels.base import ChannelAdapter, ParseError
from gateway.clock import Clock
from gateway.happenings import Changed, Event, Reacted
from gateway.intake import changes as waiting
from gateway.intake import inbox
from gateway.intake.changes import Early
from gateway.intake.inbox import InboxStatus, Recorded
from gateway.lanes import Hold, Lane
from gateway.messages import Channel, Echoed, Ignored, Restricted, Said, Surface
from gateway.public_thread import Patience
from gateway.routing import album, belonging, places, private_move, restricted, stop
from gateway.routing.happened import Happened
from gateway.routing.leaks import Leaks
from gateway.routing.names import Naming
from gateway.routing.signs import Signs
from gateway.routing.storable import storable
from gateway.routing.suspicion import DEADLY, Suspicion
from gateway.sending import arrived
from gateway.storage import cases, events, files, lanes, people, threads, transcript
from gateway.storage.database import Database

_log = log.get(__name__)
_TRIES: Final = 5  # to take in an event before it is set aside
_SOON: Final = timedelta(milliseconds=500)

Understood = tuple[Recorded, Event | ParseError]


class Arrivals:
    """Understands what intake has recorded, in the order of its arrival."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        database: Database,
        clock: Clock,
        suspicion: Suspicion,
        happened: Happened,
        leaks: Leaks,
        signs: Signs,
        naming: Naming,
        patience: Patience,
    ) -> None:
        """`patience`: with public threads that move aside."""
        self._naming = naming
        self._patience = patience
        self._suspicion = suspicion
        self._happened = happened
        self._leaks = leaks
        self._signs = signs
        self._channels = channels
        self._database = database
        self._clock = clock

    async def drain(self, hold: Hold) -> datetime | None:
        """Understand what is new on a channel. See `Drain`."""
        channel = Channel(hold.lane.key)
        if channel not in self._channels:
            return None
        all_settled = await self._one_by_one(channel) if hold.orphaned else True
        more = True
        while more:
            recorded = await self._new(channel)
            async with self._suspicion.beside_others():
                settled = await asyncio.gather(*(self._in_order(some) for some in self._by_sender(recorded)))
            all_settled = all_settled and all(settled)
            more = len(recorded) == inbox.TOGETHER  # for what comes meanwhile the lane is called again
        return None if all_settled else self._clock() + _SOON

    async def _one_by_one(self, channel: Channel) -> bool:
        """Understand the first ones slowly: whoever had this lane died, perhaps over one of them."""
        all_settled = True
        for event in await self._new(channel):
            if event.deaths >= DEADLY:
                _log.error("deadly_event", channel=channel, inbox_id=event.id)
                await self._database.write(partial(_set_aside, event, "deadly"))
                continue
            async with self._suspicion.of(event.id, event.deaths):
                all_settled = await self._one(event, self._parse(event)) and all_settled
        return all_settled

    async def _new(self, channel: Channel) -> list[Recorded]:
        return await self._database.read(lambda conn: inbox.new_ones(conn, channel, self._clock()), brief=True)

    def _by_sender(self, recorded: list[Recorded]) -> list[list[Understood]]:
        """What one sender says stays together and in its order; the others' is taken in beside it."""
        understood = [(event, self._parse(event)) for event in recorded]
        groups: dict[str, list[Understood]] = {}
        for event, parsed in understood:
            groups.setdefault(_whose(event, parsed), []).append((event, parsed))
        return list(groups.values())

    async def _in_order(self, some: list[Understood]) -> bool:
        return all([await self._one(event, parsed) for event, parsed in some])

    async def _one(self, recorded: Recorded, parsed: Event | ParseError) -> bool:
        """Take in one event. False if it waits to be tried again."""
        try:
            settled = await self._database.write(lambda conn: self._settle(conn, recorded, parsed))
        except Exception as error:  # noqa: BLE001 - one event that we cannot take in must not stop the others
            _log.error("arrival_failed", inbox_id=recorded.id, error=type(error).__name__, exc_info=True)
            return await self._database.write(partial(self._try_later, recorded))
        if settled and isinstance(parsed, Said):
            self._naming.meet(parsed)
            if parsed.acknowledge:
                self._signs.pressed(parsed)
        return settled

    def _try_later(self, recorded: Recorded, conn: Connection) -> bool:
        if recorded.attempts + 1 >= _TRIES:
            _set_aside(recorded, "arrival_failed", conn)
            return True
        now = self._clock()
        inbox.put_off(conn, recorded.id, now, now + _SOON)
        return False

    def _parse(self, recorded: Recorded) -> Event | ParseError:
        try:
            return storable(self._channels[recorded.channel].parse(recorded.event), recorded.received_at)
        except ParseError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a stranger's body must not stop those behind it
            _log.error("parser_failed", channel=recorded.channel, inbox_id=recorded.id, error=type(error).__name__)
            return ParseError("parser_failed")

    def _settle(self, conn: Connection, recorded: Recorded, parsed: Event | ParseError) -> bool:
        """Give an event its place. False to come back to it later."""
        if not inbox.is_new(conn, recorded.id):
            return True
        if isinstance(parsed, ParseError):
            _set_aside(recorded, str(parsed), conn)
            return True
        now = self._clock()
        if isinstance(parsed, Echoed):
            arrived.confirm(conn, parsed, recorded.account, now)
        if isinstance(parsed, Restricted):
            restricted.note(conn, recorded, parsed, now)
        if isinstance(parsed, Ignored):
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, parsed.reason)
            return True
        extras: dict[str, object] = {}
        if isinstance(parsed, Changed) and (whole := self._happened.whole_of(conn, recorded, parsed)) is not None:
            extras = {"edited": parsed.at.isoformat(), "edit_order": parsed.order}
            parsed = whole
        if not isinstance(parsed, Said):
            return self._happened.settle(conn, recorded, parsed, now)
        said = places.narrowed(conn, parsed)
        of_no_album = said.only_with_album and not album.is_with_us(conn, said, now)
        if of_no_album and now - recorded.received_at >= album.WAITS:
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, "not_for_us")
            return True
        if of_no_album or belonging.may_be_joined_soon(conn, recorded, said, now):
            inbox.wait(conn, recorded.id, now + _SOON)
            return False
        if self._happened.is_history(recorded, said.at):
            self._remember(conn, recorded, said, now)
        else:
            self._take_in(conn, recorded, said, now, extras)
        return True

    def _take_in(
        self, conn: Connection, recorded: Recorded, said: Said, now: datetime, extras: dict[str, object]
    ) -> None:
        """A message of today: it stands in its case, and waits for its turn."""
        early = waiting.take_early(conn, recorded, said)
        if early.stands_already:
            self._happened.overtaken(conn, recorded, said)
            return
        case, opted_out = belonging.case_of(conn, said, now)
        thread_id = threads.of_place(conn, said.channel, said.account, said.place, now)
        threads.join(conn, case.id, thread_id, said.target, now)
        if said.album:
            extras["album"] = said.album
        message_id = transcript.append_said(conn, case.id, thread_id, said, now, **extras)
        if said.attachments:
            files.expect(conn, message_id, said.channel, said.attachments, now, overheard=said.overheard)
        cases.touch(conn, case.id, now)
        reason = stop.heed(conn, case.id, said, now, opted_out=opted_out)
        inbox.queue_up(conn, recorded.id, case.id, message_id, said, reason)
        _tell(conn, case, message_id, said, now)
        if said.place.surface is Surface.PUBLIC and not said.overheard:
            self._leaks.see_to(conn, said.channel, message_id, said.text, said.attachments, now)
            private_move.hear(conn, case.id, thread_id, said.target, self._patience, now)
        self._catch_up_with(conn, early, now)
        lanes.call(conn, Lane.case(case.id))

    def _remember(self, conn: Connection, recorded: Recorded, said: Said, now: datetime) -> None:
        """A message of long ago that nobody had told us of: it stands where it was said, and nobody answers it."""
        customer = people.customer_of(conn, said.channel, said.account, said.sender)
        case = None if customer is None else cases.current_of(conn, customer, now) or cases.latest_of(conn, customer)
        if case is None:
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, "too_old")
            return
        thread_id = threads.of_place(conn, said.channel, said.account, said.place, now)
        if all(thread.id != thread_id for thread in threads.of_case(conn, case.id)):
            threads.join(conn, case.id, thread_id, said.target, said.at)
        message_id = transcript.append_said(conn, case.id, thread_id, said, now, history=True)
        if said.attachments:
            files.expect(conn, message_id, said.channel, said.attachments, now)
        inbox.settle(conn, recorded.id, InboxStatus.DONE, "history")
        waiting.forget_body(conn, recorded.id)
        _tell(conn, case, message_id, said, now)
        self._catch_up_with(conn, waiting.take_early(conn, recorded, said), now)

    def _catch_up_with(self, conn: Connection, early: Early, now: datetime) -> None:
        """What has overtaken a message takes its effect with it: nobody sees, or answers, what it said before."""
        for one in early.changes:
            told = self._parse(one)
            if isinstance(told, Changed | Reacted):
                self._happened.settle(conn, one, told, now)


def _whose(recorded: Recorded, parsed: Event | ParseError) -> str:
    """What must be taken in one after another: what one person says, and what becomes of it."""
    who = parsed.sender if isinstance(parsed, Said) else parsed.by if isinstance(parsed, Changed | Reacted) else None
    return str(recorded.id) if who is None else f"{who.scope}/{who.native_id}"


def _tell(conn: Connection, case: Case, message_id: int, said: Said, now: datetime) -> None:
    events.append(
        conn,
        "message.added",
        case_id=case.id,
        actor="customer",
        epoch=case.epoch,
        at=now,
        data={"message_id": message_id, "surface": said.place.surface},
    )


def _set_aside(recorded: Recorded, why: str, conn: Connection) -> None:
    inbox.settle(conn, recorded.id, InboxStatus.SET_ASIDE, why)
