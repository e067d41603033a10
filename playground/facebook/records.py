"""What Facebook keeps."""

from datetime import UTC, datetime

import msgspec


class PagePost(msgspec.Struct):
    """A post of the Page."""

    id: str
    message: str
    created: float


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


class Choice(msgspec.Struct):
    """A quick reply or a button under a message."""

    title: str
    payload: str | None = None
    url: str | None = None


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


def iso(seconds: float) -> str:
    """Graph's form of a time: 2026-07-24T21:05:48+0000."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
