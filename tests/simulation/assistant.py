"""The assistant: answers each message with its own words again, so that one can see what was answered; or fails."""

import asyncio
import random
from typing import Final

from gateway.errors import AssistantRefused, AssistantUnavailable
from gateway.messages import Surface
from gateway.routing.assistant import Answer, Effect, HandoffEffect, MoveAsideEffect, ResolvedEffect, TurnRequest
from tests.fakes import said_back
from tests.simulation.dice import Dice
from tests.simulation.history import History
from tests.simulation.life import this_life
from tests.simulation.people import DEADLY

_TIMEOUT: Final = 3.0  # seconds, after which the gateway's client gives up
_LEAKS: Final = "Your order 104217 is on its way, please send us your e-mail here."


class SlowAssistant:
    """A `gateway.routing.assistant.Assistant`. It knows four things, by their word in the text."""

    def __init__(self, dice: Dice, history: History) -> None:
        self._dice = dice
        self._stream: random.Random = dice.stream("assistant")
        self._history = history
        self.away = False

    async def turn(self, request: TurnRequest) -> Answer:
        """Answer, after a while, or raise as the HTTP client does."""
        asked = request.message_id.partition(":")[0]
        self._history.add("assistant.asked", message=int(asked), part=request.message_id, text=request.text)
        if DEADLY in (request.text or ""):
            this_life().die(f"asking about {request.text}")
            raise asyncio.CancelledError
        this_life().stall()
        if self.away or self._dice.strikes(self._stream, "fails"):
            await asyncio.sleep(self._stream.choice([0.01, _TIMEOUT]))
            raise AssistantUnavailable
        await asyncio.sleep(self._stream.uniform(0.3, 2.5 if self._dice.strikes(self._stream, "slow") else 0.35) - 0.28)
        if self._dice.strikes(self._stream, "declines"):
            raise AssistantRefused
        return self._answer(request)

    async def ready(self) -> bool:
        """Whether it would answer."""
        return not self.away

    async def aclose(self) -> None:
        """It outlives the process that asks it."""

    def _answer(self, request: TurnRequest) -> Answer:
        text = request.text or ""
        if self._dice.strikes(self._stream, "wrong"):
            if self._stream.random() < 0.5:
                return said_back(request, "Hm.", effects=[HandoffEffect(reason="unheard_of")])
            return said_back(request, f"You said {text}. {_LEAKS}")
        if "human" in text:
            words = [f"You said {text}"] if self._stream.random() < 0.5 else []
            return said_back(request, *words, effects=[HandoffEffect(reason="asked")], intent="human")
        if "parcel" in text and request.surface is Surface.PUBLIC:
            moving: Effect = MoveAsideEffect(intent="where_is_my_order", entities={})
            return said_back(request, f"You said {text}, let us talk.", effects=[moving], intent="where_is_my_order")
        if request.intent is not None:
            return said_back(request, f"What about {request.intent.name}?", intent=request.intent.name)
        if "thanks" in text:
            return said_back(request, f"You said {text}", effects=[ResolvedEffect(topic="where_is_my_order")])
        return said_back(request, f"You said {text}")
