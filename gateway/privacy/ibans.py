"""International bank account numbers with a right check digit."""

import re
from collections.abc import Iterator

from stdnum import iban

from gateway.privacy.findings import Finding

_START = re.compile(r"(?<![a-z0-9])[a-z]{2}[ .\-]?[0-9]{2}(?=[ .\-]?[a-z0-9])", re.IGNORECASE)
_SHORTEST, _LONGEST = 15, 34


def find_ibans(text: str) -> Iterator[Finding]:
    """IBANs in a folded text, in any grouping."""
    for start in _START.finditer(text):
        end = _end_of_iban(text, start.start())
        if end is not None:
            yield Finding("iban", start.start(), end, 0.99, "a bank account number with a right check digit")


def _end_of_iban(text: str, start: int) -> int | None:
    characters = ""
    gap = 0
    for index in range(start, min(len(text), start + 3 * _LONGEST)):
        character = text[index]
        if not (character.isascii() and character.isalnum()):
            gap += 1
            if character not in " .-/" or gap > 2:
                return None
            continue
        gap = 0
        characters += character.upper()
        if len(characters) > _LONGEST:
            return None
        # The words behind the number may look like more of it: the first length that is right is the number's.
        complete = not text[index + 1 : index + 2].isalnum()
        if len(characters) >= _SHORTEST and complete and _check(characters):
            return index + 1
    return None


def _check(characters: str) -> bool:
    number = int("".join(str(int(character, 36)) for character in characters[4:] + characters[:4]))
    return number % 97 == 1 and bool(iban.is_valid(characters, check_country=False))
