"""The turn: a case's waiting messages, strictly in order, each answered by whoever owns the case.

    line of the case -> (a short quiet, so that shuffled deliveries stand in order) -> head of the line
      people own it  -> commit: done, the desk has seen it
      not for the assistant (unreadable, "stop", an album's second picture) -> as it asks for
      the bot owns it -> assistant -> commit: replies, effects, dialogue state, done; refused if the epoch has moved on
      the assistant fails -> try again with back-off -> after the patience: handed to people, and the customer is told
      it has waited for hours (nobody worked) -> handed to people, as it would have come too late

Many cases side by side, each in a lane of its own. Nothing is remembered here: the lines are rows. Who is presumed dead
and comes back finds the inbox row settled or the epoch moved on: its turn has no effect.
"""

import asyncio
import random
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final

import msgspec
from sqlalchemy.engine import Connection

from gateway import log
from gateway.cases import Case, HandoffReason, Owner
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import AssistantError, AssistantRefused, AssistantUnavailable, StaleEpoch, WrongState
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus
from gateway.intake.line import Waiting, line_of, may_grow
from gateway.lanes import Hold
from gateway.messages import Channel, Said, Surface
from gateway.privacy.wall import Wall
from gateway.public_thread import LATE_TOO, Patience
from gateway.routing import album, private_move, unanswered, words
from gateway.routing.conversation import Conversation
from gateway.routing.effects import Effects
from gateway.routing.handoff import hand_over
from gateway.routing.leaks import Leaks
from gateway.routing.signs import Signs
from gateway.routing.suspicion import DEADLY, Suspicion
from gateway.storage import cases, moves, threads
from gateway.storage.database import Database
from gateway.storage.moves import Move

_log = log.get(__name__)

_SETTLE_LONGEST: Final = 3.0  # seconds that a lively case is waited for before its line is taken as it stands
_BURST: Final = 4  # times the usual quiet, where several messages wait or one comes late: more of them may be under way
_LATE: Final = timedelta(seconds=5)  # between the platform's time and the arrival: a repeated or shuffled delivery
_LOOK_AGAIN: Final = 0.1  # seconds, while what has come is still being understood
_NAP: Final = 0.7  # seconds that a drain waits itself, rather than be told to come back
_BACK_OFF_LONGEST: Final = 4.0  # seconds between two tries


