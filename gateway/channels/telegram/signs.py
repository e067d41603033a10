"""Small signs, and what can be done about a customer's message. Source: Bot API 10.0, read 22 Nov 2026."""

from contextlib import suppress
from typing import Any, Final

from gateway.channels.base import ActKind, Sign, SignKind
from gateway.channels.telegram.payloads import GUEST
from gateway.channels.telegram.render import Address, private_address, public_address, topic_of
from gateway.channels.telegram.request import Request
from gateway.errors import SendError, SendRefused

_GONE: Final = ("message to delete not found", "MESSAGE_ID_INVALID")


async def give(request: Request, sign: Sign) -> None:
    """`answerCallbackQuery`, else the button stays busy; `sendChatAction`, which lasts for five seconds.

    There is nothing to say "seen" with, but for business accounts, where it is the owner's to say. Raises nothing.
    """
    with suppress(SendError):
        if sign.kind is SignKind.PRESSED and sign.acknowledge:
            await request.ask("answerCallbackQuery", callback_query_id=sign.acknowledge)
        elif sign.kind is SignKind.TYPING and not sign.target.startswith(GUEST):
            await request.ask("sendChatAction", action="typing", **_chat(sign))


def can_remove(place: str, target: str) -> bool:
    """Whether it is a message of a group. It must be younger than 48 hours, and the bot an admin: Telegram knows."""
    chat, _, message = target.partition("/")
    group = place.partition("/")[0]
    return chat == group and chat.removeprefix("-").isdecimal() and chat.startswith("-") and message.isdecimal()


async def remove(request: Request, target: str) -> None:
    """`deleteMessage`; what is gone already is well. Raises `SendRetryable` or `SendRefused`."""
    address = public_address("", target)
    try:
        await request.ask("deleteMessage", chat_id=address.chat_id, message_id=address.message_id)
    except SendRefused as refusal:
        if not any(words in refusal.message for words in _GONE):
            raise


def check(act: ActKind) -> None:
    """Raise `SendRefused` where Telegram has no such thing."""
    if act is not ActKind.REMOVE:
        raise SendRefused("Telegram cannot hide a message, only delete it.")


def _chat(sign: Sign) -> dict[str, Any]:
    address = private_address(sign.target)
    if address.chat_id < 0:  # a group: the target is a message, the place knows its topic
        address = Address(address.chat_id, topic=topic_of(sign.place))
    chat = {
        "chat_id": address.chat_id,
        "message_thread_id": address.topic,
        "business_connection_id": address.business,
    }
    return {name: value for name, value in chat.items() if value is not None}
