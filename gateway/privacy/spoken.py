"""Digits said in words: a folded text with `four eight 2` as `482`, and the way back to its offsets.

folded text -> runs of three and more digits, at least two of them words, in one of seven languages -> their digits
"""

import re
from collections.abc import Iterable

import msgspec

from gateway.privacy.folding import Folded, fold

_WORDS = {
    "0": "zero oh o nought naught null nul cero nulla",
    "1": "one eins ein uno un une een um uma",
    "2": "two zwei zwo dos deux due twee dois duas",
    "3": "three drei tres trois tre drie",
    "4": "four vier cuatro quatre quattro quatro",
    "5": "five funf fuenf cinco cinq cinque vijf",
    "6": "six sechs seis sei zes",
    "7": "seven sieben siete sept sette zeven sete",
    "8": "eight acht ocho huit otto oito",
    "9": "nine neun nueve neuf nove negen niner",
}
_TENS = {
    "10": "ten", "11": "eleven", "12": "twelve", "13": "thirteen", "14": "fourteen", "15": "fifteen",
    "16": "sixteen", "17": "seventeen", "18": "eighteen", "19": "nineteen",
    "2": "twenty", "3": "thirty", "4": "forty", "5": "fifty", "6": "sixty", "7": "seventy", "8": "eighty",
    "9": "ninety",
}  # fmt: skip
_ROUND = frozenset(_TENS[digit] for digit in "23456789")
_DIGIT = {word: digit for digit, words in _WORDS.items() for word in words.split()}
_VALUE = {**_DIGIT, **{word: digits for digits, word in _TENS.items()}}
_TIMES = {"double": 2, "doppel": 2, "doble": 2, "triple": 3}
_GAP = r"[\s,.;:/|*_\-]{1,3}"


def _any_of(words: Iterable[str]) -> str:
    """A pattern for any of the words, as a tree of their letters: each place is looked at once, not once a word."""
    by_first: dict[str, list[str]] = {}
    for word in words:
        by_first.setdefault(word[:1], []).append(word[1:])
    ends = by_first.pop("", None) is not None
    if not by_first:
        return ""
    branches = "|".join(first + _any_of(rest) for first, rest in by_first.items())
    return f"(?:{branches}){'?' if ends else ''}"


_ONE = rf"(?:{_any_of(_TIMES)}[ ]?)?{_any_of(_VALUE)}(?![a-z0-9])"
_RUN = re.compile(rf"(?<![a-z0-9'])(?:{_ONE}|[0-9]{{1,4}})(?:{_GAP}(?:{_ONE}|[0-9]{{1,4}}(?![0-9a-z])))" "{2,60}")
_ITEM = re.compile(rf"(?:(?P<times>{'|'.join(_TIMES)})[ ]?)?(?P<word>[a-z]+|[0-9]+)")
# Quick: in every run stand two words behind each other, or a word and two digits.
_ANY = re.compile(
    rf"(?<![a-z0-9'])(?:{_ONE}{_GAP}(?:{_ONE}|[0-9](?![0-9]))"
    rf"|[0-9]{_GAP}(?:{_ONE}{_GAP}(?:{_ONE}|[0-9](?![0-9]))|[0-9]{_GAP}{_ONE}))"
)
_CUT = re.compile(r"(?<=[a-z])(?:[,;:]\s+[0-9]{1,2}|\.\s+(?:[0-9]{1,2}|[a-z]+))$")
"""Behind digits in words what begins something else: `four two, 10% off`, `four two. Two items`."""
_STOP = re.compile(r"[,.;:]")
_COUNTED = re.compile(r"\s(?:times|items?|days?|weeks?|months?|hours?|parcels?|boxes|pieces)\b")
_LAST = re.compile(r"(?<=[a-z])\s[a-z]+$")
"""What counts what follows: `... two two five two times`."""
_PICTURE = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_FEWEST = 3  # digits of a security code


class Heard(msgspec.Struct, frozen=True):
    """A text in which digits are digits, and where its characters stand in the text that was given."""

    text: str
    folded: Folded
    starts: tuple[int, ...] | None
    """For each character its start in the folded text; None where no digit was said in words."""
    ends: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The span of the given text that a span of this text stands for."""
        if self.starts is None or self.ends is None or start >= end:
            return self.folded.span(start, end)
        return self.folded.span(self.starts[start], self.ends[end - 1])


def hear(text: str) -> Heard:
    """Fold a text and read the digits in it that are said in words."""
    folded = fold(text)
    if folded.origins is not None:
        # A picture between two digits is a gap.
        folded = Folded(_PICTURE.sub(" ", folded.text), folded.origins, folded.length)
    lowered = folded.text.lower()
    if _ANY.search(lowered) is None:
        return Heard(folded.text, folded, None, None)
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    position = 0
    for run in _RUN.finditer(lowered):
        cut = _CUT.search(lowered, *run.span())
        end = run.end() if cut is None or _STOP.search(lowered, run.start(), cut.start()) else cut.start()
        if (
            end == run.end()
            and _COUNTED.match(lowered, end) is not None
            and (last := _LAST.search(lowered, run.start(), end))
        ):
            end = last.start()
        said = _digits(lowered, run.start(), end)
        if said is None:
            continue
        for at in range(position, run.start()):
            starts.append(at)
            ends.append(at + 1)
        pieces.append(folded.text[position : run.start()])
        for digits, start, end in said:
            pieces.append(digits)
            starts += [start] * len(digits)
            ends += [end] * len(digits)
        position = end
    starts += range(position, len(folded.text))
    ends += range(position + 1, len(folded.text) + 1)
    pieces.append(folded.text[position:])
    return Heard("".join(pieces), folded, tuple(starts), tuple(ends))


def _digits(text: str, start: int, end: int) -> list[tuple[str, int, int]] | None:
    """The digits of a run with their spans; None where it only looks like one, as in `one 2000 two`."""
    found: list[tuple[str, int, int]] = []
    words = 0
    single = True
    open_ten = False
    for item in _ITEM.finditer(text, start, end):
        word = item["word"]
        value = word if word.isdigit() else _VALUE[word]
        words += not word.isdigit()
        single = single and len(value) == 1
        if open_ten and not (word in _DIGIT and value != "0"):
            found.append(("0", found[-1][2] - 1, found[-1][2]))
        found.append((value * _TIMES.get(item["times"] or "", 1), item.start(), item.end()))
        open_ten = word in _ROUND
    if open_ten:
        found.append(("0", end - 1, end))
    enough = sum(len(digits) for digits, _, _ in found) >= _FEWEST
    return found if enough and (words >= 2 or (words and single)) else None
