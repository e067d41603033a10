"""What X has for us that no webhook has brought: mentions and direct messages, in the shape of its webhooks.

cursors -> GET /2/users/:id/mentions and GET /2/dm_events, page by page -> envelopes of the Activity API -> `split`

Mentions are asked for by the newest id that is known (`since_id`; 300 calls in 15 min, the newest 800 are shown).
Direct messages come newest first and cannot be asked for by id: their pages are read until what is known is reached
(15 calls in 15 min, 30 days; X docs, fundamentals/rate-limits and direct-messages/lookup/integrate, Aug 2026). A cursor
moves on only when all pages up to it have been read; what is read again has the key that it had, and counts once.

Quotes that do not name us, and encrypted messages, are in neither list.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

import msgspec

from gateway.channels.supply import Receive, Supplied
from gateway.channels.twitter import payloads
from gateway.channels.twitter.answer import missing
from gateway.channels.twitter.client import XClient
from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.channels.twitter.snowflake import from_date, id_at, order_of
from gateway.clock import Clock
from gateway.errors import SendRefused, SendRetryable, SendThrottled
from gateway.messages import RawEvent

_OVERLAP: Final = timedelta(minutes=2)
"""Ids grow with time, but what was said in the same moment may be listed later: what is younger is asked for again."""
_PAGE: Final = 100
_PAGES: Final = 5  # of one list in one go; what is left is asked for in the next
_MENTIONS_PAUSE: Final = 15.0  # seconds; 60 of 300 calls in 15 min
_MESSAGES_PAUSE: Final = 70.0  # seconds; 13 of 15 calls in 15 min
_CATCH_UP_PAUSE: Final = 300.0  # seconds, where webhooks bring what happens

_POST_FIELDS: Final = [
    "attachments", "author_id", "conversation_id", "created_at", "display_text_range", "edit_history_tweet_ids",
    "entities", "in_reply_to_user_id", "note_tweet", "referenced_tweets",
]  # fmt: skip
_USER_FIELDS: Final = ["affiliation", "name", "username"]
_MEDIA_FIELDS: Final = ["alt_text", "media_key", "preview_image_url", "type", "url", "variants"]
_EVENT_FIELDS: Final = [
    "attachments", "created_at", "dm_conversation_id", "entities", "event_type", "participant_ids", "sender_id", "text",
]  # fmt: skip


class XSupply:
    """Asks X for what has happened since."""

    def __init__(self, client: XClient, account: str, receive: Receive, clock: Clock) -> None:
        self._client = client
        self._account = account
        self._receive = receive
        self._clock = clock

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """What has happened since `cursors`; without them, nothing but where to go on from.

        A limit that one list has reached does not hold up the other. Raises `SendRetryable`, `SendRefused`.
        """
        values, events, more = dict(cursors), list[RawEvent](), False
        waits: list[float] = []
        for name, read, pause in (
            ("mentions", self._mentions, _MENTIONS_PAUSE),
            ("messages", self._messages, _MESSAGES_PAUSE),
        ):
            rest = self._seconds(values.get(f"{name}_due"))
            if rest <= 0:
                try:
                    found, unfinished = await read(values)
                except SendThrottled as limit:
                    rest = limit.retry_after or pause
                except SendRefused:
                    if values.pop(f"{name}_page", None) is None:
                        raise
                    rest = pause  # that page is not to be had any more: all of them from the first, next time
                else:
                    events += found
                    more = more or unfinished
                    rest = 0.0 if unfinished else pause
                values[f"{name}_due"] = str(int(self._clock().timestamp() + rest))
            waits.append(rest)
        wait = min(waits)
        if self._receive is Receive.WEBHOOK and not more:
            wait = max(wait, _CATCH_UP_PAUSE)
        return Supplied(events=events, cursors=values, more=more, pause=wait)

    def _seconds(self, due: str | None) -> float:
        """How long until then; never longer than a window of X's, whatever a clock was set to."""
        if due is None or not due.isdigit():
            return 0.0
        rest = int(due) - self._clock().timestamp()
        return rest if rest <= 900 else 0.0

    async def _mentions(self, values: dict[str, str]) -> tuple[list[RawEvent], bool]:
        floor = values.get("mentions")
        if floor is None:
            values["mentions"] = _newest("1", await self._posts(None, None, 5))
            return [], False
        events: list[RawEvent] = []
        token = values.get("mentions_page")
        for _ in range(_PAGES):
            answer = await self._posts(floor, token, _PAGE)
            if token is None:
                values["mentions_next"] = _newest(floor, answer)
            events += self._as_posts(answer)
            token = string(mapping(answer.get("meta")).get("next_token")) or None
            if token is None:
                self._arrive(values, "mentions")
                return events, False
        values["mentions_page"] = token or ""
        return events, True

    async def _messages(self, values: dict[str, str]) -> tuple[list[RawEvent], bool]:
        floor = values.get("messages")
        if floor is None:
            answer = await self._events(None, 5)
            values["messages"] = max((native_id(event) for event in _data(answer)), key=order_of, default="1")
            return [], False
        events: list[RawEvent] = []
        token = values.get("messages_page")
        known = order_of(floor)
        for _ in range(_PAGES):
            answer = await self._events(token, _PAGE)
            listed = list(_data(answer))
            if token is None:
                values["messages_next"] = _later(floor, *(native_id(event) for event in listed))
            news = [event for event in listed if order_of(native_id(event)) > known]
            events += self._as_messages(news, mapping(answer.get("includes")))
            token = string(mapping(answer.get("meta")).get("next_token")) or None
            if token is None or len(news) < len(listed):
                self._arrive(values, "messages")
                return events, False
        values["messages_page"] = token or ""
        return events, True

    def _arrive(self, values: dict[str, str], name: str) -> None:
        """All pages have been read: go on from the newest of the first of them, or a little before it."""
        newest = values.pop(f"{name}_next", values[name])
        settled = id_at(self._clock() + self._client.ahead - _OVERLAP)
        values[name] = _later(values[name], str(min(order_of(newest), settled)))
        values.pop(f"{name}_page", None)

    async def _posts(self, since: str | None, token: str | None, size: int) -> Mapping[str, object]:
        return await self._client.read(
            "get_users_mentions",
            id=self._account,
            since_id=since,
            pagination_token=token or None,
            max_results=size,
            expansions=["author_id", "attachments.media_keys", "attachments.poll_ids"],
            tweet_fields=_POST_FIELDS,
            user_fields=_USER_FIELDS,
            media_fields=_MEDIA_FIELDS,
        )

    async def _events(self, token: str | None, size: int) -> Mapping[str, object]:
        return await self._client.read(
            "get_direct_message_events",
            pagination_token=token or None,
            max_results=size,
            event_types="MessageCreate",
            expansions=["sender_id", "participant_ids", "attachments.media_keys"],
            dm_event_fields=_EVENT_FIELDS,
            user_fields=_USER_FIELDS,
            media_fields=_MEDIA_FIELDS,
        )

    def _as_posts(self, answer: Mapping[str, object]) -> Iterator[RawEvent]:
        """Posts in the envelopes of `post.mention.create`, oldest first."""
        includes = mapping(answer.get("includes"))
        for post in reversed(list(_data(answer))):
            if not self._is_implicit(post):
                yield from self._split("post.mention.create", post, includes)

    def _is_implicit(self, post: Mapping[str, object]) -> bool:
        """Whether we are named only because a post answers somebody who named us: no webhook brings these either.

        The handles of an answer stand in front of what is shown of it (`display_text_range`).
        """
        shown = entries(post.get("display_text_range"))
        start = shown[0] if shown and isinstance(shown[0], int) else 0
        if not start or native_id(post, "in_reply_to_user_id") == self._account:
            return False
        ours = [
            mention
            for mention in map(mapping, entries(mapping(post.get("entities")).get("mentions")))
            if native_id(mention) == self._account
        ]
        places = [mention.get("start") for mention in ours]
        return bool(places) and all(isinstance(place, int) and place < start for place in places)

    def _as_messages(self, events: list[Mapping[str, object]], includes: Mapping[str, object]) -> Iterator[RawEvent]:
        """Direct messages in the envelopes of `dm.received` and `dm.sent`, oldest first."""
        media = {string(one.get("media_key")): one for one in map(mapping, entries(includes.get("media")))}
        users = {native_id(one): {"data": one} for one in map(mapping, entries(includes.get("users")))}
        # By id: X lists the newest first, its own emulator in any order (xdevplatform/playground, Nov 2026).
        for event in sorted(events, key=lambda one: order_of(native_id(one))):
            kind = "dm.sent" if native_id(event, "sender_id") == self._account else "dm.received"
            message = _as_message(event, self._account, media)
            yield from self._split(kind, {"direct_message_events": [message], "users": users}, {})

    def _split(self, kind: str, payload: object, includes: Mapping[str, object]) -> list[RawEvent]:
        envelope = {"event_type": kind, "filter": {"user_id": self._account}, "payload": payload, "includes": includes}
        return payloads.split(msgspec.json.encode({"data": envelope}), self._account)


