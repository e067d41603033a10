"""What platforms turned away for being too much: one thread's own matter, or everybody's who shares a budget with it.

    turned_away(thread, until, used up?) -> None: that thread waits alone | until when the whole budget waits
    let_through(thread)                  -> the budget is not used up: what was turned away of it was the threads' own

An answer that says that the limit is used up is believed at once. One that does not say so may mean the thread alone,
as Telegram's chats and Facebook's threads have limits of their own, so it is believed of all once several threads have
been told so and nothing has gone through meanwhile: nobody is held up by another's limit, and no platform is asked on
and on by everybody. Kept in this process, as answers come; the pause itself is for all of them (`pace.pause`).
"""

from datetime import datetime
from typing import Final

THREADS_ARE_ALL: Final = 6
"""Threads turned away, with nothing let through meanwhile, after which everybody waits. Where 3 of 10 sends are turned
away for reasons of their own, 6 in a row are 1 of 1,400."""


class Throttles:
    """Those of one of our accounts."""

    def __init__(self) -> None:
        self._turned_away: dict[str, dict[str, datetime]] = {}

    def let_through(self, budget: str) -> None:
        """The platform has taken something that counts there, just now."""
        self._turned_away.pop(budget, None)

    def turned_away(
        self, budget: str, thread_key: str, until: datetime, now: datetime, *, used_up: bool
    ) -> datetime | None:
        """The platform wants nothing more of a thread before `until`; returns until when it wants nothing of anybody.

        `used_up`: it says that the limit is, which counts more threads than this one.
        """
        if used_up:
            return until
        waiting = self._turned_away.get(budget, {})
        waiting = {key: time for key, time in waiting.items() if now < time} | {thread_key: until}
        self._turned_away[budget] = waiting
        # As long as the first of them may speak again: then it is known whether the others may.
        return min(waiting.values()) if len(waiting) >= THREADS_ARE_ALL else None
