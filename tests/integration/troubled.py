"""A platform in trouble: away, slow, strict, or not letting us in."""

import asyncio
from collections.abc import Callable

from gateway.errors import SendError
from gateway.messages import Channel, Outbound
from tests.fakes import FakePlatform


class Platform(FakePlatform):
    """A platform that can be in trouble, and remembers when it was asked."""

    def __init__(self, name: Channel = Channel.TELEGRAM) -> None:
        super().__init__(name)
        self.trouble: Callable[[Outbound], SendError | None] = lambda out: None
        self.asked_at: list[float] = []
        self.hangs: asyncio.Event | None = None
        self.most_at_once = self._at_once = 0

    async def _send(self, out: Outbound, text: str, reference: str) -> None:
        self.asked_at.append(asyncio.get_running_loop().time())
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.hangs is not None:
                await self.hangs.wait()
            if (trouble := self.trouble(out)) is not None:
                raise trouble
            await super()._send(out, text, reference)
        finally:
            self._at_once -= 1
