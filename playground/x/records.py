"""What X keeps."""

from datetime import UTC, datetime

import msgspec


class Post(msgspec.Struct):
    """A post of anybody."""

    id: str
    author_id: str
    text: str
    created: float
    conversation_id: str
    in_reply_to: str | None = None
    quote_of: str | None = None
    direct_message_deep_link: str | None = None
    hidden: bool = False


class DirectMessage(msgspec.Struct):
    """One message between the brand and a customer."""

    id: str
    participant_id: str
    """The customer, whoever wrote."""
    sender_id: str
    text: str
    created: float


class XState(msgspec.Struct):
    """All posts and messages, in the order in which they were written."""

    last_id: int = 0
    posts: dict[str, Post] = msgspec.field(default_factory=dict)
    messages: list[DirectMessage] = msgspec.field(default_factory=list)


def iso(seconds: float) -> str:
    """X's form of a time: 2026-07-24T21:05:48.000Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"
