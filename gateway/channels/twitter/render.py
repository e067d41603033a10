"""From a message of ours to the arguments of X's API, and the link that leads a customer into direct messages.

What X leaves us: no buttons in API 2; 280 weighted characters in public, where Latin letters count 1, emoji and CJK 2
and any URL 23 (X docs, fundamentals/counting-characters, Aug 2026); 10,000 characters in a direct message (tweepy 4.17,
`create_direct_message`).
"""

from urllib.parse import quote, urlencode

import msgspec

from gateway.messages import Button, Channel, Outbound, Surface, WayIn
from gateway.privacy.limits import LIMITS

PRIVATE_LIMIT = 10_000
GREETING = "Hi!"
"""What the way in writes for the customer, before the code: a bare code looks like something to be deleted."""

_COMPOSE = "https://twitter.com/messages/compose"
_LABEL = "Send a private message"
_CHOICES = "You can reply with:"


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """The arguments of `POST /2/tweets`, by tweepy's names."""

    text: str
    in_reply_to_tweet_id: str
    direct_message_deep_link: str | None
    """A field of its own: in the text the link would cost 23 characters."""


def text_limit(surface: Surface) -> int:
    """The longest text: weighted characters in public, characters in private."""
    return LIMITS[Channel.TWITTER] if surface is Surface.PUBLIC else PRIVATE_LIMIT


def way_in(user_id: str, code: str) -> WayIn:
    """The link into direct messages with us, the code filled in.

    A bot may send direct messages "only after user DMs you first" (X docs, developer-guidelines "Automated actions",
    Aug 2026): the customer makes the first step.
    """
    query = urlencode({"recipient_id": user_id, "text": f"{GREETING} [{code}]"}, quote_via=quote)
    return WayIn(url=f"{_COMPOSE}?{query}", label=_LABEL, code=code)


def render_post(out: Outbound, text: str) -> Post:
    """A public reply. Buttons are left out: a list of choices would eat the 280 characters."""
    return Post(
        text=text,
        in_reply_to_tweet_id=out.target,
        direct_message_deep_link=out.way_in.url if out.way_in else None,
    )


def render_message(out: Outbound) -> str:
    """The text of a direct message, with its buttons as a list of words to answer with where there is room."""
    with_choices = out.text + _choices(out.buttons)
    return with_choices if len(with_choices) <= PRIVATE_LIMIT else out.text


def _choices(buttons: tuple[Button, ...]) -> str:
    if not buttons:
        return ""
    # No numbers: the assistant understands a title like any other sentence, and would not know what "2" means.
    return "\n\n" + "\n".join([_CHOICES, *(f"• {button.title}" for button in buttons)])
