"""What Telegram tells the gateway: Updates (core.telegram.org/bots/api#update)."""

import asyncio
import json
import secrets
from typing import Any

import httpx

from playground.delivery import Courier
from playground.ids import Clock
from playground.settings import Settings
from playground.telegram.objects import Objects
from playground.telegram.records import CONNECTION_ID, ChatMessage, TelegramState

KEPT_FOR = 24 * 3600.0
"""Seconds after which Telegram drops an update (tdlib/telegram-bot-api, read 2026-11-21)."""
PRESS_KEPT_FOR = 150.0
"""The same for a pressed button."""
ASKED_FOR_ONLY = ("message_reaction", "message_reaction_count", "chat_member")
"""Updates that come only to bots that name them (core.telegram.org/bots/api#setwebhook)."""
LONGEST_WAIT = 60.0
LONGEST_RETRY_AFTER = 3600.0


class TelegramRoute:
    """Delivers with the secret token; a chat's next update goes only after the one before has arrived."""

    timeout = 60.0

    def __init__(self, state: TelegramState, settings: Settings) -> None:
        self._state = state
        self._settings = settings

    def url(self) -> str:
        """What setWebhook said, and this machine's gateway until somebody calls it."""
        return self._state.webhook or self._settings.webhook("telegram")

    def headers(self, body: bytes) -> dict[str, str]:
        """Telegram does not sign; it shows the token that was set with the webhook."""
        token = self._state.secret_token
        if token is None:
            token = self._settings.telegram_secret_token
        return {"X-Telegram-Bot-Api-Secret-Token": token} if token else {}

    def accepts(self, status: int) -> bool:
        """Any 2xx."""
        return 200 <= status < 300

    def delay(self, attempts: int, retry_after: float | None) -> float | None:
        """At once, then 2, 4, 8 ... seconds; Retry-After is honoured up to an hour."""
        if retry_after is not None:
            return min(retry_after, LONGEST_RETRY_AFTER)
        return 0.0 if attempts == 1 else min(2.0 ** min(attempts - 1, 10), LONGEST_WAIT)

    async def handshake(self, client: httpx.AsyncClient) -> str | None:
        """Telegram asks for none."""
        return None


class Updates:
    """Numbers updates and hands them to the webhook, or keeps them for getUpdates."""

    def __init__(self, state: TelegramState, objects: Objects, courier: Courier, clock: Clock) -> None:
        self._state = state
        self._objects = objects
        self._courier = courier
        self._clock = clock
        self.arrived = asyncio.Event()
        """Set when something waits for getUpdates."""

    def message(self, message: ChatMessage) -> None:
        """Somebody wrote, or changed what they had written."""
        kind = ("edited_" if message.edited else "") + ("business_message" if message.business else "message")
        self._push(kind, message.chat_id, self._objects.message(message))

    def service(self, chat_id: int, message: dict[str, Any]) -> None:
        """Something happened in a chat."""
        self._push("message", chat_id, message)

    def deleted(self, chat_id: int, numbers: list[int]) -> None:
        """Messages of the owner's own chat are gone. Of others a bot is told nothing."""
        gone = {
            "business_connection_id": CONNECTION_ID,
            "chat": self._objects.chat(chat_id),
            "message_ids": numbers,
        }
        self._push("deleted_business_messages", chat_id, gone)

    def reaction(self, message: ChatMessage, user_id: int, before: str, after: str) -> None:
        """Somebody put an emoji to a message, or took it away."""
        news = {
            "chat": self._objects.chat(message.chat_id),
            "message_id": message.message_id,
            "user": self._objects.user(user_id),
            "date": int(self._clock()),
            "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
            "new_reaction": [{"type": "emoji", "emoji": after}] if after else [],
        }
        self._push("message_reaction", message.chat_id, news)

    def membership(self, user_id: int, *, blocked: bool) -> None:
        """Somebody has blocked the bot, or lets it in again."""
        member = {"user": self._objects.bot(), "status": "member"}
        kicked = {"user": self._objects.bot(), "status": "kicked", "until_date": 0}
        news = {
            "chat": self._objects.chat(user_id),
            "from": self._objects.user(user_id),
            "date": int(self._clock()),
            "old_chat_member": member if blocked else kicked,
            "new_chat_member": kicked if blocked else member,
        }
        self._push("my_chat_member", user_id, news)

    def press(self, message: ChatMessage, user_id: int, data: str) -> str:
        """Somebody pressed a button; returns the query's id."""
        query_id = str(secrets.randbits(62))
        query = {
            "id": query_id,
            "from": self._objects.user(user_id),
            "message": self._objects.message(message),
            "chat_instance": str(abs(message.chat_id) * 7),
            "data": data,
        }
        self._push("callback_query", message.chat_id, query, PRESS_KEPT_FOR)
        return query_id

    def start_webhook(self) -> None:
        """There is a webhook (again): hand over what was waiting."""
        waiting, self._state.pending = self._state.pending, []
        for body in waiting:
            self._deliver(body, "kept update", KEPT_FOR, 0)

    def stop_webhook(self) -> None:
        """There is no webhook any more: take back what has not arrived."""
        self._state.pending.extend(self._courier.withdraw("telegram"))
        self.arrived.set()

    def waiting(self) -> int:
        """How many have not arrived."""
        return len(self._state.pending) + int(self._courier.trouble()["telegram"]["waiting"])

    def trouble(self) -> str | None:
        """Why the last one has not arrived."""
        error = self._courier.trouble()["telegram"]["error"]
        return f"Wrong response from the webhook: {error}" if error else None

    def _push(self, kind: str, chat_id: int, content: dict[str, Any], kept_for: float = KEPT_FOR) -> None:
        if not self._wanted(kind):
            return
        self._state.last_update_id += 1
        body = json.dumps({"update_id": self._state.last_update_id, kind: content}, ensure_ascii=False)
        if self._state.webhook == "":
            self._state.pending.append(body)
            self.arrived.set()
        else:
            self._deliver(body, kind, kept_for, chat_id)

    def _wanted(self, kind: str) -> bool:
        allowed = self._state.allowed
        return kind in allowed if allowed else kind not in ASKED_FOR_ONLY

    def _deliver(self, body: str, label: str, kept_for: float, chat_id: int) -> None:
        self._courier.send("telegram", label, body, lane=f"telegram/{chat_id}", expires=self._clock() + kept_for)
