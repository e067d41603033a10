"""A body of Telegram's: always one update. The key is `update_id`, which rises per bot."""

import hashlib

import msgspec

from gateway.channels.telegram.payloads import UNREADABLE
from gateway.messages import RawEvent


class _Numbered(msgspec.Struct):
    update_id: int


def split(body: bytes) -> list[RawEvent]:
    """The one event of a body. Never raises: a body without a number is an event under its hash."""
    try:
        key = f"update:{msgspec.json.decode(body, type=_Numbered).update_id}"
    except UNREADABLE:
        key = f"sha256:{hashlib.sha256(body).hexdigest()}"
    return [RawEvent(native_id=key, payload=body)]
