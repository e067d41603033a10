"""Delivery: the outbox's rows go to their platforms, one thread's in order, many threads side by side.

    claim (SENDING is on disk) -> channel -> taken: SENT | not now: put back | refused: FAILED | no answer: UNCLEAR

A row is never sent again once its request may have left without an answer.
"""

import asyncio
import itertools
import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log, metrics
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import SendRefused, SendRetryable, SendUnclear, WallRefusal
from gateway.messages import Author, Channel, Sent, Surface
from gateway.privacy.wall import Wall
from gateway.sending import outbox
from gateway.sending.outbox import OutboxStatus, Parcel
from gateway.storage import cases as case_store
from gateway.storage import events, moves, people, timers, transcript
from gateway.storage.database import Database
from gateway.storage.timers import Alarm

_log = log.get(__name__)

_UNCLEAR_LOOK: Final = timedelta(minutes=5)  # a customer who missed our answer has written again by then, or waits
_BOT_KEEPS: Final = timedelta(hours=2)  # a bot's answer that is older answers nobody any more
_BACK_OFF_LONGEST: Final = 60.0  # seconds
_KEEP_TRIES: Final = 10  # to write down an outcome, before the fault is taken for that outcome's own
_KEEP_LONGEST: Final = 5.0  # seconds between two of them