class TurnSettings(msgspec.Struct, frozen=True, kw_only=True):
    """How long to wait for what."""

    patience: timedelta
    """Of an assistant that fails, before a person takes over."""
    settle: timedelta
    """Of quiet in a case before its line is taken."""
    promise: timedelta
    """After a handoff, by which a person should answer."""
    bot_keeps: timedelta
    """How old a message may be for the assistant to answer it."""
    threads: Patience
    """With public threads that move aside."""


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it stands, with the head of its line."""

    line: list[Waiting]
    case: Case
    growing: bool = False
    """Whether what may belong before the head has come and was not understood yet."""
    invited: list[Move] = []
    """Its invitations that wait for the customer to come aside; looked at where the bot is to answer in private."""
    writes_first: bool = False
    """Whether we could say the first words in private, where the bot is to answer in public."""
    beside: bool = False
    """Whether the head is answered with another message of its album."""


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
        suspicion: Suspicion,
        signs: Signs,
        leaks: Leaks,
    ) -> None:
        self._leaks = leaks
        self._suspicion = suspicion
        self._signs = signs
        self._channels = channels
        self._database = database
        self._conversation = conversation
        self._effects = effects
        self._wall = wall
        self._clock = clock
        self._settings = settings

    async def drain(self, hold: Hold) -> datetime | None:
        """Take the turns of a case. See `Drain`."""
        case_id = hold.lane.key
        first = hold.orphaned
        while True:
            look = await self._database.read(lambda conn: self._look(conn, case_id), brief=True)
            if look is None:
                return None
            line = look.line
            wait = self._wait(line, growing=look.growing)
            if wait > _NAP and not first:
                return self._clock() + timedelta(seconds=wait)
            if wait > 0:
                await asyncio.sleep(min(wait, _NAP))
                continue
            head = line[0]
            try:
                async with self._tried(head, orphaned=first) as at_once:
                    if not at_once:
                        look = await self._database.read(lambda conn: self._look(conn, case_id), brief=True)
                        if look is None or look.line[0].id != head.id:
                            continue
                    done = await self._next(look, head)
            except (StaleEpoch, WrongState):
                # It changed hands, or a person put it elsewhere, between our look and our commit: decide anew.
                done = False
            first = False
            if done and len(line) == 1:
                return None  # whoever adds to the line calls the lane

    def _tried(self, head: Waiting, *, orphaned: bool) -> AbstractAsyncContextManager[bool]:
        """The first turn of a lane whose holder died is tried with care: perhaps they died over it. See `suspicion`."""
        if orphaned and head.deaths < DEADLY:
            return self._suspicion.of(head.id, head.deaths)
        return self._suspicion.beside_others()

    async def _next(self, look: "_Look", head: Waiting) -> bool:
        """Take one turn. False if it has to be tried again. Raises `StaleEpoch` or `WrongState`."""
        now = self._clock()
        case = look.case
        if case.owner is Owner.NONE:
            await self._database.write(lambda conn: unanswered.wake_up(conn, case, now))
            return False
        if head.reason in words.WISHES:
            await self._database.write(
                lambda conn: unanswered.as_wished(conn, case, head, self._settings.promise, self._wall, now)
            )
            return True
        if case.owner is Owner.HUMAN:
            await self._database.write(
                lambda conn: unanswered.for_people(conn, case, head, self._leaks, self._settings.threads, now)
            )
            return True
        if look.beside:
            await self._database.write(lambda conn: inbox.settle(conn, head.id, InboxStatus.DONE, "album"))
            return True
        if head.reason:
            await self._database.write(
                lambda conn: unanswered.as_it_asks(
                    conn, case, head, self._settings.promise, self._wall, self._leaks, now
                )
            )
            return True
        if head.deaths >= DEADLY:
            _log.error("deadly_turn", case_id=case.id, inbox_id=head.id)
            deadly = AssistantUnavailable("Workers have died over this message.")
            await self._database.write(lambda conn: self._give_up(conn, case, head, deadly, now))
            return True
        if now - head.received_at > self._settings.bot_keeps:
            late = AssistantUnavailable("The answer would have come hours late.")
            await self._database.write(lambda conn: self._give_up(conn, case, head, late, now))
            return True
        return await self._answer(look, head)

    def _wait(self, line: list[Waiting], *, growing: bool) -> float:
        """Seconds to wait before the head of the line may be taken."""
        now = self._clock()
        newest = _newest(line)
        oldest = min(waiting.received_at for waiting in line)
        settle = self._settle_of(line)
        quiet = (newest + settle - now).total_seconds()
        longest = (oldest + timedelta(seconds=_SETTLE_LONGEST) - now).total_seconds()
        if growing:
            quiet = max(quiet, _LOOK_AGAIN)
        settled = min(quiet, longest, settle.total_seconds())
        if (newest - now).total_seconds() > _SETTLE_LONGEST:
            settled = 0.0  # it came in the future: the clock was put back since, and the quiet would never be over
        due = line[0].due_at
        off = 0.0 if due is None else (due - now).total_seconds()
        # Further off than any back-off: the clock was put back since, and nobody shall wait for it to catch up.
        return max(settled, off if off <= _BACK_OFF_LONGEST else 0.0, 0.0)

    def _settle_of(self, line: list[Waiting]) -> timedelta:
        """The quiet that a line needs to have come to rest."""
        return self._settings.settle * (_BURST if _shuffled(line) else 1)

    async def _answer(self, look: "_Look", head: Waiting) -> bool:
        case = look.case
        try:
            with self._signs.typing(head.said):
                script = await self._conversation.ask(case, head, look.invited, writes_first=look.writes_first)
        except AssistantError as error:
            return await self._failed(case, head, error)
        try:
            await self._database.write(lambda conn: self._effects.perform(conn, case, head, script))
        except StaleEpoch:
            raise
        except Exception as error:  # noqa: BLE001 - our own fault: counted, and a person's task in the end
            _log.error("commit_failed", case_id=case.id, error=type(error).__name__, exc_info=True)
            return await self._failed(case, head, AssistantUnavailable("The answer could not be committed."))
        return True

    def _look(self, conn: Connection, case_id: str) -> "_Look | None":
        """What a turn of a case has to know. None where nothing waits; a case in which nothing was for us is gone."""
        line = line_of(conn, case_id)
        if not line:
            return None
        case, said = cases.get(conn, case_id), line[0].said
        if case.owner is not Owner.BOT:
            return _Look(line=line, case=case)
        if said.album and album.stands_beside(conn, case_id, line):
            return _Look(line=line, case=case, beside=True)
        growing = _shuffled(line) and may_grow(conn, said.channel, _newest(line) + self._settle_of(line))
        if said.place.surface is Surface.PUBLIC:
            first = self._writes_first(conn, case, said)
            return _Look(line=line, case=case, growing=growing, writes_first=first)
        return _Look(line=line, case=case, growing=growing, invited=moves.of_case(conn, case_id, *LATE_TOO))

    def _writes_first(self, conn: Connection, case: Case, said: Said) -> bool:
        """Whether we could say the first words in private, should this public message move aside."""
        if self._channels[said.channel].writes_first(said):
            return True
        return private_move.direct_thread_id(conn, case, said.channel, said.account) is not None

    async def _failed(self, case: Case, head: Waiting, error: AssistantError) -> bool:
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
            return True
        delay = min(0.25 * 2**head.attempts, _BACK_OFF_LONGEST) * random.uniform(0.7, 1.0)
        until = now + timedelta(seconds=delay)
        await self._database.write(lambda conn: inbox.put_off(conn, head.id, now, until))
        return False

    def _give_up(self, conn: Connection, case: Case, head: Waiting, error: AssistantError, now: datetime) -> None:
        if not inbox.settle(conn, head.id, InboxStatus.PARKED, error.code):
            return
        self._leaks.overheard(conn, head.said, head.message_id, now)
        # A button that the assistant does not know says nothing of its health.
        forged = bool(head.said.choice) and isinstance(error, AssistantRefused)
        hand_over(
            conn,
            case,
            HandoffReason.FALLBACK if forged else HandoffReason.BOT_UNHEALTHY,
            now=now,
            promise=self._settings.promise,
            wall=self._wall,
            tell=threads.one_of(conn, case.id, head.said.place.native_id, head.said.target),
            why=error.message,
        )


def _newest(line: list[Waiting]) -> datetime:
    return max(waiting.received_at for waiting in line)


def _shuffled(line: list[Waiting]) -> bool:
    """Whether more of what was said may be under way: several messages wait, or one comes late."""
    return len(line) > 1 or abs(_newest(line) - line[0].said.at) > _LATE
