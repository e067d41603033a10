"""Delivery: the outbox's rows go to their platforms, one thread's in order, many threads side by side.

    gate -> claim (SENDING is on disk) -> channel
    taken: SENT | not now: put back | refused: FAILED | no answer: in doubt
    in doubt -> look it up where the platform can be asked, some times -> SENT | UNCLEAR

A row is never sent again once its request may have left without an answer.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import log, metrics
from gateway.channels.base import ChannelAdapter, Loaded
from gateway.clock import Clock
from gateway.errors import (
    SendError,
    SendLockedOut,
    SendRefused,
    SendRetryable,
    SendThrottled,
    SendUnclear,
    WallRefusal,
)
from gateway.lanes import Hold
from gateway.messages import Author, Channel, Outbound, Sent, Surface
from gateway.privacy.wall import PublicText, Wall, WallKind
from gateway.sending import arrived, claims, parcels
from gateway.sending.claims import Claim
from gateway.sending.gate import Gate
from gateway.sending.parcels import OutboxStatus, Parcel
from gateway.sending.watch import Went
from gateway.storage import files, moves, private_words, timers
from gateway.storage.database import Database
from gateway.storage.timers import Alarm

_log = log.get(__name__)

_LOOK_AFTER: Final = (timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=2))  # platforms show late
_UNCLEAR_LOOK: Final = timedelta(minutes=5)  # a customer who missed our answer has written again by then, or waits
_BACK_OFF_LONGEST: Final = 60.0  # seconds
_KEEP_TRIES: Final = 10  # to write down an outcome, before the fault is taken for that outcome's own
_KEEP_LONGEST: Final = 5.0  # seconds between two of them


class _Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a try to send went."""

    went: Went
    why: str = ""
    again_at: datetime | None = None
    """Where the message waits for another try."""


