"""What no webhook has brought: Messenger's conversations and the Page's feed, asked for since the last time.

    conversations, newest first -> messages since      -> events as by webhook
    feed, newest first          -> posts and their comments since -> events as by webhook

A list may lag, and a time is only whole seconds: each call looks back a while beyond what it knows, and intake tells
what is known by its key. How far each list has been read is a cursor of its own; a walk that is too long for one call
goes on at the next.

What cannot be had: messages beyond the 20 newest of a conversation ("Conversation", Graph API), comments below all but
the newest posts, edits and removals, the code of a link that was followed, and what Facebook lists nobody (without
Advanced Access).
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import quote

from msgspec import Struct

from gateway.channels.facebook import listed
from gateway.channels.facebook.client import GraphClient
from gateway.channels.facebook.listed import Conversation, Conversations, Entries, Entry
from gateway.channels.facebook.payloads import Id, text_id
from gateway.channels.facebook.times import moment
from gateway.channels.supply import Supplied
from gateway.clock import Clock
from gateway.errors import SendRefused
from gateway.messages import RawEvent

_Shape = TypeVar("_Shape", bound=Struct)

BACK: Final = timedelta(minutes=15)
"""How far each call looks back beyond its cursor."""
OURS_SETTLE: Final = timedelta(minutes=2)
"""So much later what we have said is told of: until then its answer or its echo settles it, and both know more."""
_CONVERSATIONS: Final = "conversations"
_FEED: Final = "feed"
_PAGE_OF: Final = ".page"
_TOP_OF: Final = ".top"
_PAUSE: Final = 60.0  # seconds until it makes sense to ask again
_MESSAGES: Final = 20  # of a conversation; more cannot be read
_AT_ONCE: Final = 25  # conversations or posts of a page
_COMMENTS: Final = 100
_PAGES: Final = 4  # of one list in one call
_COMMENT_PAGES: Final = 5
_POSTS_BACK: Final = 4  # pages of posts whose comments are looked at


class Owner(Struct, frozen=True):
    """Who has a thread: `{"thread_owner": {"app_id": ...}}`."""

    app_id: Id | None = None


class Owned(Struct, frozen=True):
    """A row of `GET /{page}/thread_owner`."""

    thread_owner: Owner | None = None


class Owners(Struct, frozen=True):
    """The answer of `GET /{page}/thread_owner`."""

    data: list[Owned] = []


class Listing:
    """What the Page's lists show beyond what we know."""

    def __init__(self, client: GraphClient, page: str, app: str, clock: Clock, pace: float) -> None:
        """`app`: our own application, where it is known. `pace`: seconds between calls ("Rate limits", 23 Mar 2026)."""
        self._client = client
        self._page = page
        self._app = app
        self._clock = clock
        self._pace = pace

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """What is new since `cursors`. Raises `SendRetryable` and `SendRefused`."""
        now = self._clock() + self._client.ahead
        events: list[RawEvent] = []
        kept = dict(cursors)
        for name, walk in ((_CONVERSATIONS, self._conversations), (_FEED, self._feed)):
            since = moment(cursors.get(name))
            if since is None:
                # The first time: what is old is left alone.
                kept[name] = now.isoformat()
                continue
            top = moment(cursors.get(name + _TOP_OF)) or now
            page = await walk(since - BACK, now, cursors.get(name + _PAGE_OF, ""), events)
            kept = {key: value for key, value in kept.items() if key not in (name + _PAGE_OF, name + _TOP_OF)}
            if page:
                kept |= {name + _PAGE_OF: page, name + _TOP_OF: top.isoformat()}
            else:
                kept[name] = top.isoformat()
        more = any(key.endswith(_PAGE_OF) for key in kept)
        return Supplied(events=events, cursors=kept, more=more, pause=0.0 if more else _PAUSE)

    async def _conversations(self, since: datetime, now: datetime, start: str, events: list[RawEvent]) -> str:
        """Read the conversations since; returns where to go on, empty where all is read."""
        messages = f"messages.limit({_MESSAGES}){{{listed.MESSAGE_FIELDS}}}"
        query = {"platform": "messenger", "fields": f"id,updated_time,participants,{messages}", "limit": str(_AT_ONCE)}
        place = start
        for _ in range(_PAGES):
            shown = await self._read(f"{self._node}/conversations", query, place, Conversations)
            for conversation in shown.data:
                if (moment(conversation.updated_time) or now) >= since:
                    events += await self._messages(conversation, since, now)
            place = listed.after(shown.paging)
            updated = [moment(each.updated_time) or now for each in shown.data]
            if not place or not updated or min(updated) < since:
                return ""
        return place

    async def _messages(self, conversation: Conversation, since: datetime, now: datetime) -> list[RawEvent]:
        people = conversation.participants.data if conversation.participants else []
        person = next((text_id(each.id) for each in people if text_id(each.id) != self._page), "")
        shown = await self._all_of(conversation, since, now)
        new = [entry for entry in shown if self._is_new(entry, since, now) and entry.author_id in (self._page, person)]
        if not new or not person:
            return []
        theirs = any(entry.author_id == person for entry in new)
        elsewhere = theirs and await self._is_elsewhere(person)
        # Oldest first, as the webhook would have told.
        found = [listed.message_event(self._page, person, entry, elsewhere=elsewhere) for entry in reversed(new)]
        return [event for event in found if event is not None]

    async def _all_of(self, conversation: Conversation, since: datetime, now: datetime) -> list[Entry]:
        """A conversation's messages since, as far as can be read: Graph may give fewer at a time than asked for."""
        page, found = conversation.messages, list(conversation.messages.data)
        path = f"{quote(conversation.id, safe='')}/messages"
        query = {"fields": listed.MESSAGE_FIELDS, "limit": str(_MESSAGES)}
        while page.data and len(found) < _MESSAGES and (page.data[-1].created or now) >= since:
            place = listed.after(page.paging)
            if not place:
                break
            page = await self._read(path, query, place, Entries)
            found += page.data
        return found[:_MESSAGES]

    async def _is_elsewhere(self, person: str) -> bool:
        """Whether another application has the thread: what is said there is not for us ("Conversation routing")."""
        if not self._app:
            return False
        try:
            owners = await self._read(f"{self._node}/thread_owner", {"recipient": person}, "", Owners)
        except SendRefused:
            return False  # where nothing is routed, nobody owns
        apps = {text_id(each.thread_owner.app_id) for each in owners.data if each.thread_owner} - {""}
        return bool(apps) and self._app not in apps

    async def _feed(self, since: datetime, now: datetime, start: str, events: list[RawEvent]) -> str:
        """Read the posts of visitors, and the comments below the newest posts."""
        query = {"fields": listed.POST_FIELDS, "limit": str(_AT_ONCE)}
        # A walk through the posts is short, and posts that are commented move up nowhere: it is never broken off.
        place, posts = start, list[Entry]()
        for _ in range(_POSTS_BACK):
            shown = await self._read(f"{self._node}/feed", query, place, Entries)
            posts += shown.data
            place = listed.after(shown.paging)
            if not place:
                break
        for post in posts:
            if self._is_new(post, since, now) and post.author_id != self._page:
                events += [event for event in [listed.post_event(self._page, post)] if event]
            if (moment(post.updated_time) or now) >= since:
                events += await self._comments(post, since, now)
        return ""

    async def _comments(self, post: Entry, since: datetime, now: datetime) -> list[RawEvent]:
        """All comments below a post since, answers to comments as well."""
        query = {
            "fields": listed.COMMENT_FIELDS,
            "filter": "stream",
            "order": "reverse_chronological",
            "limit": str(_COMMENTS),
        }
        found: list[Entry] = []
        place = ""
        for _ in range(_COMMENT_PAGES):
            shown = await self._read(f"{quote(post.id, safe='')}/comments", query, place, Entries)
            found += [entry for entry in shown.data if self._is_new(entry, since, now)]
            place = listed.after(shown.paging)
            if not place or any((entry.created or now) < since for entry in shown.data):
                break
        events = [listed.comment_event(self._page, post.id, entry) for entry in reversed(found)]
        return [event for event in events if event is not None]

    def _is_new(self, entry: Entry, since: datetime, now: datetime) -> bool:
        if entry.created is None or entry.created < since:
            return False
        return entry.author_id != self._page or now - entry.created > OURS_SETTLE

    async def _read(self, path: str, query: dict[str, str], place: str, shape: type[_Shape]) -> _Shape:
        await asyncio.sleep(self._pace)
        return await self._client.read(path, {**query, "after": place} if place else query, shape)

    @property
    def _node(self) -> str:
        return quote(self._page, safe="")
