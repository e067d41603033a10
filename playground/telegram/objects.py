"""Turns records into the Bot API's JSON (core.telegram.org/bots/api#available-types)."""

from typing import Any

from playground.people import BRAND, GROUP_ID, GROUP_TITLE, by_telegram
from playground.settings import Settings
from playground.telegram.records import (
    CONNECTION_ID,
    MOVED_GROUP_ID,
    OLD_GROUP_ID,
    OLD_GROUP_TITLE,
    OWNER_ID,
    ChatMessage,
    TelegramState,
)

GROUPS: dict[int, tuple[str, str]] = {
    GROUP_ID: ("supergroup", GROUP_TITLE),
    OLD_GROUP_ID: ("group", OLD_GROUP_TITLE),
    MOVED_GROUP_ID: ("supergroup", OLD_GROUP_TITLE),
}


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
        if user_id == OWNER_ID:
            return {"id": OWNER_ID, "is_bot": False, "first_name": "Wren", "username": "wren_of_wren_and_co"}
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
        if chat_id in GROUPS:
            kind, title = GROUPS[chat_id]
            return {"id": chat_id, "type": kind, "title": title}
        names = ("first_name", "last_name", "username")
        return {"id": chat_id, "type": "private", **{k: v for k, v in self.user(chat_id).items() if k in names}}

    def message(self, message: ChatMessage, *, with_reply: bool = True) -> dict[str, Any]:
        """A Message; the one it replies to comes along, that one's own parent does not."""
        content: dict[str, Any] = {
            "message_id": message.message_id,
            "from": self.user(message.from_id),
            "chat": self.chat(message.chat_id),
            "date": int(message.created),
        }
        if message.media is not None:
            fields: Any = message.media.fields
            content[message.media.kind] = fields["sizes"] if message.media.kind == "photo" else fields
            if message.text:
                content["caption"] = message.text
            if message.media.kind == "animation":
                content["document"] = message.media.fields
            if message.media.kind == "venue":
                content["location"] = message.media.fields["location"]
        else:
            content["text"] = message.text
        if message.edited:
            content["edit_date"] = int(message.edited)
        if message.album:
            content["media_group_id"] = message.album
        if message.business:
            content["business_connection_id"] = CONNECTION_ID
        if message.by_bot:
            content |= {"from": self.user(OWNER_ID), "sender_business_bot": self.bot()}
        if message.text.startswith("/") and message.media is None:
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
            kept = self._state.business if message.business else self._state.messages
            parents = (m for m in kept if m.chat_id == message.chat_id)
            parent = next((m for m in parents if m.message_id == message.reply_to), None)
            if parent is not None:
                content["reply_to_message"] = self.message(parent, with_reply=False)
        return content
