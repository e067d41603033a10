"""The detector: personal data in a text, each piece with its type, span, score and reason. No network, no model."""

import re
from collections.abc import Iterator

from gateway.privacy.addresses import find_addresses
from gateway.privacy.births import find_births
from gateway.privacy.brand import BrandFormats, OwnContacts
from gateway.privacy.cards import find_cards
from gateway.privacy.emails import find_emails
from gateway.privacy.findings import Finding
from gateway.privacy.folding import fold
from gateway.privacy.ibans import find_ibans
from gateway.privacy.ips import find_ips
from gateway.privacy.noise import LINK, without_codes, without_noise
from gateway.privacy.phones import find_phones
from gateway.privacy.references import References
from gateway.privacy.security_codes import find_security_codes

__all__ = ["BrandFormats", "Detector", "Finding"]

# The longest text that a channel carries is 10,000 characters (X's direct message). Masking, which must miss nothing,
# does not come through here.
MAX_CHARACTERS = 20_000

_LINKED = re.compile(
    r"(?:order|booking|reservation|tracking|track|parcel|ticket|case|account|customer|invoice|ref)s?[a-z_]{0,10}[=/_-]"
    r"(?P<token>(?=[a-z-]{0,20}[0-9])[a-z0-9-]{5,40})(?![a-z0-9])",
    re.IGNORECASE,
)
_AT = re.compile(r"\s*[(\[{]?\s*(?:@|\b(?:at|arroba)\b)\s*[)\]}]?\s*", re.IGNORECASE)
_DOT = re.compile(r"\s*[(\[{]?\s*(?:\.|\b(?:dot|punkt|punto|point)\b)\s*[)\]}]?\s*", re.IGNORECASE)


class Detector:
    """Finds personal data, and leaves out what is the brand's own."""

    def __init__(self, brand: BrandFormats | None = None) -> None:
        brand = brand or BrandFormats()
        self._own = OwnContacts(brand)
        self._references = References(brand.order_patterns)
        self._regions = brand.phone_regions

    def find(self, text: str) -> list[Finding]:
        """The findings in a text, in its order, without overlaps; where two overlap, the surer one stays.

        A text is read up to `MAX_CHARACTERS`.
        """
        folded = fold(text[:MAX_CHARACTERS])
        found = [finding for finding in self._find(folded.text) if not self._is_own(finding, folded.text)]
        return [
            Finding(finding.type, *folded.span(finding.start, finding.end), finding.score, finding.reason)
            for finding in _without_overlaps(found)
        ]

    def _find(self, text: str) -> Iterator[Finding]:
        for start, end in find_cards(text):
            yield Finding("card", start, end, 0.99, "a card number with a right check digit")
        for start, end in find_security_codes(text):
            yield Finding("security_code", start, end, 0.95, "digits beside a word for a security code")
        yield from find_emails(text)
        yield from find_ibans(text)
        yield from find_births(text)
        yield from find_ips(text)
        yield from _in_links(without_codes(text))
        quiet = without_noise(text)
        yield from self._references.find(quiet)
        yield from find_phones(quiet, self._regions)
        yield from find_addresses(quiet)

    def _is_own(self, finding: Finding, text: str) -> bool:
        value = text[finding.start : finding.end]
        match finding.type:
            case "phone" | "order_number":
                return self._own.is_phone(value)
            case "email":
                return self._own.is_email(_DOT.sub(".", _AT.sub("@", value, count=1)))
            case "address":
                return self._own.is_address(value)
            case _:
                return False


def _in_links(text: str) -> Iterator[Finding]:
    for link in LINK.finditer(text):
        for match in _LINKED.finditer(text, *link.span()):
            yield Finding("order_number", *match.span("token"), 0.8, "a number in a link to somebody's matter")


def _without_overlaps(findings: list[Finding]) -> list[Finding]:
    kept: list[Finding] = []
    for finding in sorted(findings, key=lambda each: (-each.score, each.start, -each.end)):
        if all(finding.end <= other.start or other.end <= finding.start for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda each: each.start)
