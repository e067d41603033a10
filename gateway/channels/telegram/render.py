"""What we say, as the Bot API wants it: plain text, an address and buttons, one per row.

Source: Bot API 10.0, `sendMessage` (python-telegram-bot 22.8).
"""

from msgspec import Struct
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from gateway.channels.telegram.payloads import CHOICE_PREFIX
from gateway.errors import SendRefused
from gateway.messages import Outbound


class Address(Struct, frozen=True):
    """Where a message goes."""

    chat_id: int
    message_id: int | None = None
    """The message of the group that is answered."""
    topic: int | None = None


def private_address(out: Outbound) -> Address:
    """A private chat, by the id of the chat or, which is the same, of the person. Raises `SendRefused`."""
    return Address(_number(out.target))


def public_address(out: Outbound) -> Address:
    """The message `<chat>/<message>`, in the topic of `<chat>/<topic>` where the place is one. Raises `SendRefused`."""
    chat, _, message = out.target.partition("/")
    _, _, topic = out.place.partition("/")
    return Address(_number(chat), _number(message), _number(topic) if topic else None)


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
