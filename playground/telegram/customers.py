"""What customers, and the shop's owner, do on the pretend Telegram."""

import base64
import binascii
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playground.people import GROUP_ID, Customer
from playground.telegram.errors import bad_request
from playground.telegram.files import SAMPLES, Files
from playground.telegram.objects import GROUPS
from playground.telegram.platform import TEXT_LIMIT, Telegram, units
from playground.telegram.records import MOVED_GROUP_ID, OLD_GROUP_ID, OWNER_ID, ChatMessage, Media

Deed = Callable[[Customer, dict[str, Any]], dict[str, Any]]
MIMES = {"document": "application/pdf", "video": "video/mp4", "voice": "audio/ogg", "audio": "audio/mpeg"}


class Customers:
    """Everybody but the bot."""

    def __init__(self, telegram: Telegram, files: Files) -> None:
        self._telegram = telegram
        self._files = files
        self._state = telegram.state

    def deeds(self) -> dict[str, Deed]:
        """What can be done, by its path under /_play."""
        return {
            "telegram/group": self.group,
            "telegram/private": self.private,
            "telegram/press": self.press,
            "telegram/follow_way_in": self.follow_way_in,
            "telegram/send": self.send,
            "telegram/edit": self.edit,
            "telegram/delete": self.delete,
            "telegram/react": self.react,
            "telegram/block": self.block,
            "telegram/unblock": self.unblock,
            "telegram/business": self.business,
            "telegram/owner": self.owner,
            "telegram/migrate": self.migrate,
        }

    def group(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, reply_to?, chat_id?}: in the group. The bot is an admin there and sees everything."""
        return self._ids(self._tell(_group(body), who.telegram_id, _text(body), body.get("reply_to")))

    def private(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: presses Start first where that has not happened."""
        return self._ids(self.customer_in_private(who, _text(body)))

    def customer_in_private(self, who: Customer, text: str) -> ChatMessage:
        """A customer writes to the bot. Telegram lets nobody do so before they press Start."""
        self._open(who, text)
        return self._tell(who.telegram_id, who.telegram_id, text)

    def follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, chat_id?}: presses the button with a `t.me/<bot>?start=` link; arrives as `/start`."""
        message = self._telegram.message(int(body.get("chat_id") or GROUP_ID), int(body["message_id"]))
        for button in (button for row in message.keyboard for button in row):
            link = urlsplit(button.url or "")
            name = link.path.strip("/").lower()
            if link.hostname == "t.me" and name == self._telegram.settings.telegram_bot_username.lower():
                payload = "".join(parse_qs(link.query).get("start", []))
                said = self.customer_in_private(who, f"/start {payload}".strip())
                return {"chat_id": said.chat_id, "message_id": said.message_id, "text": said.text}
        raise bad_request("no button to this bot under the message")

    def press(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, data, chat_id?}: a button that calls back; in the own private chat by default."""
        data = str(body["data"])
        message = self._telegram.message(int(body.get("chat_id") or who.telegram_id), int(body["message_id"]))
        if not any(button.callback_data == data for row in message.keyboard for button in row):
            raise bad_request(f"no button with data {data!r}")
        query_id = self._telegram.updates.press(message, who.telegram_id, data)
        self._telegram.queries.add(query_id)
        return {"callback_query_id": query_id}

    def send(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, kind, text?, content?, name?, mime?, album?, where?}: something other than a text.

        `kind`: photo, document, video, voice, audio, animation, sticker, location, venue, contact or dice. `content` in
        base64, else a sample. `where`: private (default), group or business.
        """
        kind, where = str(body["kind"]), str(body.get("where") or "private")
        media = _card(kind, who) or self._file(kind, body)
        chat_id = _group(body) if where == "group" else who.telegram_id
        if where == "private":
            self._open(who, "")
        message = self._telegram.add(chat_id, who.telegram_id, _text(body), media=media, business=where == "business")
        message.album = str(body.get("album") or "")
        self._telegram.updates.message(message)
        return self._ids(message)

    def edit(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, text, chat_id?, business?}: changes what they wrote; privately by default."""
        message = self._own(who, body)
        message.text, message.edited = _text(body), self._telegram.clock()
        self._telegram.changed()
        self._telegram.updates.message(message)
        return self._ids(message)

    def delete(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, chat_id?, business?}: takes it back. Bots are told in business chats only."""
        message = self._own(who, body)
        (self._state.business if message.business else self._state.messages).remove(message)
        self._telegram.changed()
        if message.business:
            self._telegram.updates.deleted(message.chat_id, [message.message_id])
        return self._ids(message)

    def react(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, emoji, chat_id?}: puts an emoji to a message; empty takes it back."""
        message = self._telegram.message(int(body.get("chat_id") or who.telegram_id), int(body["message_id"]))
        key, emoji = str(who.telegram_id), str(body.get("emoji", ""))
        before = message.reactions.pop(key, "")
        if emoji:
            message.reactions[key] = emoji
        self._telegram.changed()
        self._telegram.updates.reaction(message, who.telegram_id, before, emoji)
        return self._ids(message)

    def block(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: blocks the bot."""
        return self._blocked(who, blocked=True)

    def unblock(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: lets the bot write again."""
        return self._blocked(who, blocked=False)

    def business(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: writes to the owner's own account, with which the bot is connected."""
        return self._ids(self._tell(who.telegram_id, who.telegram_id, _text(body), business=True))

    def owner(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: the owner answers this customer from their own app."""
        return self._ids(self._tell(who.telegram_id, OWNER_ID, _text(body), business=True))

    def migrate(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: the basic group becomes a supergroup."""
        if self._state.moved:
            raise bad_request("the group has moved already")
        self._state.moved = True
        for chat_id, field, other in (
            (OLD_GROUP_ID, "migrate_to_chat_id", MOVED_GROUP_ID),
            (MOVED_GROUP_ID, "migrate_from_chat_id", OLD_GROUP_ID),
        ):
            message = self._telegram.add(chat_id, who.telegram_id, "")
            self._state.messages.remove(message)
            told = self._telegram.objects.message(message)
            told.pop("text")
            self._telegram.updates.service(chat_id, {**told, field: other})
        return {"before": OLD_GROUP_ID, "after": MOVED_GROUP_ID}

    def _open(self, who: Customer, text: str) -> None:
        """What the app does before it lets somebody write to the bot."""
        if who.telegram_id in self._state.blocked:
            self._blocked(who, blocked=False)
        if who.telegram_id not in self._state.started:
            self._state.started.append(who.telegram_id)
            if not text.startswith("/start"):
                self._tell(who.telegram_id, who.telegram_id, "/start")

    def _blocked(self, who: Customer, *, blocked: bool) -> dict[str, Any]:
        if (who.telegram_id in self._state.blocked) is blocked:
            raise bad_request("that is so already")
        if blocked:
            self._state.blocked.append(who.telegram_id)
        else:
            self._state.blocked.remove(who.telegram_id)
        self._telegram.changed()
        self._telegram.updates.membership(who.telegram_id, blocked=blocked)
        return {"chat_id": who.telegram_id, "blocked": blocked}

    def _tell(
        self, chat_id: int, from_id: int, text: str, reply_to: int | None = None, *, business: bool = False
    ) -> ChatMessage:
        if not text.strip() or units(text) > TEXT_LIMIT:
            raise bad_request(f"a message has 1 to {TEXT_LIMIT} characters")
        if reply_to is not None:
            self._telegram.message(chat_id, reply_to)
        message = self._telegram.add(chat_id, from_id, text, reply_to, business=business)
        self._telegram.updates.message(message)
        return message

    def _own(self, who: Customer, body: dict[str, Any]) -> ChatMessage:
        chat_id = int(body.get("chat_id") or who.telegram_id)
        message = self._telegram.message(chat_id, int(body["message_id"]), business=bool(body.get("business")))
        if message.from_id != who.telegram_id:
            raise bad_request("this is somebody else's message")
        return message

    def _file(self, kind: str, body: dict[str, Any]) -> Media:
        if kind not in SAMPLES:
            raise bad_request(f"nobody can send a {kind} here")
        try:
            content = base64.b64decode(str(body["content"]), validate=True) if "content" in body else SAMPLES[kind]
        except binascii.Error:
            raise bad_request("content is not base64") from None
        name = str(body.get("name") or "")
        return file_media(kind, self._files.keep(kind, content, name), len(content), name, str(body.get("mime") or ""))

    def _ids(self, message: ChatMessage) -> dict[str, Any]:
        return {"chat_id": message.chat_id, "message_id": message.message_id, "from": message.from_id}


def file_media(kind: str, file_id: str, size: int, name: str = "", mime: str = "") -> Media:
    """A file as the Bot API tells of it."""
    file = {"file_id": file_id, "file_unique_id": secrets.token_hex(6), "file_size": size}
    if kind == "photo":
        small = {**file, "file_id": f"small-{file_id}", "width": 90, "height": 90, "file_size": min(size, 1200)}
        return Media(kind, {"sizes": [small, {**file, "width": 800, "height": 800}]}, file_id)
    mime = mime or MIMES.get(kind, "")
    extra: dict[str, Any] = {"mime_type": mime} if mime else {}
    if name:
        extra["file_name"] = name
    if kind in ("voice", "audio", "video", "animation"):
        extra["duration"] = 3
    if kind in ("video", "animation", "sticker"):
        extra |= {"width": 320, "height": 320}
    if kind == "sticker":
        extra |= {"type": "regular", "is_animated": False, "is_video": False, "emoji": "😍"}
    return Media(kind, {**file, **extra}, file_id)


def _card(kind: str, who: Customer) -> Media | None:
    location = {"latitude": 38.7223, "longitude": -9.1393}
    cards: dict[str, dict[str, Any]] = {
        "location": location,
        "venue": {"location": location, "title": "Wren & Co, Lisbon", "address": "Rua da Rosa 12"},
        "contact": {"phone_number": "+351210000000", "first_name": who.first_name, "user_id": who.telegram_id},
        "dice": {"emoji": "🎲", "value": 4},
    }
    return Media(kind, cards[kind]) if kind in cards else None


def _group(body: dict[str, Any]) -> int:
    chat_id = int(body.get("chat_id") or GROUP_ID)
    if chat_id not in GROUPS:
        raise bad_request("chat not found")
    return chat_id


def _text(body: dict[str, Any]) -> str:
    return str(body.get("text", ""))
