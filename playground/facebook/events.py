"""What Facebook tells the gateway (developers.facebook.com, Messenger Platform webhooks and Page feed webhooks)."""

import hashlib
import hmac
import json
from typing import Any

import httpx

from playground.delivery import Courier
from playground.facebook.files import Files
from playground.facebook.records import Along, Comment, FacebookState, Message, PagePost
from playground.ids import Clock
from playground.settings import FACEBOOK_APP_ID, Settings

APP_ID = FACEBOOK_APP_ID
"""The app whose messages these are; echoes name it."""

PAGE_INBOX = 263_902_037_430_900
"""The app of the Page's inbox ("Conversation routing", 2025-09-24)."""

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

    def __init__(self, courier: Courier, state: FacebookState, files: Files, page_id: str, clock: Clock) -> None:
        self._courier = courier
        self._state = state
        self._files = files
        self._page_id = page_id
        self._clock = clock

    def comment(self, comment: Comment, verb: str) -> None:
        """A comment was added, edited, hidden, shown again or removed; the Page's own come back as well."""
        value: dict[str, Any] = {
            "item": "comment",
            "verb": verb,
            "comment_id": comment.id,
            "post_id": comment.post_id,
            "parent_id": comment.parent_id,
            "from": {"id": comment.author_id, "name": comment.author_name},
            "created_time": int(comment.created),
        }
        if verb in ("add", "edited"):
            value["message"] = comment.message
            if comment.photo is not None:
                value["photo"] = self._files.url(comment.photo)
        self._feed(f"comment {verb}", value)

    def post(self, post: PagePost, verb: str) -> None:
        """A visitor's post was added, edited, hidden, shown again or removed."""
        value: dict[str, Any] = {
            "item": "post",
            "verb": verb,
            "post_id": post.id,
            "from": {"id": post.author_id, "name": post.author_name},
            "created_time": int(post.created),
        }
        if verb in ("add", "edited"):
            value["message"] = post.message
        self._feed(f"post {verb}", value)

    def feed_reaction(self, comment: Comment, who: tuple[str, str], verb: str, reaction: str) -> None:
        """Somebody reacted to a comment, or took that back."""
        value = {
            "item": "reaction",
            "verb": verb,
            "reaction_type": reaction,
            "comment_id": comment.id,
            "post_id": comment.post_id,
            "parent_id": comment.parent_id,
            "from": {"id": who[0], "name": who[1]},
            "created_time": int(self._clock()),
        }
        self._feed(f"reaction {verb}", value)

    def message(self, message: Message, pressed: str | None = None) -> None:
        """A person wrote, or pressed a quick reply."""
        content = self._content(message)
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

    def edited(self, message: Message) -> None:
        """A person wrote something else in place of a message ("message_edits", 2024-04-09)."""
        content = {"mid": message.mid, "text": message.text, "num_edit": message.edits}
        self._messaging("edit", message.psid, self._clock(), {"message_edit": content})

    def unsent(self, message: Message) -> None:
        """A person took a message back."""
        content = {"mid": message.mid, "is_deleted": True}
        self._messaging("unsend", message.psid, self._clock(), {"message": content})

    def reaction(self, message: Message, emoji: str) -> None:
        """A person reacted to a message, or took that back."""
        content = {"mid": message.mid, "action": "react" if emoji else "unreact"}
        if emoji:
            content |= {"reaction": "other", "emoji": emoji}
        self._messaging("reaction", message.psid, self._clock(), {"reaction": content})

    def read(self, psid: str) -> None:
        """A person has read all there is."""
        now = self._clock()
        self._messaging("read", psid, now, {"read": {"watermark": int(now * 1000)}})

    def echo(self, message: Message, app_id: int | None) -> None:
        """The Page wrote: every message it sends comes back, with the id of the app that it was sent with."""
        content = {**self._content(message), "is_echo": True}
        if app_id is not None:
            content["app_id"] = app_id
        if message.metadata is not None:
            content["metadata"] = message.metadata
        self._messaging("echo", message.psid, message.created, {"message": content}, from_page=True)

    def _messaging(self, label: str, psid: str, when: float, content: dict[str, Any], from_page: bool = False) -> None:
        sender, recipient = (self._page_id, psid) if from_page else (psid, self._page_id)
        event = {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": int(when * 1000), **content}
        # What happens in a thread that another app has comes aside, and a pressed button without its payload.
        elsewhere = psid in self._state.owners
        if elsewhere and "postback" in content:
            event["postback"] = {name: value for name, value in content["postback"].items() if name != "payload"}
        self._send(label, int(self._clock() * 1000), {"standby" if elsewhere else "messaging": [event]})

    def _content(self, message: Message) -> dict[str, Any]:
        content: dict[str, Any] = {"mid": message.mid}
        if message.text:
            content["text"] = message.text
        if message.along:
            content["attachments"] = [self._attachment(each) for each in message.along]
        return content

    def _attachment(self, along: Along) -> dict[str, Any]:
        if along.coordinates is not None:
            latitude, longitude = along.coordinates
            return {"type": along.type, "payload": {"coordinates": {"lat": latitude, "long": longitude}}}
        if along.file is None:
            return {"type": along.type, "title": along.title, "payload": {"url": along.url, "title": along.title}}
        return {"type": along.type, "payload": {"url": self._files.url(along.file)}}

    def _feed(self, label: str, value: dict[str, Any]) -> None:
        # Feed entries count seconds, messaging entries milliseconds.
        self._send(label, int(self._clock()), {"changes": [{"field": "feed", "value": value}]})

    def _send(self, label: str, time: int, content: dict[str, Any]) -> None:
        body = {"object": "page", "entry": [{"id": self._page_id, "time": time, **content}]}
        # Meta escapes everything outside ASCII and signs the escaped form.
        self._courier.send("facebook", label, json.dumps(body, ensure_ascii=True, separators=(",", ":")))


def _referral(ref: str) -> dict[str, str]:
    return {"ref": ref, "source": "SHORTLINK", "type": "OPEN_THREAD"}
