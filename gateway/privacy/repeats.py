"""Repeats: what was said or looked up in a case's private threads is not said again where everybody reads.

private texts of both sides, slots -> facts, without what is public already -> `PrivateWords`
a public text -> its facts -> those that are private, also in part and in another spelling
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final, Self, final

import msgspec

from gateway.privacy.facts import Fact, Kind, private_facts, public_facts
from gateway.privacy.squeezed import find_squeezed

_SHORTEST_PART: Final = 4  # digits: "ending in 4242"
_LONG: Final = 6  # digits from which a number is known by its part
_SIGNIFICANT: Final = 8  # digits that a phone number keeps with and without its country's prefix
_MOST: Final = 150_000  # characters that are looked at, the newest first: a long conversation has a tenth
_WEIGHT: Final = 3  # of a text in other letters than ASCII, for some are spelt out as several
_MODEL: Final = re.compile(r"[a-z]{4,}\d{1,3}|\d{1,3}[a-z]{4,}")  # "iphone13", which in two words is no code
_WHAT: Final[dict[Kind, str]] = {
    "number": "a number",
    "amount": "an amount",
    "date": "a date",
    "e-mail": "an e-mail address",
    "code": "a code",
    "name": "a name",
    "pair": "a name, a street or the like",
    "words": "these words",
}

Facts = frozenset[tuple[Kind, str]]


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What has been said in a case, as far as the wall looks at it."""

    private: tuple[str, ...] = ()
    """What either side has said or looked up in private, slots as "name: value"; the newest first."""
    public: tuple[str, ...] = ()
    """What the customer has said in public."""
    names: tuple[str, ...] = ()
    """Under which the customer is seen in public."""
    posted: tuple[str, ...] = ()
    """Our own latest words in the public thread."""


NOTHING_TOLD: Final = Told()


def commonplace(texts: Iterable[str]) -> Facts:
    """The facts of texts that everybody can read anyway: the brand's contact details, its public answers."""
    return frozenset((fact.kind, fact.key) for text in texts for fact in public_facts(text))


@final
class PrivateWords:
    """What must stay private of a case. Made for one check; it is on no disk."""

    __slots__ = ("_facts", "_numbers", "_whole")

    def __init__(self, facts: Iterable[tuple[Kind, str]] = ()) -> None:
        self._facts = frozenset(facts)
        self._numbers = [key for kind, key in self._facts if kind == "number"]
        self._whole: dict[Kind, list[str]] = {}
        for kind, key in self._facts:
            if kind == "number" or (kind == "code" and _MODEL.fullmatch(key) is None):
                self._whole.setdefault(kind, []).append(key)
            elif kind == "pair":
                first, _, second = key.partition(" ")
                self._whole.setdefault(kind, []).extend((first + second, second + first))
            elif kind == "e-mail":
                self._whole.setdefault(kind, []).append("".join(filter(str.isalnum, key)))

    @classmethod
    def of(cls, told: Told, known: Facts = frozenset()) -> Self:
        """Of what was said in a case, without what the customer has said in public and what is `known` to everybody."""
        found = {fact for text in _latest(told.private) for fact in _told_by(text)}
        if not found:
            return cls()
        found -= known
        found.difference_update((fact.kind, fact.key) for text in told.public for fact in public_facts(text))
        found.difference_update(("name", word) for name in told.names for word in name.lower().split())
        return cls(found)

    def find(self, text: str) -> Iterator[tuple[int, int, str]]:
        """Where a text repeats something of it, with a word for what."""
        found: list[tuple[int, int]] = []
        for fact in public_facts(text) if self._facts else ():
            if (fact.kind, fact.key) in self._facts or self._is_part(fact):
                yield fact.start, fact.end, _WHAT[fact.kind]
                found.append((fact.start, fact.end))
        for kind, keys in self._whole.items():
            for start, end in find_squeezed(text, keys):
                if not any(start < other_end and other_start < end for other_start, other_end in found):
                    yield start, end, _WHAT[kind]

    def _is_part(self, fact: Fact) -> bool:
        return fact.kind == "number" and any(_overlap(fact.key, number) for number in self._numbers)


def _latest(texts: Sequence[str]) -> Iterator[str]:
    """The texts, which begin with the newest, as far as they are looked at."""
    left = _MOST
    for text in texts:
        left -= len(text) if text.isascii() else len(text) * _WEIGHT
        if left < 0:
            return
        yield text


@lru_cache(maxsize=512)
def _told_by(text: str) -> Facts:
    """The facts of a private text; kept in memory for the checks that follow in the same case."""
    return frozenset((fact.kind, fact.key) for fact in private_facts(text))


def _overlap(said: str, private: str) -> bool:
    """Whether a number is enough of a private one."""
    if len(private) < _LONG:
        return False
    if len(said) < len(private):
        ends = len(said) >= _SHORTEST_PART and (private.endswith(said) or private.startswith(said))
        return ends or (len(said) >= _LONG and said in private)
    return private in said or (len(private) > _SIGNIFICANT and said.endswith(private[-_SIGNIFICANT:]))
