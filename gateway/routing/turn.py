"""The turn: a case's waiting messages, strictly in order, each answered by whoever owns the case.

    line of the case -> (a short quiet, so that shuffled deliveries stand in order) -> head of the line
      people own it  -> commit: done, the desk has seen it
      the bot owns it -> assistant -> commit: replies, effects, dialogue state, done; refused if the epoch has moved on
      the assistant fails -> try again with back-off -> after the patience: handed to people, and the customer is told

Many cases side by side; one task a case. All that is remembered here is which tasks run: the lines are rows, and a
start looks for them.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case, CaseState, HandoffReason, Owner
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import AssistantError, AssistantRefused, AssistantUnavailable, StaleEpoch
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus, Waiting
from gateway.messages import Channel, Said, Surface
from gateway.privacy.wall import Wall
from gateway.routing import private_move
from gateway.routing.conversation import Conversation
from gateway.routing.effects import Effects
from gateway.routing.handoff import hand_over
from gateway.storage import cases, transcript
from gateway.storage.database import Database

_log = log.get(__name__)

_SETTLE_LONGEST: Final = 3.0  # seconds that a lively case is waited for before its line is taken as it stands
_BURST: Final = 4  # times the usual quiet, where several messages wait or one comes late: more of them may be under way
_LATE: Final = timedelta(seconds=5)  # between the platform's time and the arrival: a repeated or shuffled delivery
_BACK_OFF_LONGEST: Final = 4.0  # seconds between two tries


class TurnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for what."""

    patience: timedelta
    """Of an assistant that fails, before a person takes over."""
    settle: timedelta
    """Of quiet in a case before its line is taken."""
    promise: timedelta
    """After a handoff, by which a person should answer."""


