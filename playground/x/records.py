"""What X keeps."""

from datetime import UTC, datetime

import msgspec

from playground.x.told import WANTED


class Medium(msgspec.Struct):
    """A picture, a GIF or a film."""

    id: str
    type: str
    """photo, animated_gif or video."""
    mime: str
    content: bytes
    alt_text: str = ""

    @property
    def key(self) -> str:
        """X's key of it: the kind as a number before the id."""
        number = {"photo": 3, "video": 7, "animated_gif": 16}.get(self.type, 3)
        return f"{number}_{self.id}"


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
    versions: list[str] = msgspec.field(default_factory=list)
    """The ids of what it was before it was edited, oldest first."""
    media: list[str] = msgspec.field(default_factory=list)
    """Ids of what comes along."""


class DirectMessage(msgspec.Struct):
    """One message between the brand and a customer."""

    id: str
    participant_id: str
    """The customer, whoever wrote."""
    sender_id: str
    text: str
    created: float
    medium: str = ""
    """The id of what comes along."""


class Webhook(msgspec.Struct):
    """Where X delivers to."""

    id: str
    url: str
    created: float
    valid: bool = True


class Subscription(msgspec.Struct):
    """One kind of event of one account that X tells of."""

    id: str
    event_type: str
    user_id: str
    webhook_id: str
    created: float = 0.0
    tag: str = ""


def _webhooks() -> list[Webhook]:
    return [Webhook("1", "", 0.0)]


def _subscriptions() -> list[Subscription]:
    return [Subscription(str(number), kind, "", "1") for number, kind in enumerate(WANTED, 1)]


class XState(msgspec.Struct):
    """All posts and messages, in the order in which they were written, and what the brand has set up.

    A new town has been set up by somebody already, so that it is alive: an empty address is the gateway's own, an empty
    user the brand.
    """

    last_id: int = 0
    posts: dict[str, Post] = msgspec.field(default_factory=dict)
    messages: list[DirectMessage] = msgspec.field(default_factory=list)
    media: dict[str, Medium] = msgspec.field(default_factory=dict)
    likes: list[tuple[str, str]] = msgspec.field(default_factory=list)
    """Who likes which post."""
    blocked_by: list[str] = msgspec.field(default_factory=list)
    """Customers who have blocked the brand."""
    blocked: list[str] = msgspec.field(default_factory=list)
    """Customers whom the brand has blocked."""
    refresh_tokens: list[str] = msgspec.field(default_factory=list)
    """Those that were used up."""
    webhooks: list[Webhook] = msgspec.field(default_factory=_webhooks)
    subscriptions: list[Subscription] = msgspec.field(default_factory=_subscriptions)


def iso(seconds: float) -> str:
    """X's form of a time: 2026-07-24T21:05:48.000Z."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{int(seconds * 1000) % 1000:03d}Z"
