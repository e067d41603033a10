"""What Telegram tells the gateway: Updates (core.telegram.org/bots/api#update)."""

import json
import secrets
from typing import Any

import httpx

from playground.delivery import Courier
from playground.ids import Clock
from playground.people import BRAND, GROUP_ID, GROUP_TITLE, by_telegram
from playground.settings import Settings
from playground.telegram.records import ChatMessage, TelegramState

KEPT_FOR = 24 * 3600.0
"""Seconds after which Telegram drops an update (tdlib/telegram-bot-api, read 2026-11-21)."""
PRESS_KEPT_FOR = 150.0
"""The same for a pressed button."""
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


class Objects:
    """Turns records into the Bot API's JSON."""

    def __init__(self, state: TelegramState, settings: Settings) -> None:
        self._state = state
        self._settings = settings

    def bot(self) -> dict[str, Any]:
        """The bot as a User."""
        return {
            "id": self._settings.telegram_bot_id,
            "is_bot": True,
            "first_name": BRAND,
            "username": self._settings.telegram_bot_username,
        }

    def user(self, user_id: int) -> dict[str, Any]:
        """A User."""
        if (person := by_telegram(user_id)) is None:
            return self.bot()
        return {
            "id": person.telegram_id,
            "is_bot": False,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "username": person.telegram_username,
            "language_code": "en",
        }

    def chat(self, chat_id: int) -> dict[str, Any]:
        """A Chat."""
        if chat_id == GROUP_ID:
            return {"id": GROUP_ID, "type": "supergroup", "title": GROUP_TITLE}
        names = ("first_name", "last_name", "username")
        return {"id": chat_id, "type": "private", **{k: v for k, v in self.user(chat_id).items() if k in names}}

    def message(self, message: ChatMessage, *, with_reply: bool = True) -> dict[str, Any]:
        """A Message; the one it replies to comes along, that one's own parent does not."""
        content: dict[str, Any] = {
            "message_id": message.message_id,
            "from": self.user(message.from_id),
            "chat": self.chat(message.chat_id),
            "date": int(message.created),
            "text": message.text,
        }
        if message.text.startswith("/"):
            command = message.text.split(maxsplit=1)[0]
            content["entities"] = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        if message.thread_id is not None:
            content["message_thread_id"] = message.thread_id
        if message.keyboard:
            rows = [
                [{"text": b.text, **({"url": b.url} if b.url else {"callback_data": b.callback_data})} for b in row]
                for row in message.keyboard
            ]
            content["reply_markup"] = {"inline_keyboard": rows}
        if with_reply and message.reply_to is not None:
            parents = (m for m in self._state.messages if m.chat_id == message.chat_id)
            parent = next((m for m in parents if m.message_id == message.reply_to), None)
            if parent is not None:
                content["reply_to_message"] = self.message(parent, with_reply=False)
        return content


class Updates:
    """Numbers updates and hands them to the webhook, or keeps them for getUpdates."""

    def __init__(self, state: TelegramState, objects: Objects, courier: Courier, clock: Clock) -> None:
        self._state = state
        self._objects = objects
        self._courier = courier
        self._clock = clock

    def message(self, message: ChatMessage) -> int:
        """Somebody wrote."""
        return self._push("message", message.chat_id, {"message": self._objects.message(message)})

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
        self._push("callback_query", message.chat_id, {"callback_query": query}, PRESS_KEPT_FOR)
        return query_id

    def start_webhook(self) -> None:
        """There is a webhook (again): hand over what was waiting."""
        waiting, self._state.pending = self._state.pending, []
        for body in waiting:
            self._deliver(body, "kept update", KEPT_FOR)

    def stop_webhook(self) -> None:
        """There is no webhook any more: take back what has not arrived."""
        self._state.pending.extend(self._courier.withdraw("telegram"))

    def _push(self, label: str, chat_id: int, content: dict[str, Any], kept_for: float = KEPT_FOR) -> int:
        self._state.last_update_id += 1
        number = self._state.last_update_id
        body = json.dumps({"update_id": number, **content}, ensure_ascii=False)
        if self._state.webhook == "":
            self._state.pending.append(body)
        else:
            self._deliver(body, label, kept_for, chat_id)
        return number

    def _deliver(self, body: str, label: str, kept_for: float, chat_id: int | None = None) -> None:
        if chat_id is None:
            update = json.loads(body)
            chat_id = (update.get("message") or update["callback_query"]["message"])["chat"]["id"]
        lane = f"telegram/{chat_id}"
        self._courier.send("telegram", label, body, lane=lane, expires=self._clock() + kept_for)
