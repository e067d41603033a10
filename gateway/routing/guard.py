"""The assistant behind a breaker: while it is down, turns fail at once instead of waiting for a time-out each."""

import asyncio
from typing import Final

from gateway import log, metrics
from gateway.breaker import LEVEL, Breaker, BreakerState
from gateway.errors import AssistantRefused, AssistantUnavailable
from gateway.routing.assistant import Answer, Assistant, TurnRequest

_log = log.get(__name__)
_PAUSE: Final = 1.0  # seconds until the first probe
_LONGEST: Final = 4.0  # as long as the longest back-off of a turn: nobody waits for two pauses one after the other


class GuardedAssistant:
    """See `Assistant`."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._breaker = Breaker(_loop_time, pause=_PAUSE, longest=_LONGEST, on_change=_tell)
        metrics.assistant_breaker.set(LEVEL[BreakerState.CLOSED])

    async def turn(self, request: TurnRequest) -> Answer:
        """See `Assistant.turn`."""
        if not self._breaker.admit():
            raise AssistantUnavailable("The assistant has not answered for a while.")
        try:
            answer = await self._assistant.turn(request)
        except AssistantUnavailable as error:
            self._breaker.failed(request.sender, error.message)
            raise
        except AssistantRefused:
            self._breaker.succeeded()
            raise
        except BaseException:
            self._breaker.let_go()
            raise
        self._breaker.succeeded()
        return answer

    async def ready(self) -> bool:
        """See `Assistant.ready`."""
        return await self._assistant.ready()

    async def aclose(self) -> None:
        """See `Assistant.aclose`."""
        await self._assistant.aclose()


def _loop_time() -> float:
    return asyncio.get_running_loop().time()


def _tell(state: BreakerState, why: str) -> None:
    metrics.assistant_breaker.set(LEVEL[state])
    if state is BreakerState.OPEN and why:
        _log.warning("assistant_breaker_open", why=why)
    elif state is BreakerState.CLOSED:
        _log.info("assistant_breaker_closed")
