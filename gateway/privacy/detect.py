"""The detector: personal data in a text, each piece with its type, span, score and reason. No network, no model.

text -> folded, digits in words read -> recognisers, each of one kind of data -> the brand's own and the companies'
left out -> the surest of what overlaps
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Final

from gateway.privacy.addresses import find_addresses
from gateway.privacy.bare import OwnFormats, find_alone, find_bare
from gateway.privacy.births import find_births
from gateway.privacy.brand import BrandFormats, OwnContacts
from gateway.privacy.cards import find_airline_cards, find_cards
from gateway.privacy.emails import find_emails, written
from gateway.privacy.findings import Finding
from gateway.privacy.ibans import find_ibans
from gateway.privacy.ips import find_ips
from gateway.privacy.nationals import find_nationals
from gateway.privacy.noise import LINK, without_codes, without_noise
from gateway.privacy.passwords import find_passwords
from gateway.privacy.phones import NOBODYS, find_phones
from gateway.privacy.plates import find_plates
from gateway.privacy.references import find_references
from gateway.privacy.security_codes import find_security_codes
from gateway.privacy.spoken import hear
from gateway.privacy.spread import Spread
from gateway.privacy.topics import TYPES, type_of
from gateway.privacy.whose import is_companys_email

__all__ = ["BrandFormats", "Detector", "Finding"]

# The longest text that a channel carries is 10,000 characters (X's direct message). Masking, which must miss nothing,
# does not come through here.
MAX_CHARACTERS = 20_000
_MAX_EARLIER: Final = 1_000  # characters of what somebody said before
_LATELY: Final = (
    32  # texts whose findings are kept: on its road a message is looked at by several stages within a moment
)

_LINKED = re.compile(
    r"(?P<topic>order|booking|reservation|tracking|track|parcel|ticket|case|account|customer|invoice"
    r"|ref)s?[a-z_]{0,10}[=/_-]"
    r"(?P<token>(?=[a-z-]{0,20}[0-9])[a-z0-9-]{5,40})(?![a-z0-9])",
    re.IGNORECASE,
)
_DIGIT: Final = re.compile(r"[0-9]")
# Without a digit, one of these is in everything that is found.
_WITHOUT: Final = re.compile(
    r"[A-Z]{6}|@|::|(?i:pass|pw|kennwort|contras|mdp|wacht|senha|clave|answer| at |\Wat\W|arroba|bei |chez "
    r"|chiocciola|apenst)"
)
# What may stand around a number that is all of a message.
_AROUND: Final = re.compile(r"(?:\s|@\w{1,50}|[#:.,;!?()\[\]\"'*>-])+")


class Detector:
    """Finds personal data, and leaves out what is the brand's own."""

    def __init__(self, brand: BrandFormats | None = None) -> None:
        brand = brand or BrandFormats()
        self._own = OwnContacts(brand)
        self._formats = OwnFormats(brand.patterns())
        self._regions = brand.phone_regions
        self._lately = lru_cache(_LATELY)(self._read)
        self._whoever_says_it = lru_cache(_LATELY)(self._search)

    def find(self, text: str, *, ours: bool = False) -> list[Finding]:
        """The findings in a text, in its order, without overlaps; where two overlap, the surer one stays.

        A text is read up to `MAX_CHARACTERS`. `ours`: the brand says it. A customer who names a hotline or the address
        of a company tells nothing of themselves; where the brand speaks, only what the operator has named is harmless.
        """
        return list(self._lately(text[:MAX_CHARACTERS], ours))

    def _read(self, text: str, ours: bool) -> tuple[Finding, ...]:
        heard = hear(text)
        found = _without_overlaps(_without_mistaken(list(self._find(heard.text, ours=ours))))
        return tuple(
            Finding(finding.type, *heard.span(finding.start, finding.end), finding.score, finding.reason)
            for finding in found
            if finding.type != NOBODYS and not self._is_own(finding, heard.text)
        )

    def find_across(self, earlier: Sequence[str], text: str) -> list[Finding]:
        """The findings in a text, those too that it only makes together with what its author said just before it.

        `earlier`: their last messages in the same place, the oldest first. Spans are of the text; of a number that
        begins in an earlier message, the part in this one. So `my booking is` and then `K7PQ2M`, or half a card each.
        """
        alone = self.find(text)
        if not any(map(str.strip, earlier)) or not text.strip():
            return alone
        return _without_overlaps([*alone, *self.find_spread(earlier, text, _MAX_EARLIER)])

    def find_spread(self, earlier: Sequence[str], text: str, longest: int, *, ours: bool = False) -> list[Finding]:
        """What a text makes with the last `longest` characters of `earlier`; the parts that lie in the text."""
        spread = Spread.of(earlier, text, longest)
        return [
            Finding(finding.type, *span, finding.score, finding.reason)
            for finding in self.find(spread.both, ours=ours)
            if (span := spread.span(finding.start, finding.end)) is not None
        ]

    def _find(self, text: str, *, ours: bool) -> Iterator[Finding]:
        if _DIGIT.search(text) is None and _WITHOUT.search(text) is None:
            return
        quiet, found = self._whoever_says_it(text)
        yield from found
        for email in find_emails(text):
            address = written(text[email.start : email.end])
            if ours or not is_companys_email(text, email.start, email.end, address):
                yield email
            else:
                yield Finding(NOBODYS, email.start, email.end, 0.96, "a company's address")
        yield from find_phones(quiet, self._regions, ours=ours)
        yield from find_addresses(quiet, ours=ours)

    def _search(self, text: str) -> tuple[str, tuple[Finding, ...]]:
        """The text without noise, and what is somebody's whoever says it."""
        quiet = without_noise(text)
        return quiet, tuple(self._somebodys(text, quiet))

    def _somebodys(self, text: str, quiet: str) -> Iterator[Finding]:
        start, end = _alone(text)
        for span in find_cards(text):
            yield Finding("card", *span, 0.99, "a card number with a right check digit")
        for span in find_airline_cards(text, (start, end)):
            yield Finding("card", *span, 0.9, "an airline's card number with a right check digit")
        for span in find_security_codes(text):
            yield Finding("security_code", *span, 0.95, "digits beside a word for a security code")
        yield from find_ibans(text)
        yield from find_births(text)
        yield from find_ips(text)
        yield from find_passwords(text)
        yield from _in_links(without_codes(text))
        yield from find_nationals(text, (start, end))
        yield from self._formats.find(quiet)
        yield from find_references(quiet)
        yield from find_bare(quiet)
        yield from find_alone(quiet, start, end)
        yield from find_plates(quiet)

    def _is_own(self, finding: Finding, text: str) -> bool:
        value = text[finding.start : finding.end]
        match finding.type:
            case "phone":
                return self._own.is_phone(value)
            case "email":
                return self._own.is_email(written(value))
            case "address":
                return self._own.is_address(value)
            case type_:
                return type_ in TYPES and self._own.is_phone(value)


def _alone(text: str) -> tuple[int, int]:
    """The span of what a text says, without names before it and signs around it."""
    start, end = 0, len(text.rstrip(" \t\r\n.,;:!?)\"'"))
    if (around := _AROUND.match(text)) is not None:
        start = around.end()
    return start, max(start, end)


def _in_links(text: str) -> Iterator[Finding]:
    for link in LINK.finditer(text):
        for match in _LINKED.finditer(text, *link.span()):
            type_ = type_of(match["topic"].lower())
            yield Finding(type_, *match.span("token"), 0.8, "a number in a link to somebody's matter")


def _without_mistaken(findings: list[Finding]) -> Iterator[Finding]:
    """Without numbers of nobody's that are only a part of something else: `CS-3105519`, `184.42.212.155`."""
    for finding in findings:
        around = (
            other.start <= finding.start
            and finding.end <= other.end
            and (other.type == "ip" or other.end - other.start > finding.end - finding.start)
            for other in findings
            if other.type not in (NOBODYS, "phone")
        )
        if finding.type != NOBODYS or not any(around):
            yield finding


def _without_overlaps(findings: Iterable[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda each: (-each.score, each.start, -each.end)):
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda each: each.start)
