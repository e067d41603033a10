"""Alarms: what timers are for. Each fires once, in the transaction of what it does.

`public_close`    set by the version before: what is resolved in private is closed in public (`due_threads`)
`look_up`         ask the platform what became of a message of ours: its thread's drain does
`undeliverable`   a platform refused a message of ours: a person looks; a private one: the public side learns it
`unclear`         nobody knows whether a message of ours arrived, and nothing was said since: a person looks

Where a person wrote it and waits for the customer's answer, the case is theirs to act on again, due at once.

One that fails is tried again ever later, and in the end a person looks: nothing that is due spins or is forgotten.
"""

from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case, CaseState, HandoffReason, Owner
from gateway.clock import Clock
from gateway.lanes import Lane
from gateway.messages import Author, Surface
from gateway.privacy.wall import Wall
from gateway.public_thread import Event, MoveState, Patience
from gateway.routing import private_move
from gateway.routing.handoff import hand_over
from gateway.sending import parcels
from gateway.storage import cases, lanes, progress, timers, transcript
from gateway.storage.database import Database
from gateway.storage.timers import Alarm, Timer

_log = log.get(__name__)

_TRIES: Final = 6  # of one alarm, over a minute, before a person looks
_BACK_OFF: Final = timedelta(seconds=2)  # after the first failure; twice as long after each further one
_BACK_OFF_LONGEST: Final = timedelta(hours=1)
_WHY_GIVEN_UP: Final = "something that was to happen by itself failed again and again"


class Alarms:
    """Fires what is due."""

    def __init__(
        self,
        database: Database,
        wall: Wall,
        clock: Clock,
        promise: timedelta,
        patience: Patience,
        code_lasts: timedelta,
    ) -> None:
        """`promise`: after a handoff, by which a person should look. `patience`: with public threads.

        `code_lasts`: how long a way in is good.
        """
        self._patience = patience
        self._code_lasts = code_lasts
        self._database = database
        self._wall = wall
        self._clock = clock
        self._promise = promise

    async def fire_due(self) -> bool:
        """Fire what is due. True if anything of it has fired: more may be."""
        now = self._clock()
        due = await self._database.read(lambda conn: timers.due(conn, now))
        fired = [await self._tried(timer) for timer in due]
        return any(fired)

    async def _tried(self, timer: Timer) -> bool:
        """Fire an alarm. False where that failed: its fault must neither silence the others nor go on at once."""
        try:
            await self._database.write(partial(self._fire, timer))
        except Exception as error:  # noqa: BLE001 - see above
            _failed(timer, error)
        else:
            return True
        until = self._clock() + min(_BACK_OFF * 2 ** min(timer.attempts, 20), _BACK_OFF_LONGEST)
        await self._database.write(lambda conn: timers.put_off(conn, timer, until))
        if timer.attempts + 1 >= _TRIES:
            try:
                await self._database.write(partial(self._give_up, timer))
            except Exception as error:  # noqa: BLE001 - it stays put off, and is tried again
                _failed(timer, error)
        return False

    def _fire(self, timer: Timer, conn: Connection) -> None:
        if not timers.fire(conn, timer):
            return
        if timer.kind == Alarm.LOOK_UP:
            lanes.call(conn, Lane.thread(str(timer.payload["thread"])))
            return
        now = self._clock()
        case = cases.get(conn, timer.case_id)
        if timer.kind == Alarm.PUBLIC_CLOSE:
            resolved = (MoveState.ARRIVED, MoveState.PRIVATE_RESOLVED)
            progress.happen_to_all(conn, case.id, Event.APPROVED, self._patience, now, resolved)
            return
        if case.state is CaseState.BOT:
            message_id = int(str(timer.payload["message_id"]))
            if timer.kind == Alarm.UNCLEAR and _went_on(conn, case.id, message_id):
                return
            refused = parcels.of_message(conn, message_id) if timer.kind == Alarm.UNDELIVERABLE else None
            if refused is not None and refused.out.surface is Surface.PRIVATE:
                private_move.offer_another_way(conn, case, self._wall, self._patience, self._code_lasts, now)
        self._have_looked_at(conn, case, str(timer.payload.get("why", "")))

    def _give_up(self, timer: Timer, conn: Connection) -> None:
        """What has failed too often is a person's task."""
        if timers.fire(conn, timer):
            case = cases.get(conn, timer.case_id)
            if case.owner is Owner.NONE:
                case = cases.move(
                    conn,
                    case,
                    CaseState.BOT,
                    expected=[CaseState.RESOLVED],
                    actor="system",
                    kind="reopened",
                    now=self._clock(),
                    why=_WHY_GIVEN_UP,
                )
            self._have_looked_at(conn, case, _WHY_GIVEN_UP)

    def _have_looked_at(self, conn: Connection, case: Case, why: str) -> None:
        """Have a person look at a case: theirs it is already, or it is handed over."""
        now = self._clock()
        if case.state is CaseState.WAITING_CUSTOMER:
            # The customer cannot be waited for: they may not have been told anything.
            cases.move(
                conn,
                case,
                CaseState.ACTIVE,
                expected=[CaseState.WAITING_CUSTOMER],
                actor="system",
                kind="reply.not_delivered",
                now=now,
                why=why,
                agent_id=case.agent_id,
                due_at=now,
            )
        elif case.state is CaseState.BOT:
            hand_over(
                conn,
                case,
                HandoffReason.UNDELIVERABLE,
                now=now,
                promise=self._promise,
                wall=self._wall,
                tell=None,
                why=why,
            )


def _failed(timer: Timer, error: Exception) -> None:
    kind, case_id, tries = timer.kind, timer.case_id, timer.attempts + 1
    _log.error("alarm_failed", kind=kind, case_id=case_id, tries=tries, error=type(error).__name__, exc_info=error)


def _went_on(conn: Connection, case_id: str, message_id: int) -> bool:
    """Whether anybody has spoken since a message of ours, so that the customer is not left hanging on it."""
    latest = [message for message in transcript.latest(conn, case_id, 20) if message.author is not Author.SYSTEM]
    return bool(latest) and latest[-1].id != message_id
