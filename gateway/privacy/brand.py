"""What is the brand's own: its number formats, and the contact data that may stand in public."""

import re

import msgspec

from gateway.privacy import topics


class BrandFormats(msgspec.Struct, frozen=True, kw_only=True):
    """What the operator knows of the brand. Patterns are regular expressions, matched without regard to case."""

    order_patterns: tuple[str, ...] = ()
    booking_patterns: tuple[str, ...] = ()
    account_patterns: tuple[str, ...] = ()
    loyalty_patterns: tuple[str, ...] = ()
    """Also of customer numbers."""
    ticket_patterns: tuple[str, ...] = ()
    parcel_patterns: tuple[str, ...] = ()
    case_patterns: tuple[str, ...] = ()
    own_phones: tuple[str, ...] = ()
    own_emails: tuple[str, ...] = ()
    own_domains: tuple[str, ...] = ()
    own_addresses: tuple[str, ...] = ()
    phone_regions: tuple[str, ...] = ("US", "GB", "DE", "FR", "ES")
    """Countries whose numbers are understood without their international prefix."""

    def __post_init__(self) -> None:
        """Raises `ValueError` where a pattern is no regular expression."""
        for pattern in (pattern for found in self.patterns().values() for pattern in found):
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression: {error}") from error

    def patterns(self) -> dict[str, tuple[str, ...]]:
        """The number formats by the type of finding that they make."""
        return {
            topics.ORDER: self.order_patterns,
            topics.BOOKING: self.booking_patterns,
            topics.ACCOUNT: self.account_patterns,
            topics.LOYALTY: self.loyalty_patterns,
            topics.TICKET: self.ticket_patterns,
            topics.PARCEL: self.parcel_patterns,
            topics.CASE: self.case_patterns,
        }


class OwnContacts:
    """Answers whether a phone number, an e-mail address or a postal address is the brand's own."""

    def __init__(self, brand: BrandFormats) -> None:
        self._phones = {_significant(phone) for phone in brand.own_phones}
        self._emails = {email.lower() for email in brand.own_emails}
        self._domains = tuple(domain.lower().lstrip("@.") for domain in brand.own_domains)
        self._addresses = tuple(_words(address) for address in brand.own_addresses)

    def is_phone(self, text: str) -> bool:
        """Whether the text is one of the brand's phone numbers."""
        return _significant(text) in self._phones

    def is_email(self, text: str) -> bool:
        """Whether the text is an e-mail address of the brand."""
        lowered = text.lower()
        return lowered in self._emails or self.is_domain(lowered.rpartition("@")[2])

    def is_domain(self, host: str) -> bool:
        """Whether a host is one of the brand's domains or lies below one."""
        return any(host == domain or host.endswith("." + domain) for domain in self._domains)

    def is_address(self, text: str) -> bool:
        """Whether the text is a part of one of the brand's postal addresses."""
        return any(_words(text) in address for address in self._addresses)


def _significant(phone: str) -> str:
    # The last nine digits are the same with and without the country's prefix.
    return re.sub(r"[^0-9]", "", phone)[-9:]


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
