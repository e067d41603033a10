"""What Graph lists of conversations, posts and comments, put into the shape that the webhook gives the same things.

    message of a conversation -> `messaging`
    visitor's post, comment   -> a change of `feed`

The keys come from where those of the webhook's events come from (`split.raw`), so that what came already is known.
"""

from datetime import datetime
from typing import Any, Final

from msgspec import Struct, field

from gateway.channels.facebook.payloads import Id, Piece, text_id
from gateway.channels.facebook.split import raw
from gateway.channels.facebook.times import moment
from gateway.messages import RawEvent

MESSAGE_FIELDS: Final = (
    "id,message,from,to,created_time,sticker,"
    "attachments{id,mime_type,name,size,image_data,video_data,file_url},shares{link,name}"
)
POST_FIELDS: Final = "id,message,from,created_time,updated_time,full_picture"
COMMENT_FIELDS: Final = "id,message,from,created_time,parent{id},attachment"


class Party(Struct, frozen=True):
    """Who wrote, or takes part."""

    id: Id
    name: str | None = None


class Parties(Struct, frozen=True):
    """Several of them."""

    data: list[Party] = []


class Entry(Struct, frozen=True, rename={"author": "from"}):
    """A message, a post or a comment. `from` is missing where Facebook does not tell."""

    id: str
    created_time: str
    updated_time: str | None = None
    message: str | None = None
    author: Party | None = None
    parent: Party | None = None
    to: Parties | None = None
    sticker: str | None = None
    full_picture: str | None = None
    attachments: dict[str, Any] | None = None
    shares: dict[str, Any] | None = None
    attachment: dict[str, Any] | None = None

    @property
    def created(self) -> datetime | None:
        """When it was written."""
        return moment(self.created_time)

    @property
    def author_id(self) -> str:
        """Who wrote it; empty where that is not told."""
        return text_id(self.author.id) if self.author else ""


class Cursors(Struct, frozen=True):
    """Where a page of a list ends."""

    after: str | None = None


class Paging(Struct, frozen=True):
    """`next` is there where more follows."""

    cursors: Cursors | None = None
    next: str | None = None


class Entries(Struct, frozen=True):
    """A page of a list."""

    data: list[Entry] = []
    paging: Paging | None = None


class Conversation(Struct, frozen=True):
    """A Messenger thread with its newest messages."""

    id: str
    updated_time: str
    participants: Parties | None = None
    messages: Entries = field(default_factory=Entries)


class Conversations(Struct, frozen=True):
    """A page of threads, the one with the newest message first."""

    data: list[Conversation] = []
    paging: Paging | None = None


def after(paging: Paging | None) -> str:
    """Where the next page begins; empty where there is none."""
    return (paging.cursors.after or "") if paging and paging.next and paging.cursors else ""


def message_event(page: str, person: str, entry: Entry, *, elsewhere: bool) -> RawEvent | None:
    """A message as the webhook would have told of it; None where it tells no time.

    `elsewhere`: in a thread that another application owns.
    """
    if entry.created is None:
        return None
    ours = entry.author_id == page
    content: dict[str, Any] = {"mid": entry.id, "text": entry.message or ""}
    if ours:
        content["is_echo"] = True
    if along := [*_message_attachments(entry)]:
        content["attachments"] = along
    event = {
        "sender": {"id": page if ours else person},
        "recipient": {"id": person if ours else page},
        "timestamp": _milliseconds(entry.created),
        "message": content,
    }
    part = "standby" if elsewhere and not ours else "messaging"
    return raw(Piece(part=part, page=page, event=event, time=_milliseconds(entry.created)))


def post_event(page: str, entry: Entry) -> RawEvent | None:
    """A visitor's post, likewise; None where it tells no time or no author."""
    value: dict[str, Any] = {"item": "post", "verb": "add", "post_id": entry.id}
    if entry.full_picture:
        value |= {"item": "photo", "photo": entry.full_picture}
    return _change(page, entry, value)


def comment_event(page: str, post: str, entry: Entry) -> RawEvent | None:
    """A comment, likewise."""
    parent = text_id(entry.parent.id) if entry.parent else post
    value: dict[str, Any] = {
        "item": "comment",
        "verb": "add",
        "comment_id": entry.id,
        "post_id": post,
        "parent_id": parent,
    }
    return _change(page, entry, value | _media(entry.attachment))


def _change(page: str, entry: Entry, value: dict[str, Any]) -> RawEvent | None:
    if entry.created is None or entry.author is None:
        return None
    seconds = int(entry.created.timestamp())
    author = {"id": entry.author_id, "name": entry.author.name or ""}
    value = {**value, "from": author, "created_time": seconds}
    if entry.message:
        value["message"] = entry.message
    return raw(Piece(part="changes", page=page, event={"field": "feed", "value": value}, time=seconds))


def _message_attachments(entry: Entry) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for each in _rows(entry.attachments):
        image, video = _inner(each.get("image_data"), "url"), _inner(each.get("video_data"), "url")
        url = image or video or _text(each.get("file_url"))
        audio = _text(each.get("mime_type")).startswith("audio/")
        kind = "image" if image else "video" if video else "audio" if audio else "file"
        found.append({"type": kind, "title": _text(each.get("name")), "payload": {"url": url}})
    if entry.sticker and not found:
        found.append({"type": "sticker", "payload": {"url": entry.sticker}})
    if not found and not entry.message:
        found += [
            {"type": "fallback", "title": _text(each.get("name")), "payload": {"url": _text(each.get("link"))}}
            for each in _rows(entry.shares)
        ]
    return found


def _media(attachment: dict[str, Any] | None) -> dict[str, str]:
    media = (attachment or {}).get("media")
    source, image = _inner(media, "source"), _inner(_inner_of(media, "image"), "src")
    if source:
        return {"video": source}
    return {"photo": image} if image else {}


def _rows(listed: dict[str, Any] | None) -> list[dict[str, Any]]:
    rows = (listed or {}).get("data")
    return [each for each in rows if isinstance(each, dict)] if isinstance(rows, list) else []


def _inner_of(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None


def _inner(value: object, name: str) -> str:
    return _text(_inner_of(value, name))


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
