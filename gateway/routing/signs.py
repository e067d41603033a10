"""Signs: a button's press is taken at once; who waits for long sees that somebody writes. Nothing hangs on them.

routing --give--> at most so many under way and in a second --> channel; what is too much, fails or takes long is left
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from gateway import log
from gateway.channels.base import ChannelAdapter, Sign, SignKind
from gateway.messages import Channel, Said, Surface

_log = log.get(__name__)

_AT_ONCE: Final = 32
_GIVE_UP: Final = 5.0  # seconds
_APART: Final = 0.1  # seconds between two signs of typing: where many wait, answers come sooner without them
_TYPING_AFTER: Final = 1.0  # seconds: most answers are there by then, and cost no sign


class Signs:
    """Gives signs, and forgets them."""

    def __init__(self, channels: Mapping[Channel, ChannelAdapter]) -> None:
        self._channels = channels
        self._under_way: set[asyncio.Task[None]] = set()
        self._typed_at = -_APART

    def pressed(self, said: Said) -> None:
        """A button's press has been taken."""
        self._give(said, SignKind.PRESSED)

    @contextmanager
    def typing(self, said: Said) -> Iterator[None]:
        """While this goes on for long, the customer sees that somebody writes; in private, where nobody else does."""
        if said.place.surface is Surface.PUBLIC:
            yield
            return
        timer = asyncio.get_running_loop().call_later(_TYPING_AFTER, self._type, said)
        try:
            yield
        finally:
            timer.cancel()

    async def stop(self) -> None:
        """Leave what is under way."""
        for task in self._under_way:
            task.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _type(self, said: Said) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._typed_at >= _APART:
            self._typed_at = now
            self._give(said, SignKind.TYPING)

    def _give(self, said: Said, kind: SignKind) -> None:
        if len(self._under_way) >= _AT_ONCE:
            return
        sign = Sign(kind=kind, place=said.place.native_id, target=said.target, acknowledge=said.acknowledge)
        task = asyncio.get_running_loop().create_task(self._hand_to(self._channels[said.channel], sign), name="sign")
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _hand_to(self, channel: ChannelAdapter, sign: Sign) -> None:
        try:
            async with asyncio.timeout(_GIVE_UP):
                await channel.sign(sign)
        except Exception as error:  # noqa: BLE001 - nothing hangs on a sign
            _log.info("sign_not_given", channel=channel.name, kind=sign.kind, error=type(error).__name__)
