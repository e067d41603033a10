"""Addresses of computers on the internet."""

import ipaddress
import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_NET = r"(?:/[0-9]{1,3}(?![0-9]))?"
_FOUR = re.compile(rf"(?<![\w.])(?P<ip>(?:[0-9]{{1,3}}\.){{3}}[0-9]{{1,3}})(?P<net>{_NET})(?!\w|\.[0-9])")
_SIX = re.compile(
    r"(?<![\w:.])(?P<ip>(?:[0-9a-f]{0,4}:){2,8}(?:(?:[0-9]{1,3}\.){3}[0-9]{1,3}|[0-9a-f]{1,4})?)"
    rf"(?P<net>%[a-z0-9]{{1,15}}|{_NET})(?![\w:]|\.\w)",
    re.IGNORECASE,
)
_VERSION = re.compile(r"(?:\bv|version|release|firmware|build|update|app|ios|android)\W{0,2}$", re.IGNORECASE)
_SAID = re.compile(r"\bip(?:v6)?\W{1,3}(?:\w{2,7}\W{1,2}){0,2}$", re.IGNORECASE)


def find_ips(text: str) -> Iterator[Finding]:
    """IP addresses in a folded text, with the zone or the length of the network behind them."""
    for pattern in (_FOUR, _SIX):
        for match in pattern.finditer(text):
            before = text[max(0, match.start() - 16) : match.start()]
            if not _is_ip(match["ip"], match["net"], before) or _VERSION.search(before):
                continue
            end = match.end() if _is_net(match["ip"], match["net"]) else match.end("ip")
            # Eight groups are sure, though some of their digits may pass for a card number.
            score = 0.992 if match["ip"].count(":") >= 6 else 0.85
            yield Finding("ip", match.start(), end, score, "an IP address")


def _is_ip(text: str, behind: str, before: str) -> bool:
    if ":" in text:
        # Without an empty group, colons stand in times and ratios; nothing but colons is a decoration.
        if text.count(":") < 6 and "::" not in text:
            return False
        if text == "::" and not behind and _SAID.search(before) is None:
            return False
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _is_net(text: str, behind: str) -> bool:
    return not behind.startswith("/") or int(behind[1:]) <= (128 if ":" in text else 32)
