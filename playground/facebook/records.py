"""What Facebook keeps."""

from datetime import UTC, datetime
from typing import Any

import msgspec


class PagePost(msgspec.Struct):
    """A post of the Page, or of a visitor on it."""

    id: str
    message: str
    created: float
    author_id: str = ""
    """Empty for the Page."""
    author_name: str = ""
    hidden: bool = False
    updated: float = 0.0
    private_reply: str | None = None


class Comment(msgspec.Struct):
    """A comment of a person or of the Page itself."""

    id: str
    post_id: str
    parent_id: str
    """The post for a comment on it, the comment for an answer to that."""
    author_id: str
    author_name: str
    message: str
    created: float
    hidden: bool = False
    private_reply: str | None = None
    """The one message that the Page may send because of this comment."""
    photo: str | None = None
    """The id of a file."""
    reactions: dict[str, str] = msgspec.field(default_factory=dict)


class Choice(msgspec.Struct):
    """A quick reply or a button under a message."""

    title: str
    payload: str | None = None
    url: str | None = None


class Along(msgspec.Struct):
    """What came along with a message: a file, a place or a link."""

    type: str
    file: str | None = None
    title: str = ""
    url: str = ""
    coordinates: tuple[float, float] | None = None


class Message(msgspec.Struct):
    """One message in Messenger."""

    mid: str
    psid: str
    """The customer, whoever wrote."""
    from_page: bool
    text: str
    created: float
    quick_replies: list[Choice] = msgspec.field(default_factory=list)
    buttons: list[Choice] = msgspec.field(default_factory=list)
    about_comment: str | None = None
    metadata: str | None = None
    along: list[Along] = msgspec.field(default_factory=list)
    edits: int = 0
    reaction: str = ""
    tag: str | None = None


class StoredFile(msgspec.Struct):
    """A file on Meta's servers."""

    name: str
    mime: str
    size: int
    link: str
    """What its address ends on, until it expires and has another."""


class FacebookState(msgspec.Struct):
    """All posts, comments and messages, in the order in which they were written."""

    last_id: int = 0
    posts: dict[str, PagePost] = msgspec.field(default_factory=dict)
    comments: dict[str, Comment] = msgspec.field(default_factory=dict)
    messages: list[Message] = msgspec.field(default_factory=list)
    last_contact: dict[str, float] = msgspec.field(default_factory=dict)
    """Per PSID, when the person last wrote, pressed or followed a link: the 24 hours run from here."""
    known: list[str] = msgspec.field(default_factory=list)
    """PSIDs with a thread, be it only a private reply that nobody has answered."""
    files: dict[str, StoredFile] = msgspec.field(default_factory=dict)
    owners: dict[str, str] = msgspec.field(default_factory=dict)
    """Per PSID, the other application that has the thread."""
    holds_fast: bool = False
    """Whether other applications keep their threads when we want to take them."""
    subscribed: list[str] | None = None
    """Fields that the Page delivers; None for all, as in a town where nobody has set anything up."""
    profile: dict[str, Any] = msgspec.field(
        default_factory=lambda: {
            "get_started": {"payload": "get_started"},
            "greeting": [{"locale": "default", "text": "Hello!"}],
        }
    )
    """The Messenger profile."""
    webhook: dict[str, Any] | None = None
    """The application's own; None for the one that the town was started with."""


def iso(seconds: float) -> str:
    """Graph's form of a time: 2026-07-24T21:05:48+0000."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
