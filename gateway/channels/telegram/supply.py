"""Updates that we fetch: all of them where there is no webhook, none where there is one.

    offset -> getUpdates, which waits until there is something -> events as by webhook -> the offset behind the last one

Fetching with an offset confirms what lies before it, and Telegram forgets that. So the offset is moved only by the call
after the one that brought the updates, when they are kept. Updates that nobody fetches wait for 24 hours; with a
webhook Telegram keeps trying as long (tdlib/telegram-bot-api, read 21 Nov 2026; Bot API 10.0, `getUpdates`).
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.channels.supply import Receive, Supplied
from gateway.channels.telegram.account import Account
from gateway.channels.telegram.request import Request
from gateway.channels.telegram.split import split
from gateway.clock import Clock
from gateway.errors import SendRetryable
from gateway.messages import RawEvent

ALLOWED: Final = (
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_reaction",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
)
"""The updates that we understand. Reactions come only where they are asked for."""

_LIMIT: Final = 100  # updates of one answer; the most there is
_OFFSET: Final = "offset"
_FETCHED: Final = "fetched_at"
_STALE: Final = 6 * 86400.0  # seconds
_NOTHING_TO_FETCH: Final = 300.0  # seconds


class Updates:
    """What Telegram has for us."""

    def __init__(self, request: Request, account: Account, clock: Clock, receive: Receive, poll_timeout: float) -> None:
        """`poll_timeout` in seconds."""
        self._request = request
        self._account = account
        self._clock = clock
        self._receive = receive
        self._wait = int(poll_timeout)

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """The next updates. Raises `SendRetryable`, and `SendRefused` where a webhook is set."""
        if self._receive is Receive.WEBHOOK:
            return Supplied(events=[], cursors=dict(cursors), pause=_NOTHING_TO_FETCH)
        if not self._account.bot.username:
            await self._account.learn()  # what is said in groups cannot be understood without it
        now = self._clock()
        parameters: dict[str, Any] = {"timeout": self._wait, "limit": _LIMIT, "allowed_updates": ALLOWED}
        if (offset := _offset(cursors, now)) is not None:
            parameters[_OFFSET] = offset
        updates = await self._request.ask("getUpdates", patient=True, **parameters)
        if not isinstance(updates, list):
            raise SendRetryable("Telegram's answer cannot be read.")
        numbers = [update["update_id"] for update in updates if _is_numbered(update)]
        if not numbers:
            return Supplied(events=[], cursors=dict(cursors))
        return Supplied(
            events=[event for update in updates for event in _events(update)],
            cursors={_OFFSET: str(max(numbers) + 1), _FETCHED: str(int(now.timestamp()))},
            more=len(updates) >= _LIMIT,
        )


def _events(update: object) -> list[RawEvent]:
    return split(msgspec.json.encode(update))


def _offset(cursors: Mapping[str, str], now: datetime) -> int | None:
    """Where to go on; None for whatever is still there.

    After a week without an update Telegram begins to count anew at random, and what then comes may lie before our
    offset (Bot API 10.0, `Update.update_id`). What we have already is known by its number.
    """
    offset, fetched = cursors.get(_OFFSET, ""), cursors.get(_FETCHED, "")
    if not offset.isdecimal():
        return None
    stale = fetched.isdecimal() and now.timestamp() - int(fetched) > _STALE
    return None if stale else int(offset)


def _is_numbered(update: object) -> bool:
    return isinstance(update, dict) and isinstance(update.get("update_id"), int)
