"""Effects: what a script asks for is performed here, in one transaction, under the fence of the case's epoch.

script -> overheard, and not our matter: as if nothing had been said
       -> inbox row done, what was understood, the dialogue state
       -> replies through the outbox (in public through the wall) -> move aside | hand over | resolved
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

import msgspec
from sqlalchemy.engine import Connection

from gateway import metrics
from gateway.cases import Case, HandoffReason
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import WallRefusal
from gateway.intake import inbox
from gateway.intake.line import Waiting
from gateway.messages import Author, Button, Channel, Said, Surface
from gateway.privacy.wall import Wall
from gateway.public_thread import Patience
from gateway.routing import private_move
from gateway.routing.address import in_public
from gateway.routing.assistant import HandoffEffect, MoveAsideEffect, Reply, ResolvedEffect
from gateway.routing.conversation import Script
from gateway.routing.handoff import hand_over
from gateway.routing.leaks import Leaks
from gateway.routing.private_move import Invitation
from gateway.sending import outbox, planner, split
from gateway.sending.limits import LIMITS, Table
from gateway.sending.planner import Bubble
from gateway.storage import cases, people, private_words, threads, transcript


class Effects:
    """Performs scripts."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        wall: Wall,
        clock: Clock,
        *,
        promise: timedelta,
        code_lasts: timedelta,
        leaks: Leaks,
        patience: Patience,
        table: Table = LIMITS,
    ) -> None:
        """`promise`: after a handoff, by which a person should answer. `code_lasts`: how long a way in is good.

        `patience`: with public threads that move aside.

        `table`: what platforms let out; where that is little, one turn's messages become one.
        """
        self._channels = channels
        self._wall = wall
        self._clock = clock
        self._promise = promise
        self._code_lasts = code_lasts
        self._leaks = leaks
        self._patience = patience
        self._table = table

    def perform(self, conn: Connection, case: Case, head: Waiting, script: Script) -> None:
        """Perform a script under the epoch it was decided with. Raises `StaleEpoch`: then nothing of it happens.

        As well where the customer has since changed the message, or taken back what the assistant knew.
        """
        now = self._clock()
        cases.fence_turn(conn, case)
        if head.said.overheard and not script.is_our_matter:
            _leave_it(conn, case, head)
            return
        if not inbox.take_turn(conn, head):
            return
        said = head.said
        thread = threads.one_of(conn, case.id, said.place.native_id, said.target)
        self._leaks.overheard(conn, said, head.message_id, now)
        if said.overheard and said.place.surface is Surface.PUBLIC:
            private_move.hear(conn, case.id, thread.id, said.target, self._patience, now)
        transcript.set_understood(conn, head.message_id, script.understood)
        private = said.place.surface is Surface.PRIVATE
        if not private and people.has_unproven(conn, case.customer_id):
            script = _kept_apart(script, case)
        cases.keep_dialogue(conn, case.id, script.dialogue, script.topic)
        if private:
            private_move.arrive(conn, case, self._patience, now)
        handoff = next((effect for effect in script.effects if isinstance(effect, HandoffEffect)), None)
        if handoff is not None:
            # The assistant's last words come first; the notice of the handoff follows them in the thread's order.
            self._speak(conn, case, thread, said, script.replies, None, script, now)
            hand_over(
                conn,
                case,
                HandoffReason(handoff.reason),
                now=now,
                promise=self._promise,
                wall=self._wall,
                tell=thread,
            )
            return
        moving = next((effect for effect in script.effects if isinstance(effect, MoveAsideEffect)), None)
        self._speak(conn, case, thread, said, script.replies, moving, script, now)
        if private and any(isinstance(effect, ResolvedEffect) for effect in script.effects):
            private_move.resolve_in_private(conn, case, self._patience, now)

    def _speak(
        self,
        conn: Connection,
        case: Case,
        thread: threads.CaseThread,
        said: Said,
        replies: list[Reply],
        moving: MoveAsideEffect | None,
        script: Script,
        now: datetime,
    ) -> None:
        if thread.surface is Surface.PRIVATE:
            self._say_privately(conn, case, thread, replies, now)
            return
        # One public reply a turn: X asks for no more, and a thread that everybody reads wants no chatter.
        text = "\n\n".join(reply.text for reply in replies)
        if moving is not None:
            self._move_aside(conn, case, thread, said, text, moving, script, now)
        elif text:
            try:
                told = private_words.told(conn, case.id, now)
                public = in_public(conn, case, thread.channel, text, self._wall, Author.BOT, told)
            except WallRefusal:
                metrics.wall_refusals.labels(Author.BOT).inc()
                instead = MoveAsideEffect(intent=script.intent, entities={})
                self._move_aside(conn, case, thread, said, "", instead, script, now)
                return
            outbox.put_public(conn, case, thread, public, author=Author.BOT, now=now)
            if not any(isinstance(effect, HandoffEffect) for effect in script.effects):
                private_move.answer(conn, case, thread, now)

    def _say_privately(
        self, conn: Connection, case: Case, thread: threads.CaseThread, replies: Iterable[Reply], now: datetime
    ) -> None:
        said = [
            Bubble(
                text=reply.text,
                buttons=tuple(Button(title=button.title, choice=button.intent) for button in reply.buttons),
            )
            for reply in replies
        ]
        for bubble in planner.bubbles(conn, self._table, thread, said, now):
            outbox.put_private(conn, case, thread, bubble.text, author=Author.BOT, now=now, buttons=bubble.buttons)

    def _move_aside(
        self,
        conn: Connection,
        case: Case,
        thread: threads.CaseThread,
        said: Said,
        text: str,
        moving: MoveAsideEffect,
        script: Script,
        now: datetime,
    ) -> None:
        channel = self._channels[thread.channel]
        standing = private_move.standing_invitation(conn, case.id, thread.id)
        code = standing.code if standing else script.code
        fresh = bool(script.opening) and standing is None
        # Exactly one message may be sent before the customer answers: the bubbles become one, if they fit into it.
        first = "\n\n".join(reply.text for reply in script.opening)
        fits = len(split.in_private(first, thread.channel)) == 1
        anchored = fresh and fits and channel.writes_first(said)
        direct = private_move.direct_thread(conn, case, thread, now) if fresh and not anchored else None
        invitation = Invitation(
            intent=moving.intent,
            entities=moving.entities,
            way_in=channel.way_in(code, said),
            lasts=self._code_lasts,
            begun=anchored or direct is not None,
            patience=self._patience,
        )
        private_move.invite(conn, case, thread, text, invitation, self._wall, now)
        if anchored:
            outbox.put_private(conn, case, thread, first, author=Author.BOT, now=now, opens_private=True)
        elif direct is not None:
            self._say_privately(conn, case, direct, script.opening, now)


def _kept_apart(script: Script, case: Case) -> Script:
    """The script without what the customer tells of themselves in public: in private somebody else may be listening."""
    effects = [
        msgspec.structs.replace(effect, entities={}) if isinstance(effect, MoveAsideEffect) else effect
        for effect in script.effects
    ]
    slots = (case.dialogue or {}).get("slots") or {}
    return msgspec.structs.replace(script, effects=effects, dialogue={**script.dialogue, "slots": slots})


def _leave_it(conn: Connection, case: Case, head: Waiting) -> None:
    """People talk among themselves: we say nothing, and keep nothing of it."""
    if not inbox.not_for_us(conn, head.id):
        return
    transcript.forget(conn, head.message_id)
    if transcript.is_empty(conn, case.id):
        cases.discard(conn, case)
