"""What is left behind: personal data in the clear, in files that the product wrote and in what it tells of itself."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.conversations.personal import Personal

_ALONE: Final = rb"(?<![0-9A-Za-z])%s(?![0-9A-Za-z])"


def found(places: Iterable[tuple[str, bytes]], personal: Iterable[Personal]) -> list[str]:
    """Where which value stands in the clear."""
    values = {each.value: each.kind for each in personal if each.kind != "amount"}
    patterns = {value: re.compile(_ALONE % re.escape(value.encode())) for value in values}
    return [
        f"{values[value]} {value!r} in {place}"
        for place, content in places
        for value, pattern in patterns.items()
        if value.encode() in content and pattern.search(content)
    ]


def files(home: Path) -> Iterator[tuple[str, bytes]]:
    """Everything in a folder."""
    for path in sorted(home.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(home)), path.read_bytes()
