"""Payment card numbers: an issuer's range and length, a right check digit, in any grouping."""

import re
from collections.abc import Iterator
from itertools import accumulate
from operator import sub

GAP = r"[ \t\r\n.,:;/|*_()\-]{0,3}"
"""What may stand between two digits of a card number."""
_RUN = re.compile(rf"[0-9](?:{GAP}[0-9]){{11,}}")
_LONG = re.compile(r"[0-9]{20,}")
_GROUP = re.compile(r"[0-9]+")
_DIGIT = re.compile(r"[0-9]")
_AIRLINES = re.compile(r"(?<![\w.])1[0-9]{3}(?P<sign>[ -]?)[0-9]{5}(?P=sign)[0-9]{6}(?!\w)")
_CARD = re.compile(r"\b(?:card|uatp|airplus)\b", re.IGNORECASE)
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_SINGLE = bytes.maketrans(b"0123456789", bytes(range(10)))
_IS_TENS = bytes(0 if value % 10 else 1 for value in range(256))  # 19 digits add up to 171 at most

_SHORTEST = 12
_LONGEST = 19
_PREFIX = 4
_BLOCK = 8192  # digits of a run that are looked at together
_LONGEST_PHONE = 15  # digits, E.164

# Lowest and highest first four digits, and the lengths in use.
_ISSUERS: tuple[tuple[int, int, frozenset[int]], ...] = (
    (4000, 4999, frozenset({13, 16, 18, 19})),  # Visa
    (5100, 5599, frozenset({16})),  # Mastercard
    (2221, 2720, frozenset({16})),  # Mastercard
    (3400, 3499, frozenset({15})),  # American Express
    (3700, 3799, frozenset({15})),  # American Express
    (3000, 3059, frozenset({14, 16})),  # Diners Club
    (3095, 3095, frozenset({14, 16})),  # Diners Club
    (3600, 3699, frozenset({14, 16, 19})),  # Diners Club
    (3800, 3999, frozenset({14, 16, 19})),  # Diners Club
    (6011, 6011, frozenset({16, 19})),  # Discover
    (6440, 6599, frozenset({16, 19})),  # Discover
    (6200, 6299, frozenset({16, 17, 18, 19})),  # UnionPay
    (8100, 8171, frozenset({16, 17, 18, 19})),  # UnionPay
    (3528, 3589, frozenset({16, 17, 18, 19})),  # JCB
    (2200, 2204, frozenset({16, 17, 18, 19})),  # Mir
    (5018, 5018, frozenset(range(12, 20))),  # Maestro
    (5019, 5019, frozenset({16})),  # Dankort
    (5020, 5020, frozenset(range(12, 20))),  # Maestro
    (5038, 5038, frozenset(range(12, 20))),  # Maestro
    (5893, 5893, frozenset(range(12, 20))),  # Maestro
    (6304, 6304, frozenset(range(12, 20))),  # Maestro
    (6759, 6763, frozenset(range(12, 20))),  # Maestro
    (5060, 5089, frozenset({16, 18, 19})),  # Verve, RuPay
    (6060, 6089, frozenset({16})),  # RuPay
    (9792, 9792, frozenset({16})),  # Troy
)

_NONE: frozenset[int] = frozenset()
_LENGTHS = {prefix: lengths for low, high, lengths in reversed(_ISSUERS) for prefix in map(str, range(low, high + 1))}


def is_card(digits: str) -> bool:
    """Whether these digits, without separators, are a card number."""
    return bool(digits) and len(digits) in _LENGTHS.get(digits[:_PREFIX], _NONE) and luhn(digits)


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """The spans of card numbers in a folded text, without overlaps. The work grows with the text's length."""
    for run in _RUN.finditer(text):
        # Numbers are whole groups, and no group of theirs is longer than they are.
        start = run.start()
        for long in _LONG.finditer(text, *run.span()):
            yield from _cards_in_run(text, start, long.start())
            start = long.end()
        yield from _cards_in_run(text, start, run.end())


def find_airline_cards(text: str, alone: tuple[int, int]) -> Iterator[tuple[int, int]]:
    """Cards of airlines (UATP), which begin with 1: so many numbers do that they are believed beside a word for a card,
    or where a text is nothing else.
    """
    for match in _AIRLINES.finditer(text):
        word = _CARD.search(text, max(0, match.start() - 30), match.start())
        if (word is not None or match.span() == alone) and luhn(re.sub(r"[^0-9]", "", match.group())):
            yield match.span()


def shortened(digits: str) -> str:
    """What may be kept of a card number: at most the first six and the last four digits."""
    # Of a number under 15 digits, six and four would leave too few unknown ones.
    first = digits[:6] if len(digits) >= 15 else ""
    return f"{first}…{digits[-4:]}"


def luhn(digits: str) -> bool:
    """Whether the last of these digits is the check digit of the others."""
    raw = digits.encode("ascii")
    return (sum(raw[-1::-2].translate(_SINGLE)) + sum(raw[-2::-2].translate(_DOUBLED))) % 10 == 0


def _cards_in_run(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # An expiry date or a security code may stand before or behind the number, so that every stretch of whole groups
    # is tried: a number begins where a group begins and ends where one ends.
    places = [digit.start() for digit in _DIGIT.finditer(text, start, end)]
    digits = "".join(_GROUP.findall(text, start, end))
    if len(digits) < _SHORTEST:
        return
    free = 0
    for block in range(0, len(digits), _BLOCK):
        # A number that begins in this block may end in the next.
        checked = _checked(digits[block : block + _BLOCK + _LONGEST - 1])
        for first in sorted(checked):
            at = block + first
            if at < free or first >= _BLOCK or (at and places[at - 1] + 1 == places[at]):
                continue
            lengths = _LENGTHS.get(digits[at : at + _PREFIX], _NONE)
            for length in reversed(checked[first]):
                last = at + length - 1
                span = places[at], places[last] + 1
                whole = places[last + 1 : last + 2] != [span[1]]
                if length in lengths and whole and not _is_something_else(text, *span, length):
                    free = last + 1
                    yield span
                    break


def _checked(digits: str) -> dict[int, list[int]]:
    """Where stretches begin whose check digit is right, with their lengths in order.

    The sums of a check are differences of two running sums: those that double the even places, and the odd ones.
    """
    raw = digits.encode("ascii")
    single, doubled = raw.translate(_SINGLE), raw.translate(_DOUBLED)
    running = []
    for parity in (0, 1):
        mixed = bytearray(single)
        mixed[parity::2] = doubled[parity::2]
        running.append(list(accumulate(mixed, initial=0)))
    found: dict[int, list[int]] = {}
    for length in range(_SHORTEST, min(_LONGEST, len(digits)) + 1):
        for first in (0, 1):
            # The last place counts once, so that the places beside it are doubled.
            sums = running[(first + length) % 2]
            tens = bytes(map(sub, sums[first + length :: 2], sums[first::2])).translate(_IS_TENS)
            at = tens.find(1)
            while at >= 0:
                found.setdefault(first + 2 * at, []).append(length)
                at = tens.find(1, at + 1)
    return found


def _is_something_else(text: str, start: int, end: int, length: int) -> bool:
    before = text[start - 1 : start]
    if before == "+" and length <= _LONGEST_PHONE:
        return True
    if any(character.isspace() for character in text[start:end]):
        return False
    # An id in an address on the web is not a card number: a post's link must stay a link.
    word = text[max(0, start - 200) : start].rsplit(maxsplit=1)[-1:] if before.strip() else []
    return bool(word) and ("://" in word[0] or word[0].startswith("www."))
