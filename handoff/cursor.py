"""Cursors: where a page ended, opaque to whoever holds it and good for the same list only."""

import base64
import binascii

import msgspec

from handoff.errors import Invalid

Key = tuple[int | str, ...]


def encode(order: str, key: Key) -> str:
    """A cursor for the row with this sort key, in this order of rows."""
    return base64.urlsafe_b64encode(msgspec.json.encode([order, *key])).decode().rstrip("=")


def decode(order: str, cursor: str, shape: tuple[type, ...]) -> Key:
    """The sort key of a cursor. Raises `Invalid` where it is none of ours, or of another order."""
    try:
        packed = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        name, *key = msgspec.json.decode(packed, type=list[int | str])
    except (ValueError, binascii.Error) as error:
        raise Invalid("`cursor` is none of ours.") from error
    if name != order or [type(part) for part in key] != list(shape):
        raise Invalid("`cursor` belongs to another list.")
    return tuple(key)
