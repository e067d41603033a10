"""A body of Telegram's: always one update. The key is `update_id`, which rises per bot.

An update that tells of several deleted messages becomes an event of each, the first of which has the update's own key.
"""

import hashlib
from typing import Any

import msgspec

from gateway.channels.telegram.payloads import UNREADABLE
from gateway.messages import RawEvent

_MOST = 1000  # deleted at once; nobody means more


class _Numbered(msgspec.Struct):
    update_id: int
    deleted_business_messages: Any = None


def split(body: bytes) -> list[RawEvent]:
    """The events of a body. Never raises: a body without a number is an event under its hash."""
    try:
        update = msgspec.json.decode(body, type=_Numbered)
    except UNREADABLE:
        return [RawEvent(native_id=f"sha256:{hashlib.sha256(body).hexdigest()}", payload=body)]
    key = f"update:{update.update_id}"
    gone = update.deleted_business_messages
    numbers = gone.get("message_ids") if isinstance(gone, dict) else None
    if not isinstance(numbers, list) or not 2 <= len(numbers) <= _MOST:
        return [RawEvent(native_id=key, payload=body)]
    return [
        RawEvent(
            native_id=f"{key}:{place}" if place else key,
            payload=msgspec.json.encode(
                {"update_id": update.update_id, "deleted_business_messages": {**gone, "message_ids": [number]}}
            ),
        )
        for place, number in enumerate(numbers)
    ]
