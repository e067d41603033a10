"""What we say, as the Bot API wants it: plain text, an address and buttons, one per row.

The keys of `places` are taken apart again here. Source: Bot API 10.0, `sendMessage` (python-telegram-bot 22.8).
"""

from msgspec import Struct
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from gateway.channels.telegram.payloads import CHOICE_PREFIX, GUEST
from gateway.channels.telegram.places import POST
from gateway.errors import SendRefused
from gateway.messages import Outbound


class Address(Struct, frozen=True):
    """Where a message goes."""

    chat_id: int = 0
    message_id: int | None = None
    """The message of the group that is answered."""
    topic: int | None = None
    """Of a group or of a private chat."""
    direct: int | None = None
    """The topic of a person who has written to a channel."""
    business: str | None = None
    """The connection of the business account in whose name it is said."""
    guest: str = ""
    """The query by which we were called into a chat in which we are not: `chat_id` is then 0."""

    def key(self, message_id: int) -> str:
        """The id of a message that stands there, as `places` makes it."""
        chat = f"{self.business}:{self.chat_id}" if self.business else str(self.chat_id)
        return f"{chat}/{message_id}"


def private_address(target: str) -> Address:
    """A private chat, by the id of the chat or, which is the same, of the person; a topic; a business account's chat.

    Raises `SendRefused`.
    """
    if ":" in target:
        connection, _, chat = target.rpartition(":")
        if not connection:
            raise SendRefused("Telegram has not told for which business account this is.")
        return Address(_number(chat), business=connection)
    chat, _, topic = target.partition("/")
    number, thread = _number(chat), _number(topic) if topic else None
    return Address(number, direct=thread) if number < 0 else Address(number, topic=thread)


def public_address(place: str, target: str) -> Address:
    """The message `<chat>/<message>`, in the topic of `<chat>/<topic>` where the place is one. Raises `SendRefused`.

    Below a channel's post (`<chat>/post-<message>`) an answer stands where what it answers stands; no topic is told.

    A target without a message is a group that has moved: the old one's messages have no numbers in it.
    """
    if target.startswith(GUEST):
        return Address(guest=target.removeprefix(GUEST))
    chat, _, message = target.partition("/")
    return Address(_number(chat), _number(message) if message else None, topic_of(place))


def topic_of(place: str) -> int | None:
    """The topic of a group that a place is; None where it is none. Raises `SendRefused`."""
    _, _, topic = place.partition("/")
    return _number(topic) if topic and not topic.startswith(POST) else None


def keyboard(out: Outbound) -> InlineKeyboardMarkup | None:
    """The choices and the way in as buttons; None where there are none."""
    buttons = [InlineKeyboardButton(each.title, callback_data=f"{CHOICE_PREFIX}{each.choice}") for each in out.buttons]
    if out.way_in:
        buttons.append(InlineKeyboardButton(out.way_in.label, url=out.way_in.url))
    return InlineKeyboardMarkup.from_column(buttons) if buttons else None


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError as error:
        raise SendRefused("The address is none of Telegram's.") from error
