"""Phone numbers: valid ones of the operator's countries, and what people call a phone number."""

import re
from collections.abc import Iterator
from typing import Final

from phonenumbers import Leniency, PhoneNumber, PhoneNumberMatcher, PhoneNumberType, number_type

from gateway.privacy.findings import Finding
from gateway.privacy.whose import is_companys_phone

NOBODYS: Final = "nobodys_phone"
"""The type of a number that is a company's: no finding, but nothing else either."""
# Cheap: without seven digits near each other the library is not asked.
_ANY = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}")
_WORDS = (
    r"\b(?:tel(?:ephone|efono|efon|efoon|efone)?|phone|mobile|mob|cell|whatsapp|call|ring|text|sms|number|contact"
    r"|reach|handy|mobil"
    r"|anruf\w*|telefonnummer|rufnummer|movil|llam\w*|numero|appel\w*|portable|cellulare|chiama\w*|mobiel|telemovel"
    r"|celular"
    r"|ligue\w*)\b"
)
_CONTEXT = re.compile(rf"{_WORDS}[^0-9+]{{0,25}}$", re.IGNORECASE)
_NUMBER = r"(?P<number>\+?\(?[0-9](?:[ ().\-/]{0,2}[0-9]){6,14})(?![0-9])"
_SHAPE = re.compile(rf"{_WORDS}[^0-9+\n]{{0,25}}?{_NUMBER}", re.IGNORECASE)
# Which of these stands last before a number says what it is.
_CALLED = re.compile(
    r"\b(?P<phone>(?:tele?fono?|telephone|phone|tel|mob(?:ile)?|cell|handy|mobil|movil|rufnummer|whatsapp|call|ring"
    r"|text|sms"
    r"|reach|portable|cellulare|telemovel|celular)\w*)"
    r"|(?:order|booking|reservation|reference|ref|case|ticket|claim|incident|confirmation|account|customer|client"
    r"|member\w*"
    r"|tracking|parcel|invoice|serial|nummer|pedido|commande|error|flight|locator|policy|loyalty|card|flyer|pnr|conf|rr"
    r"|code|fall|vorgang|dossier|caso|pratica)\b",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"(?:\W|\b(?:s|numbers?|num|no|nr|nummer|numero|id|ref|reference|code|is|was|are|ist|lautet|es|est|for|my|the|de"
    r"|and|of)\b)*",
    re.IGNORECASE,
)
_COMPANYS, _PERSONS, _SERVICE = "a company's number", "a valid phone number", "a service number"
_MOBILE = "a valid mobile number"
_RANK: Final = {_COMPANYS: 0, _PERSONS: 1, _SERVICE: 2, _MOBILE: 3}
_SERVICES: Final = frozenset(
    {PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST, PhoneNumberType.UAN}
)


def find_phones(text: str, regions: tuple[str, ...], *, ours: bool) -> Iterator[Finding]:
    """Phone numbers in a folded text without noise; of type `NOBODYS` where they are a company's.

    `ours`: the brand says it, so that every number counts which the operator has not named.
    """
    if _ANY.search(text) is None:
        return
    for match in _SHAPE.finditer(text):
        start, end = match.span("number")
        if not _is_called_otherwise(text, start) and (ours or not is_companys_phone(text, start, end)):
            yield Finding("phone", start, end, 0.8, "digits after a word for a phone")
    read: dict[tuple[int, int], Finding] = {}
    for region in regions:
        for found in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=100):
            span = found.start, found.end
            one = _valid(text, *span, found.number, ours=ours)
            # Several countries may read it: the highest rank counts.
            if one is not None and _RANK[one.reason] > (_RANK[read[span].reason] if span in read else -1):
                read[span] = one
    yield from read.values()


def _valid(text: str, start: int, end: int, number: PhoneNumber, *, ours: bool) -> Finding | None:
    written = text[start:end]
    before = text[max(0, start - 40) : start]
    kind = number_type(number)
    if not written.startswith("+") and _is_called_otherwise(text, start):
        return None
    if kind in _SERVICES and "my" not in before.lower().split()[-4:]:
        return Finding(NOBODYS, start, end, 0.91, _SERVICE)
    mobile = kind == PhoneNumberType.MOBILE
    if not ours and not mobile and is_companys_phone(text, start, end):
        return Finding(NOBODYS, start, end, 0.91, _COMPANYS)
    reason = _MOBILE if mobile else _PERSONS
    if written.startswith(("+", "00")) or _CONTEXT.search(before):
        return Finding("phone", start, end, 0.9, reason)
    if not written.isdigit() or (written.startswith("0") and len(written) >= 10):
        return Finding("phone", start, end, 0.75, reason)
    # Fewer bare digits are a valid number in half of Europe.
    return Finding("phone", start, end, 0.54, reason) if len(written) >= 10 else None


def _is_called_otherwise(text: str, start: int) -> bool:
    """Whether the word that says what a number is says something else than a phone."""
    found = None
    for found in _CALLED.finditer(text, max(0, start - 40), start):  # noqa: B007 - the last one
        pass
    return found is not None and found["phone"] is None and _LINK.fullmatch(text, found.end(), start) is not None
