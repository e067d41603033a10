"""Personal data of the generated conversations: invented values, and how people write them.

kind -> a value -> the shapes it is written in, evasions among them; and what of it must never be seen in public.
"""

import random
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

_WORDS: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_FIRST: Final = ("marta", "jonas", "ines", "tom", "aylin", "pavel", "nora", "kofi", "lena", "rui", "sanne", "omar")
_LAST: Final = ("berg", "okafor", "lindqvist", "dahl", "moreau", "rossi", "novak", "silva", "haas", "iqbal", "brandt")
_HOSTS: Final = ("mail.example", "post.example", "inbox.example", "nordnet.example")
_STREETS: Final = ("Elm Road", "Mill Lane", "Station Road", "Harbour Street", "Queens Avenue", "Church Street")
_TOWNS: Final = ("Leeds LS1 4AP", "York YO1 7HH", "Bristol BS1 5TR", "London N1 9GU")
_WORST: Final = 4
"""Digits: so many of the end of a number tell whose it is."""


@dataclass(frozen=True)
class Personal:
    """One value, as it is, and how it is introduced in a sentence."""

    kind: str
    value: str
    word: str
    """What the customer calls it."""


def _digits(dice: random.Random, count: int) -> str:
    return str(dice.randrange(1, 10)) + "".join(str(dice.randrange(10)) for _ in range(count - 1))


def _card(dice: random.Random) -> str:
    body = "4" + _digits(dice, 14)
    for last in "0123456789":
        total = 0
        for place, digit in enumerate(reversed(body + last)):
            number = int(digit) * (1 + place % 2)
            total += number - 9 if number > 9 else number
        if total % 10 == 0:
            return body + last
    raise AssertionError


def _iban(dice: random.Random) -> str:
    account = "".join(str(dice.randrange(10)) for _ in range(18))
    rest = int(account + "131400")  # DE00
    return f"DE{98 - rest % 97:02d}{account}"


def _name(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST)}.{dice.choice(_LAST)}{dice.randrange(100)}"


KINDS: Final[dict[str, tuple[str, Callable[[random.Random], str]]]] = {
    "order_number": ("order number", lambda dice: f"104{dice.randrange(217, 229)}"),
    "email": ("email", lambda dice: f"{_name(dice)}@{dice.choice(_HOSTS)}"),
    "phone": ("phone", lambda dice: "07" + _digits(dice, 9)),
    "card": ("card number", _card),
    "iban": ("IBAN", _iban),
    "address": ("address", lambda dice: f"{dice.randrange(2, 99)} {dice.choice(_STREETS)}, {dice.choice(_TOWNS)}"),
    "birth_date": (
        "date of birth",
        lambda dice: f"{dice.randrange(1, 29):02d}/{dice.randrange(1, 13):02d}/{dice.randrange(1950, 2004)}",
    ),
    "tracking": ("tracking number", lambda dice: f"WN{_digits(dice, 9)}GB"),
}


def draw(dice: random.Random, *kinds: str) -> Personal:
    """A value of one of these kinds, or of any."""
    kind = dice.choice(kinds or tuple(KINDS))
    word, make = KINDS[kind]
    return Personal(kind, make(dice), word)


# --- how it is written ---


def _spaced(value: str) -> str:
    return " ".join(re.findall(r".{1,3}", value))


def _dotted(value: str) -> str:
    return ".".join(re.findall(r".{1,2}", value))


def _wide(value: str) -> str:
    return "".join(chr(ord(each) + 0xFEE0) if "!" <= each <= "~" else each for each in value)


def _spelled(value: str) -> str:
    return " ".join(_WORDS[int(each)] if each.isdigit() else each for each in value)


def _aloud(value: str) -> str:
    return value.replace("@", " at ").replace(".", " dot ")


def _plain(value: str) -> str:
    return value


_SHAPES: Final[dict[str, tuple[Callable[[str], str], ...]]] = {
    "email": (_plain, _aloud, _wide, str.upper),
    "address": (_plain, str.upper),
    "birth_date": (_plain, lambda value: value.replace("/", "."), _wide),
    "order_number": (_plain, lambda value: f"#{value}", lambda value: f"W-{value}", _spaced, _wide, _spelled),
    "phone": (_plain, lambda value: f"+44 {value[1:5]} {value[5:]}", _spaced, _dotted, _wide, _spelled),
    "card": (_plain, lambda value: " ".join(re.findall(".{4}", value)), _dotted, _wide),
    "iban": (_plain, lambda value: " ".join(re.findall(".{1,4}", value)), _wide),
    "tracking": (_plain, str.lower, _spaced),
}


def written(dice: random.Random, personal: Personal) -> str:
    """The value as somebody might write it."""
    return dice.choice(_SHAPES[personal.kind])(personal.value)


# --- what must not be seen ---


def bare(text: str) -> str:
    """A text without what hides a value: width, case, spelled digits, everything that is no letter or digit."""
    told = unicodedata.normalize("NFKC", text).lower()
    for digit, word in enumerate(_WORDS):
        told = re.sub(rf"\b{word}\b", str(digit), told)
    told = re.sub(r"\bat\b", "@", told).replace(" dot ", ".")
    return "".join(each for each in told if each.isalnum())


def shows(text: str, personal: Personal) -> bool:
    """Whether a text shows a value, in any shape, or the end of a long number by itself."""
    if bare(personal.value) in bare(text):
        return True
    digits = "".join(each for each in personal.value if each.isdigit())
    if personal.kind in ("address", "birth_date", "email") or len(digits) < _WORST:
        return False
    if personal.kind != "order_number" and digits in "".join(each for each in bare(text) if each.isdigit()):
        return True
    told = unicodedata.normalize("NFKC", text)
    return bool(re.search(rf"(?<!\d){digits[-_WORST:]}(?!\d)", told))
