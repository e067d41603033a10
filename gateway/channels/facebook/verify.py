"""Whether Facebook sent it: the challenge by GET and the signature by POST.

Source: developers.facebook.com, Messenger Platform, "Webhooks", 5 May 2026.
"""

import hashlib
import hmac
from collections.abc import Mapping

from gateway.channels.base import Challenge
from gateway.errors import BadSignature

SIGNATURE_HEADER = "x-hub-signature-256"


def challenge(query: Mapping[str, str], verify_token: str) -> Challenge | None:
    """Answer `hub.mode=subscribe` with the bare `hub.challenge`; None where the query asks for nothing.

    Raises `BadSignature` on a wrong `hub.verify_token`.
    """
    if query.get("hub.mode") != "subscribe":
        return None
    if not _same(query.get("hub.verify_token", ""), verify_token):
        raise BadSignature("The verify token does not match.")
    return Challenge(body=query.get("hub.challenge", ""))


def verify(headers: Mapping[str, str], body: bytes, secret: str) -> None:
    """Raise `BadSignature` unless the header is `sha256=<hex HMAC-SHA256(app secret, body)>`.

    Facebook signs the bytes as sent, with every character beyond ASCII escaped, so the body must not be serialised
    anew before. The old `x-hub-signature` (SHA-1) is not accepted.
    """
    expected = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    if not _same(headers.get(SIGNATURE_HEADER, ""), expected):
        raise BadSignature


def _same(given: str, expected: str) -> bool:
    # `compare_digest` refuses text beyond ASCII, and what is given may be anything.
    return hmac.compare_digest(given.encode(errors="replace"), expected.encode())
