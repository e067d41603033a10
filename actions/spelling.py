"""Values as people write them when they are asked for them: apart, in words, in other digits, `at ... dot`.

"1 0 4 2 1 7", "１０４２１７", "one zero four two one seven" -> 104217;  "ines at mail dot example" -> ines@mail.example
Only for answers to our own question: elsewhere six digits apart may be anything.
"""

from __future__ import annotations

import re
import unicodedata

_WORDS = {
    "zero": "0", "oh": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7",
    "eight": "8", "nine": "9",
}  # fmt: skip
_SAID = re.compile(rf"\b(?P<twice>double\s)?(?P<word>{'|'.join(_WORDS)})\b")
_HIDDEN = frozenset({"Mn", "Me", "Cf"})  # marks, keys around digits, characters of no width
_ORDER_NUMBER = re.compile(r"(?<![0-9a-vx-z])(?:#|w-?)?(?P<number>1(?:[\s.\-_/]{0,2}[0-9]){5})(?![\s.\-_/]{0,2}[0-9])")
_AT = re.compile(r"\s*(?:[(\[{]\s*(?:at|@)\s*[)\]}]|\s@|@\s|\bat\b)\s*")
_DOT = re.compile(r"\s*(?:[(\[{]\s*(?:dot|\.)\s*[)\]}]|\bdot\b)\s*")
_EMAIL = re.compile(r"[a-z0-9._%+-]{1,64}@[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*\.[a-z]{2,24}")


def order_number(text: str) -> str | None:
    """The order number in an answer: six digits, the first a 1."""
    said = _SAID.sub(lambda found: _WORDS[found["word"]] * (2 if found["twice"] else 1), _plain(text))
    found = _ORDER_NUMBER.search(said)
    return re.sub(r"\D", "", found["number"]) if found else None


def email(text: str) -> str | None:
    """The e-mail address in an answer, in lower case."""
    found = _EMAIL.search(_DOT.sub(".", _AT.sub("@", _plain(text))))
    return found.group() if found else None


def _plain(text: str) -> str:
    return "".join(
        each for each in unicodedata.normalize("NFKC", text).lower() if unicodedata.category(each) not in _HIDDEN
    )
