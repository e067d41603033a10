"""What customers say, as their platforms deliver it: in public and in private, on each channel."""

import json
import time
from typing import Any

from tests.faults.accounts import BOT_USERNAME, FACEBOOK_PAGE_ID
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER, Delivery, Event, Voice


class Customer:
    """One person on one channel, with a public place of their own."""

    def __init__(self, voice: Voice, channel: str, number: int) -> None:
        """`number`: nobody else's."""
        self._voice = voice
        self.channel = channel
        self.id = {TELEGRAM: 500_000_000, FACEBOOK: 7_100_000_000_000, TWITTER: 88_000_000_000}[channel] + number
        self.chat = -1_009_000_000_000 - number
        """Of the group, on Telegram."""
        self._post = f"{FACEBOOK_PAGE_ID}_{9_000_000 + number}"
        self._count = 0

    @property
    def private_place(self) -> str:
        """Where we write to them."""
        return str(self.id)

    def in_private(self, text: str) -> Delivery:
        """A message to the brand alone."""
        say = {TELEGRAM: self._voice.telegram, FACEBOOK: self._voice.facebook, TWITTER: self._voice.twitter}
        return self._voice.delivery(say[self.channel](self.id, "", text))

    def in_public(self, text: str) -> tuple[Delivery, str]:
        """A post, a comment or a message in a group, to the brand; and the place at which it is answered."""
        self._count += 1
        if self.channel == TELEGRAM:
            return self._voice.delivery(self._in_group(text)), str(self.chat)
        if self.channel == FACEBOOK:
            comment = f"{self._post.partition('_')[2]}_{self.id}{self._count}"
            return self._comment(comment, text), comment
        event = self._voice.twitter_post(self.id, "", text)
        return self._voice.delivery(event), str(event.payload["tweet_create_events"][0]["id_str"])

    def by_way_in(self, code: str, text: str) -> list[Delivery]:
        """Follow an invitation, and say what there is to say: but on X the way in is a tap of its own."""
        if self.channel == TWITTER:
            return [self.in_private(f"{text} [{code}]")]
        came = self.in_private(f"/start {code}") if self.channel == TELEGRAM else self._came(code)
        return [came, self.in_private(text)]

    def _in_group(self, text: str) -> Event:
        event = self._voice.telegram(self.id, "", f"@{BOT_USERNAME} {text}")
        message = event.payload["message"]
        message["chat"] = {"id": self.chat, "type": "supergroup", "title": "Talk"}
        message["entities"] = [{"type": "mention", "offset": 0, "length": len(BOT_USERNAME) + 1}]
        return event

    def _came(self, code: str) -> Delivery:
        referral = {"ref": code, "source": "SHORTLINK", "type": "OPEN_THREAD"}
        who = {"sender": {"id": str(self.id)}, "recipient": {"id": FACEBOOK_PAGE_ID}}
        return self._of_page(messaging=[{**who, "timestamp": int(time.time() * 1000), "referral": referral}])

    def _of_page(self, **said: Any) -> Delivery:
        entry = {"id": FACEBOOK_PAGE_ID, "time": int(time.time() * 1000), **said}
        return self._voice.signed(FACEBOOK, json.dumps({"object": "page", "entry": [entry]}).encode())

    def _comment(self, comment: str, text: str) -> Delivery:
        value: dict[str, Any] = {
            "item": "comment",
            "verb": "add",
            "post_id": self._post,
            "created_time": int(time.time()),
            "comment_id": comment,
            "parent_id": self._post,
            "from": {"id": str(self.id), "name": f"Person {self.id}"},
            "message": text,
        }
        return self._of_page(changes=[{"field": "feed", "value": value}])
