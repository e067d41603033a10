"""Customers, cases and messages for tests, made by the same functions that make them in earnest."""

import itertools
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, HandoffReason
from gateway.lanes import Hold, Lane
from gateway.messages import Author, Channel, Place, Said, Sender, Surface, WayIn
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.public_thread import Event, Patience
from gateway.sending import claims, outbox, parcels
from gateway.sending.claims import Claim
from gateway.sending.parcels import OutboxStatus, Parcel
from gateway.storage import cases, episodes, events, moves, people, progress, threads, transcript
from gateway.storage.tables import OUTBOX_UNSETTLED
from gateway.storage.tables import outbox as outbox_table
from gateway.storage.threads import CaseThread

ACCOUNT = "brand"
_numbers = itertools.count(1000)


def _nobody_died(_conn: Connection, _parcel: Parcel) -> None:
    raise AssertionError("nobody was sending this")


class Ticking:
    """A clock that tests set and move."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = now or datetime(2026, 11, 21, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **lengths: float) -> None:
        self.now += timedelta(**lengths)


class Story:
    """A customer's case, told line by line; each line takes some seconds."""

    def __init__(
        self,
        conn: Connection,
        clock: Ticking,
        *,
        channel: Channel = Channel.TELEGRAM,
        name: str = "Ines Abascal",
        handle: str = "ines.a",
        native_id: str | None = None,
    ) -> None:
        self.conn = conn
        self.clock = clock
        self.channel = channel
        self.wall = Wall(Detector())
        self.sender = Sender(native_id=native_id or f"u{next(_numbers)}", name=name, handle=handle)
        customer = people.meet(conn, channel, ACCOUNT, self.sender, clock())
        self.case_id = cases.open_case(conn, customer, clock()).id

    @property
    def case(self) -> Case:
        return cases.get(self.conn, self.case_id)

    def thread(self, surface: Surface) -> CaseThread:
        its_threads = threads.of_case(self.conn, self.case_id)
        return next(thread for thread in its_threads if thread.surface is surface)

    def says(
        self,
        text: str,
        surface: Surface = Surface.PRIVATE,
        *,
        channel: Channel | None = None,
        title: str = "",
        understood: dict[str, object] | None = None,
    ) -> int:
        """The customer says something."""
        self.clock.pass_by(seconds=7)
        channel = channel or self.channel
        native = f"n{next(_numbers)}"
        place = Place(surface=surface, native_id=f"{surface}:{self.sender.native_id}", title=title)
        said = Said(
            channel=channel,
            account=ACCOUNT,
            native_id=native,
            place=place,
            sender=self.sender,
            text=text,
            at=self.clock(),
            target=native if surface is Surface.PUBLIC else self.sender.native_id,
        )
        thread_id = threads.of_place(self.conn, channel, ACCOUNT, place, self.clock())
        threads.join(self.conn, self.case_id, thread_id, said.target, self.clock())
        message_id = transcript.append_said(self.conn, self.case_id, thread_id, said, self.clock())
        cases.touch(self.conn, self.case_id, self.clock())
        events.append(
            self.conn, "message.added", case_id=self.case_id, actor="customer", epoch=self.case.epoch, at=self.clock(),
            data={"message_id": message_id, "surface": surface},
        )  # fmt: skip
        if understood is not None:
            transcript.set_understood(self.conn, message_id, understood)
        return message_id

    def answers(
        self, text: str, surface: Surface = Surface.PRIVATE, *, author: Author = Author.BOT, way_in: WayIn | None = None
    ) -> int:
        """We say something, and the platform takes it."""
        self.clock.pass_by(seconds=2)
        thread = self.thread(surface)
        if surface is Surface.PUBLIC:
            passed = self.wall.check(text, thread.channel)
            message_id = outbox.put_public(
                self.conn, self.case, thread, passed, author=author, way_in=way_in, now=self.clock()
            )
        else:
            message_id = outbox.put_private(self.conn, self.case, thread, text, author=author, now=self.clock())
        self.deliver(OutboxStatus.SENT)
        return message_id

    def waits(self, text: str, surface: Surface = Surface.PRIVATE, *, author: Author = Author.BOT) -> int:
        """We say something, and it has not been sent yet."""
        self.clock.pass_by(milliseconds=1)
        thread = self.thread(surface)
        if surface is Surface.PUBLIC:
            passed = self.wall.check(text, thread.channel)
            return outbox.put_public(self.conn, self.case, thread, passed, author=author, now=self.clock())
        return outbox.put_private(self.conn, self.case, thread, text, author=author, now=self.clock())

    def deliver(self, status: OutboxStatus, error: str = "") -> None:
        """What waits in the outbox meets this fate."""
        for key in self.conn.execute(sa.select(outbox_table.c.thread_key).where(OUTBOX_UNSETTLED).distinct()).scalars():
            hold = Hold(lane=Lane.thread(key), holder="me")
            while isinstance(claim := claims.claim_next(self.conn, hold, self.clock(), _nobody_died), Claim):
                native = f"s{next(_numbers)}" if status is OutboxStatus.SENT else None
                parcels.finish(self.conn, claim.parcel, status, self.clock(), native_id=native, error=error)

    def invites(self, *, arrived: bool = False) -> None:
        """The customer is asked aside."""
        thread = self.thread(Surface.PUBLIC)
        now, code = self.clock(), f"REF-{next(_numbers):012}"
        if moves.in_thread(self.conn, self.case_id, thread.id) is None:
            moves.see(self.conn, self.case_id, thread.id, thread.target, code, now + timedelta(hours=3), now)
        for event in (Event.INVITED, Event.TAKEN, *([Event.ARRIVED] if arrived else [])):
            progress.happen_in(self.conn, self.case_id, thread.id, event, Patience(), now)
        move = moves.in_thread(self.conn, self.case_id, thread.id)
        assert move is not None
        moves.show_way_in(
            self.conn,
            move,
            WayIn(url=f"https://platform.example/{code}", label="Continue in private", code=code),
            target=thread.target,
            expires_at=now + timedelta(hours=72),
            intent="where_is_my_order",
            entities={},
            begun=False,
        )

    def hands_over(
        self,
        reason: HandoffReason = HandoffReason.ASKED,
        *,
        due_in: timedelta = timedelta(minutes=60),
        severity: int = 0,
        topic: str = "",
    ) -> Case:
        """The assistant lets go."""
        self.clock.pass_by(seconds=1)
        now = self.clock()
        if topic:
            cases.keep_dialogue(self.conn, self.case_id, self.case.dialogue, topic)
        case = self.case
        episodes.open_episode(self.conn, case, reason, now, due_at=now + due_in)
        return cases.move(
            self.conn, case, CaseState.QUEUED, expected=[CaseState.BOT], actor="bot", kind="handoff", now=now,
            why=reason.value, reason=reason.value, severity=severity, due_at=now + due_in, queued_at=now,
        )  # fmt: skip
