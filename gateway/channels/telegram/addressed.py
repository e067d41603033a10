"""Whether a message in a group is for us. A bot that answers every message of a group is a nuisance.

With privacy mode on, Telegram delivers only what names the bot. A bot that may delete messages must be an admin, and
then everything arrives (Bot API, "Privacy mode"): so the choice is ours.
"""

import re
from typing import Final

from msgspec import Struct

from gateway.channels.telegram.payloads import Message, RepliedTo, User

_COMMAND: Final = re.compile(r"/\w+(?:@(\w+))?")
_NAME: Final = re.compile(r"(?<![\w@/])@([A-Za-z]\w{3,})")
_LINK: Final = re.compile(r"\w+://\S+")
_QUESTION: Final = re.compile(r"[?？؟]")
_HELP: Final = re.compile(
    r"\b(?:help|support|customer service|refund|complaint|not working|(?:doesn['’]?t|does not) work|human|real person"
    r"|my (?:order|parcel|package|delivery|refund|account|invoice))\b",
    re.IGNORECASE,
)


class Bot(Struct, frozen=True):
    """Ourselves, as a group knows us."""

    id: int
    username: str
    """Without the @."""


def spoken_to_us(message: Message, bot: Bot) -> bool:
    """Whether a message of a group answers us, names us, or is a command for us."""
    text = message.text or message.caption or ""
    reply = answered(message)
    if reply and reply.author and reply.author.id == bot.id:
        return True
    command = _COMMAND.match(text)
    if command and command.group(1):
        return command.group(1).casefold() == bot.username.casefold()
    return bot.username.casefold() in _named(text)


def addressed_to_us(message: Message, bot: Bot) -> bool:
    """Whether a message of a group is, or may be, for us.

    Yes: it is spoken to us. No: it is a command for another bot, answers or names somebody else, or is a forward. Else,
    perhaps: it asks something (a question mark outside links) or calls for help.
    """
    if spoken_to_us(message, bot):
        return True
    text = message.text or message.caption or ""
    command = _COMMAND.match(text)
    reply = answered(message)
    to_others = (command and command.group(1)) or _named(text)
    if to_others or message.forward_origin or (reply and not _same_person(reply.author, message.author)):
        return False
    words = _LINK.sub(" ", text)
    return bool(_QUESTION.search(words) or _HELP.search(words))


def _named(text: str) -> set[str]:
    return {name.casefold() for name in _NAME.findall(text)}


def answered(message: Message) -> RepliedTo | None:
    """The message that somebody chose to answer.

    None for what Telegram itself hangs a message on: the start of a topic, the copy of a channel's post.
    """
    reply = message.reply_to_message
    if reply is None or reply.is_automatic_forward or reply.forum_topic_created is not None:
        return None
    if message.is_topic_message and reply.message_id == message.message_thread_id:
        return None
    return reply


def _same_person(one: User | None, other: User | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def without_address(text: str, bot: Bot) -> str:
    """The text without our own name: what was said, not to whom.

    A name in a text is unambiguous without its entity, so no UTF-16 offsets need to be counted.
    """
    name = re.escape(bot.username)
    text = re.sub(rf"^(/\w+)@{name}\b", r"\1", text, flags=re.IGNORECASE)
    rest, count = re.subn(rf"(?<![\w@/])@{name}\b[,:]?[ \t]*", "", text, flags=re.IGNORECASE)
    return rest.strip(" \t\r\n,") if count else text
