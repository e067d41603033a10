"""Slips of the pen in the words that requests are made of: "adress", "refrence", "nubmer" -> the word that is meant.

A slip keeps the first and the last letter: one letter left out, doubled, added, or a vowel taken for another, or two
letters changed about. For folded, lower-case words.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final

_MEANT: Final = (
    "account", "address", "birth", "booking", "card", "code", "confirm", "confirmation", "could", "customer", "date",
    "details", "digits", "email", "member", "membership", "mobile", "name", "number", "order", "passport", "phone",
    "postcode", "provide", "receipt", "reference", "registered", "reservation", "send", "share", "surname",
    "telephone", "ticket", "tracking", "transaction", "username", "your",
)  # fmt: skip
_WORDS_OF_THEIR_OWN: Final = frozenset(
    ("berth", "conform", "conformation", "ordre", "shire", "shore", "thicket", "tricking", "trucking")
)
_SHORTEST: Final = 5
"""Below it, only letters changed about are a slip: too many short words are one letter apart."""
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_VOWELS: Final = "aeiou"
_DOUBLE: Final = re.compile(r"(.)\1+")


def meant(word: str) -> str | None:
    """The word of a request that a misspelt one stands for; None where it is spelt well, or another word."""
    if word in _MEANT or word in _WORDS_OF_THEIR_OWN:
        return None
    return _SLIPS.get(word) or (_SQUEEZED.get(_DOUBLE.sub(r"\1", word)) if len(word) >= _SHORTEST else None)


def _slips(word: str) -> Iterator[str]:
    for at in range(1, len(word) - 2):
        yield word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    long = [word[:at] + word[at + 1 :] for at in range(1, len(word) - 1)]
    for at in range(1, len(word) - 1):
        if word[at] in _VOWELS:
            long += [word[:at] + vowel + word[at + 1 :] for vowel in _VOWELS]
    for at, letter in itertools.product(range(1, len(word)), _LETTERS):
        long.append(word[:at] + letter + word[at:])
    # Short words have too many neighbours that are words themselves.
    yield from (slip for slip in long if len(slip) >= _SHORTEST and len(word) >= _SHORTEST)


_SLIPS: Final = {slip: word for word in _MEANT for slip in _slips(word)}
_SQUEEZED: Final = {_DOUBLE.sub(r"\1", word): word for word in _MEANT if len(word) >= _SHORTEST}
