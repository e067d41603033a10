"""Checks who calls: OAuth 1.0a, the way in which the gateway's client signs (RFC 5849), or a bearer token."""

import hmac
import time
from urllib.parse import parse_qsl, unquote

from oauthlib.oauth1.rfc5849 import signature  # type: ignore[import-untyped]
from sanic import Request

from playground.settings import Settings
from playground.x.errors import XError, unauthorized
from playground.x.tokens import Tokens

SKEW = 300
"""Seconds a timestamp may be off."""

CANONICAL = ("https://api.twitter.com", "https://api.x.com")
"""The client signs for the real host and is pointed here afterwards, so that host counts as well."""

OPEN = ("/x/2/oauth2/token", "/x/oauth2/token", "/x/media/")
"""Where callers get their tokens, and where anybody sees what comes along with a post."""
OF_THE_APP = ("/x/2/webhooks",)
ONLY_BEARER = ("/x/2/dm_conversations/media/",)
"""Where OAuth 1.0a is not taken (docs.x.com/x-api/direct-messages/media/introduction, read 2026-11-22)."""
EITHER = ("/x/2/activity/subscriptions",)


class OAuth:
    """Knows the one app and the one user that may call."""

    def __init__(self, settings: Settings, tokens: Tokens) -> None:
        self._settings = settings
        self._tokens = tokens

    def check(self, request: Request) -> None:
        """Raise the platform's 401 unless the call is the brand's, or the app's where the app may call."""
        if request.path.startswith(OPEN):
            return
        scheme, _, rest = request.headers.get("authorization", "").partition(" ")
        of_the_app = request.path.startswith(OF_THE_APP)
        if scheme.lower() == "bearer":
            if self._tokens.is_app(rest):
                if not of_the_app and not request.path.startswith(EITHER):
                    raise _wrong_kind("OAuth 2.0 Application-Only")
                return
            if not self._tokens.is_user(rest):
                raise unauthorized()
            if of_the_app:
                raise _wrong_kind("OAuth 2.0 User Context")
            return
        if scheme.lower() != "oauth":
            raise unauthorized()
        if of_the_app or request.path.startswith(ONLY_BEARER):
            raise _wrong_kind("OAuth 1.0a User Context")
        self._check_signature(request, rest)

    def _check_signature(self, request: Request, rest: str) -> None:
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


def _wrong_kind(kind: str) -> XError:
    return XError(
        403,
        "Unsupported Authentication",
        f"Authenticating with {kind} is forbidden for this endpoint.",
        "https://api.twitter.com/2/problems/unsupported-authentication",
    )


class _Keys:
    """The two secrets under the names that oauthlib asks for."""

    def __init__(self, client_secret: str, resource_owner_secret: str) -> None:
        self.client_secret = client_secret
        self.resource_owner_secret = resource_owner_secret


def _parameters(header: str) -> list[tuple[str, str]]:
    pairs = (part.strip().partition("=") for part in header.split(","))
    return [(unquote(name), unquote(value.strip('"'))) for name, _, value in pairs]
