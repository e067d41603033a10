"""Squeezed: a text as its letters and digits alone, in which a known number, code or name is found whatever parts it.

    "1, 0, 4 | 217" -> 104217;  "X-K-P  QRT" -> xkpqrt;  "#martaKELLER" -> martakeller;  "lO42l7" -> 104217

Only what is known to be private is looked for, so that much may stand between its characters.
"""

import itertools
import re
from collections.abc import Collection, Iterator
from typing import Final, final
from urllib.parse import unquote

from gateway.privacy.spoken import Heard, hear

_WIDEST: Final = 6  # characters between two of a number
_SHORTEST: Final = 6  # digits and letters of what is looked for: less is found where it is not meant
_CHARACTER: Final = re.compile(r"[^\W_]")
_ESCAPED: Final = re.compile(r"%[0-9a-f]{2}", re.IGNORECASE)
# Letters, and the figures of Chinese, that are read as digits; each is one character, so that places stay.
_DIGITS: Final = str.maketrans(
    "oilsbzg〇零一二三四五六七八九壹贰叁肆伍陆柒捌玖", "01158290" + "0123456789" + "123456789"
)


@final
class Squeezed:
    """A text as its letters and digits alone."""

    __slots__ = ("_heard", "_plain", "_read", "_starts")

    def __init__(self, text: str) -> None:
        self._heard: Heard = hear(text)
        lowered = self._heard.text.lower()
        if len(lowered) != len(self._heard.text):  # a letter whose lower case is longer
            lowered = self._heard.text
        found = list(_CHARACTER.finditer(lowered))
        self._plain = "".join(match.group() for match in found)
        self._read = self._plain.translate(_DIGITS)
        self._starts = [match.start() for match in found]

    def find(self, keys: Collection[str]) -> Iterator[tuple[int, int]]:
        """The spans, in the text that was given, of each of `keys`: digits, or digits and letters in lower case."""
        for key in keys:
            if len(key) < _SHORTEST:
                continue
            for start in _places(self._read, key.translate(_DIGITS)):
                if self._is_close(start, key) and (self._stands_alone(start, key) or self._is_plain(start, key)):
                    yield self._span(start, key)

    def _is_plain(self, start: int, key: str) -> bool:
        """Whether a number stands there in digits: then it is one whatever stands beside it."""
        return key.isdecimal() and self._plain.startswith(key, start)

    def _is_close(self, start: int, key: str) -> bool:
        places = itertools.pairwise(self._starts[start : start + len(key)])
        return all(after - before <= _WIDEST + 1 for before, after in places)

    def _stands_alone(self, start: int, key: str) -> bool:
        """Whether no letter or digit stands right before it, and none behind it but a plural's."""
        end = start + len(key)
        if start and self._starts[start] == self._starts[start - 1] + 1:
            return False
        if end < len(self._plain) and self._plain[end] == "s":
            end += 1
        return end >= len(self._plain) or self._starts[end] > self._starts[end - 1] + 1

    def _span(self, start: int, key: str) -> tuple[int, int]:
        return self._heard.span(self._starts[start], self._starts[start + len(key) - 1] + 1)


def find_squeezed(text: str, keys: Collection[str]) -> Iterator[tuple[int, int]]:
    """The spans of each of `keys` in a text, in whatever pieces; the whole text where a link's signs hide it."""
    yield from Squeezed(text).find(keys)
    if _ESCAPED.search(text) is not None and any(True for _ in Squeezed(unquote(text)).find(keys)):
        yield 0, len(text)


def _places(text: str, key: str) -> Iterator[int]:
    at = text.find(key)
    while at >= 0:
        yield at
        at = text.find(key, at + 1)