class Turns:
    """Takes the turns of all cases."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        database: Database,
        conversation: Conversation,
        effects: Effects,
        wall: Wall,
        clock: Clock,
        settings: TurnSettings,
        wake_sender: Callable[[], None],
    ) -> None:
        self._channels = channels
        self._database = database
        self._conversation = conversation
        self._effects = effects
        self._wall = wall
        self._clock = clock
        self._settings = settings
        self._wake_sender = wake_sender
        self._running: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()

    def kick(self, case_id: str) -> None:
        """See to a case's line; also while it is being seen to."""
        self._again.add(case_id)
        if case_id not in self._running:
            self._running[case_id] = asyncio.create_task(self._drain(case_id), name=f"turn-{case_id}")

    async def sweep(self) -> None:
        """See to every case that has a line: at the start, and now and then for what a lost wake-up left behind."""
        for case_id in await self._database.read(inbox.cases_in_line):
            self.kick(case_id)

    async def stop(self) -> None:
        """Stop at once: what is under way is decided again at the next start, as nothing of it is committed."""
        for task in self._running.values():
            task.cancel()
        await asyncio.gather(*self._running.values(), return_exceptions=True)

    async def _drain(self, case_id: str) -> None:
        try:
            while case_id in self._again:
                self._again.discard(case_id)
                while await self._next(case_id):
                    pass
        except Exception as error:  # noqa: BLE001 - the edge of a case's task: the others go on, the sweep comes back
            _log.error("turn_task_failed", case_id=case_id, error=type(error).__name__, exc_info=True)
        finally:
            del self._running[case_id]

    async def _next(self, case_id: str) -> bool:
        """Take the next turn of a case. False where nothing waits."""
        line, case = await self._database.read(lambda conn: (inbox.line_of(conn, case_id), cases.get(conn, case_id)))
        if not line:
            return False
        wait = self._wait(line)
        if wait > 0:
            await asyncio.sleep(wait)
            return True
        head = line[0]
        try:
            if case.owner is Owner.NONE:
                await self._database.write(lambda conn: _wake_up(conn, case, self._clock()))
            elif case.owner is Owner.HUMAN:
                await self._database.write(lambda conn: _for_people(conn, case, head, self._clock()))
            else:
                await self._answer(case, head)
        except StaleEpoch:
            pass  # It changed hands between our look and our commit: decide anew for the new owner.
        return True

    def _wait(self, line: list[Waiting]) -> float:
        """Seconds to wait before the head of the line may be taken."""
        now = self._clock()
        newest = max(waiting.received_at for waiting in line)
        oldest = min(waiting.received_at for waiting in line)
        settle = self._settings.settle
        if len(line) > 1 or abs(newest - line[0].said.at) > _LATE:
            settle *= _BURST
        quiet = (newest + settle - now).total_seconds()
        longest = (oldest + timedelta(seconds=_SETTLE_LONGEST) - now).total_seconds()
        settled = min(quiet, longest, settle.total_seconds())
        due = line[0].due_at
        off = 0.0 if due is None else (due - now).total_seconds()
        # Further off than any back-off: the clock was put back since, and nobody shall wait for it to catch up.
        return max(settled, off if off <= _BACK_OFF_LONGEST else 0.0, 0.0)

    async def _answer(self, case: Case, head: Waiting) -> None:
        try:
            writes_first = await self._database.read(partial(self._writes_first, case, head.said))
            script = await self._conversation.ask(case, head, writes_first=writes_first)
        except AssistantError as error:
            await self._failed(case, head, error)
            return
        try:
            await self._database.write(lambda conn: self._effects.perform(conn, case, head, script))
        except StaleEpoch:
            raise
        except Exception as error:  # noqa: BLE001 - our own fault: counted, and a person's task in the end
            _log.error("commit_failed", case_id=case.id, error=type(error).__name__, exc_info=True)
            await self._failed(case, head, AssistantUnavailable("The answer could not be committed."))
            return
        self._wake_sender()

    def _writes_first(self, case: Case, said: Said, conn: Connection) -> bool:
        """Whether we could say the first words in private, should this public message move aside."""
        if said.place.surface is not Surface.PUBLIC:
            return False
        if self._channels[said.channel].writes_first(said):
            return True
        return private_move.direct_thread_id(conn, case, said.channel, said.account) is not None

    async def _failed(self, case: Case, head: Waiting, error: AssistantError) -> None:
        """A failed turn: try again a little later, or hand over where the patience is at its end."""
        now = self._clock()
        since = head.failing_since or now
        hopeless = isinstance(error, AssistantRefused) or (
            now - since >= self._settings.patience and head.attempts + 1 >= 2
        )
        if hopeless or not head.attempts:  # not each try of each case: an outage would fill the disk with them
            _log.warning(
                "turn_failed", case_id=case.id, attempts=head.attempts + 1, error=error.code, why=error.message
            )
        if hopeless:
            await self._database.write(lambda conn: self._give_up(conn, case, head, error, now))
            self._wake_sender()
            return
        delay = min(0.25 * 2**head.attempts, _BACK_OFF_LONGEST) * random.uniform(0.7, 1.0)
        until = now + timedelta(seconds=delay)
        await self._database.write(lambda conn: inbox.put_off(conn, head.id, now, until))

    def _give_up(self, conn: Connection, case: Case, head: Waiting, error: AssistantError, now: datetime) -> None:
        if not inbox.settle(conn, head.id, InboxStatus.PARKED, error.code):
            return
        # A button that the assistant does not know says nothing of its health.
        forged = bool(head.said.choice) and isinstance(error, AssistantRefused)
        hand_over(
            conn,
            case,
            HandoffReason.FALLBACK if forged else HandoffReason.BOT_UNHEALTHY,
            now=now,
            promise=self._settings.promise,
            wall=self._wall,
            tell=transcript.thread_in(conn, case.id, head.said.place.native_id, head.said.target),
            why=error.message,
        )


def _wake_up(conn: Connection, case: Case, now: datetime) -> None:
    """A resolved case is spoken of again: the bot has it."""
    cases.move(
        conn,
        case,
        CaseState.BOT,
        expected=[CaseState.RESOLVED],
        actor="customer",
        kind="reopened",
        now=now,
        why="the customer wrote again",
        dialogue=cases.clean_slate(case),
        reason="",
        due_at=None,
        severity=0,
    )


def _for_people(conn: Connection, case: Case, head: Waiting, now: datetime) -> None:
    """People own it: the message is in the transcript already, where the desk shows it."""
    cases.fence(conn, case)
    if not inbox.settle(conn, head.id, InboxStatus.DONE):
        return
    if head.said.place.surface is Surface.PRIVATE:
        private_move.arrive(conn, case, now)
    if case.state is CaseState.WAITING_CUSTOMER:
        cases.move(
            conn,
            case,
            CaseState.ACTIVE,
            expected=[CaseState.WAITING_CUSTOMER],
            actor="customer",
            kind="customer.answered",
            now=now,
            agent_id=case.agent_id,
        )
