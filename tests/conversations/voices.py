"""What customers say, as their platforms deliver it: in public and in private, on each channel; edited, taken back."""

import json
import time
from typing import Any

from tests.faults.accounts import BOT_USERNAME, FACEBOOK_PAGE_ID
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER, Delivery, Event, Voice

Post = dict[str, Any]
"""What was delivered of a public message, to be edited or answered later."""


class Customer:
    """One person on one channel, with a public place of their own, or beside somebody else in theirs."""

    def __init__(self, voice: Voice, channel: str, number: int, beside: "Customer | None" = None) -> None:
        """`number`: nobody else's."""
        self.voice = voice
        self.channel = channel
        self.number = number
        self.id = {TELEGRAM: 500_000_000, FACEBOOK: 7_100_000_000_000, TWITTER: 88_000_000_000}[channel] + number
        place = beside or self
        self.chat: int = place.chat if beside else -1_009_000_000_000 - number
        """Of the group, on Telegram."""
        self._post: str = place._post if beside else f"{FACEBOOK_PAGE_ID}_{9_000_000 + number}"
        self._beside = beside
        self._count = 0
        self.latest: Post = {}
        """The latest public message."""

    @property
    def private_place(self) -> str:
        """Where we write to them."""
        return str(self.id)

    @property
    def name(self) -> str:
        """Under which the desk knows them."""
        return f"Person {self.id}"

    def in_private(self, text: str) -> Delivery:
        """A message to the brand alone."""
        say = {TELEGRAM: self.voice.telegram, FACEBOOK: self.voice.facebook, TWITTER: self.voice.twitter}
        return self.voice.delivery(say[self.channel](self.id, "", text))

    def in_public(self, text: str) -> tuple[Delivery, str]:
        """A post, a comment or a message in a group, to the brand; and the place at which it is answered."""
        self._count += 1
        if self.channel == TELEGRAM:
            event = self._in_group(text)
            self.latest = event.payload["message"]
            return self.voice.delivery(event), str(self.chat)
        if self.channel == FACEBOOK:
            comment = f"{self._post.partition('_')[2]}_{self.id}{self._count}"
            # Who joins somebody else's thread answers their comment.
            parent = self._beside.latest["comment_id"] if self._beside and self._beside.latest else self._post
            self.latest = self._comment(comment, parent, text)
            return self._change(self.latest), comment
        event = self.voice.twitter_post(self.id, "", text)
        self.latest = event.payload["tweet_create_events"][0]
        if self._beside and self._beside.latest:
            self.latest["in_reply_to_status_id_str"] = self._beside.latest["id_str"]
            self.latest["in_reply_to_user_id_str"] = str(self._beside.id)
        return self.voice.delivery(event), str(self.latest["id_str"])

    def edited(self, text: str) -> tuple[Delivery, str]:
        """The latest public message with other words; and the place at which it is answered from then on."""
        if self.channel == TELEGRAM:
            said = Event(TELEGRAM, {"message": self.latest}, ())
            return self.voice.delivery(self.voice.telegram_edit(said, f"@{BOT_USERNAME} {text}")), str(self.chat)
        if self.channel == FACEBOOK:
            return self._change({**self.latest, "verb": "edited", "message": text}), str(self.latest["comment_id"])
        event = self.voice.twitter_post(self.id, "", text)
        new, first = event.payload["tweet_create_events"][0], self.latest["id_str"]
        new["edit_history"] = {"initial_tweet_id": first, "edit_tweet_ids": [first, new["id_str"]]}
        return self.voice.delivery(event), str(new["id_str"])

    def by_way_in(self, code: str, text: str) -> list[Delivery]:
        """Follow an invitation, and say what there is to say: but on X the way in is a tap of its own."""
        if self.channel == TWITTER:
            return [self.in_private(f"{text} [{code}]")]
        came = self.in_private(f"/start {code}") if self.channel == TELEGRAM else self._came(code)
        return [came, self.in_private(text)]

    def _in_group(self, text: str) -> Event:
        event = self.voice.telegram(self.id, "", f"@{BOT_USERNAME} {text}")
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
        return self.voice.signed(FACEBOOK, json.dumps({"object": "page", "entry": [entry]}).encode())

    def _comment(self, comment: str, parent: str, text: str) -> Post:
        return {
            "item": "comment",
            "verb": "add",
            "post_id": self._post,
            "created_time": int(time.time()),
            "comment_id": comment,
            "parent_id": parent,
            "from": {"id": str(self.id), "name": self.name},
            "message": text,
        }

    def _change(self, value: Post) -> Delivery:
        return self._of_page(changes=[{"field": "feed", "value": value}])
