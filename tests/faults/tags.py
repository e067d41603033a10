"""Tags: a word of its own for every message, of letters only, so that nothing takes it for personal data."""

import re
from collections.abc import Iterator
from typing import Final

_LETTERS: Final = "bcdfghjklmnpqrstvwxz"
_LENGTH: Final = 6
_TAG: Final = re.compile(rf"zq[{_LETTERS}]{{{_LENGTH}}}")


def tags(start: int) -> Iterator[str]:
    """Tags without end, the same for the same start."""
    number = start
    while True:
        yield _word(number % len(_LETTERS) ** _LENGTH)
        number += 1


def tags_in(text: str) -> list[str]:
    """The tags that a text carries, each once, in their order."""
    return list(dict.fromkeys(_TAG.findall(text)))


def _word(number: int) -> str:
    letters = []
    for _ in range(_LENGTH):
        number, rest = divmod(number, len(_LETTERS))
        letters.append(_LETTERS[rest])
    return "zq" + "".join(reversed(letters))
