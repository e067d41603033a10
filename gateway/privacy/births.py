"""Birth dates: a date beside words for being born."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_WORD = (
    r"(?:\bborn|\bd\.?o\.?b\b|date\ of\ birth|birth\ ?date|birthday|geburtsdatum|geburtstag|\bgeboren|\bgeb\."
    r"|nacimiento|\bnaci\b|\bnacid[oa]|date\ de\ naissance|\bnee?\ le|\bnat[oa]\ il|data\ di\ nascita|geboortedatum"
    r"|data\ de\ nascimento|\bnasci(?:d[oa])?\b|\bb-?day\b)"
)
_MONTH = (
    r"(?:jan|feb|mar|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez|ene|abr|ago|dic|fev|avr|aou"
    r"|mrt|mei|gen|mag|giu|lug|set|ott|out)[a-z]{0,7}"
)
_DATE = (
    r"(?:[0-9]{1,2}[./\- ]{1,2}[0-9]{1,2}[./\- ]{1,2}(?:[0-9]{4}|[0-9]{2})|[0-9]{4}[./\-][0-9]{1,2}[./\-][0-9]{1,2}"
    rf"|[0-9]{{1,2}}(?:st|nd|rd|th|\.)?[ ](?:of[ ]|de[ ])?{_MONTH}\.?,?(?:[ ]del?)?[ ][0-9]{{2,4}}"
    rf"|{_MONTH}[ ][0-9]{{1,2}}(?:st|nd|rd|th)?,?[ ][0-9]{{4}})"
)
# One is in each of these words: most texts hold none, and need not be searched for dates.
_ANY = (
    "born", "dob", "d.ob", "o.b", "birth", "geb", "naci", "naissance", "ne le", "nee le", "nato il", "nata il", "nasc",
    "bday", "b-day",
)  # fmt: skip
_BIRTH = re.compile(rf"{_WORD}(?:[^0-9\n]{{0,20}}?)(?P<date>\b{_DATE})\b".replace("\\ ", "[ ]"), re.IGNORECASE)


def find_births(text: str) -> Iterator[Finding]:
    """Birth dates in a folded text."""
    lowered = text.lower()
    if not any(word in lowered for word in _ANY):
        return
    for match in _BIRTH.finditer(text):
        yield Finding("birth_date", *match.span("date"), 0.9, "a date called a birth date")
