"""How people write a value: plainly, and in each of the ways that hide it from a machine but not from a reader.

kind -> its shapes, evasions among them
"""

import random
import re
from collections.abc import Callable
from typing import Final

WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_CIRCLED: Final = "⓪①②③④⑤⑥⑦⑧⑨"

Shape = Callable[[str], str]


def plain(value: str) -> str:
    """As it is."""
    return value


def wide(value: str) -> str:
    """In full-width characters."""
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value)


def spelled(value: str) -> str:
    """Digits in words."""
    return " ".join(WORDS[int(each)] if each.isdigit() else each for each in value)


def _doubled(value: str) -> str:
    """The same as people say it: `double four`."""
    said = re.sub(r"(\d)\1", lambda pair: f"double {WORDS[int(pair[1])]} ", value)
    return " ".join(re.sub(r"\d", lambda digit: f"{WORDS[int(digit[0])]} ", said).split())


def _apart(value: str) -> str:
    return " ".join(value)


def _by(size: int, between: str) -> Shape:
    return lambda value: between.join(re.findall(rf".{{1,{size}}}", value))


def _circled(value: str) -> str:
    return "".join(_CIRCLED[int(each)] if each.isdigit() else each for each in value)


def _keys(value: str) -> str:
    """Digits as the keys of a telephone (an emoji each)."""
    return "".join(f"{each}\ufe0f\u20e3" if each.isdigit() else each for each in value)


def _unseen(value: str) -> str:
    """With characters of no width between."""
    return "\u200b".join(value)


def aloud(value: str) -> str:
    """`ines at mail dot example`."""
    return value.replace("@", " at ").replace(".", " dot ")


def _bracketed(value: str) -> str:
    return value.replace("@", " (at) ").replace(".", " [dot] ")


def _spaced_at(value: str) -> str:
    return value.replace("@", " @ ")


def _half_aloud(value: str) -> str:
    name, _, host = value.partition("@")
    return f"{name} at {host.replace('.', ' dot ')}"


def _no_comma(value: str) -> str:
    return value.replace(",", "")


def _in_lines(value: str) -> str:
    return value.replace(", ", "\n")


def _in_full(value: str) -> str:
    day, month, year = value.split("/")
    return f"{int(day)} {_MONTHS[int(month) - 1]} {year}"


def _iso(value: str) -> str:
    return "-".join(reversed(value.split("/")))


_DIGITS: Final = (
    plain, _by(3, " "), _by(2, "."), _by(3, "-"), _by(2, " "), _apart, wide, spelled, _doubled, _circled, _keys,
    _unseen,
)  # fmt: skip
_PARCEL: Final = (plain, str.lower, lambda value: f"{value[:2]} {value[2:6]} {value[6:-2]} {value[-2:]}", wide, _unseen)

SHAPES: Final[dict[str, tuple[Shape, ...]]] = {
    "email": (plain, aloud, _half_aloud, _bracketed, _spaced_at, wide, str.upper, _unseen),
    "address": (plain, str.upper, str.lower, _no_comma, _in_lines, wide),
    "birth_date": (plain, _by(99, ""), lambda value: value.replace("/", "."), wide, _in_full, _iso, _circled),
    "order_number": (*_DIGITS, lambda value: f"#{value}", lambda value: f"W-{value}", lambda value: f"w{value}"),
    "phone": (*_DIGITS, lambda value: f"+44 {value[1:5]} {value[5:]}", lambda value: f"0044{value[1:]}"),
    "card": (plain, _by(4, " "), _by(4, "-"), _by(2, "."), _by(4, "."), wide, spelled, _circled, _keys, _unseen),
    "iban": (plain, _by(4, " "), _by(4, "-"), wide, str.lower, _unseen),
    "tracking": _PARCEL,
    "booking": (plain, wide, _unseen),
    "account": (plain, _by(4, " "), wide, spelled, _circled, _unseen),
    "loyalty": (plain, _by(3, " "), _by(3, "-"), wide, spelled, _keys),
    "case": (plain, wide, _unseen),
    "security_code": (plain, spelled, wide, _keys),
    "password": (plain, wide),
    "one_time_code": (plain, _by(3, " "), _by(3, "-"), spelled, wide, _circled),
    "ip": (plain, wide),
    "national": (plain, _by(2, " "), str.lower, wide),
    "plate": (plain, lambda value: value.replace(" ", "")),
}


def shaped(dice: random.Random, kind: str, value: str) -> str:
    """The value as somebody might write it."""
    return dice.choice(SHAPES[kind])(value)
