"""The outline of an event: its shape without what anybody said, for whoever looks why it was not understood.

body -> JSON -> names of fields stay, words and numbers become their kind and length; only words of the protocol stay
"""

import re
from typing import Any, Final

import msgspec

_PROTOCOL: Final = frozenset(
    {
        *("type", "kind", "event", "event_type", "verb", "item", "field", "object", "status", "action"),
        *("chat_type", "source", "mime_type", "media_type"),
    }
)
"""Fields whose values are words of the protocol, and say nothing of anybody."""
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:/-]{0,39}")
_NAME: Final = re.compile(r"[A-Za-z$_][A-Za-z0-9_.-]{0,59}")
_ITEMS: Final = 3  # of a list
_DEEPEST: Final = 12
_LONGEST: Final = 4_000  # characters


def outline(body: bytes) -> str:
    """The shape of a body, in at the most some 4,000 characters."""
    try:
        shape = _shape(msgspec.json.decode(body), "", 0)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return f"No JSON: {len(body)} bytes."
    text = msgspec.json.format(msgspec.json.encode(shape), indent=2).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}\n…"


def _shape(value: Any, field: str, depth: int) -> Any:
    if depth > _DEEPEST:
        return "…"
    if isinstance(value, dict):
        return {
            (key if _NAME.fullmatch(key) else f"<name of {len(key)}>"): _shape(inner, key, depth + 1)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        shown = [_shape(inner, field, depth + 1) for inner in value[:_ITEMS]]
        return [*shown, f"<{len(value) - _ITEMS} more>"] if len(value) > _ITEMS else shown
    if isinstance(value, str):
        return value if field in _PROTOCOL and _WORD.fullmatch(value) else f"<text of {len(value)}>"
    return value if value is None or isinstance(value, bool) else "<number>"
