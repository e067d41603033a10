"""Numbers with no word beside them: the brand's own formats, booking codes, long numbers, and messages that are nothing
but a number, as an answer to a question is.
"""

import re
from collections.abc import Iterator, Mapping

from gateway.privacy.findings import Finding
from gateway.privacy.letters import is_no_word
from gateway.privacy.references import MODEL, is_shouted
from gateway.privacy.topics import BOOKING, REFERENCE

_SIX = re.compile(r"(?<![\w@/.,+&-])[A-Z0-9]{6}(?![\w@/]|[.,&-]\w)")
_LOWER = re.compile(r"(?<![\w@/.,+&-])(?=[a-z]*[0-9][a-z]*[0-9])(?=[0-9]*[a-z])[a-z0-9]{6}(?![\w@/]|[.,&-]\w)")
_DIGITS = re.compile(r"(?<![\w@/.,+&:-])[0-9]{7,20}(?![\w@/%]|[.,&:-]\w)")
# As parcels and shops number: letters before eight digits, or 3-7-7 digits; or ten capitals and digits.
_LONG = re.compile(
    r"(?<![\w@/.,+&-])(?:[A-Z]{1,4}[0-9]{8,20}[A-Z]{0,2}|1Z[0-9A-Z]{16}|[0-9]{3}-[0-9]{7}-[0-9]{7})(?![\w@/]|[.,&-]\w)"
)
_POST = re.compile(r"(?<![\w@/.,+&-])(?:[A-Z]{2}(?:[ -]?[0-9]){9}[ -]?[A-Z]{2}|[a-z]{2}[0-9]{9}[a-z]{2})(?![\w@/])")
"""A parcel's number as the posts of all countries have it (UPU S10), in groups and in small letters as well."""
_TEN = re.compile(r"(?<![\w@/.,+&-])(?!B0)(?=[A-Z]*[0-9])(?=[0-9]*[A-Z])[A-Z0-9]{10,16}(?![\w@/]|[.,&-]\w)")
_GROUPS = re.compile(r"[A-Za-z]+|[0-9]+")
_SUBJECT = re.compile(
    r"\b(?:flights?|seats?|boarding|check\W?(?:ed\W)?in|fly|flying|flew|booked|booking|rebook\w*|reservations?|order"
    r"|ordered"
    r"|tickets?|delivery|trip|refund\w*|parcel|luggage|bags?|baggage|upgrade\w*|connection|connecting|cancel\w*"
    r"|passengers?"
    r"|travel\w*|itinerary|conf|confirmation|lounge|miles|hotel|train|journey|fare|helpline|claim|account|member\w*)\b",
    re.IGNORECASE,
)
_NO_CUSTOMERS = re.compile(
    r"(?:error|err|code|build|version|firmware|item|product|sku|isbn|model|barcode|upc|ean|asin|article|art|part"
    r"|flight|flt"
    r"|page|channel|station|article|style|serial|bus|train|driver|store|vehicle|aircraft|hex|fault|exception|event"
    r"|status)"
    r"s?(?:\s?(?:code|number|no|nr|id|detail|details|message))?\W{0,4}(?:is\W|was\W)?(?:[0-9]\W{1,3})?$",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"|(?:0[1-9]|[12][0-9]|3[01])(?:0[1-9]|[12][0-9]|3[01])(?:19|20)[0-9]{2}"
)
_NO_NUMBER = re.compile(r"[0-9]*(?:0000|1234567)[0-9]{0,3}|([0-9])\1+|[0-9]{0,3}987654321?0?")
_ALONE = re.compile(
    r"[A-Za-z]{0,4}[0-9][A-Za-z0-9]{4,19}(?:[-/][A-Za-z0-9]{1,20}){0,4}|[0-9]{2,6}(?:[ .-][0-9]{2,6}){1,5}"
)
_TOKENS = re.compile(r"[A-Za-z0-9]{1,12}")
_SIGNS = frozenset((" ", ".", "-", "_", "/", " - ", ". ", "", "- ", " -", "–"))
_MOST_TOKENS = 12
_LONGEST_APART = 24


