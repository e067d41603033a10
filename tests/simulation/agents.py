"""The agents: people who look at the desk's list, think for a moment, and act by the desk's own functions.

What they saw may be old by then, the process may die on them, and then they press the button again.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final, Protocol, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, CaseState
from gateway.errors import AsideError
from gateway.messages import Surface
from gateway.storage.tables import cases
from handoff import replies
from handoff.claim import claim
from handoff.hand_back import hand_back
from handoff.hold import hold
from handoff.overrides import Passed
from handoff.reopen import reopen
from handoff.replies import Draft
from handoff.resolve import resolve
from handoff.transfer import transfer
from handoff.users import User
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.life import Down, Life
from tests.simulation.store import Store, StoreRefused

_PROMISE: Final = timedelta(minutes=60)
_PRESSES: Final = 8  # of the same button

Act = Callable[[Connection, Life], object]
T = TypeVar("T")


class Desk(Protocol):
    """Where agents work."""

    async def desk(self, work: Callable[[Connection, Life], T]) -> T:
        """One transaction. Raises `Down`, or what it raises."""


class Agent:
    """One person at the desk."""

    def __init__(self, user: User, others: list[User], desk: Desk, store: Store, dice: Dice, history: History) -> None:
        self._user = user
        self._others = [other for other in others if other.id != user.id]
        self._desk = desk
        self._store = store
        self._draw: random.Random = dice.stream(f"agent:{user.name}")
        self._history = history
        self._said = 0

    async def work(self) -> None:
        """Look and act, again and again."""
        while True:
            await asyncio.sleep(self._draw.uniform(0.1, 1.2))
            rows = self._store.read(
                lambda conn: conn.execute(
                    sa.select(cases.c.id, cases.c.state, cases.c.epoch, cases.c.agent_id).order_by(cases.c.id)
                ).all()
            )
            if not rows:
                continue
            # One's own cases first, as on the desk.
            row = self._draw.choice([each for each in rows if each.agent_id == self._user.id] * 2 + list(rows))
            chosen = self._choose(row.id, CaseState(row.state), row.epoch, row.agent_id == self._user.id)
            if chosen is not None:
                await asyncio.sleep(self._draw.choice([0.0, 0.1, 1.0]))
                await self._press(*chosen, row.id)

    async def _press(self, what: str, act: Act, case_id: str) -> None:
        for _ in range(_PRESSES):
            try:
                await self._desk.desk(act)
            except (Down, StoreRefused):
                await asyncio.sleep(self._draw.uniform(0.1, 1.0))
                continue
            except AsideError as refusal:
                self._history.add("agent.refused", who=self._user.name, act=what, case=case_id, why=refusal.code)
                return
            self._history.add("agent.did", who=self._user.name, act=what, case=case_id)
            return

    def _choose(self, case_id: str, state: CaseState, epoch: int, mine: bool) -> tuple[str, Act] | None:
        draw, user = self._draw, self._user
        if state is CaseState.QUEUED or (state is CaseState.BOT and draw.random() < 0.35):
            return "claim", lambda conn, life: claim(conn, user, case_id, epoch, life.clock())
        if state is CaseState.RESOLVED and draw.random() < 0.3:
            queue = draw.random() < 0.5
            return "reopen", lambda conn, life: reopen(
                conn, user, case_id, epoch, to_queue=queue, promise=_PROMISE, now=life.clock()
            )
        if state not in HELD_BY_A_PERSON or not mine:
            return ("note", self._says(case_id, Surface.NOTE)) if draw.random() < 0.1 else None
        heir = draw.choice([None, *(other.name for other in self._others)])
        acts: list[tuple[str, Act]] = [
            ("reply", self._says(case_id, Surface.PRIVATE)),
            ("reply in public", self._says(case_id, Surface.PUBLIC)),
            ("note", self._says(case_id, Surface.NOTE)),
            ("hand back", lambda conn, life: hand_back(conn, user, case_id, epoch, "done", life.clock())),
            ("resolve", lambda conn, life: resolve(
                conn, user, case_id, epoch, outcome="done", public_close=True, now=life.clock())),
            ("hold", lambda conn, life: hold(
                conn, user, case_id, epoch, life.clock() + timedelta(hours=1), life.clock())),
            ("transfer", lambda conn, life: transfer(
                conn, user, case_id, epoch, to=heir, note="", promise=_PROMISE, now=life.clock())),
        ]  # fmt: skip
        return draw.choices(acts, weights=[4, 2, 1, 2, 2, 1, 1])[0]

    def _says(self, case_id: str, surface: Surface) -> Act:
        self._said += 1
        word = f"{surface} word {self._user.name} {'abcdefghijklmnopqrstuvwxyz'[self._said % 26]}{self._said // 26}"
        draft = Draft(case_id=case_id, text=word, surface=surface, key=word)

        def say(conn: Connection, life: Life) -> object:
            public = None
            if surface is Surface.PUBLIC:
                channel, told = replies.public_side(conn, self._user, draft, life.clock())
                public = Passed(text=[life.gateway.wall.check(word, channel, told)], channel=channel)
            return replies.commit(conn, self._user, draft, public, life.clock())

        return say
