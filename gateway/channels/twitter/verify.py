"""The proof that X sent a webhook, and the answer to X's question whether we are who we say (CRC).

Both are HMAC-SHA256 with the app's consumer secret, in base64 behind `sha256=`
(X docs, webhooks/introduction and webhooks/quickstart, Aug 2026).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import msgspec

from gateway.channels.base import Challenge
from gateway.errors import BadSignature

SIGNATURE_HEADER = "x-twitter-webhooks-signature"
_PREFIX = "sha256="


def sign(consumer_secret: str, message: bytes) -> str:
    """The signature of a message as X writes it: `sha256=<base64>`."""
    digest = hmac.new(consumer_secret.encode(), message, hashlib.sha256).digest()
    return _PREFIX + base64.b64encode(digest).decode("ascii")


def answer_challenge(consumer_secret: str, query: Mapping[str, str]) -> Challenge | None:
    """Answer `?crc_token=...` with the token's signature; None where there is no token.

    Raises `BadSignature` for a token that looks like JSON. The answer to a challenge is made like the signature of a
    delivery, with the same secret, and anybody may ask: whoever had a webhook body signed this way could post it in
    X's name. Every body that we act upon is a JSON object, and a token with none of these marks can never be one.
    """
    token = query.get("crc_token")
    if not token:
        return None
    if any(mark in token for mark in '{["'):
        raise BadSignature("The challenge is not a token.")
    body = msgspec.json.encode({"response_token": sign(consumer_secret, token.encode("utf-8", "replace"))})
    return Challenge(body=body.decode(), content_type="application/json")


def check_signature(consumer_secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """Raise `BadSignature` unless the header signs exactly these bytes. Header names are lower case."""
    given = headers.get(SIGNATURE_HEADER, "")
    if not given.startswith(_PREFIX):
        raise BadSignature("The delivery carries no sha256 signature.")
    # As bytes: compare_digest refuses strings beyond ASCII, and a header may hold anything.
    if not hmac.compare_digest(given.encode("utf-8", "replace"), sign(consumer_secret, body).encode("ascii")):
        raise BadSignature
