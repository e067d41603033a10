"""Asking: how it goes to ask a platform, from the platform's answers and refusals to what operators are told.

went well | error -> how long to wait -> a check (`asking`), told when it changes
"""

import random
from collections.abc import Callable
from typing import Final

from gateway.channels.supply import Receive
from gateway.errors import SendError, SendLockedOut, SendRefused, SendThrottled
from gateway.storage.checks import Finding

NAME: Final = "asking"
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0  # seconds
_USELESS: Final = 300.0  # seconds until it is tried again where only an operator can help
_PATIENCE: Final = 120.0  # seconds of failing before anybody is told
_WORDS: Final = {
    Receive.POLLING: "What comes in is asked for.",
    Receive.WEBHOOK: "The platform answers when it is asked.",
}


class Asking:
    """How it goes with one account."""

    def __init__(self, receive: Receive, monotonic: Callable[[], float]) -> None:
        """`monotonic`: seconds, of a clock that never jumps."""
        self._receive = receive
        self._monotonic = monotonic
        self._failures = 0
        self._failing_since: float | None = None
        self._pause = _FIRST_PAUSE

    def went_well(self) -> Finding:
        """The platform has answered."""
        self._failing_since = None
        self._pause = _FIRST_PAUSE
        return Finding(name=NAME, well=True, words=_WORDS[self._receive])

    def failed(self, error: Exception) -> tuple[float, Finding | None]:
        """It has not. Returns the seconds to wait, and what is to be told, if anything yet."""
        now = self._monotonic()
        since = self._failing_since = now if self._failing_since is None else self._failing_since
        pause, self._pause = self._pause * random.uniform(0.5, 1.0), min(2 * self._pause, _LONGEST_PAUSE)
        if isinstance(error, SendThrottled):
            return max(pause, error.retry_after or 0.0), None
        words = error.message if isinstance(error, SendError) else "The platform does not answer."
        if isinstance(error, SendLockedOut):
            return _USELESS, self._ill(words, "Renew the channel's token in the settings and start Aside again.")
        if isinstance(error, SendRefused):
            return _USELESS, self._ill(words, "See what `aside doctor` says about this channel.")
        after = getattr(error, "retry_after", None) or 0.0
        if now - since < _PATIENCE:
            return max(pause, after), None
        return max(pause, after), self._ill(words, "It is tried again by itself.")

    def _ill(self, words: str, advice: str) -> Finding:
        """Without a webhook nothing comes in any more; with one, only what gets lost on the way."""
        missing = "Nothing comes in" if self._receive is Receive.POLLING else "What a webhook misses is not fetched"
        well = False if self._receive is Receive.POLLING else None
        return Finding(name=NAME, well=well, words=f"{missing}: {words}", advice=advice)
