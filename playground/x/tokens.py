"""OAuth 2.0: refresh tokens that are good once, and the app's own token.

`POST /2/oauth2/token` (docs.x.com, authentication/oauth-2-0/authorization-code) and `POST /oauth2/token`
(oauth-2-0/application-only), both read 2026-11-22. Tokens are made of the app's secret, so nothing of them is kept but
which refresh tokens were used up.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.ids import Clock
from playground.settings import Settings
from playground.x.errors import unauthorized
from playground.x.records import XState

LASTS = 7200
"""Seconds that access lasts."""
CLIENT_ID = "playground-client"
FIRST_REFRESH = "playground-refresh-0"
"""What a developer console would give out; `docs/channels/twitter.md` does not need them: the playground signs."""


class Tokens:
    """Gives tokens out, and knows them again."""

    def __init__(self, state: XState, settings: Settings, clock: Clock, changed: Callable[[], None]) -> None:
        self._state = state
        self._settings = settings
        self._clock = clock
        self._changed = changed

    def routes(self, blueprint: Blueprint) -> None:
        """Add both endpoints."""
        blueprint.add_route(self.renew, "/2/oauth2/token", methods=["POST"], name="token")
        blueprint.add_route(self.of_the_app, "/oauth2/token", methods=["POST"], name="app_token")

    async def renew(self, request: Request) -> HTTPResponse:
        """A refresh token for access and the next refresh token."""
        form: dict[str, str] = {name: values[0] for name, values in (request.form or {}).items()}
        given = form.get("refresh_token", "")
        number = len(self._state.refresh_tokens)
        right = FIRST_REFRESH if number == 0 else self._signed("refresh", number)
        known = form.get("client_id") == CLIENT_ID and form.get("grant_type") == "refresh_token"
        if not known or given != right:
            return json(
                {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}, status=400
            )
        self._state.refresh_tokens.append(given)
        self._changed()
        until = int(self._clock()) + LASTS
        return json(
            {
                "token_type": "bearer",
                "expires_in": LASTS,
                "access_token": f"{until}.{self._signed('access', until)}",
                "scope": "tweet.read tweet.write users.read dm.read dm.write media.write offline.access",
                "refresh_token": self._signed("refresh", number + 1),
            }
        )

    async def of_the_app(self, request: Request) -> HTTPResponse:
        """The app's keys for its token."""
        keys = f"{self._settings.twitter_consumer_key}:{self._settings.twitter_consumer_secret}"
        if request.headers.get("authorization") != "Basic " + base64.b64encode(keys.encode()).decode():
            raise unauthorized()
        return json({"token_type": "bearer", "access_token": self._signed("app", 0)})

    def is_user(self, token: str) -> bool:
        """Whether this is access in the brand's name that has not ended."""
        until, _, proof = token.partition(".")
        return (
            until.isdigit()
            and int(until) > self._clock()
            and hmac.compare_digest(proof, self._signed("access", int(until)))
        )

    def is_app(self, token: str) -> bool:
        """Whether this is the app's own."""
        return hmac.compare_digest(token, self._signed("app", 0))

    def _signed(self, kind: str, number: int) -> str:
        secret = self._settings.twitter_consumer_secret.encode()
        return hmac.new(secret, f"{kind} {number}".encode(), hashlib.sha256).hexdigest()
