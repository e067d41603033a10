"""Looking after an account on a platform: is it well, and setting up what it needs. For operators, by `aside doctor`.

connect(url) -> webhook, subscriptions, profile; each step as often as you like
checks() -> credentials, rights, webhook, settings: what is well, what is not, and what to do about it
"""

from typing import Protocol, runtime_checkable

import msgspec

from gateway.messages import Channel


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was looked at."""

    name: str
    """In one or two words: `token`, `webhook`."""
    well: bool | None
    """None where it could not be told."""
    words: str
    """What was found, in a sentence. No secrets, nothing personal."""
    advice: str = ""
    """What to do about it."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was set up, or taken down."""

    words: str
    """What was done, or that it was so already, in a sentence."""
    done: bool
    """False where the platform refused it; `words` then says what to do."""


@runtime_checkable
class Care(Protocol):
    """A channel's account, as an operator looks after it."""

    name: Channel
    account: str

    async def checks(self, url: str) -> list[Check]:
        """Look at everything. Raises nothing.

        `url`: where the platform should deliver; empty where that is not known.
        """

    async def connect(self, url: str) -> list[Step]:
        """Have the platform deliver to `url` (https, ours) and set what it needs. Raises nothing."""

    async def disconnect(self) -> list[Step]:
        """Have the platform deliver nothing more. Raises nothing."""