class OwnFormats:
    """Finds numbers in the brand's own formats, also written apart: `WR 12 34 56`."""

    def __init__(self, patterns: Mapping[str, tuple[str, ...]]) -> None:
        """`patterns`: regular expressions by type."""
        self._own = [
            (type_, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE))
            for type_, found in patterns.items()
            for pattern in found
        ]

    def find(self, text: str) -> Iterator[Finding]:
        """Numbers in a folded text without noise."""
        for type_, pattern in self._own:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield Finding(type_, match.start(), match.end(), 0.95, "in one of the brand's own number formats")
        if self._own:
            yield from self._apart(text)

    def _apart(self, text: str) -> Iterator[Finding]:
        tokens = [match for match in _TOKENS.finditer(text) if len(match.group()) <= 3 or _has_digit(match.group())]
        for index, first in enumerate(tokens):
            written = first.group()
            for before, last in zip(tokens[index:], tokens[index + 1 : index + _MOST_TOKENS], strict=False):
                written += last.group()
                if text[before.end() : last.start()] not in _SIGNS or len(written) > _LONGEST_APART:
                    break
                if not _has_digit(written):
                    continue
                for type_, pattern in self._own:
                    if pattern.fullmatch(written):
                        reason = "one of the brand's own numbers, written apart"
                        yield Finding(type_, first.start(), last.end(), 0.8, reason)


def find_bare(text: str) -> Iterator[Finding]:
    """Booking codes and long numbers in a folded text without noise."""
    for match in _SIX.finditer(text):
        if _is_code(match.group(), shouted=is_shouted(text)) and _is_on_subject(text):
            yield Finding(BOOKING, match.start(), match.end(), 0.65, "six capitals and digits, as booking codes are")
    for match in _LOWER.finditer(text):
        alternates = len(_GROUPS.findall(match.group())) >= 4
        if alternates and not set(match.group()) & set("aeiou") and _is_on_subject(text):
            yield Finding(BOOKING, match.start(), match.end(), 0.55, "letters and digits, as in booking codes")
    for match in _LONG.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if not _is_no_number(match.group()) and _NO_CUSTOMERS.search(before) is None:
            yield Finding(REFERENCE, match.start(), match.end(), 0.6, "a number as parcels and orders have")
    for match in _POST.finditer(text):
        yield Finding(REFERENCE, match.start(), match.end(), 0.65, "a parcel's number as posts have it")
    for match in _TEN.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        digits = sum(map(str.isdigit, match.group()))
        mixed = 4 <= digits <= len(match.group()) - 2
        if mixed and _NO_CUSTOMERS.search(before) is None and _is_on_subject(text):
            yield Finding(
                REFERENCE, match.start(), match.end(), 0.55, "many capitals and digits, as in numbers of orders"
            )
    for match in _DIGITS.finditer(text):
        before = text[max(0, match.start() - 40) : match.start()]
        if len(match.group()) >= 8 and not _is_no_number(match.group()) and _NO_CUSTOMERS.search(before) is None:
            reason = "a long number that is not a price, a date or a count"
            yield Finding(REFERENCE, match.start(), match.end(), 0.55, reason)


def find_alone(text: str, start: int, end: int) -> Iterator[Finding]:
    """The number that all of a message is, from `start` to `end`."""
    said = text[start:end]
    digits = sum(map(str.isdigit, said))
    if digits >= 5 and _ALONE.fullmatch(said) and not MODEL.fullmatch(said) and not _is_no_number(said):
        yield Finding(REFERENCE, start, end, 0.6, "a message that is nothing but a number")
    elif _SIX.fullmatch(said) and digits and not MODEL.fullmatch(said) and not said.isdigit():
        yield Finding(BOOKING, start, end, 0.6, "a message that is nothing but a booking code")


def _is_on_subject(text: str) -> bool:
    """Whether the text speaks of what has numbers."""
    return _SUBJECT.search(text) is not None


def _is_code(token: str, *, shouted: bool) -> bool:
    if token.isdigit() or MODEL.fullmatch(token):
        return False
    if token.isalpha():
        return not shouted and is_no_word(token)
    return len(_GROUPS.findall(token)) >= 3 or not shouted


def _is_no_number(token: str) -> bool:
    return _NO_NUMBER.fullmatch(token) is not None or _DATE.fullmatch(token) is not None


def _has_digit(text: str) -> bool:
    return any(map(str.isdigit, text))
