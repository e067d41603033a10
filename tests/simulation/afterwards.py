"""What becomes of messages on a network: customers change their minds, read and react; somebody answers past Aside.

Each has a time of the platform's own, and is delivered as unreliably as everything else: it may overtake its message.
"""

import asyncio
import random
from collections.abc import Callable
from datetime import datetime
from typing import Final

import msgspec

from gateway.happenings import Change, Changed, Happening, Reacted, SaidForUs, Seen
from gateway.messages import Channel, Outbound, Place, Said, Sent, Surface
from tests.simulation.clock import Time
from tests.simulation.dice import Dice
from tests.simulation.history import History

_DEADLY: Final = "deadly"  # a text over which whoever has it in hand dies (`people`); one death is enough
_ECHOES: Final = 0.5  # of the runs of X show us what we have said ourselves

Tell = Callable[[Happening], str]
"""Has something told, and returns the key of the event."""


class Afterwards:
    """What happens on one network after something was said there. Its chances are its own: what is said stays."""

    def __init__(self, name: Channel, dice: Dice, time: Time, history: History, tell: Tell) -> None:
        self._name = name
        self._dice = dice
        self._draw: random.Random = dice.stream(f"afterwards:{name}")
        self._shows_own = name is Channel.TWITTER and self._draw.random() < _ECHOES
        self._time = time
        self._history = history
        self._tell = tell
        self._numbers = 0
        self.coming = 0
        """What is still to happen."""

    def of_said(self, said: Said) -> None:
        """A customer has said something."""
        draw = self._draw
        edited, removed = self._strikes("edited"), self._strikes("removed")
        reacted, past_us = self._strikes("reacted"), self._strikes("past_us")
        if said.text.startswith(_DEADLY):
            return
        at = 0.0
        for number in range(1, draw.randint(1, 3) + 1 if edited else 0):
            at += draw.choice([0.001, draw.uniform(0.2, 0.8), draw.uniform(0.1, 4.0)])
            self._later(at, self._edits, said, number)
        if removed:
            self._later(at + draw.choice([0.001, draw.uniform(0.1, 4.0)]), self._removes, said)
        if reacted:
            self._later(draw.uniform(0.01, 3.0), self._reacts, said)
        if past_us and said.place.surface is Surface.PRIVATE:
            self._later(draw.uniform(0.1, 5.0), self._answers_past_us, said)

    def of_taken(self, out: Outbound, sent: Sent) -> None:
        """The platform has taken a message of ours."""
        place = sent.opened or Place(surface=out.surface, native_id=out.place)
        if self._strikes("sees") and place.surface is Surface.PRIVATE:
            self._later(self._draw.uniform(0.1, 3.0), self._sees, place)
        if self._shows_own:
            # Not quite as we had said it, and without our reference.
            text = f"{out.text} https://t.co/{self._draw.randint(1, 999)}" if self._draw.random() < 0.5 else out.text
            shown = SaidForUs(
                channel=self._name, account="brand", at=self._time(), native_id=sent.native_id, place=place,
                target=out.target, text=text, via="X",
            )  # fmt: skip
            self._history.add("network.shows", message=sent.native_id, event=self._tell(shown))

    def _edits(self, said: Said, number: int) -> None:
        text = f"{said.text} again{number}"
        self._change(said, Change.EDITED, text, number if self._name is Channel.TELEGRAM else 0)

    def _removes(self, said: Said) -> None:
        self._change(said, Change.REMOVED, "", 0)

    def _change(self, said: Said, change: Change, text: str, order: int) -> None:
        told = Changed(
            channel=said.channel, account=said.account, at=self._now(), native_id=said.native_id, change=change,
            by=said.sender if self._draw.random() < 0.7 else None, text=text, order=order,
        )  # fmt: skip
        self._history.add(
            "customer.changes", message=said.native_id, change=change, text=text, order=order, at=told.at.isoformat(),
            event=self._tell(told),
        )  # fmt: skip

    def _reacts(self, said: Said) -> None:
        emoji = self._draw.choice(["👍", "🎉", ""])
        told = Reacted(
            channel=said.channel, account=said.account, at=self._now(), native_id=said.native_id, by=said.sender,
            emoji=emoji,
        )  # fmt: skip
        self._history.add("customer.reacts", message=said.native_id, emoji=emoji, event=self._tell(told))

    def _sees(self, place: Place) -> None:
        told = Seen(channel=self._name, account="brand", at=self._time(), place=place)
        self._history.add("customer.sees", place=place.native_id, event=self._tell(told))

    def _answers_past_us(self, said: Said) -> None:
        self._numbers += 1
        native_id = f"past-{self._name}-{self._numbers}"
        told = SaidForUs(
            channel=said.channel, account=said.account, at=self._time(), native_id=native_id, place=said.place,
            target=said.target, correspondent=said.sender, text=f"a colleagues word {self._numbers} past {self._name}",
            via="the app",
        )  # fmt: skip
        self._history.add("colleague.says", message=native_id, place=said.place.native_id, event=self._tell(told))

    def _strikes(self, fault: str) -> bool:
        return self._dice.strikes(self._draw, fault)

    def _now(self) -> datetime:
        """The platform's time; seconds on Telegram, which has an order of its own for edits."""
        at = self._time()
        return at.replace(microsecond=0) if self._name is Channel.TELEGRAM else at

    def _later(self, delay: float, happen: Callable[..., None], *of: object) -> None:
        self.coming += 1

        def now() -> None:
            self.coming -= 1
            happen(*of)

        asyncio.get_running_loop().call_later(delay, now)


def body_of(told: Happening) -> msgspec.Raw:
    """As an adapter reads it."""
    return msgspec.Raw(msgspec.json.encode(told))