def _as_message(
    event: Mapping[str, object], account: str, media: Mapping[str, Mapping[str, object]]
) -> dict[str, object]:
    """A direct message of `GET /2/dm_events` as webhooks tell it.

    A conversation of two has an id of both: `<smaller user id>-<larger>`; a group has one of its own.
    """
    sender = native_id(event, "sender_id")
    two = string(event.get("dm_conversation_id")).split("-")
    people = sorted(filter(None, map(identifier, entries(event.get("participant_ids")))))
    if len(two) != 2 and len(people) == 2:
        two = people  # X's own emulator counts its conversations, and names who takes part in each
    others = [one for one in two if one != sender]
    target: dict[str, object] = {"conversation_id": event.get("dm_conversation_id")}
    if len(two) == 2 and account in two:
        target = {"recipient_id": others[0] if others else sender}
    elif not string(event.get("dm_conversation_id")):
        target = {"recipient_id": account} if sender != account else {}
    data: dict[str, object] = {"text": event.get("text", ""), "entities": event.get("entities", {})}
    keys = entries(mapping(event.get("attachments")).get("media_keys"))
    if keys:
        key = string(keys[0])
        data["attachment"] = {"type": "media", "media": {**media.get(key, {}), "id": key.rpartition("_")[2]}}
    at = from_date(event.get("created_at"))
    return {
        "type": "message_create",
        "id": native_id(event),
        "created_timestamp": str(int(at.timestamp() * 1000)) if at else "",
        "message_create": {"target": target, "sender_id": sender, "message_data": data},
    }


def _data(answer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """What a page lists. Raises `SendRetryable` where that cannot be read, `SendRefused` where X will not list it."""
    data = answer.get("data")
    if data is None and mapping(answer.get("meta")).get("result_count") == 0:
        return
    if not isinstance(data, list):
        if problem := missing(answer):
            raise SendRefused(f"X lists nothing: {problem}")
        raise SendRetryable("X answered something that cannot be read.")
    yield from filter(native_id, map(mapping, data))


def _newest(floor: str, answer: Mapping[str, object]) -> str:
    """The newest id of a page of posts, as its `meta` says, which the emulator's lacks, or as is listed."""
    told = identifier(mapping(answer.get("meta")).get("newest_id"))
    return _later(floor, *([told] if told else map(native_id, _data(answer))))


def _later(*ids: str) -> str:
    return max(ids, key=order_of)
