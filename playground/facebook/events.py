"""What Facebook tells the gateway (developers.facebook.com, Messenger Platform webhooks and Page feed webhooks)."""

import hashlib
import hmac
import json
from typing import Any

import httpx

from playground.delivery import Courier
from playground.facebook.records import Comment, Message
from playground.ids import Clock
from playground.settings import Settings

APP_ID = 884_201_175_340_922
"""The app whose messages these are; echoes name it."""

LONGEST_WAIT = 60.0
"""Seconds between two attempts at most; Facebook goes on "until successfully completed"."""


class FacebookRoute:
    """Signs and delivers; before the first event it lets the receiver verify itself."""

    timeout = 20.0

    def __init__(self, settings: Settings) -> None:
        self._url = settings.webhook("facebook")
        self._secret = settings.facebook_secret.encode()
        self._verify_token = settings.facebook_verify
        self._verified = False

    def url(self) -> str:
        """Where to."""
        return self._url

    def headers(self, body: bytes) -> dict[str, str]:
        """The signature over exactly these bytes."""
        return {"X-Hub-Signature-256": "sha256=" + hmac.digest(self._secret, body, hashlib.sha256).hex()}

    def accepts(self, status: int) -> bool:
        """Facebook wants a 200."""
        return status == 200

    def delay(self, attempts: int, retry_after: float | None) -> float | None:
        """1, 2, 4 ... seconds; never gives up."""
        return min(2.0 ** min(attempts - 1, 10), LONGEST_WAIT)

    async def handshake(self, client: httpx.AsyncClient) -> str | None:
        """GET with a challenge; the receiver answers with it when the verify token is the right one."""
        if self._verified:
            return None
        challenge = "1158201444"
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": self._verify_token}
        response = await client.get(self._url, params=query, timeout=self.timeout)
        if response.status_code != 200 or response.text != challenge:
            return f"verification answered {response.status_code}"
        self._verified = True
        return None


class FacebookEvents:
    """Wraps what happens into entries of the Page."""

    def __init__(self, courier: Courier, page_id: str, clock: Clock) -> None:
        self._courier = courier
        self._page_id = page_id
        self._clock = clock

    def comment(self, comment: Comment, verb: str) -> None:
        """A comment was added, hidden, shown again or removed; the Page's own come back as well."""
        value = {
            "item": "comment",
            "verb": verb,
            "comment_id": comment.id,
            "post_id": comment.post_id,
            "parent_id": comment.parent_id,
            "from": {"id": comment.author_id, "name": comment.author_name},
            "created_time": int(comment.created),
        }
        if verb == "add":
            value["message"] = comment.message
        # Feed entries count seconds, messaging entries milliseconds.
        self._send(f"comment {verb}", int(self._clock()), {"changes": [{"field": "feed", "value": value}]})

    def message(self, message: Message, pressed: str | None = None) -> None:
        """A person wrote, or pressed a quick reply."""
        content: dict[str, Any] = {"mid": message.mid, "text": message.text}
        if pressed is not None:
            content["quick_reply"] = {"payload": pressed}
        self._messaging("message", message.psid, message.created, {"message": content})

    def postback(self, message: Message, payload: str, ref: str | None = None) -> None:
        """A person pressed a button; the first press of Get Started carries the link's ref."""
        content: dict[str, Any] = {"mid": message.mid, "title": message.text, "payload": payload}
        if ref is not None:
            content["referral"] = _referral(ref)
        self._messaging("postback", message.psid, message.created, {"postback": content})

    def referral(self, psid: str, ref: str) -> None:
        """A person with a thread came back by an m.me link."""
        self._messaging("referral", psid, self._clock(), {"referral": _referral(ref)})

    def echo(self, message: Message, app_id: int | None) -> None:
        """The Page wrote: every message it sends comes back, with our app's id or, from the Page inbox, without."""
        content: dict[str, Any] = {"mid": message.mid, "text": message.text, "is_echo": True}
        if app_id is not None:
            content["app_id"] = app_id
        if message.metadata is not None:
            content["metadata"] = message.metadata
        self._messaging("echo", message.psid, message.created, {"message": content}, from_page=True)

    def _messaging(self, label: str, psid: str, when: float, content: dict[str, Any], from_page: bool = False) -> None:
        sender, recipient = (self._page_id, psid) if from_page else (psid, self._page_id)
        event = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": int(when * 1000), **content}
        self._send(label, int(self._clock() * 1000), {"messaging": [event]})

    def _send(self, label: str, time: int, content: dict[str, Any]) -> None:
        body = {"object": "page", "entry": [{"id": self._page_id, "time": time, **content}]}
        # Meta escapes everything outside ASCII and signs the escaped form.
        self._courier.send("facebook", label, json.dumps(body, ensure_ascii=True, separators=(",", ":")))


def _referral(ref: str) -> dict[str, str]:
    return {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
