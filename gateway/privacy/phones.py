"""Phone numbers: valid ones of the operator's countries, and what people call a phone number."""

import re
from collections.abc import Iterator

from phonenumbers import Leniency, PhoneNumberMatcher

from gateway.privacy.findings import Finding

# Cheap: without seven digits near each other the library is not asked.
_ANY = re.compile(r"[0-9](?:[ ().\-/]{0,3}[0-9]){6}")
_WORDS = (
    r"\b(?:tel(?:ephone|efono|efon)?|phone|mobile|mob|cell|whatsapp|call|ring|text|sms|number|contact|reach|handy|mobil"
    r"|anruf\w*|telefonnummer|rufnummer|movil|llam\w*|numero|appel\w*|portable)\b"
)
_CONTEXT = re.compile(rf"{_WORDS}[^0-9+]{{0,25}}$", re.IGNORECASE)
_NUMBER = r"(?P<number>\+?\(?[0-9](?:[ ().\-/]{0,2}[0-9]){6,14})(?![0-9])"
_SHAPE = re.compile(rf"{_WORDS}[^0-9+\n]{{0,25}}{_NUMBER}", re.IGNORECASE)
_REFERENCE = re.compile(
    r"(?:order|booking|reservation|reference|ref|case|ticket|claim|incident|confirmation|account|customer"
    r"|tracking|parcel|invoice|serial|nummer|pedido|commande)[^0-9]{0,25}$",
    re.IGNORECASE,
)


def find_phones(text: str, regions: tuple[str, ...]) -> Iterator[Finding]:
    """Phone numbers in a folded text without noise."""
    if _ANY.search(text) is None:
        return
    for match in _SHAPE.finditer(text):
        start, end = match.span("number")
        if _REFERENCE.search(text[max(0, start - 40) : start]) is None:
            yield Finding("phone", start, end, 0.8, "digits after a word for a phone")
    seen: set[tuple[int, int]] = set()
    for region in regions:
        for found in PhoneNumberMatcher(text, region, leniency=Leniency.VALID, max_tries=100):
            if (span := (found.start, found.end)) not in seen:
                seen.add(span)
                yield _score(text, *span)


def _score(text: str, start: int, end: int) -> Finding:
    number = text[start:end]
    before = text[max(0, start - 40) : start]
    if number.startswith(("+", "00")) or _CONTEXT.search(before):
        return Finding("phone", start, end, 0.9, "a valid phone number")
    if _REFERENCE.search(before):
        return Finding("phone", start, end, 0.3, "could be a phone number, but is called something else")
    if number.isdigit() and not number.startswith("0"):
        # Eight bare digits are a valid number in half of Europe.
        return Finding("phone", start, end, 0.4, "bare digits that could be a phone number")
    return Finding("phone", start, end, 0.75, "grouped like a valid phone number")
