"""Addresses of computers on the internet."""

import ipaddress
import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_FOUR = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?!\w|\.[0-9])")
_SIX = re.compile(r"(?<![\w:])[0-9a-f]{1,4}:(?:[0-9a-f]{0,4}:){1,6}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE)
_VERSION = re.compile(r"(?:\bv|version|release|firmware|build|update|app)\W{0,2}$", re.IGNORECASE)


def find_ips(text: str) -> Iterator[Finding]:
    """IP addresses in a folded text."""
    for pattern in (_FOUR, _SIX):
        for match in pattern.finditer(text):
            if _is_ip(match.group()) and not _VERSION.search(text[max(0, match.start() - 12) : match.start()]):
                yield Finding("ip", match.start(), match.end(), 0.85, "an IP address")


def _is_ip(text: str) -> bool:
    # Without a letter or an empty group, colons stand in times and ratios more often than in addresses.
    if ":" in text and text.count(":") < 7 and "::" not in text:
        return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
