"""Payment card numbers: an issuer's range and length, a right check digit, in any grouping."""

import re
from collections.abc import Iterator

GAP = r"[ \t\r\n.,:;/|*_()\-]{0,3}"
"""What may stand between two digits of a card number."""
_RUN = re.compile(rf"[0-9](?:{GAP}[0-9]){{11,}}")
_GROUP = re.compile(r"[0-9]+")
_DOUBLED = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))
_SINGLE = bytes.maketrans(b"0123456789", bytes(range(10)))

_LONGEST = 19
_PREFIX = 4
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
    (5020, 5020, frozenset(range(12, 20))),  # Maestro
    (5038, 5038, frozenset(range(12, 20))),  # Maestro
    (5893, 5893, frozenset(range(12, 20))),  # Maestro
    (6304, 6304, frozenset(range(12, 20))),  # Maestro
    (6759, 6763, frozenset(range(12, 20))),  # Maestro
    (5060, 5089, frozenset({16, 18, 19})),  # Verve, RuPay
    (6060, 6089, frozenset({16})),  # RuPay
    (9792, 9792, frozenset({16})),  # Troy
)


def is_card(digits: str) -> bool:
    """Whether these digits, without separators, are a card number."""
    return bool(digits) and len(digits) in _lengths(digits) and _luhn(digits)


def find_cards(text: str) -> Iterator[tuple[int, int]]:
    """The spans of card numbers in a folded text, without overlaps."""
    for run in _RUN.finditer(text):
        yield from _cards_in_run(text, run.start(), run.end())


def shortened(digits: str) -> str:
    """What may be kept of a card number: at most the first six and the last four digits."""
    # Of a number under 15 digits, six and four would leave too few unknown ones.
    first = digits[:6] if len(digits) >= 15 else ""
    return f"{first}…{digits[-4:]}"


def _cards_in_run(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    # An expiry date or a security code may stand before or behind the number, so that every stretch of whole groups
    # is tried. A stretch holds 19 digits at most: the work grows with the run's length, not with its square.
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    index = 0
    while index < len(groups):
        last = _last_group_of_card(text, groups, index)
        if last is None:
            index += 1
            continue
        yield groups[index][0], groups[last][1]
        index = last + 1


def _last_group_of_card(text: str, groups: list[tuple[int, int]], first: int) -> int | None:
    begin = groups[first][0]
    lengths: frozenset[int] | None = None
    digits = ""
    found = None
    for index in range(first, len(groups)):
        digits += text[slice(*groups[index])]
        if len(digits) > _LONGEST:
            break
        if lengths is None and len(digits) >= _PREFIX:
            lengths = _lengths(digits)
        if lengths is None or len(digits) not in lengths:
            if lengths is not None and not lengths:
                break
            continue
        if _luhn(digits) and not _is_something_else(text, begin, groups[index][1], len(digits)):
            found = index
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


def _lengths(digits: str) -> frozenset[int]:
    prefix = int(digits[:_PREFIX])
    return next((lengths for low, high, lengths in _ISSUERS if low <= prefix <= high), frozenset())


def _luhn(digits: str) -> bool:
    raw = digits.encode("ascii")
    return (sum(raw[-1::-2].translate(_SINGLE)) + sum(raw[-2::-2].translate(_DOUBLED))) % 10 == 0
