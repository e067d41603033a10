"""What platforms deliver: bodies as they are documented, signed as they sign, for any channel."""

import base64
import hashlib
import hmac
import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.accounts import FACEBOOK_PAGE_ID, X_USER_ID, X_USERNAME, Accounts

TELEGRAM: Final = "telegram"
FACEBOOK: Final = "facebook"
TWITTER: Final = "twitter"

_X_EPOCH_MS: Final = 1_288_834_974_657  # X docs, "Twitter IDs (snowflake)"


@dataclass(frozen=True)
class Event:
    """One event of one platform."""

    channel: str
    payload: dict[str, Any]
    tags: tuple[str, ...]
    """Of the messages in it that must come to an end."""


@dataclass(frozen=True)
class Delivery:
    """A webhook as it goes over the wire."""

    path: str
    headers: dict[str, str]
    body: bytes
    tags: tuple[str, ...] = ()


@dataclass
class Voice:
    """Makes events: customers of three platforms who say things, each with ids in the platform's own order."""

    accounts: Accounts
    _count: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    first_update: int = 500_000_000

    def telegram(self, chat: int, tag: str, text: str) -> Event:
        """A private message to the bot."""
        number = next(self._count)
        return Event(
            TELEGRAM,
            {
                "update_id": self.first_update + number,
                "message": {
                    "message_id": number,
                    "date": int(time.time()),
                    "from": {"id": chat, "is_bot": False, "first_name": f"Person {chat}"},
                    "chat": {"id": chat, "type": "private", "first_name": f"Person {chat}"},
                    "text": text,
                },
            },
            (tag,),
        )

    def telegram_edit(self, event: Event, text: str) -> Event:
        """The same message, edited: nothing more is answered for it."""
        edited = {**event.payload["message"], "text": text, "edit_date": int(time.time())}
        return Event(TELEGRAM, {"update_id": self.first_update + next(self._count), "edited_message": edited}, ())

    def facebook(self, person: int, tag: str, text: str) -> Event:
        """A Messenger message to the Page."""
        message = {"mid": f"m_{next(self._count)}_{person}", "text": text}
        return Event(FACEBOOK, self._messaging(person, message), (tag,))

    def facebook_deletion(self, event: Event) -> Event:
        """The note that a message was taken back: nothing is answered for it."""
        said = event.payload
        return Event(FACEBOOK, {**said, "message": {"mid": said["message"]["mid"], "is_deleted": True}}, ())

    def facebook_echo(self, person: str, own_id: str, text: str, reference: str) -> Event:
        """Our own message, told back to us with the reference that we gave it."""
        event = {
            "sender": {"id": FACEBOOK_PAGE_ID},
            "recipient": {"id": person},
            "timestamp": int(time.time() * 1000),
            "message": {"mid": f"m_ours_{own_id}", "text": text, "is_echo": True, "metadata": reference},
        }
        return Event(FACEBOOK, event, ())

    def twitter(self, person: int, tag: str, text: str) -> Event:
        """A direct message."""
        own = self._snowflake()
        message = {
            "type": "message_create",
            "id": own,
            "created_timestamp": str(int(time.time() * 1000)),
            "message_create": {
                "target": {"recipient_id": X_USER_ID},
                "sender_id": str(person),
                "message_data": {"text": text, "entities": {}},
            },
        }
        users = {str(person): {"id": str(person), "name": f"Person {person}", "screen_name": f"p{person}"}}
        return Event(TWITTER, {"for_user_id": X_USER_ID, "direct_message_events": [message], "users": users}, (tag,))

    def twitter_post(self, person: int, tag: str, text: str) -> Event:
        """A public post that mentions the brand."""
        own = self._snowflake()
        mention = {"screen_name": X_USERNAME, "id_str": X_USER_ID, "id": int(X_USER_ID), "indices": [0, 12]}
        post = {
            "id_str": own,
            "id": int(own),
            "timestamp_ms": str(int(time.time() * 1000)),
            "text": f"@{X_USERNAME} {text}",
            "user": {"id": person, "id_str": str(person), "name": f"Person {person}", "screen_name": f"p{person}"},
            "entities": {"user_mentions": [mention]},
        }
        return Event(TWITTER, {"for_user_id": X_USER_ID, "tweet_create_events": [post]}, (tag,))

    def _messaging(self, person: int, message: dict[str, Any]) -> dict[str, Any]:
        return {
            "sender": {"id": str(person)},
            "recipient": {"id": FACEBOOK_PAGE_ID},
            "timestamp": int(time.time() * 1000),
            "message": message,
        }

    def _snowflake(self) -> str:
        return str((int(time.time() * 1000) - _X_EPOCH_MS) << 22 | (next(self._count) & 0x3FFFFF))

    # --- on the wire ---

    def delivery(self, *events: Event) -> Delivery:
        """One webhook with these events, all of one channel. Telegram and X deliver one, Facebook any number."""
        channel = events[0].channel
        tags = tuple(tag for event in events for tag in event.tags)
        if channel == FACEBOOK:
            entry = {
                "id": FACEBOOK_PAGE_ID,
                "time": int(time.time() * 1000),
                "messaging": [event.payload for event in events],
            }
            body = json.dumps({"object": "page", "entry": [entry]}).encode()
        else:
            if len(events) > 1:
                raise ValueError("one event a webhook")
            body = json.dumps(events[0].payload).encode()
        return self.signed(channel, body, tags)

    def signed(self, channel: str, body: bytes, tags: tuple[str, ...] = ()) -> Delivery:
        """Any body at all, with the signature that makes it the platform's."""
        headers = {"content-type": "application/json"}
        if channel == TELEGRAM:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.accounts.telegram_secret
        elif channel == FACEBOOK:
            digest = hmac.new(self.accounts.facebook_secret.encode(), body, hashlib.sha256).hexdigest()
            headers["X-Hub-Signature-256"] = f"sha256={digest}"
        else:
            raw = hmac.digest(self.accounts.x_consumer_secret.encode(), body, hashlib.sha256)
            headers["x-twitter-webhooks-signature"] = "sha256=" + base64.b64encode(raw).decode()
        return Delivery(f"/webhooks/{channel}/webhook", headers, body, tags)
