"""The pretend Telegram: its rules, and what they let the bot do."""

from collections.abc import Callable
from typing import Any

from playground.ids import Clock
from playground.people import GROUP_ID, by_telegram
from playground.settings import Settings
from playground.telegram.errors import BotError, bad_request
from playground.telegram.objects import GROUPS, Objects
from playground.telegram.records import (
    CONNECTION_ID,
    MOVED_GROUP_ID,
    OLD_GROUP_ID,
    Button,
    ChatMessage,
    Media,
    TelegramState,
)
from playground.telegram.updates import Updates

TEXT_LIMIT = 4096
"""UTF-16 code units after parsing (core.telegram.org/bots/api#sendmessage)."""
CAPTION_LIMIT = 1024
CALLBACK_LIMIT = 64
"""Bytes of callback_data (core.telegram.org/bots/api#inlinekeyboardbutton)."""
DELETABLE_FOR = 48 * 3600.0
"""Seconds: "A message can only be deleted if it was sent less than 48 hours ago" (#deletemessage)."""
BUSINESS_WINDOW = 24 * 3600.0
"""Seconds after a customer's message in which a bot may write in the name of a business account."""


class Telegram:
    """The groups and the private chats."""

    def __init__(
        self,
        state: TelegramState,
        settings: Settings,
        objects: Objects,
        updates: Updates,
        clock: Clock,
        changed: Callable[[], None],
    ) -> None:
        self.state = state
        self.objects = objects
        self.updates = updates
        self.settings = settings
        self.clock = clock
        self.changed = changed
        self.queries: set[str] = set()
        """Pressed buttons that wait for an answer."""

    def bot_sends(
        self,
        chat_id: int,
        text: str,
        reply: dict[str, Any] | None = None,
        thread_id: int | None = None,
        markup: dict[str, Any] | None = None,
        media: Media | None = None,
        business: str = "",
    ) -> ChatMessage:
        """sendMessage, sendPhoto and the like."""
        self.check_writable(chat_id, business)
        if media is None and not text.strip():
            raise bad_request("message text is empty")
        if units(text) > (CAPTION_LIMIT if media else TEXT_LIMIT):
            raise bad_request("message caption is too long" if media else "message is too long")
        reply_to = self._reply_target(chat_id, reply) if reply and not business else None
        bot_id = self.settings.telegram_bot_id
        message = self.add(chat_id, bot_id, text, reply_to, thread_id, _keyboard(markup or {}), media, bool(business))
        message.by_bot = bool(business)
        return message

    def check_writable(self, chat_id: int, business: str = "") -> None:
        """A bot may write in its groups, and to people who started it and have not blocked it."""
        if business:
            return self._check_business(chat_id, business)
        if chat_id == OLD_GROUP_ID and self.state.moved:
            raise BotError(
                400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=MOVED_GROUP_ID
            )
        if chat_id in GROUPS and (chat_id != MOVED_GROUP_ID or self.state.moved):
            return None
        if by_telegram(chat_id) is None:
            raise bad_request("chat not found")
        if chat_id not in self.state.started:
            raise BotError(403, "Forbidden: bot can't initiate conversation with a user")
        if chat_id in self.state.blocked:
            raise BotError(403, "Forbidden: bot was blocked by the user")
        return None

    def delete(self, chat_id: int, message_id: int) -> None:
        """deleteMessage; the bot is an admin of the groups."""
        try:
            message = self.message(chat_id, message_id)
        except BotError:
            raise bad_request("message to delete not found") from None
        if self.clock() - message.created > DELETABLE_FOR:
            raise bad_request("message can't be deleted")
        self.state.messages.remove(message)
        self.changed()

    def answer(self, query_id: str) -> None:
        """answerCallbackQuery, once."""
        if query_id not in self.queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self.queries.discard(query_id)

    def message(self, chat_id: int, message_id: int, *, business: bool = False) -> ChatMessage:
        """One message."""
        for message in reversed(self.state.business if business else self.state.messages):
            if message.chat_id == chat_id and message.message_id == message_id:
                return message
        raise bad_request("message not found")

    def add(
        self,
        chat_id: int,
        from_id: int,
        text: str,
        reply_to: int | None = None,
        thread_id: int | None = None,
        keyboard: list[list[Button]] | None = None,
        media: Media | None = None,
        business: bool = False,
    ) -> ChatMessage:
        """Write a message down."""
        if chat_id == GROUP_ID:
            self.state.last_group_message_id += 1
            number = self.state.last_group_message_id
        else:
            self.state.last_private_message_id += 1
            number = self.state.last_private_message_id
        message = ChatMessage(number, chat_id, from_id, text, self.clock(), reply_to, thread_id, keyboard or [])
        message.media, message.business = media, business
        (self.state.business if business else self.state.messages).append(message)
        self.changed()
        return message

    def _check_business(self, chat_id: int, business: str) -> None:
        if business != CONNECTION_ID:
            raise bad_request("BUSINESS_CONNECTION_INVALID")
        theirs = [m.created for m in self.state.business if m.chat_id == chat_id and m.from_id == chat_id]
        if not theirs or self.clock() - max(theirs) > BUSINESS_WINDOW:
            raise bad_request("BUSINESS_PEER_USAGE_MISSING")

    def _reply_target(self, chat_id: int, reply: dict[str, Any]) -> int | None:
        try:
            return self.message(chat_id, int(reply.get("message_id", 0))).message_id
        except BotError:
            if reply.get("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found") from None


def units(text: str) -> int:
    """A text's length as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _keyboard(markup: dict[str, Any]) -> list[list[Button]]:
    """The rows of an inline keyboard, measured."""
    rows = [[_button(item) for item in row] for row in markup.get("inline_keyboard") or []]
    for button in (button for row in rows for button in row):
        if button.callback_data and len(button.callback_data.encode()) > CALLBACK_LIMIT:
            raise bad_request("BUTTON_DATA_INVALID")
    return rows


def _button(item: dict[str, Any]) -> Button:
    if not item.get("text") or not (item.get("url") or item.get("callback_data")):
        raise bad_request("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    return Button(item["text"], item.get("url"), item.get("callback_data"))