class Deliveries:
    """Sends what the outbox holds."""

    def __init__(
        self, channels: Mapping[Channel, ChannelAdapter], database: Database, wall: Wall, clock: Clock
    ) -> None:
        self._channels = channels
        self._database = database
        self._wall = wall
        self._clock = clock
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        self._stopping = False

    async def recover(self) -> None:
        """At the start: what was under way when the last run ended may have arrived. It is shown, not repeated."""
        now = self._clock()

        def doubt(conn: Connection) -> int:
            parcels = outbox.doubt_what_was_in_flight(conn, now)
            for parcel in parcels:
                _have_somebody_look(conn, parcel, Alarm.UNCLEAR, now, "stopped while sending")
            return len(parcels)

        count = await self._database.write(doubt)
        if count:
            _log.warning("sends_unclear", count=count)

    async def sweep(self) -> None:
        """See to every thread that has something to send."""
        for thread_key, channel in await self._database.read(outbox.threads_waiting):
            if channel in self._channels:
                self._kick(thread_key)

    async def stop(self, grace: float = 10.0) -> None:
        """Let what is under way come to its end, so that nothing becomes unclear without need."""
        self._stopping = True
        self._again.clear()
        if self._running:
            await asyncio.wait(self._running.values(), timeout=grace)
        for task in self._running.values():
            task.cancel()

    def _kick(self, thread_key: str) -> None:
        self._again.add(thread_key)
        if thread_key not in self._running:
            self._running[thread_key] = asyncio.create_task(self._drain(thread_key), name=f"send-{thread_key}")

    async def _drain(self, thread_key: str) -> None:
        try:
            while thread_key in self._again:
                self._again.discard(thread_key)
                while not self._stopping:
                    claimed = await self._database.write(
                        lambda conn: outbox.claim_next(conn, thread_key, self._clock())
                    )
                    if not isinstance(claimed, Parcel):
                        break  # nothing, or nothing yet: the sweep comes back when it is due
                    await self._send(claimed)
        except Exception as error:  # noqa: BLE001 - the edge of a thread's task: other threads go on
            _log.error("send_task_failed", error=type(error).__name__, exc_info=True)
        finally:
            del self._running[thread_key]

    async def _send(self, parcel: Parcel) -> None:
        channel = self._channels[parcel.out.channel]
        started = time.perf_counter()
        try:
            sent = await self._hand_to(channel, parcel)
        except SendRetryable as error:
            await self._keep(parcel, partial(self._not_now, parcel, error))
            result = "retry"
        except (SendRefused, WallRefusal) as error:
            await self._keep(parcel, partial(self._refused, parcel, error.message))
            result = "refused"
        except SendUnclear as error:
            await self._keep(parcel, partial(self._unclear, parcel, error.message))
            result = "unclear"
        except Exception as error:  # noqa: BLE001 - a fault of ours in mid-send: it may have left
            _log.error("send_failed", channel=parcel.out.channel, error=type(error).__name__, exc_info=True)
            await self._keep(parcel, partial(self._unclear, parcel, "failed in mid-send"))
            result = "unclear"
        else:
            await self._keep(parcel, partial(self._sent, parcel, sent))
            result = "sent"
        if result in ("refused", "unclear"):
            _log.warning("not_delivered", channel=parcel.out.channel, message_id=parcel.message_id, result=result)
        metrics.sends.labels(parcel.out.channel, result).inc()
        metrics.send_seconds.labels(parcel.out.channel).observe(time.perf_counter() - started)

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

    async def _hand_to(self, channel: ChannelAdapter, parcel: Parcel) -> Sent:
        reference = f"aside:{parcel.message_id}"
        if parcel.out.surface is Surface.PUBLIC:
            # What was stored is text; only the wall makes it fit for the public again.
            return await channel.send_public(
                parcel.out, self._wall.check(parcel.out.text, parcel.out.channel), reference
            )
        return await channel.send_private(parcel.out, reference)

    def _sent(self, parcel: Parcel, sent: Sent, conn: Connection) -> None:
        now = self._clock()
        outbox.finish(conn, parcel, OutboxStatus.SENT, now, native_id=sent.native_id)
        if sent.opened is None or sent.opened_by is None:
            return
        # A private reply tells us who the commenter is in Messenger: the safe join of the two.
        channel = self._channels[parcel.out.channel]
        case = case_store.get(conn, parcel.case_id)
        people.link(conn, channel.name, channel.account, sent.opened_by, case.customer_id, "private_reply", now)
        thread_id = transcript.thread_of(conn, channel.name, channel.account, sent.opened, now)
        transcript.join_thread(conn, case.id, thread_id, sent.opened_by.native_id, now)
        transcript.rehome(conn, parcel.message_id, thread_id)
        events.append(
            conn, "identity.linked", case_id=case.id, actor="system", epoch=case.epoch, at=now, why="private_reply"
        )

    def _not_now(self, parcel: Parcel, error: SendRetryable, conn: Connection) -> None:
        now = self._clock()
        if parcel.author is Author.BOT and now - parcel.created_at > _BOT_KEEPS:
            self._refused(parcel, f"given up after {parcel.attempts} tries: {error.message}", conn)
            return
        back_off = min(0.5 * 2.0 ** min(parcel.attempts, 16), _BACK_OFF_LONGEST) * random.uniform(0.7, 1.0)
        delay = back_off if error.retry_after is None else error.retry_after + random.uniform(0, 0.5)
        outbox.put_back(conn, parcel, now + timedelta(seconds=delay), error.message)

    def _refused(self, parcel: Parcel, why: str, conn: Connection) -> None:
        now = self._clock()
        outbox.finish(conn, parcel, OutboxStatus.FAILED, now, error=why)
        if parcel.out.opens_private and parcel.author is Author.BOT:
            # The public word carries a link as well: the customer still has a way in.
            moves.not_begun(conn, parcel.case_id, parcel.out.target)
            return
        _have_somebody_look(conn, parcel, Alarm.UNDELIVERABLE, now, why)

    def _unclear(self, parcel: Parcel, why: str, conn: Connection) -> None:
        now = self._clock()
        outbox.finish(conn, parcel, OutboxStatus.UNCLEAR, now, error=why)
        _have_somebody_look(conn, parcel, Alarm.UNCLEAR, now, why)


def _have_somebody_look(conn: Connection, parcel: Parcel, kind: Alarm, now: datetime, why: str) -> None:
    due = now + _UNCLEAR_LOOK if kind == Alarm.UNCLEAR else now
    timers.set_timer(conn, kind, parcel.case_id, due, {"message_id": parcel.message_id, "why": why})
