"""Personal data of the generated conversations: invented values, and what of each must never be seen in public.

kind -> a value and what the customer calls it -> (`shapes`) as it is written -> `shows`: whether a text gives it away
"""

import random
import re
import string
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.conversations.shapes import WORDS, shaped

_FIRST: Final = ("marta", "jonas", "ines", "tom", "aylin", "pavel", "nora", "kofi", "lena", "rui", "sanne", "omar")
_LAST: Final = ("berg", "okafor", "lindqvist", "dahl", "moreau", "rossi", "novak", "silva", "haas", "iqbal", "brandt")
_HOSTS: Final = ("mail.example", "post.example", "inbox.example", "nordnet.example", "brightmail.com", "posteo.net")
_STREETS: Final = ("Elm Road", "Mill Lane", "Station Road", "Harbour Street", "Queens Avenue", "Church Street")
_TOWNS: Final = ("Leeds LS1 4AP", "York YO1 7HH", "Bristol BS1 5TR", "London N1 9GU")
_ORDERS: Final = tuple(str(number) for number in range(104217, 104229) if number not in (104217, 104226))
"""Of the demo shop; without those whose address is one of the brand's own, and so nobody's secret."""
_LOCATOR: Final = "ABCDEFGHJKLMNPQRSTVWXYZ"
_TAIL: Final = 4
"""Digits: so many of the end of a number tell whose it is."""

_WHOSE: Final = 8
"""Characters of an e-mail address from which what stands before the @ tells whose it is."""

NUMBERS: Final = frozenset(
    {"order_number", "phone", "card", "iban", "tracking", "account", "loyalty", "case", "one_time_code"}
)
"""Kinds of which the end by itself tells."""


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
    body = dice.choice(("4", "51", "55", "4", "4"))
    body += "".join(str(dice.randrange(10)) for _ in range(15 - len(body)))
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


def _email(dice: random.Random) -> str:
    return f"{dice.choice(_FIRST)}.{dice.choice(_LAST)}{dice.randrange(100)}@{dice.choice(_HOSTS)}"


def _locator(dice: random.Random) -> str:
    return "".join(dice.choice(_LOCATOR) if place in (0, 2, 5) else str(dice.randrange(2, 10)) for place in range(6))


def _password(dice: random.Random) -> str:
    return f"{dice.choice(_LAST).title()}{dice.choice('!?$#')}{_digits(dice, 4)}{dice.choice(string.ascii_lowercase)}"


def _national(dice: random.Random) -> str:
    return f"{dice.choice(('AB', 'CE', 'JG', 'SW'))}{_digits(dice, 6)}{dice.choice('ABCD')}"


def _plate(dice: random.Random) -> str:
    letters = "".join(dice.choice(_LOCATOR) for _ in range(3))
    return f"{dice.choice(('AB', 'YK', 'LD', 'BX'))}{dice.randrange(51, 75)} {letters}"


def _address(dice: random.Random) -> str:
    return f"{dice.randrange(2, 99)} {dice.choice(_STREETS)}, {dice.choice(_TOWNS)}"


def _birth(dice: random.Random) -> str:
    return f"{dice.randrange(1, 29):02d}/{dice.randrange(1, 13):02d}/{dice.randrange(1950, 2004)}"


def _ip(dice: random.Random) -> str:
    return ".".join(str(dice.randrange(20, 220)) for _ in range(4))


_DRAWN: Final[dict[str, tuple[str, Callable[[random.Random], str]]]] = {
    "order_number": ("order number", lambda dice: dice.choice(_ORDERS)),
    "email": ("email", _email),
    "phone": ("phone", lambda dice: "07" + _digits(dice, 9)),
    "card": ("card number", _card),
    "iban": ("IBAN", _iban),
    "address": ("address", _address),
    "birth_date": ("date of birth", _birth),
    "tracking": ("tracking number", lambda dice: f"WN{_digits(dice, 9)}GB"),
    "booking": ("booking reference", _locator),
    "account": ("account number", lambda dice: _digits(dice, 8)),
    "loyalty": ("membership number", lambda dice: _digits(dice, 9)),
    "case": ("case number", lambda dice: f"CS-{_digits(dice, 7)}"),
    "security_code": ("cvv", lambda dice: _digits(dice, 3)),
    "password": ("password", _password),
    "one_time_code": ("one-time code", lambda dice: _digits(dice, 6)),
    "ip": ("IP address", _ip),
    "national": ("national insurance number", _national),
    "plate": ("number plate", _plate),
}
KINDS: Final = tuple(_DRAWN)


def draw(dice: random.Random, *kinds: str) -> Personal:
    """A value of one of these kinds, or of any."""
    kind = dice.choice(kinds or KINDS)
    word, make = _DRAWN[kind]
    return Personal(kind, make(dice), word)


def draw_name(dice: random.Random) -> Personal:
    """First and last name."""
    return Personal("name", f"{dice.choice(_FIRST).title()} {dice.choice(_LAST).title()}", "name")


def draw_amount(dice: random.Random) -> Personal:
    """What somebody paid."""
    return Personal("amount", f"£{dice.randrange(11, 980)}.{dice.randrange(10, 99)}", "amount")


def written(dice: random.Random, personal: Personal) -> str:
    """The value as somebody might write it."""
    return shaped(dice, personal.kind, personal.value)


# --- what must not be seen ---


def bare(text: str) -> str:
    """A text without what hides a value: width, case, spelled digits, everything that is no letter or digit."""
    told = unicodedata.normalize("NFKC", text).lower()
    for digit, word in enumerate(WORDS):
        told = re.sub(rf"\bdouble {word}\b", f"{digit}{digit}", told)
        told = re.sub(rf"\b{word}\b", str(digit), told)
    told = re.sub(r"\b(?:at|dot)\b", " ", told)
    return "".join(each for each in told if each.isalnum())


def shows(text: str, personal: Personal) -> bool:
    """Whether a text shows a value, in any shape, or the end of a long number by itself."""
    if personal.kind == "security_code":
        return re.search(rf"(?<!\d){personal.value}(?!\d)", unicodedata.normalize("NFKC", text)) is not None
    seen = bare(text)
    if bare(personal.value) in seen or any(bare(part) in seen for part in _parts(personal)):
        return True
    if personal.kind not in NUMBERS:
        return False
    digits = "".join(each for each in personal.value if each.isdigit())
    if personal.kind != "order_number" and digits in "".join(each for each in seen if each.isdigit()):
        return True
    told = unicodedata.normalize("NFKC", text)
    return bool(re.search(rf"(?<!\d){digits[-_TAIL:]}(?!\d)", told))


def _parts(personal: Personal) -> list[str]:
    """Parts that tell as much as the whole."""
    match personal.kind:
        case "address":
            street, _, town = personal.value.partition(", ")
            return [street, "".join(town.split(" ")[-2:])]
        case "email":
            name = personal.value.partition("@")[0]
            return [name] if len(name) >= _WHOSE else []
        case "phone":
            return [personal.value[1:]]  # behind the country's prefix
        case _:
            return []
