"""Folding: one plain spelling for many disguises, with the way back to the original offsets.

Full-width, circled, mathematical and foreign digits become 0-9; accents, zero-width characters and enclosing marks go;
dashes, spaces and quotation marks become their ASCII kin; letters that only look Latin become Latin.
"""

import unicodedata
from functools import lru_cache

import msgspec

_LOOKALIKES = str.maketrans(
    "АВЕЅІЈКМНОРСТУХаеоѕіјрсухԁһԛԝӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρακιıɡ’‘‚‛ʼ`´“”„«»⁄∕․·•∙⋅",
    "ABESIJKMHOPCTYXaeosijpcyxdhqwlABEZHIKMNOPTYXovpakiig'''''''\"\"\"\"\"//.....",
)
_FILLERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")  # letters and signs that show nothing


class Folded(msgspec.Struct, frozen=True):
    """A folded text that knows where each of its characters came from."""

    text: str
    origins: tuple[int, ...] | None
    """The index in the original of each character; None where folding changed no index."""
    length: int
    """Of the original."""

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that a span of the folded text stands for."""
        if self.origins is None:
            return start, end
        if start >= end:
            return (self.origins[start] if start < len(self.origins) else self.length,) * 2
        # Marks that folding took away behind the last character belong to it, as the key around a digit does.
        behind = self.origins[end] if end < len(self.origins) else self.length
        return self.origins[start], max(self.origins[end - 1] + 1, behind)


def fold(text: str) -> Folded:
    """Fold a text."""
    if text.isascii():
        return Folded(text, None, len(text))
    characters: list[str] = []
    origins: list[int] = []
    for index, character in enumerate(text):
        folded = character if character.isascii() else _fold_character(character)
        characters.append(folded)
        origins.extend([index] * len(folded))
    return Folded("".join(characters), tuple(origins), len(text))


@lru_cache(maxsize=8192)
def _fold_character(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if character in _FILLERS:
        return ""
    parts = unicodedata.normalize("NFKD", character.translate(_LOOKALIKES)).translate(_LOOKALIKES)
    return "".join(_plain(part) for part in parts)


def _plain(part: str) -> str:
    match unicodedata.category(part):
        case "Mn" | "Me" | "Cf":
            return ""
        case "Zs" | "Zl" | "Zp":
            return " "
        case "Pd":
            return "-"
        case _:
            return part
