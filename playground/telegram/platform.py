"""The pretend Telegram: its rules, and what they let people and the bot do."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playground.ids import Clock
from playground.people import GROUP_ID, Customer, by_telegram
from playground.settings import Settings
from playground.telegram.errors import BotError, bad_request
from playground.telegram.records import Button, ChatMessage, TelegramState
from playground.telegram.updates import Objects, Updates

TEXT_LIMIT = 4096
"""Characters after parsing (core.telegram.org/bots/api#sendmessage)."""
CALLBACK_LIMIT = 64
"""Bytes of callback_data (core.telegram.org/bots/api#inlinekeyboardbutton)."""
DELETABLE_FOR = 48 * 3600.0
"""Seconds: "A message can only be deleted if it was sent less than 48 hours ago" (#deletemessage)."""


class Telegram:
    """The group and the private chats."""

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
        self._settings = settings
        self._clock = clock
        self._changed = changed
        self._queries: set[str] = set()

    # What customers do

    def customer_in_group(self, author: Customer, text: str, reply_to: int | None = None) -> ChatMessage:
        """A customer writes in the group. The bot is an admin there and sees everything."""
        return self._tell(GROUP_ID, author, text, reply_to)

    def customer_in_private(self, author: Customer, text: str) -> ChatMessage:
        """A customer writes to the bot. Telegram lets nobody do so before they press Start."""
        if author.telegram_id not in self.state.started:
            self.state.started.append(author.telegram_id)
            if not text.startswith("/start"):
                self._tell(author.telegram_id, author, "/start")
        return self._tell(author.telegram_id, author, text)

    def way_in(self, author: Customer, chat_id: int, message_id: int) -> ChatMessage:
        """A customer presses the button with a `t.me/<bot>?start=` link: arrives as `/start <payload>`."""
        message = self.message(chat_id, message_id)
        for button in (button for row in message.keyboard for button in row):
            link = urlsplit(button.url or "")
            name = link.path.strip("/").lower()
            if link.hostname == "t.me" and name == self._settings.telegram_bot_username.lower():
                payload = "".join(parse_qs(link.query).get("start", []))
                return self.customer_in_private(author, f"/start {payload}".strip())
        raise bad_request("no button to this bot under the message")

    def customer_presses(self, author: Customer, chat_id: int, message_id: int, data: str) -> str:
        """A customer presses a button that calls back; returns the query's id."""
        message = self.message(chat_id, message_id)
        if not any(button.callback_data == data for row in message.keyboard for button in row):
            raise bad_request(f"no button with data {data!r}")
        query_id = self.updates.press(message, author.telegram_id, data)
        self._queries.add(query_id)
        return query_id

    # What the bot does

    def bot_sends(
        self,
        chat_id: int,
        text: str,
        reply: dict[str, Any] | None = None,
        thread_id: int | None = None,
        markup: dict[str, Any] | None = None,
    ) -> ChatMessage:
        """sendMessage."""
        self.check_writable(chat_id)
        if not text.strip():
            raise bad_request("message text is empty")
        if len(text) > TEXT_LIMIT:
            raise bad_request("message is too long")
        reply_to = self._reply_target(chat_id, reply) if reply else None
        bot_id = self._settings.telegram_bot_id
        return self._add(chat_id, bot_id, text, reply_to, thread_id, _keyboard(markup or {}))

    def check_writable(self, chat_id: int) -> None:
        """A bot may write in its group, and to people who started it."""
        if chat_id == GROUP_ID:
            return
        if by_telegram(chat_id) is None:
            raise bad_request("chat not found")
        if chat_id not in self.state.started:
            raise BotError(403, "Forbidden: bot can't initiate conversation with a user")

    def delete(self, chat_id: int, message_id: int) -> None:
        """deleteMessage; the bot is an admin of the group."""
        try:
            message = self.message(chat_id, message_id)
        except BotError:
            raise bad_request("message to delete not found") from None
        if self._clock() - message.created > DELETABLE_FOR:
            raise bad_request("message can't be deleted")
        self.state.messages.remove(message)
        self._changed()

    def answer(self, query_id: str) -> None:
        """answerCallbackQuery, once."""
        if query_id not in self._queries:
            raise bad_request("query is too old and response timeout expired or query ID is invalid")
        self._queries.discard(query_id)

    def set_webhook(self, url: str, secret_token: str | None) -> None:
        """setWebhook. Real Telegram wants https; a playground stays on this machine."""
        if url and urlsplit(url).hostname not in ("127.0.0.1", "localhost", "::1"):
            raise bad_request("bad webhook: the playground delivers to this machine only")
        self.state.webhook = url
        self.state.secret_token = secret_token
        if url:
            self.updates.start_webhook()
        else:
            self.updates.stop_webhook()
        self._changed()

    # What both read

    def message(self, chat_id: int, message_id: int) -> ChatMessage:
        """One message."""
        for message in reversed(self.state.messages):
            if message.chat_id == chat_id and message.message_id == message_id:
                return message
        raise bad_request("message not found")

    def _reply_target(self, chat_id: int, reply: dict[str, Any]) -> int | None:
        try:
            return self.message(chat_id, int(reply.get("message_id", 0))).message_id
        except BotError:
            if reply.get("allow_sending_without_reply"):
                return None
            raise bad_request("message to be replied not found") from None

    def _tell(self, chat_id: int, author: Customer, text: str, reply_to: int | None = None) -> ChatMessage:
        if not text.strip() or len(text) > TEXT_LIMIT:
            raise bad_request(f"a message has 1 to {TEXT_LIMIT} characters")
        if reply_to is not None:
            self.message(chat_id, reply_to)
        message = self._add(chat_id, author.telegram_id, text, reply_to)
        self.updates.message(message)
        return message

    def _add(
        self,
        chat_id: int,
        from_id: int,
        text: str,
        reply_to: int | None = None,
        thread_id: int | None = None,
        keyboard: list[list[Button]] | None = None,
    ) -> ChatMessage:
        if chat_id == GROUP_ID:
            self.state.last_group_message_id += 1
            number = self.state.last_group_message_id
        else:
            self.state.last_private_message_id += 1
            number = self.state.last_private_message_id
        message = ChatMessage(number, chat_id, from_id, text, self._clock(), reply_to, thread_id, keyboard or [])
        self.state.messages.append(message)
        self._changed()
        return message


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
