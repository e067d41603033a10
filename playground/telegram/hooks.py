"""The two ways in which a bot gets its updates: setWebhook and its kin, and getUpdates."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playground.settings import Settings
from playground.telegram.errors import BotError, bad_request
from playground.telegram.platform import Telegram

LONGEST_POLL = 50.0
"""Seconds that getUpdates waits at most (tdlib/telegram-bot-api, read 2026-11-22)."""
ACTIVE = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
TERMINATED = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
SECRET = re.compile(r"[A-Za-z0-9_-]{0,256}")


class Hooks:
    """Hands out updates."""

    def __init__(self, telegram: Telegram, settings: Settings) -> None:
        self._telegram = telegram
        self._state = telegram.state
        self._updates = telegram.updates
        self._settings = settings
        self._reader = 0

    def methods(self) -> dict[str, Callable[[dict[str, Any]], Any]]:
        """By their names in lower case."""
        return {
            "getwebhookinfo": self._get_webhook_info,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getupdates": self._get_updates,
        }

    def _get_webhook_info(self, given: dict[str, Any]) -> Any:
        state = self._state
        url = self._settings.webhook("telegram") if state.webhook is None else state.webhook
        info: dict[str, Any] = {
            "url": url,
            "has_custom_certificate": False,
            "pending_update_count": self._updates.waiting(),
        }
        if url:
            info["max_connections"] = 40
        if trouble := self._updates.trouble():
            info |= {"last_error_date": int(self._telegram.clock()), "last_error_message": trouble}
        if state.allowed:
            info["allowed_updates"] = state.allowed
        return info

    def _set_webhook(self, given: dict[str, Any]) -> Any:
        url, secret = str(given.get("url", "")), given.get("secret_token")
        # Real Telegram wants https; a playground stays on this machine.
        if url and urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise bad_request("bad webhook: the playground delivers to this machine only")
        if secret is not None and not SECRET.fullmatch(str(secret)):
            raise bad_request("secret token contains unallowed characters")
        self._allow(given)
        if _true(given.get("drop_pending_updates")):
            self._updates.stop_webhook()
            self._state.pending.clear()
        self._set(url, secret)
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> Any:
        self._set("", None)
        if _true(given.get("drop_pending_updates")):
            self._state.pending.clear()
        return True

    async def _get_updates(self, given: dict[str, Any]) -> Any:
        if self._state.webhook != "":
            raise BotError(409, ACTIVE)
        self._allow(given)
        self._reader += 1
        mine, pending = self._reader, self._state.pending
        self._updates.arrived.set()  # whoever else is waiting looks up, and sees that it is not its turn any more
        offset = int(given.get("offset") or 0)
        if offset > 0:
            # An offset confirms everything before it.
            pending[:] = [body for body in pending if json.loads(body)["update_id"] >= offset]
        elif offset < 0:
            pending[:] = pending[offset:]
        ends = asyncio.get_running_loop().time() + min(float(given.get("timeout") or 0), LONGEST_POLL)
        while not pending and (rest := ends - asyncio.get_running_loop().time()) > 0:
            self._updates.arrived.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._updates.arrived.wait(), rest)
            if mine != self._reader:
                raise BotError(409, TERMINATED)
            if self._state.webhook != "":
                raise BotError(409, "Conflict: terminated by setWebhook request")
        return [json.loads(body) for body in pending[: int(given.get("limit") or 100)]]

    def _set(self, url: str, secret_token: str | None) -> None:
        self._state.webhook = url
        self._state.secret_token = secret_token
        if url:
            self._updates.start_webhook()
            self._updates.arrived.set()
        else:
            self._updates.stop_webhook()
        self._telegram.changed()

    def _allow(self, given: dict[str, Any]) -> None:
        allowed = given.get("allowed_updates")
        if isinstance(allowed, list):
            self._state.allowed = [str(kind) for kind in allowed]


def _true(value: Any) -> bool:
    return value is True or str(value).lower() in ("true", "1")
