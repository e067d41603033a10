"""Who waits at a gate, and what comes of it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.engine import Connection

from gateway.sending.claims import Claim
from gateway.sending.limits import Rank

Claimed = Claim | datetime | None
"""What to do, or when to come back, or None where nothing waits."""
Claiming = Callable[[Connection], Claimed]


class Waiter:
    """A drain that wants to send."""

    def __init__(self, thread_key: str, claim: Claiming, number: int) -> None:
        self.thread_key = thread_key
        self.claim = claim
        self.number = number
        self.rank = Rank.CHATTER
        self.not_before: datetime | None = None
        """By its rank; a better one may go earlier."""
        self.chosen = False
        """It may be claimed for in this moment, and waits for what comes of it."""
        self.result: asyncio.Future[Claimed] = asyncio.get_running_loop().create_future()


class LetIn(NamedTuple):
    """Somebody who was looked at: let in, or told when to ask again."""

    waiter: Waiter
    rank: Rank
    not_before: datetime | None = None
    result: Claimed = None
    error: Exception | None = None


class FailedAlone(Exception):
    """The only claim of a transaction failed, and undid it."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.error = error


def is_to_be_sent(result: Claimed) -> bool:
    """Whether a message was claimed that goes out now."""
    return isinstance(result, Claim) and not result.look
