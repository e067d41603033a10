"""Updates of Telegram, made up piece by piece for tests."""

import json
from datetime import UTC, datetime
from typing import Any

from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.parse import parse
from gateway.channels.telegram.split import split
from gateway.happenings import Event

BOT = Bot(id=777000111, username="aside_help_bot")
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)

JO = {"id": 222001, "is_bot": False, "first_name": "Jo", "last_name": "Doe", "username": "jodoe"}
KIM = {"id": 222002, "is_bot": False, "first_name": "Kim"}
US = {"id": 777000111, "is_bot": True, "first_name": "Aside", "username": "aside_help_bot"}
OTHER_BOT = {"id": 888, "is_bot": True, "first_name": "Other"}

PRIVATE = {"id": 222001, "type": "private", "first_name": "Jo", "last_name": "Doe", "username": "jodoe"}
GROUP = {"id": -1001234, "type": "supergroup", "title": "Shop talk"}
CHANNEL = {"id": -1009, "type": "channel", "title": "Shop news"}
DIRECT = {"id": -1008, "type": "supergroup", "title": "Shop news", "is_direct_messages": True}


def message(chat: dict[str, Any] = PRIVATE, author: dict[str, Any] | None = JO, **fields: Any) -> dict[str, Any]:
    """A `Message`, without a text."""
    sender = {"from": author} if author else {}
    return {"message_id": 41, "date": 1790000000, "chat": chat, **sender, **fields}


def understood(bot: Bot = BOT, /, **update: Any) -> Event:
    """What one update means."""
    (event,) = split(json.dumps({"update_id": 9001, **update}).encode())
    return parse(event, bot, lambda: NOW)
