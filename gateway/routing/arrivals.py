"""Arrivals: a recorded event is understood, finds its case, and stands in the transcript before anybody answers it.

inbox NEW -> parse -> not for us: IGNORED | unreadable: SET_ASIDE | said: identity -> case -> transcript -> QUEUED
"""

import asyncio
from collections.abc import Callable, Mapping
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
from gateway.messages import Channel, Ignored, Said, Surface
from gateway.sending import outbox
from gateway.storage import cases, events, moves, people, transcript
from gateway.storage.database import Database

_log = log.get(__name__)
_TRIES: Final = 5  # to take in an event before it is set aside
_JOIN_WAIT: Final = timedelta(seconds=15)  # for the answer that tells whom a private reply has reached


class Arrivals:
    """Understands what intake has recorded, in the order of its arrival."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        database: Database,
        clock: Clock,
        kick: Callable[[str], None],
    ) -> None:
        """`kick` is called with the case of every message that waits for its turn."""
        self._channels = channels
        self._database = database
        self._clock = clock
        self._kick = kick

    async def take_in(self) -> bool:
        """Understand what is new. True if there may be more right away."""
        recorded = await self._database.read(lambda conn: inbox.new_ones(conn, self._channels))
        results = await asyncio.gather(*(self._one(event) for event in recorded))
        return any(results)

    async def _one(self, recorded: Recorded) -> bool:
        parsed = self._parse(recorded)
        try:
            case_id = await self._database.write(lambda conn: self._settle(conn, recorded, parsed))
        except Exception as error:  # noqa: BLE001 - one event that we cannot take in must not stop the others
            _log.error("arrival_failed", inbox_id=recorded.id, error=type(error).__name__, exc_info=True)
            await self._database.write(partial(self._try_later, recorded))
            return False
        if case_id:
            self._kick(case_id)
        return case_id is not None

    def _try_later(self, recorded: Recorded, conn: Connection) -> None:
        if recorded.attempts + 1 >= _TRIES:
            inbox.settle(conn, recorded.id, InboxStatus.SET_ASIDE, "arrival_failed")
            return
        now = self._clock()
        inbox.put_off(conn, recorded.id, now, now)

    def _parse(self, recorded: Recorded) -> Said | Ignored | ParseError:
        try:
            return self._channels[recorded.channel].parse(recorded.event)
        except ParseError as error:
            return error
        except Exception as error:  # noqa: BLE001 - a stranger's body must not stop those behind it
            _log.error("parser_failed", channel=recorded.channel, inbox_id=recorded.id, error=type(error).__name__)
            return ParseError("parser_failed")

    def _settle(self, conn: Connection, recorded: Recorded, parsed: Said | Ignored | ParseError) -> str | None:
        """Returns the case in whose line the message now stands; empty if there is none; None to come back later."""
        if isinstance(parsed, ParseError):
            inbox.settle(conn, recorded.id, InboxStatus.SET_ASIDE, str(parsed))
            return ""
        if isinstance(parsed, Ignored):
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, parsed.reason)
            return ""
        # PostgreSQL keeps no NUL in a text, and nobody means one.
        parsed = msgspec.structs.replace(parsed, text=parsed.text.replace("\0", ""))
        now = self._clock()
        if _may_be_joined_soon(conn, recorded, parsed, now):
            return None
        case = _case_of(conn, parsed, now)
        thread_id = transcript.thread_of(conn, parsed.channel, parsed.account, parsed.place, now)
        transcript.join_thread(conn, case.id, thread_id, parsed.target, now)
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
        return case.id


def _case_of(conn: Connection, said: Said, now: datetime) -> Case:
    if said.code:
        joined = _join_by_code(conn, said, now)
        if joined is not None:
            return joined
    customer = people.meet(conn, said.channel, said.account, said.sender, now)
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
    threads = transcript.threads_of(conn, case.id)
    asked_here = any(
        thread.id == move.thread_id and (thread.channel, thread.account) == (said.channel, said.account)
        for thread in threads
    )
    if (
        known is not None
        or not asked_here
        or people.somebody_else(conn, said.channel, said.account, said.sender, case.customer_id)
        or len(people.identities_of(conn, case.customer_id)) > 1
        or any(thread.surface is Surface.PRIVATE for thread in threads)
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
