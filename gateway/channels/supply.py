"""What a platform has for us that no webhook has brought: asked for after an outage, or always without a webhook.

cursors -> the platform's lists -> events in its webhooks' shape and under their keys -> intake, which keeps each once
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol, runtime_checkable

import msgspec

from gateway.messages import Channel, RawEvent


class Receive(StrEnum):
    """How a channel's events come to us."""

    WEBHOOK = "webhook"
    """The platform delivers; we ask for what may have got lost."""
    POLLING = "polling"
    """We ask, all the time."""


class Supplied(msgspec.Struct, frozen=True, kw_only=True):
    """One answer of a platform."""

    events: list[RawEvent]
    """By the same keys as by webhook, so that what has come already is known."""
    cursors: Mapping[str, str]
    """Where to go on next time; to be kept once the events are."""
    more: bool = False
    """There is more already."""
    pause: float = 0.0
    """Seconds until it makes sense, and is allowed, to ask again."""


@runtime_checkable
class Supply(Protocol):
    """A channel that can be asked."""

    name: Channel
    account: str
    receive: Receive

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """What has happened since `cursors` (empty: the first time, when what is old is left alone).

        Raises `SendRetryable` (and its kinds) or `SendRefused`, where the platform does not let us ask.
        """
