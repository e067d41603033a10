"""What a customer is called, asked of a platform whose events do not tell it. Nothing hangs on it.

sender without a name -> the platform's profile of them -> a name for the desk, or none
"""

from typing import Protocol, runtime_checkable

from gateway.messages import Channel, Sender


@runtime_checkable
class Names(Protocol):
    """A channel that can be asked."""

    name: Channel
    account: str

    async def name_of(self, sender: Sender) -> str:
        """What who writes to us in private is called; empty where the platform does not tell.

        Raises `SendRetryable` (and its kinds) or `SendRefused`, where it does not let us ask, or not about them.
        """
