"""What Telegram marks in a text: links that hide behind words, people who are named without a user name.

Offsets and lengths count UTF-16 code units (Bot API 10.0, `MessageEntity`, read 22 Nov 2026), so that an emoji before a
word moves it by two.
"""

from collections.abc import Iterator

from msgspec import Struct


class Marked(Struct, frozen=True):
    """A part of a text, and what it is."""

    kind: str
    words: str
    url: str = ""
    """Of a `text_link`."""
    user: int = 0
    """Of a `text_mention`: the id of the person."""


def marked(text: str, entities: object) -> Iterator[Marked]:
    """The marked parts of a text. What is of another shape than documented, or lies outside the text, is left out."""
    if not isinstance(entities, list):
        return
    units = text.encode("utf-16-le", "surrogatepass")
    for entity in entities:
        if not isinstance(entity, dict):
            continue
        offset, length = _count(entity.get("offset")), _count(entity.get("length"))
        words = units[2 * offset : 2 * (offset + length)].decode("utf-16-le", "replace")
        if words:
            yield Marked(_text(entity.get("type")), words, _text(entity.get("url")), _user(entity.get("user")))


def _count(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value <= 1_000_000 else 0


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _user(value: object) -> int:
    number = value.get("id") if isinstance(value, dict) else None
    return number if isinstance(number, int) else 0
