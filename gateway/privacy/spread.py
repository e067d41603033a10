"""Data spread over two messages: what goes between its halves is left out, so that they stand side by side.

`my phone is 07174`, then `... and 382286` -> `my phone is 07174 382286`; a place in it -> the place in the second
"""

import re
from collections.abc import Sequence
from typing import Final, Self

import msgspec

_OPEN: Final = re.compile(r"[\w@.+-]$")
_IN_ADDRESS: Final = re.compile(r"[\w+-]@[\w-]{0,30}$")
"""An e-mail address that breaks off."""
_BETWEEN: Final = re.compile(
    r"\W{0,5}(?:(?:and|then|plus|now|und|dann|y|luego|et|puis|(?:the\s)?rest(?:\sis)?|followed\sby|it\sgoes\son)\W{1,5})"
    r"{1,3}(?=[\d@]|[\w-]{2,40}\.[a-z]{2,})",
    re.IGNORECASE,
)
"""What people put before the second half."""


class Spread(msgspec.Struct, frozen=True):
    """A text behind what its author said just before it."""

    both: str
    shift: int
    """How far places have moved."""
    begin: int
    """Where the text begins, without what goes between."""

    @classmethod
    def of(cls, earlier: Sequence[str], text: str, longest: int) -> Self:
        """`earlier`: the oldest first; its last characters are looked at, `longest` of them."""
        before = "\n".join(earlier)[-longest:].rstrip()
        between = _BETWEEN.match(text) if _OPEN.search(before) is not None else None
        begin = 0 if between is None else between.end()
        gap = "" if _IN_ADDRESS.search(before) is not None else " "
        return cls(f"{before}{gap}{text[begin:]}", len(before) + len(gap) - begin, begin)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The part of a span that lies in the text; None where none does."""
        end -= self.shift
        return (max(self.begin, start - self.shift), end) if end > self.begin else None
