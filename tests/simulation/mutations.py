"""Faults planted into the engine, by name. Each replaces functions of the gateway for as long as it lasts.

A simulation that finds nothing in them would find nothing at all.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Final
from unittest import mock

import msgspec
import sqlalchemy as sa
from sanic.response import BaseHTTPResponse, text
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.engine.local import LocalCarrier
from gateway.intake import inbox, line
from gateway.intake.line import Waiting
from gateway.intake.webhook import Intake
from gateway.lanes import Hold, Lane
from gateway.routing import turn
from gateway.sending import claims, parcels
from gateway.sending.claims import Claim
from gateway.sending.deliver import Deliveries
from gateway.sending.parcels import Parcel
from gateway.storage import cases, lanes, order, timers
from gateway.storage.tables import OUTBOX_SENDING
from gateway.storage.tables import cases as cases_table
from gateway.storage.tables import outbox as outbox_table
from gateway.storage.tables import timers as timers_table
from gateway.storage.traffic_tables import lanes as lanes_table
from tests.simulation import mutations_afterwards
from tests.simulation.jobs import RowJobs
from tests.simulation.networks import Event

Mutation = Callable[[], Iterator[None]]
InDoubt = Callable[[Connection, Parcel], None]

_MARK: Final = sa.text("INSERT INTO sim_marks (native_id) VALUES (:native_id) ON CONFLICT DO NOTHING")


def _acknowledge_before_commit() -> Iterator[None]:
    receive = Intake.receive

    async def eager(self: Intake, name: str, headers: Mapping[str, str], body: bytes) -> BaseHTTPResponse:
        asyncio.get_running_loop().create_task(receive(self, name, headers, body))
        return text("ok")

    with mock.patch.object(Intake, "receive", eager):
        yield


def _mark_apart_from_the_work() -> Iterator[None]:
    """One transaction notes that events came, a second one keeps them."""
    receive = Intake.receive

    def unmarked(conn: Connection, events: list[Event]) -> list[Event]:
        return [event for event in events if conn.execute(_MARK, {"native_id": event.native_id}).rowcount]

    async def twice(self: Intake, name: str, headers: Mapping[str, str], body: bytes) -> BaseHTTPResponse:
        events = msgspec.json.decode(body, type=list[Event])
        fresh = await self._recorder._database.write(partial(unmarked, events=events))
        return await receive(self, name, headers, msgspec.json.encode(fresh))

    with mock.patch.object(Intake, "receive", twice):
        yield


def _forget_the_epoch() -> Iterator[None]:
    def speak(conn: Connection, case: Case, at: datetime) -> None:
        cases.touch(conn, case.id, at)

    with (
        mock.patch.object(cases, "fence", return_value=None),
        mock.patch.object(cases, "fence_turn", return_value=None),
        mock.patch.object(cases, "speak", speak),
    ):
        yield


def _withdraw_nothing_at_takeover() -> Iterator[None]:
    claim_next = claims.claim_next
    current = sa.select(cases_table.c.epoch).where(cases_table.c.id == outbox_table.c.case_id).scalar_subquery()

    def keep_all(conn: Connection, hold: Hold, now: datetime, in_doubt: InDoubt) -> Claim | datetime | None:
        conn.execute(outbox_table.update().where(outbox_table.c.thread_key == hold.lane.key).values(epoch=current))
        return claim_next(conn, hold, now, in_doubt)

    with mock.patch.object(claims, "claim_next", keep_all):
        yield


def _send_before_it_is_on_disk() -> Iterator[None]:
    claim_next = claims.claim_next

    def unclaimed(conn: Connection, hold: Hold, now: datetime, in_doubt: InDoubt) -> Claim | datetime | None:
        claimed = claim_next(conn, hold, now, in_doubt)
        if isinstance(claimed, Claim) and not claimed.look:
            _make_new(conn, claimed.parcel)
        return claimed

    with mock.patch.object(claims, "claim_next", unclaimed):
        yield


def _retry_what_is_unclear() -> Iterator[None]:
    def again(self: Deliveries, parcel: Parcel, why: str, conn: Connection) -> None:
        _make_new(conn, parcel)

    with mock.patch.object(Deliveries, "_unclear", again):
        yield


def _send_again_what_a_crash_left() -> Iterator[None]:
    def rewind(self: Deliveries, conn: Connection, parcel: Parcel) -> None:
        _make_new(conn, parcel)

    with mock.patch.object(Deliveries, "_doubt", rewind):
        yield


def _send_again_what_was_not_found() -> Iterator[None]:
    unclear = Deliveries._unclear

    def again(self: Deliveries, parcel: Parcel, why: str, conn: Connection) -> None:
        if why == "the platform does not show it":
            _make_new(conn, parcel)
            lanes.call(conn, Lane.thread(parcel.thread_key))
        else:
            unclear(self, parcel, why, conn)

    with mock.patch.object(Deliveries, "_unclear", again):
        yield


def _doubt_the_living() -> Iterator[None]:
    """Whoever claims takes for left behind what is being sent on the whole channel, not in the lane alone."""
    claim_next = claims.claim_next

    def suspicious(conn: Connection, hold: Hold, now: datetime, in_doubt: InDoubt) -> Claim | datetime | None:
        lanes.check(conn, hold)
        channel = hold.lane.key.partition(":")[0]
        sending = sa.select(outbox_table.c.message_id).where(OUTBOX_SENDING, outbox_table.c.channel == channel)
        for message_id in conn.execute(sending.order_by(outbox_table.c.id)).scalars().all():
            parcel = parcels.of_message(conn, message_id)
            assert parcel is not None
            in_doubt(conn, parcel)
        return claim_next(conn, hold, now, in_doubt)

    with mock.patch.object(claims, "claim_next", suspicious):
        yield


def _make_new(conn: Connection, parcel: Parcel) -> None:
    conn.execute(outbox_table.update().where(outbox_table.c.id == parcel.id).values(status="new"))


def _lease_without_heartbeat() -> Iterator[None]:
    with mock.patch.object(RowJobs, "_beats", return_value=None):
        yield


def _take_from_the_living() -> Iterator[None]:
    """Who rescues hands out all lanes that are called, and who has a job for a lane takes it, whoever has it."""
    rescue = RowJobs.rescue

    def all_of_them(self: RowJobs, conn: Connection) -> int:
        rescued = rescue(self, conn)
        for name in conn.execute(sa.select(lanes_table.c.name)).scalars().all() if rescued else ():
            self.defer(conn, Lane.named(name), None)
        return rescued

    def take(conn: Connection, lane: Lane, holder: str) -> lanes.Taken | None:
        this = lanes_table.c.name == str(lane)
        row = conn.execute(sa.select(lanes_table.c.calls, lanes_table.c.holder).where(this)).one_or_none()
        conn.execute(lanes_table.update().where(this).values(holder=holder))
        return None if row is None else lanes.Taken(calls=row.calls, before=row.holder)

    with mock.patch.object(RowJobs, "rescue", all_of_them), mock.patch.object(lanes, "take", take):
        yield


def _leave_without_a_look() -> Iterator[None]:
    """A lane is left at rest though it has been called since it was taken."""

    def leave(conn: Connection, lane: Lane, holder: str, calls: int) -> bool:
        gone = lanes_table.delete().where(lanes_table.c.name == str(lane), lanes_table.c.holder == holder)
        return conn.execute(gone).rowcount == 1

    with mock.patch.object(lanes, "leave", leave):
        yield


def _overhear_calls_while_draining() -> Iterator[None]:
    """A call that comes while its lane is drained is taken for seen to."""
    kick = LocalCarrier.kick

    def busy(self: LocalCarrier, lane: Lane) -> None:
        if lane not in self._running:
            kick(self, lane)

    with mock.patch.object(LocalCarrier, "kick", busy):
        yield


def _take_turns_by_arrival() -> Iterator[None]:
    line_of = line.line_of

    def as_they_came(conn: Connection, case_id: str) -> list[Waiting]:
        return sorted(line_of(conn, case_id), key=lambda waiting: waiting.id)

    with mock.patch.object(turn, "line_of", as_they_came):
        yield


def _write_down_by_arrival() -> Iterator[None]:
    def at_the_end(conn: Connection, case_id: str, later: datetime, at: datetime) -> datetime:
        return order.at_the_end(conn, case_id, at)

    with mock.patch.object(order, "just_before", at_the_end):
        yield


def _answer_what_is_settled() -> Iterator[None]:
    """A worker that was presumed dead does not see that another has taken its turn since, nor what it has noted."""
    settle, take_turn = inbox.settle, inbox.take_turn

    def blind(conn: Connection, inbox_id: int, status: inbox.InboxStatus, reason: str = "") -> bool:
        settle(conn, inbox_id, status, reason)
        return True

    def blind_turn(conn: Connection, head: Waiting) -> bool:
        take_turn(conn, head)
        return True

    with (
        mock.patch.object(inbox, "settle", blind),
        mock.patch.object(inbox, "take_turn", blind_turn),
        mock.patch.object(cases, "fence_turn", cases.fence),
    ):
        yield


def _drop_a_failed_turn() -> Iterator[None]:
    def give_up(conn: Connection, inbox_id: int, now: datetime, until: datetime) -> None:
        inbox.settle(conn, inbox_id, inbox.InboxStatus.DONE)

    with mock.patch.object(inbox, "put_off", give_up):
        yield


def _fire_a_timer_twice() -> Iterator[None]:
    fire = timers.fire

    def forgetful(conn: Connection, timer: timers.Timer) -> bool:
        fired = fire(conn, timer)
        if fired and timer.payload.get("again") is None:
            again = timers_table.update().where(timers_table.c.id == timer.id)
            conn.execute(again.values(status="pending", payload={**timer.payload, "again": True}))
        return fired

    with mock.patch.object(timers, "fire", forgetful):
        yield


MUTATIONS: Final[dict[str, Mutation]] = {
    "acknowledge before commit": _acknowledge_before_commit,
    "dedup mark separate from the work": _mark_apart_from_the_work,
    "forget the epoch check": _forget_the_epoch,
    "withdraw nothing at takeover": _withdraw_nothing_at_takeover,
    "send without committing `sending` first": _send_before_it_is_on_disk,
    "retry an unclear send": _retry_what_is_unclear,
    "send again what a crash left": _send_again_what_a_crash_left,
    "send again what was not found": _send_again_what_was_not_found,
    "doubt a send of a living worker": _doubt_the_living,
    "lease without heartbeat": _lease_without_heartbeat,
    "take lanes from the living": _take_from_the_living,
    "forget to look for calls before leaving a lane": _leave_without_a_look,
    "overhear calls while a lane is drained": _overhear_calls_while_draining,
    "order turns by arrival": _take_turns_by_arrival,
    "order the transcript by arrival": _write_down_by_arrival,
    "answer what another has settled": _answer_what_is_settled,
    "drop a failed turn": _drop_a_failed_turn,
    "fire a timer twice": _fire_a_timer_twice,
    **mutations_afterwards.MUTATIONS,
}


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The engine with this fault."""
    yield from MUTATIONS[name]()
