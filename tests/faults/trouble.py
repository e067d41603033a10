"""Trouble: how a platform treats a share of the calls on a bad day, in each platform's own words."""

import math
import random
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web

from tests.faults.events import FACEBOOK, TELEGRAM


class Fate(StrEnum):
    """What happens to a call."""

    WELL = "well"
    BUSY = "429"
    ERROR = "5xx"
    """Nothing was taken, but the caller cannot know."""
    TAKEN_AND_RESET = "taken, then reset"
    TAKEN_AND_HANG = "taken, then silence"
    HANG = "silence"
    REVOKED = "401"


@dataclass
class Trouble:
    """Shares of the calls that meet a fate; the rest is well."""

    shares: dict[Fate, float] = field(default_factory=dict)
    shortest: float = 1.0
    longest: float = 60.0
    """Seconds that a 429 asks to wait, at least and at most."""
    hold: float = 30.0
    """Seconds of silence."""

    def draw(self, dice: random.Random) -> Fate:
        """The fate of the next call."""
        drawn = dice.random()
        for fate, share in self.shares.items():
            drawn -= share
            if drawn < 0:
                return fate
        return Fate.WELL

    def wait(self, dice: random.Random) -> float:
        """Seconds that the next 429 asks for, whole as on the wire."""
        return float(round(dice.uniform(self.shortest, self.longest)))

    def busy(self, channel: str, until: float, now: float) -> web.Response:
        """Refused by a limit; nothing happened. X names only the reset, Facebook no time at all."""
        seconds = max(1, math.ceil(until - now))
        if channel == TELEGRAM:
            words = f"Too Many Requests: retry after {seconds}"
            body = {"ok": False, "error_code": 429, "description": words, "parameters": {"retry_after": seconds}}
            return web.json_response(body, status=429)
        if channel == FACEBOOK:
            return _graph(400, 613, "Calls to this API have exceeded the rate limit.")
        # Rounded up: the header is in whole seconds.
        headers = {
            "x-rate-limit-limit": "100",
            "x-rate-limit-remaining": "0",
            "x-rate-limit-reset": str(int(until) + 1),
        }
        return web.json_response({"title": "Too Many Requests", "status": 429}, status=429, headers=headers)

    def error(self, channel: str) -> web.Response:
        """An answer of a broken platform."""
        if channel == TELEGRAM:
            return web.json_response({"ok": False, "error_code": 500, "description": "Internal"}, status=500)
        if channel == FACEBOOK:
            return _graph(500, 2, "An unexpected error has occurred.")
        return web.Response(status=502, text="<html>Bad Gateway</html>", content_type="text/html")

    def revoked(self, channel: str) -> web.Response:
        """The token is no longer good."""
        if channel == TELEGRAM:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        if channel == FACEBOOK:
            return _graph(400, 190, "Error validating access token.")
        return web.json_response({"title": "Unauthorized", "status": 401, "detail": "Unauthorized"}, status=401)


def _graph(status: int, code: int, words: str) -> web.Response:
    return web.json_response({"error": {"message": words, "type": "OAuthException", "code": code}}, status=status)
