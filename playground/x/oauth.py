"""Checks OAuth 1.0a, the way in which the gateway's client signs (RFC 5849)."""

import hmac
import time
from urllib.parse import parse_qsl, unquote

from oauthlib.oauth1.rfc5849 import signature  # type: ignore[import-untyped]
from sanic import Request

from playground.settings import Settings
from playground.x.errors import unauthorized

SKEW = 300
"""Seconds a timestamp may be off."""

CANONICAL = ("https://api.twitter.com", "https://api.x.com")
"""The client signs for the real host and is pointed here afterwards, so that host counts as well."""


class OAuth:
    """Knows the one app and the one user that may call."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def check(self, request: Request) -> None:
        """Raise the platform's 401 unless the call is signed by the brand's app for the brand's account."""
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "oauth":
            raise unauthorized()
        sent = dict(_parameters(rest))
        settings = self._settings
        if sent.get("oauth_consumer_key") != settings.twitter_consumer_key:
            raise unauthorized()
        if sent.get("oauth_token") != settings.twitter_access_token:
            raise unauthorized()
        stamp = sent.get("oauth_timestamp", "")
        if not stamp.isdigit() or abs(int(stamp) - time.time()) > SKEW:
            raise unauthorized()
        given = sent.pop("oauth_signature", "")
        if not any(hmac.compare_digest(given, right) for right in self._signatures(request, sent)):
            raise unauthorized()

    def _signatures(self, request: Request, sent: dict[str, str]) -> list[str]:
        path = request.path.removeprefix("/x")
        query = parse_qsl(request.query_string, keep_blank_values=True)
        # A JSON body is not signed (RFC 5849, 3.4.1.3.1: only form-encoded bodies are).
        normal = signature.normalize_parameters([*query, *((k, v) for k, v in sent.items() if k != "realm")])
        places = [*(host + path for host in CANONICAL), f"{request.scheme}://{request.host}{request.path}"]
        secret = self._settings.twitter_consumer_secret
        token_secret = self._settings.twitter_access_token_secret
        return [
            signature.sign_hmac_sha1_with_client(base, _Keys(secret, token_secret))
            for place in places
            if (base := signature.signature_base_string(request.method, signature.base_string_uri(place), normal))
        ]


class _Keys:
    """The two secrets under the names that oauthlib asks for."""

    def __init__(self, client_secret: str, resource_owner_secret: str) -> None:
        self.client_secret = client_secret
        self.resource_owner_secret = resource_owner_secret


def _parameters(header: str) -> list[tuple[str, str]]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return [(unquote(name), unquote(value.strip('"'))) for name, _, value in pairs]
