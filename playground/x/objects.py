"""X's objects as they appear in answers and events (docs.x.com/x-api/fundamentals/data-dictionary)."""

import html
import re
from collections.abc import Sequence
from typing import Any

from playground.people import BRAND, by_x
from playground.settings import Settings
from playground.x.links import shortened
from playground.x.media import Media
from playground.x.records import DirectMessage, Post, XState, iso

MENTION = re.compile(r"(?<![\w@])@(\w{1,15})")


class Objects:
    """Turns records into X's JSON."""

    def __init__(self, state: XState, settings: Settings, media: Media) -> None:
        self._state = state
        self._settings = settings
        self._media = media

    def mentions_brand(self, text: str) -> bool:
        """Whether the text itself names the brand."""
        name = self._settings.twitter_username.lower()
        return any(match[1].lower() == name for match in MENTION.finditer(text))

    def user(self, user_id: str) -> dict[str, Any]:
        """A user, with the fields a client may ask for."""
        brand = user_id == self._settings.twitter_user_id
        person = by_x(user_id)
        name, username = (BRAND, self._settings.twitter_username) if brand else ("", "")
        if person is not None:
            name, username = person.name, person.x_username
        return {
            "id": user_id,
            "name": name,
            "username": username,
            "created_at": "2019-03-04T09:30:00.000Z",
            "protected": False,
            "verified": brand,
            "verified_type": "business" if brand else "none",
            "receives_your_dm": any(message.sender_id == user_id for message in self._state.messages),
            "connection_status": ["blocking"] if user_id in self._state.blocked else [],
            "public_metrics": {"followers_count": 0, "following_count": 0, "tweet_count": 0, "listed_count": 0},
            **({"affiliation": {"description": "Automated"}} if brand else {}),
        }

    def post(self, post: Post) -> dict[str, Any]:
        """A post with all its fields. X escapes &, < and > in the text of posts."""
        text, urls = shortened(self._addressed(post))
        content: dict[str, Any] = {
            "id": post.id,
            "text": html.escape(text, quote=False),
            "edit_history_tweet_ids": [*post.versions, post.id],
            "author_id": post.author_id,
            "conversation_id": post.conversation_id,
            "created_at": iso(post.created),
            "lang": "en",
            "reply_settings": "everyone",
            "possibly_sensitive": False,
            "entities": {"mentions": [self._mention(match) for match in MENTION.finditer(text)]},
        }
        if urls:
            content["entities"]["urls"] = urls
        if post.media:
            keys = [self._state.media[one].key for one in post.media]
            content["attachments"] = {"media_keys": keys}
        references = []
        if post.in_reply_to is not None:
            references.append({"type": "replied_to", "id": post.in_reply_to})
            if (parent := self._state.posts.get(post.in_reply_to)) is not None:
                content["in_reply_to_user_id"] = parent.author_id
        if post.quote_of is not None:
            references.append({"type": "quoted", "id": post.quote_of})
        if references:
            content["referenced_tweets"] = references
        return content

    def includes(self, posts: Sequence[Post]) -> dict[str, Any]:
        """The users and posts that these posts refer to."""
        nearby = {post.id: post for post in posts}
        for post in posts:
            for other in (post.in_reply_to, post.quote_of):
                if other in self._state.posts:
                    nearby[other] = self._state.posts[other]
        authors = dict.fromkeys(post.author_id for post in nearby.values())
        includes = {
            "users": [self.user(author) for author in authors],
            "tweets": [self.post(post) for post in nearby.values()],
        }
        if media := [self._media.told(one) for post in posts for one in post.media]:
            includes["media"] = media
        return includes

    def around(self, messages: Sequence[DirectMessage]) -> dict[str, Any]:
        """The users and media that these Direct Messages refer to."""
        people = dict.fromkeys(one for message in messages for one in (message.participant_id, message.sender_id))
        includes: dict[str, Any] = {"users": [self.user(one) for one in people]}
        media = []
        for message in messages:
            if message.medium:
                url = self._media.attached(message.medium, message.id)["media"]["media_url_https"]
                media.append({**self._media.told(message.medium), "url": url})
        return includes | ({"media": media} if media else {})

    def event(self, message: DirectMessage) -> dict[str, Any]:
        """A Direct Message as API v2 lists it."""
        brand = self._settings.twitter_user_id
        text, urls = shortened(message.text)
        content: dict[str, Any] = {
            "id": message.id,
            "event_type": "MessageCreate",
            "text": text,
            "sender_id": message.sender_id,
            "dm_conversation_id": conversation_id(brand, message.participant_id),
            "created_at": iso(message.created),
            "participant_ids": [message.participant_id, brand],
        }
        if urls:
            content["entities"] = {"urls": urls}
        if message.medium:
            content["attachments"] = {"media_keys": [self._state.media[message.medium].key]}
        return content

    def _addressed(self, post: Post) -> str:
        """The text of a reply begins with whom it addresses: X fills the name in where the API is used to write it."""
        parent = self._state.posts.get(post.in_reply_to or "")
        if parent is None or post.author_id != self._settings.twitter_user_id or parent.author_id == post.author_id:
            return post.text
        handle = f"@{self.user(parent.author_id)['username']}"
        return post.text if post.text.lower().startswith(handle.lower()) else f"{handle} {post.text}"

    def _mention(self, match: re.Match[str]) -> dict[str, Any]:
        mention: dict[str, Any] = {"start": match.start(), "end": match.end(), "username": match[1]}
        if match[1].lower() == self._settings.twitter_username.lower():
            mention["id"] = self._settings.twitter_user_id
        return mention


def conversation_id(one: str, other: str) -> str:
    """The id of a one-to-one conversation: both user ids, the smaller one first."""
    low, high = sorted((one, other), key=int)
    return f"{low}-{high}"


def chosen(content: dict[str, Any], always: Sequence[str], wanted: str | None) -> dict[str, Any]:
    """X sends a few fields always and the others only when `*.fields` asks for them."""
    names = {*always, *(wanted or "").split(",")}
    return {name: value for name, value in content.items() if name in names}
