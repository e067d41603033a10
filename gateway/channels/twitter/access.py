"""Access to X in the account's name: OAuth 1.0a, which does not expire, or OAuth 2.0, renewed before its two hours end.

settings (first refresh token) -> X's token endpoint -> access, next refresh token -> kept (`Grants`) -> every request

X gives a new refresh token with each access token, and takes the old one no more (X docs,
authentication/oauth-2-0/authorization-code, Aug 2026). So the newest pair is kept before it is used, where all
processes find it. Of two that renew at once, the later is refused by X, and takes what the earlier has kept. A process
that dies between X's answer and its keeping loses the grant: the operator grants anew.
"""

import asyncio
import base64
import hashlib
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final

from gateway.channels.grants import Grant, Grants
from gateway.channels.twitter.fields import mapping, string
from gateway.channels.twitter.settings import TwitterSettings
from gateway.clock import Clock
from gateway.errors import SendLockedOut, SendRefused, SendRetryable

_EARLY: Final = timedelta(minutes=5)
"""So long before its end access is renewed..."""
_SPREAD: Final = 300.0
"""...and up to so many seconds earlier, so that two processes hardly ever do it at once."""
_LASTS: Final = 7200
"""Seconds, where X does not say."""
_AGAIN: Final = (0.3, 1.0, 3.0)
"""Seconds after which one who was refused looks whether another process has kept a newer grant."""

Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[object]]
"""Sends a form to the token endpoint: path, fields, headers. Raises as `XClient.read`."""


class Access:
    """The bearer token of the account, always a valid one."""

    def __init__(self, settings: TwitterSettings, grants: Grants, clock: Clock, post: Post) -> None:
        """`post` sends to X's token endpoint."""
        self._settings = settings
        self._grants = grants
        self._clock = clock
        self._post = post
        self._grant: Grant | None = None
        self._origin = hashlib.sha256(settings.oauth2_refresh_token.encode()).hexdigest()
        self._alone = asyncio.Lock()
        self._early = _EARLY + timedelta(seconds=random.uniform(0, _SPREAD))

    async def token(self, refused: str = "") -> str:
        """A token that X takes; `refused` is one that it did not take. Raises `SendRetryable`, `SendLockedOut`."""
        async with self._alone:  # one renewal serves all who wait for it
            if not self._is_good(self._grant, refused):
                self._grant = self._ours(await self._grants.read())
            if self._grant is None or not self._is_good(self._grant, refused):
                self._grant = await self._renew(self._grant)
            return self._grant.access

    def _is_good(self, grant: Grant | None, refused: str) -> bool:
        return grant is not None and grant.access != refused and self._clock() + self._early < grant.expires_at

    def _ours(self, grant: Grant | None) -> Grant | None:
        """What was kept, unless the operator has granted anew since."""
        return grant if grant is not None and grant.origin == self._origin else None

    async def _renew(self, old: Grant | None) -> Grant:
        settings = self._settings
        fields = {
            "grant_type": "refresh_token",
            "refresh_token": old.refresh if old else settings.oauth2_refresh_token,
            "client_id": settings.oauth2_client_id,
        }
        headers = {}
        if settings.oauth2_client_secret:
            headers["Authorization"] = basic(settings.oauth2_client_id, settings.oauth2_client_secret)
        try:
            answer = mapping(await self._post("/2/oauth2/token", fields, headers))
        except (SendRefused, SendLockedOut) as refusal:
            if newer := await self._others(old):
                return newer
            raise SendLockedOut(
                "X does not renew our access. Grant it anew, and set TWITTER_OAUTH2_REFRESH_TOKEN.",
                retry_after=refusal.retry_after if isinstance(refusal, SendLockedOut) else 900.0,
            ) from refusal
        access, refresh = string(answer.get("access_token")), string(answer.get("refresh_token"))
        if not access:
            raise SendRetryable("X renewed our access and did not say to what.")
        lasts = answer.get("expires_in")
        seconds = lasts if isinstance(lasts, int) and 0 < lasts <= 10 * _LASTS else _LASTS
        grant = Grant(
            origin=self._origin,
            access=access,
            refresh=refresh or fields["refresh_token"],
            expires_at=self._clock() + timedelta(seconds=seconds),
        )
        await self._grants.keep(grant, old)
        return grant

    async def _others(self, old: Grant | None) -> Grant | None:
        """What another process has kept while we were refused; None where nobody has."""
        for pause in _AGAIN:
            await asyncio.sleep(pause)
            kept = self._ours(await self._grants.read())
            if kept is not None and (old is None or kept.refresh != old.refresh):
                return kept
        return None


def basic(name: str, secret: str) -> str:
    """The header by which a client says who it is."""
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode("ascii")
