"""Dates in a text, in the spellings that people use, each as its month and day; the year is often left out.

"24/11/2026", "Nov 24th", "24. November", "the twenty-fourth of November", "20261124" -> 11-24
"""

import re
from collections.abc import Iterator
from typing import Final

from gateway.privacy.ordinary import MONTHS

_MONTH: Final = r"(?P<month>" + "|".join(sorted(MONTHS, key=len, reverse=True)) + r")\.?"
_YEAR: Final = r"(?:19|20)\d\d"
_DAYS: Final = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", "twenty-first", "twenty-second", "twenty-third", "twenty-fourth", "twenty-fifth", "twenty-sixth"),
    *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
_NUMBER_OF: Final = {word: number for number, word in enumerate(_DAYS, 1)}
_IN_WORDS: Final = "|".join(word.replace("-", "[- ]?") for word in sorted(_DAYS, key=len, reverse=True))
_DAY: Final = rf"(?P<day>(?<!\d)\d{{1,2}}(?!\d)(?:st|nd|rd|th)?\.?|(?<!\w)(?:{_IN_WORDS}))"
_PLAIN: Final = (
    re.compile(rf"{_DAY}(?:\s|-|\s?·\s?)(?:of\s|de\s)?{_MONTH}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\w){_MONTH}(?:\s|-)(?:the\s)?{_DAY}(?!\w)", re.IGNORECASE),
    re.compile(rf"(?<!\d)(?<!\d-){_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})(?!-?\d)"),
    re.compile(rf"(?<!\d)(?<!\d[./-])(?P<day>\d{{1,2}})[./-](?P<month>\d{{1,2}})[./-](?:{_YEAR}|\d\d)(?![./-]?\d)"),
)
"""What is a date whoever says it."""
_LIKELY: Final = (
    re.compile(rf"(?<!\d)(?P<day>\d\d?)(?P<sign>[.\s])\s?(?P<month>\d\d?)(?P=sign)\s?{_YEAR}(?!\d)"),
    re.compile(r"(?<![\d./-])(?P<day>\d\d?)\.\s?(?P<month>\d\d?)\.(?!\s?\d)"),
    re.compile(r"(?<![\d./-])(?!24/7(?!\d))(?P<day>\d\d?)/(?P<month>\d\d?)(?![\d/])"),
    re.compile(rf"(?<!\d){_YEAR}(?P<month>\d\d)(?P<day>\d\d)(?!\d)"),
    re.compile(rf"(?<!\d)(?P<day>\d\d)(?P<month>\d\d){_YEAR}(?!\d)"),
)
"""What may be one, and may be a time, a number, a fraction."""


def find_dates(text: str, *, likely: bool) -> Iterator[tuple[str, int, int]]:
    """The dates of a folded text as `mm-dd`, with their spans. `likely`: also what may be none.

    Where day and month may be either, both readings.
    """
    for pattern in (*_PLAIN, *_LIKELY) if likely else _PLAIN:
        for match in pattern.finditer(text):
            day, month = _day(match["day"]), _month(match["month"])
            for one, other in {(day, month), (month, day)} if likely and match["month"].isdigit() else {(day, month)}:
                # Written the other way round.
                this, that = (other, one) if other > 12 >= one else (one, other)
                if 1 <= this <= 31 and 1 <= that <= 12:
                    yield f"{that:02}-{this:02}", *match.span()


def _day(said: str) -> int:
    digits = re.match(r"\d+", said)
    return int(digits.group()) if digits else _NUMBER_OF.get(re.sub(r"(y)[- ]?(?=[a-z])", r"\1-", said.lower()), 0)


def _month(said: str) -> int:
    return int(said) if said.isdigit() else MONTHS[said.lower()]
