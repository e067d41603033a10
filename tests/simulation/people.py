"""The customers: each writes some messages, in private and in public, and follows the ways in that they are shown."""

import asyncio
import random
from typing import Final

from gateway.messages import Channel, Outbound, Surface
from tests.simulation.dice import Dice
from tests.simulation.life import outside
from tests.simulation.networks import Network

NAMES: Final = ("ines", "tom", "mei", "amara", "jonas", "sofia")
DEADLY: Final = "deadly"
_SUBJECTS: Final = ("hello", "hello", "where is my parcel", "parcel", "I want a human please", "human", "thanks a lot")


class Customer:
    """One person on one network."""

    def __init__(self, name: str, network: Network, dice: Dice) -> None:
        self.name = name
        self._network = network
        self._dice = dice
        self._draw: random.Random = dice.stream(f"customer:{name}")
        self._said = 0
        self._followed = False
        self._coming: list[asyncio.Task[None]] = []

    async def live(self, lasts: float) -> None:
        """Write now and then; some write in bursts."""
        draw = self._draw
        ends = asyncio.get_running_loop().time() + lasts
        for _ in range(draw.randint(1, 3)):
            await asyncio.sleep(draw.uniform(0.1, lasts / 3))
            surface = draw.choice(list(_SURFACES))
            for _ in range(draw.choice([1, 1, 1, 2, 4])):
                self._says(surface)
                await asyncio.sleep(draw.choice([0.0, 0.02, 0.3]))
        await asyncio.sleep(max(0.0, ends - asyncio.get_running_loop().time()))
        for task in self._coming:
            await task

    def hears(self, out: Outbound) -> None:
        """Something of ours has come."""
        if self._followed or not (out.way_in or out.opens_private) or self._draw.random() < 0.3:
            return
        self._followed = True
        code = out.way_in.code if out.way_in else ""
        self._coming.append(outside(self._follow(code)))

    async def _follow(self, code: str) -> None:
        await asyncio.sleep(self._draw.uniform(0.3, 3.0))
        if code:
            # X puts the code into the text; the others carry it beside an empty one.
            text = f"Hi! [{code}]" if self._network.name is Channel.TWITTER else ""
            self._network.says(text, by=self.name, surface=Surface.PRIVATE, code=code)
            if self._draw.random() < 0.5:
                return
            await asyncio.sleep(self._draw.uniform(0.0, 2.0))
        self._says(Surface.PRIVATE)

    def _says(self, surface: Surface) -> None:
        self._said += 1
        word = f"{self.name}{'abcdefghijklmnopqrstuvwxyz'[self._said % 26]}"
        # One over which an assistant's client, a parser of ours or the like takes the whole process along.
        subject = DEADLY if self._dice.strikes(self._draw, "deadly") else self._draw.choice(_SUBJECTS)
        self._network.says(f"{subject} {word}", by=self.name, surface=surface)


_SURFACES: Final = (Surface.PRIVATE, Surface.PUBLIC)
