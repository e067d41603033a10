"""Attempts: who has failed to sign in too often lately, by name and address, by address, or by browser.

Kept in the memory of each process, and only the latest: what a guesser gains by a restart is five more guesses.
"""

import ipaddress
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from typing import Final

_REMEMBERED: Final = 10_000  # keys; whoever failed the longest ago is forgotten first
_OF_ONE: Final = 64  # bits of an IPv6 address: all behind them are one customer of a provider


class Attempts:
    """Failures of one kind."""

    def __init__(self, most: int, within: timedelta) -> None:
        """After `most` failures `within` that time nothing more is taken until the first of them is so long ago."""
        self._most = most
        self._within = within
        self._failures: OrderedDict[str, deque[datetime]] = OrderedDict()

    def are_used_up(self, key: str, now: datetime) -> bool:
        """Whether there were too many."""
        failures = self._failures.get(key)
        if failures is None or len(failures) < self._most:
            return False
        # A failure in the future was before the clock was put back: nobody waits for it to catch up.
        return timedelta(0) <= now - failures[0] < self._within

    def fail(self, key: str, now: datetime) -> None:
        """One more."""
        self._failures.setdefault(key, deque(maxlen=self._most)).append(now)
        self._failures.move_to_end(key)
        if len(self._failures) > _REMEMBERED:
            self._failures.popitem(last=False)

    def forget(self, key: str) -> None:
        """They have got in."""
        self._failures.pop(key, None)


def network_of(address: str) -> str:
    """What counts as one address: all of IPv4, the network of IPv6."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, _OF_ONE), strict=False))
