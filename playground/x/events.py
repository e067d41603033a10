"""What X tells the gateway: X Activity API envelopes (docs.x.com/x-api/activity/event-payloads, read 2026-11-21)."""

import base64
import hashlib
import hmac
import json
import secrets
import uuid
from typing import Any

import httpx

from playground.delivery import Courier
from playground.ids import Clock
from playground.settings import Settings
from playground.x.hooks import Hooks
from playground.x.media import Media
from playground.x.objects import Objects
from playground.x.records import DirectMessage, Post

CHECKED_FOR = 3600.0
"""Seconds a passed CRC is good for ("hourly", docs.x.com/x-api/webhooks/introduction, read 2026-11-21)."""

RETRIES = (5.0, 45.0, 180.0)
"""Seconds between attempts. X promises retries and prints no schedule; this one ends within five minutes, so that
what a gateway missed for longer has to be fetched by its catch-up."""


class XRoute:
    """Signs and delivers; asks the receiver for the CRC before the first event and then hourly."""

    timeout = 10.0

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._url = settings.webhook("twitter")
        self._secret = settings.twitter_consumer_secret.encode()
        self._clock = clock
        self._checked: float | None = None

    def url(self) -> str:
        """Where to."""
        return self._url

    def headers(self, body: bytes) -> dict[str, str]:
        """The signature over exactly these bytes."""
        return {"x-twitter-webhooks-signature": self._signature(body)}

    def accepts(self, status: int) -> bool:
        """X wants a 200."""
        return status == 200

    def delay(self, attempts: int, retry_after: float | None) -> float | None:
        """Three retries, then never again."""
        return RETRIES[attempts - 1] if attempts <= len(RETRIES) else None

    async def handshake(self, client: httpx.AsyncClient) -> str | None:
        """The Challenge-Response Check: the receiver proves that it knows the consumer secret."""
        if self._checked is not None and self._clock() - self._checked < CHECKED_FOR:
            return None
        token = secrets.token_urlsafe(24)
        response = await client.get(self._url, params={"crc_token": token}, timeout=self.timeout)
        if response.status_code != 200:
            return f"CRC check answered {response.status_code}"
        try:
            answer = str(response.json()["response_token"])
        except (ValueError, KeyError, TypeError):
            answer = ""
        if not hmac.compare_digest(answer.encode(), self._signature(token.encode()).encode()):
            self._checked = None
            return "CRC check: wrong response_token"
        self._checked = self._clock()
        return None

    async def prove(self) -> str | None:
        """Ask for the CRC now; what is wrong with it, else None."""
        self._checked = None
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                return await self.handshake(client)
        except httpx.HTTPError as error:
            return type(error).__name__

    def _signature(self, body: bytes) -> str:
        return "sha256=" + base64.b64encode(hmac.digest(self._secret, body, hashlib.sha256)).decode()