class Deliveries:
    """Sends what the outbox holds."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        gates: Mapping[Channel, Gate],
        database: Database,
        wall: Wall,
        clock: Clock,
        *,
        hold_unclear: Collection[Channel] = (),
        bot_keeps: timedelta,
    ) -> None:
        """`hold_unclear`: channels that are not asked what became of a message; a person looks at once.

        `bot_keeps`: how old an answer of the assistant may be when it is sent.
        """
        self._channels = channels
        self._gates = gates
        self._bot_keeps = bot_keeps
        self._database = database
        self._wall = wall
        self._clock = clock
        self._looks_up = {name for name, channel in channels.items() if channel.can_look_up} - set(hold_unclear)
        self._stopping = False

    def stop(self) -> None:
        """Begin nothing more; what is under way may come to its end, so that nothing becomes unclear without need."""
        self._stopping = True
        for gate in self._gates.values():
            gate.close()

    async def drain(self, hold: Hold) -> datetime | None:
        """Send what waits in a thread. See `Drain`."""
        thread_key = hold.lane.key
        gate = self._gates[Channel(thread_key.partition(":")[0])]
        while not self._stopping and hold.goes_on():
            claimed = await gate.claim(
                thread_key,
                lambda conn: claims.claim_next(conn, hold, self._clock(), self._doubt),
                shared=hold.shared,
            )
            if not isinstance(claimed, Claim):
                return claimed
            if claimed.look:
                await self._look_up(claimed.parcel)
                continue
            outcome = _Outcome(went=Went.UNKNOWN)
            try:
                outcome = await self._send(claimed.parcel)
            finally:
                gate.done(thread_key, outcome.went, outcome.why)
            if outcome.went is Went.NOT_AT_ALL:
                await gate.give_back(thread_key)
            if outcome.again_at is not None or claimed.last:
                return outcome.again_at  # None: whoever adds to the thread calls the lane
        return self._clock()

    def _doubt(self, conn: Connection, parcel: Parcel) -> None:
        """Whoever was sending this is gone: it may have arrived."""
        _log.warning("send_interrupted", channel=parcel.out.channel, message_id=parcel.message_id)
        self._unclear(parcel, "stopped while sending", conn)

    async def _look_up(self, parcel: Parcel) -> None:
        channel = self._channels[parcel.out.channel]
        try:
            found = await channel.look_up(parcel.out, arrived.reference(parcel), parcel.tried_at or parcel.created_at)
        except SendError as error:
            outcome: Callable[[Connection], None] = partial(self._unclear, parcel, error.message)
            result = "not_told"
        except Exception as error:  # noqa: BLE001 - a fault of ours leaves it as unclear as it was
            _log.error("look_up_failed", channel=parcel.out.channel, error=type(error).__name__, exc_info=True)
            outcome, result = partial(self._unclear, parcel, "the look-up failed"), "failed"
        else:
            outcome, result = partial(self._found, parcel, found), "found" if found else "not_found"
        await self._keep(parcel, outcome)
        metrics.look_ups.labels(parcel.out.channel, result).inc()

    async def _send(self, parcel: Parcel) -> _Outcome:
        """Send a parcel and keep what became of it."""
        channel = self._channels[parcel.out.channel]
        started = time.perf_counter()
        outcome = _Outcome(went=Went.THROUGH)
        try:
            public = await self._check(parcel)
            along = await self._load(parcel.out)
        except (SendRefused, WallRefusal) as error:
            await self._keep(parcel, partial(self._refused, parcel, error.message))
            _log.warning("not_delivered", channel=parcel.out.channel, message_id=parcel.message_id, result="kept_back")
            metrics.sends.labels(parcel.out.channel, "kept_back").inc()
            return _Outcome(went=Went.NOT_AT_ALL)
        try:
            sent = await self._hand_to(channel, parcel, public, along)
            self._gates[parcel.out.channel].let_through(parcel.thread_key)
        except SendRetryable as error:
            again_at = self._again_at(parcel, error)
            pause = self._pause(parcel, error, again_at)
            await self._keep(parcel, partial(self._not_now, parcel, error, again_at, pause))
            outcome = _Outcome(went=_health(error), why=error.message, again_at=again_at)
            result = "retry"
        except SendRefused as error:
            await self._keep(parcel, partial(self._refused, parcel, error.message))
            result = "refused"
        except SendUnclear as error:
            await self._keep(parcel, partial(self._unclear, parcel, error.message))
            result, outcome = "unclear", _Outcome(went=Went.FAILED, why=error.message)
        except Exception as error:  # noqa: BLE001 - a fault of ours in mid-send: it may have left
            _log.error("send_failed", channel=parcel.out.channel, error=type(error).__name__, exc_info=True)
            await self._keep(parcel, partial(self._unclear, parcel, "failed in mid-send"))
            result, outcome = "unclear", _Outcome(went=Went.UNKNOWN)
        else:
            await self._keep(parcel, partial(self._sent, parcel, sent))
            result = "sent"
        if result in ("refused", "unclear"):
            _log.warning("not_delivered", channel=parcel.out.channel, message_id=parcel.message_id, result=result)
        metrics.sends.labels(parcel.out.channel, result).inc()
        metrics.send_seconds.labels(parcel.out.channel).observe(time.perf_counter() - started)
        return outcome

    async def _check(self, parcel: Parcel) -> PublicText | None:
        """The text fit for the public, where that is where it goes. Raises `SendRefused` or `WallRefusal`."""
        age = self._clock() - parcel.created_at
        if parcel.author is Author.BOT and age > self._bot_keeps:
            raise SendRefused(f"Not sent: it would have come {age.total_seconds() / 60:.0f} minutes late.")
        if parcel.out.surface is Surface.PUBLIC:
            # What was stored is text; only the wall makes it fit for the public again, with what was told meanwhile.
            told = await self._database.read(
                partial(private_words.told, case_id=parcel.case_id, now=self._clock(), except_message=parcel.message_id)
            )
            waived = [WallKind(kind) for kind in parcel.out.waived]
            return self._wall.check(
                parcel.out.text, parcel.out.channel, msgspec.structs.replace(told, posted=()), waived=waived
            )
        return None

    async def _keep(self, parcel: Parcel, outcome: Callable[[Connection], None]) -> None:
        """Write down what became of a parcel, as soon as the store takes it: a row left in SENDING stops its thread."""
        for tries in itertools.count():
            try:
                await self._database.write(outcome)
            except Exception as error:  # noqa: BLE001 - whatever the store has, what we know must not be lost with it
                _log.error("outcome_not_kept", message_id=parcel.message_id, tries=tries, error=type(error).__name__)
                if tries == _KEEP_TRIES:
                    outcome = partial(self._unclear, parcel, "what became of it could not be kept")
                await asyncio.sleep(min(0.1 * 2**tries, _KEEP_LONGEST))
            else:
                return

    async def _load(self, out: Outbound) -> list[Loaded]:
        """What goes along with a message. Raises `SendRefused` where it is not here any more."""
        found = []
        for file in out.files:
            content = await self._database.read(partial(files.content_of, file_id=file.id))
            if content is None:
                raise SendRefused(f"Not sent: {file.name} is not here any more.")
            found.append(Loaded(file=file, content=content.content))
        return found

    async def _hand_to(
        self, channel: ChannelAdapter, parcel: Parcel, public: PublicText | None, along: Sequence[Loaded]
    ) -> Sent:
        reference = arrived.reference(parcel)
        if public is not None:
            return await channel.send_public(parcel.out, public, reference)
        if along:
            return await channel.send_private(parcel.out, reference, along)
        return await channel.send_private(parcel.out, reference)

    def _sent(self, parcel: Parcel, sent: Sent, conn: Connection) -> None:
        arrived.keep(conn, parcel, sent, self._channels[parcel.out.channel].account, self._clock())

    def _found(self, parcel: Parcel, found: Sequence[Sent], conn: Connection) -> None:
        if not found:
            self._unclear(parcel, "the platform does not show it", conn)
        elif not arrived.keep_found(conn, parcel, found, self._channels[parcel.out.channel].account, self._clock()):
            self._unclear(parcel, "the platform shows the same words as other messages of ours only", conn)

    def _again_at(self, parcel: Parcel, error: SendRetryable) -> datetime:
        """When to try again to send what cannot be taken now."""
        if isinstance(error, SendLockedOut):
            return self._clock()  # nobody of this channel gets in before a probe has
        back_off = min(0.5 * 2.0 ** min(parcel.attempts, 16), _BACK_OFF_LONGEST) * random.uniform(0.7, 1.0)
        delay = back_off if error.retry_after is None else error.retry_after + random.uniform(0, 0.5)
        return self._clock() + timedelta(seconds=delay)

    def _pause(self, parcel: Parcel, error: SendRetryable, until: datetime) -> datetime | None:
        """Until when others wait as well for what the platform wants nothing of now."""
        if not isinstance(error, SendThrottled):
            return None
        return self._gates[parcel.out.channel].turned_away(parcel.thread_key, until, used_up=error.used_up)

    def _not_now(
        self, parcel: Parcel, error: SendRetryable, until: datetime, pause: datetime | None, conn: Connection
    ) -> None:
        if pause is not None:
            self._gates[parcel.out.channel].pause(conn, parcel.thread_key, pause, self._clock())
        parcels.put_back(conn, parcel, until, error.message)

    def _refused(self, parcel: Parcel, why: str, conn: Connection) -> None:
        now = self._clock()
        if not parcels.finish(conn, parcel, OutboxStatus.FAILED, now, error=why):
            return
        if parcel.out.opens_private and parcel.author is Author.BOT:
            # The public word carries a link as well: the customer still has a way in.
            moves.not_begun(conn, parcel.case_id, parcel.out.target)
            return
        timers.set_timer(conn, Alarm.UNDELIVERABLE, parcel.case_id, now, {"message_id": parcel.message_id, "why": why})

    def _unclear(self, parcel: Parcel, why: str, conn: Connection) -> None:
        """Ask the platform, some times; then a person looks, unless the customer has gone on meanwhile."""
        now = self._clock()
        if parcel.out.channel in self._looks_up and parcel.looks < len(_LOOK_AFTER):
            at = now + _LOOK_AFTER[parcel.looks]
            if parcels.look_for(conn, parcel, now, at, why):
                timers.set_timer(conn, Alarm.LOOK_UP, parcel.case_id, at, {"thread": parcel.thread_key})
            return
        if parcels.finish(conn, parcel, OutboxStatus.UNCLEAR, now, error=why):
            at = max(now, parcel.created_at + _UNCLEAR_LOOK)
            payload = {"message_id": parcel.message_id, "why": why}
            timers.set_timer(conn, Alarm.UNCLEAR, parcel.case_id, at, payload)


def _health(error: SendRetryable) -> Went:
    """What a message that cannot be taken now tells of the platform."""
    if isinstance(error, SendLockedOut):
        return Went.LOCKED_OUT
    return Went.THROTTLED if isinstance(error, SendThrottled) else Went.FAILED
