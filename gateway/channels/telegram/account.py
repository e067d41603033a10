"""Our own bot, as Telegram knows it: its id is in the token, its name is set, or asked for once.

settings -> a name? -> else getMe, until it answers
"""

import asyncio
from contextlib import suppress
from typing import Any, Final

from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.request import Request
from gateway.errors import SendError

_PAUSES: Final = (1.0, 2.0, 5.0, 15.0, 60.0)  # seconds between two tries to learn the name; the last one repeats


class Account:
    """Who we are. The name is empty until it is known."""

    def __init__(self, request: Request, bot_id: str, username: str) -> None:
        self._request = request
        self._learning: asyncio.Task[None] | None = None
        self.bot = Bot(id=int(bot_id), username=username.removeprefix("@"))
        """As a group knows us."""

    async def start(self) -> None:
        """Know the name, if Telegram answers at once; else learn it on the side. No call where it is set."""
        if self.bot.username:
            return
        try:
            await self.learn()
        except SendError:
            self._learning = asyncio.create_task(self._keep_learning(), name="telegram name")

    async def stop(self) -> None:
        """Ask no more."""
        learning, self._learning = self._learning, None
        if learning is not None:
            learning.cancel()
            with suppress(asyncio.CancelledError):
                await learning

    async def learn(self) -> dict[str, Any]:
        """`getMe`, whole. Raises `SendRetryable` or `SendRefused`."""
        me = await self._request.ask("getMe")
        me = me if isinstance(me, dict) else {}
        name = me.get("username")
        if not self.bot.username and isinstance(name, str):
            self.bot = Bot(id=self.bot.id, username=name)
        return me

    async def _keep_learning(self) -> None:
        tries = 0
        while not self.bot.username:
            await asyncio.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
            tries += 1
            with suppress(SendError):
                await self.learn()