class XEvents:
    """Wraps what happens into envelopes."""

    def __init__(
        self, objects: Objects, media: Media, hooks: Hooks, courier: Courier, brand_id: str, clock: Clock
    ) -> None:
        self._objects = objects
        self._media = media
        self._hooks = hooks
        self._courier = courier
        self._brand_id = brand_id
        self._clock = clock

    def posted(self, post: Post, parent: Post | None, quoted: Post | None) -> list[str]:
        """A customer has posted: zero to three events with the same payload.

        Docs: mention events come only for an explicit @mention in the text, reply events only for direct replies to
        a post of the brand (docs.x.com/x-api/activity/introduction, read 2026-11-21).
        """
        kinds = []
        if self._objects.mentions_brand(post.text):
            kinds.append("post.mention.create")
        if parent is not None and parent.author_id == self._brand_id:
            kinds.append("post.reply.create")
        if quoted is not None and quoted.author_id == self._brand_id:
            kinds.append("post.quote.create")
        kinds = [kind for kind in kinds if self._hooks.tells(kind)]
        for kind in kinds:
            self._send(kind, self._objects.post(post), self._objects.includes([post]))
        return kinds

    def own_post(self, post: Post) -> None:
        """The brand has posted, with whatever program."""
        self._send("post.create", self._objects.post(post), self._objects.includes([post]))

    def deleted(self, post: Post) -> None:
        """The brand has deleted a post; of others' X does not tell."""
        users = [{"data": self._objects.user(post.author_id)}]
        self._send("post.delete", {"id": post.id, "author_id": post.author_id}, {"users": users})

    def blocked(self, user_id: str, *, undone: bool) -> None:
        """The brand has blocked a customer. That a customer blocks the brand, X does not tell."""
        users = {"source": self._brand_id, "target": user_id}
        payload = {side: {"data": self._objects.user(one)} for side, one in users.items()}
        self._send("block.unblock" if undone else "block.block", payload, {})

    def liked(self, user_id: str, post: Post) -> None:
        """Somebody likes a post of the brand: told as the older API tells it, which says who
        (docs.x.com/x-api/account-activity/introduction, read 2026-11-22)."""
        if not self._hooks.tells("like.create"):
            return
        person, brand = self._user_1(user_id), self._user_1(post.author_id)
        status = {"id": int(post.id), "id_str": post.id, "text": post.text, "user": brand}
        event = {
            "id": secrets.token_hex(16),
            "timestamp_ms": int(self._clock() * 1000),
            "favorited_status": status,
            "user": person,
        }
        self._send_1("favorite_events", event)

    def read(self, user_id: str, last: DirectMessage) -> None:
        """A customer has read what the brand wrote. `dm.read` is documented without a sample; inside it is taken to be
        as in the older API."""
        event = {
            "created_timestamp": str(int(self._clock() * 1000)),
            "sender_id": user_id,
            "target": {"recipient_id": self._brand_id},
            "last_read_event_id": last.id,
        }
        self._send("dm.read", {"direct_message_mark_read_events": [event]}, {})

    def encrypted(self, user_id: str) -> str:
        """A customer has written by XChat: who, and nothing that can be read."""
        message_id = str(uuid.uuid4())
        payload = {
            "conversation_token": secrets.token_urlsafe(32),
            "id": message_id,
            "created_at_msec": str(int(self._clock() * 1000)),
            "sender_id": user_id,
            "conversation_id": f"{user_id}:{self._brand_id}",
            "conversation_key_version": "1768236281331",
            "encoded_event": base64.b64encode(secrets.token_bytes(48)).decode(),
        }
        self._send("chat.received", payload, {})
        return message_id

    def received(self, message: DirectMessage) -> None:
        """A customer has written a Direct Message."""
        self._message("dm.received", message)

    def sent(self, message: DirectMessage) -> None:
        """The brand has written one; X tells this as well."""
        self._message("dm.sent", message)

    def _message(self, kind: str, message: DirectMessage) -> None:
        brand, customer = self._brand_id, message.participant_id
        target = brand if message.sender_id == customer else customer
        event = {
            "type": "message_create",
            "id": message.id,
            "created_timestamp": str(int(message.created * 1000)),
            "message_create": {
                "target": {"recipient_id": target},
                "sender_id": message.sender_id,
                "message_data": {
                    "text": message.text,
                    "entities": {"hashtags": [], "symbols": [], "user_mentions": [], "urls": []},
                    **({"attachment": self._media.attached(message.medium, message.id)} if message.medium else {}),
                },
            },
        }
        users = {user_id: {"data": self._objects.user(user_id)} for user_id in (customer, brand)}
        self._send(kind, {"direct_message_events": [event], "users": users}, {})

    def _user_1(self, user_id: str) -> dict[str, Any]:
        """A user in the fields of API 1.1."""
        user = self._objects.user(user_id)
        named = {"name": user["name"], "screen_name": user["username"], "protected": False}
        return {"id": int(user_id), "id_str": user_id, **named}

    def _send_1(self, kind: str, event: dict[str, Any]) -> None:
        body = {"for_user_id": self._brand_id, kind: [event]}
        self._courier.send("x", kind, json.dumps(body, ensure_ascii=False))

    def _send(self, kind: str, payload: dict[str, Any], includes: dict[str, Any]) -> None:
        if not self._hooks.tells(kind):
            return
        # "event_uuid is a decimal string and can be negative", and differs between two events of one post.
        envelope = {
            "event_uuid": str(secrets.randbits(63) - 2**62),
            "filter": {"user_id": self._brand_id},
            "event_type": kind,
            "tag": "aside",
            "payload": payload,
            "includes": includes,
        }
        self._courier.send("x", kind, json.dumps({"data": envelope}, ensure_ascii=False))
