"""Asking X for a message of ours whose answer was lost.

A post stands in our own timeline: `GET /2/users/:id/tweets`, newest 3,200, 900 calls in 15 min (X docs,
x-api/posts/timelines/integrate and fundamentals/rate-limits, Aug 2026). A direct message stands in the conversation:
`GET /2/dm_conversations/with/:participant_id/dm_events`, 30 days, 15 calls in 15 min (x-api/direct-messages/lookup,
Aug 2026); `GET /2/dm_events` was seen to lag behind it (tweepy's cassettes, 2022).

X writes links as https://t.co/..., tells their goals in `entities.urls`, escapes & < > and puts the handles that a
reply addresses in front of its text.
"""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from gateway.channels.evidence import EARLY, LATE, UNKNOWN_LINK, Shown, settle, weigh
from gateway.channels.twitter import snowflake
from gateway.channels.twitter.client import XClient
from gateway.channels.twitter.fields import entries, mapping, native_id, string
from gateway.channels.twitter.post import references, without_leading_handles
from gateway.channels.twitter.render import render_message
from gateway.errors import SendRefused, SendRetryable
from gateway.messages import Outbound

_MARGIN: Final = timedelta(minutes=10)
"""Our clock may be off by so much: X refuses requests that are dated more than some 5 minutes from its own time."""
_LONG_PAST: Final = timedelta(minutes=1)
"""An `end_time` must lie in the past."""
_POSTS_KEPT: Final = timedelta(hours=6)
"""100 posts in 15 min are allowed (X docs, rate-limits): after 6 hours at most 2,400 of the 3,200 are newer."""
_MESSAGES_KEPT: Final = timedelta(days=29)
_PAGES: Final = 5
_PAGE: Final = 100
"""The most that X gives at once; a page may hold fewer."""

_SHORT_LINK: Final = re.compile(r"https?://t\.co/[A-Za-z0-9]+")
_POST_FIELDS: Final = ["created_at", "entities", "note_tweet", "referenced_tweets"]
_MESSAGE_FIELDS: Final = ["created_at", "entities", "event_type", "sender_id", "text"]


async def find_post(client: XClient, account: str, out: Outbound, since: datetime, now: datetime) -> list[str]:
    """The ids of what may be our reply `out` of about `since`; none where it is surely not there. Times by our clock.

    Raises `SendRetryable` and `SendRefused`, as `ChannelAdapter.look_up`.
    """
    latest = since + LATE + _MARGIN
    posts = await _listed(
        client,
        "get_users_tweets",
        lambda oldest: False,
        now,
        id=account,
        start_time=since - _MARGIN,
        end_time=latest if latest < now - _LONG_PAST else None,
        exclude=["retweets"],
        tweet_fields=_POST_FIELDS,
    )
    ours = without_leading_handles(out.text)
    shown: dict[str, list[Shown]] = {out.target: [], "": []}
    for post in posts:
        alike = [
            Shown(native_id=native_id(post), text=without_leading_handles(text), at=_at(post, now))
            for text in _readings(post, out)
        ]
        shown.setdefault(references(post).get("replied_to", ""), []).extend(alike)
    found = weigh(shown[out.target], ours, since + client.ahead)
    if not found and weigh(shown[""], ours, since + client.ahead):
        raise SendRefused("X shows the same words as an answer to nothing. Please look.")
    return _verdict(found, since, now, _POSTS_KEPT)


async def find_message(client: XClient, account: str, out: Outbound, since: datetime, now: datetime) -> list[str]:
    """The event ids of what may be our direct message `out` of about `since`. As `find_post`."""
    events = await _listed(
        client,
        "get_direct_message_events",
        lambda oldest: oldest < since + client.ahead - EARLY,
        now,
        participant_id=out.target,
        event_types="MessageCreate",
        dm_event_fields=_MESSAGE_FIELDS,
    )
    if not all(native_id(event, "sender_id") for event in events):
        raise _unreadable()
    shown = (
        Shown(native_id=native_id(event), text=text, at=_at(event, now))
        for event in events
        if native_id(event, "sender_id") == account
        for text in _readings(event, out)
    )
    found = weigh(shown, render_message(out), since + client.ahead)
    if not events:
        # We may only answer there: what the customer wrote must be shown, or X shows us nothing at all.
        raise SendRefused("X shows nothing of this conversation. Please look.")
    return _verdict(found, since, now, _MESSAGES_KEPT)


def _verdict(found: list[Shown], since: datetime, now: datetime, kept: timedelta) -> list[str]:
    if found:
        return [one.native_id for one in found]
    if now - since > kept:
        raise SendRefused("It is too long ago for X to show whether the message is there. Please look.")
    settle(since, now)
    return []


async def _listed(
    client: XClient, method: str, enough: Callable[[datetime], bool], now: datetime, **arguments: Any
) -> list[Mapping[str, object]]:
    """All that X lists, newest first, until it is `enough` by the time of the oldest; each with an id and a time."""
    found: list[Mapping[str, object]] = []
    token: str | None = None
    for _ in range(_PAGES):
        answer = await client.read(method, max_results=_PAGE, pagination_token=token, **arguments)
        page = _page(answer)
        found += page
        oldest = min((_at(one, now) for one in page), default=now)
        token = string(mapping(answer.get("meta")).get("next_token")) or None
        if token is None or (page and enough(oldest)):
            return found
    raise SendRefused("X lists more than can be searched. Please look.")


def _page(answer: Mapping[str, object]) -> list[Mapping[str, object]]:
    if answer.get("errors"):
        # X answers 200 with `errors` where something may not be seen (docs, response-codes-and-errors, Aug 2026).
        raise SendRefused("X does not show all that is there. Please look.")
    data, count = answer.get("data"), mapping(answer.get("meta")).get("result_count")
    if (data is None and count == 0) or (data == [] and count in (None, 0)):
        # X leaves an empty list out; its own emulator does not (xdevplatform/playground, Nov 2026).
        return []
    page = [mapping(one) for one in entries(data)]
    if not page or not all(native_id(one) for one in page):
        raise _unreadable()
    return page


def _at(body: Mapping[str, object], now: datetime) -> datetime:
    own_id, stated = native_id(body), snowflake.from_date(body.get("created_at"))
    if stated is None and snowflake.time_of_id(own_id, now) is None:
        raise _unreadable()
    return snowflake.said_at(own_id, stated, now)


def _readings(body: Mapping[str, object], out: Outbound) -> Iterator[str]:
    """The texts that we may have sent for X to show this one."""
    raw = string(mapping(body.get("note_tweet")).get("text")) or string(body.get("text"))
    goals = {string(link.get("url")): string(link.get("expanded_url")) for link in _links(body)}

    def goal(short: str) -> str:
        return goals.get(short) or UNKNOWN_LINK

    # Whether direct messages are escaped as posts are is not documented: both readings count.
    for reading in dict.fromkeys((raw, html.unescape(raw))):
        expanded = _SHORT_LINK.sub(lambda match: goal(match.group()), reading)
        yield expanded
        before, _, last = expanded.rstrip().rpartition(" ")
        if out.way_in and "/messages/compose" in last:
            yield before  # the way in is no part of our text; X may show it as its last link


def _links(body: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    for part in (body, mapping(body.get("note_tweet"))):
        yield from map(mapping, entries(mapping(part.get("entities")).get("urls")))


def _unreadable() -> SendRetryable:
    return SendRetryable("X answered something that cannot be read.")
