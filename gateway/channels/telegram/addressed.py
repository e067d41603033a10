"""Whether a message in a group is for us. A bot that answers every message of a group is a nuisance.

With privacy mode on, Telegram delivers only what names the bot. A bot that may delete messages must be an admin, and
then everything arrives (Bot API, "Privacy mode"): so the choice is ours.
"""

import re
from typing import Final

import msgspec
from msgspec import Struct

from gateway.channels.telegram.entities import marked
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
    """Without the @; empty as long as it is not known: then any name that ends as bots' names do may be ours."""

    def is_called(self, name: str) -> bool:
        """Whether `name`, without the @, is ours."""
        return name.casefold() == self.username.casefold() if self.username else name.casefold().endswith("bot")


def spoken_to_us(message: Message, bot: Bot) -> bool:
    """Whether a message of a group answers us, names us, or is a command for us."""
    reply = answered(message)
    if reply and reply.author and reply.author.id == bot.id:
        return True
    if bot.id in _mentioned(message):
        return True
    command = _COMMAND.match(message.words)
    if command and command.group(1):
        return bot.is_called(command.group(1))
    return any(bot.is_called(name) for name in _NAME.findall(message.words))


def addressed_to_us(message: Message, bot: Bot) -> bool:
    """Whether a message of a group is, or may be, for us.

    Yes: it is spoken to us. No: it is a command for another bot, answers or names somebody else, or is a forward. Else,
    perhaps: it asks something (a question mark outside links) or calls for help.
    """
    if spoken_to_us(message, bot):
        return True
    command = _COMMAND.match(message.words)
    reply = answered(message)
    to_others = (command and command.group(1)) or _NAME.search(message.words) or _mentioned(message)
    if to_others or message.forward_origin or (reply and not _same_person(reply.author, message.author)):
        return False
    words = _LINK.sub(" ", message.words)
    return bool(_QUESTION.search(words) or _HELP.search(words))


def _mentioned(message: Message) -> set[int]:
    """Whom a message names without a user name."""
    entities = message.entities if message.text else message.caption_entities
    return {each.user for each in marked(message.words, entities) if each.kind == "text_mention"}


def answered(message: Message) -> RepliedTo | None:
    """The message that somebody chose to answer.

    None for what Telegram itself hangs a message on: the start of a topic, the copy of a channel's post.
    """
    reply = _replied_to(message)
    if reply is None or reply.is_automatic_forward or reply.forum_topic_created is not None:
        return None
    if message.is_topic_message and reply.message_id == message.message_thread_id:
        return None
    return reply


def answers_post(message: Message) -> bool:
    """Whether it hangs on the copy of a channel's post: it is a comment below it."""
    reply = _replied_to(message)
    return reply is not None and bool(reply.is_automatic_forward) and reply.message_id == message.message_thread_id


def _replied_to(message: Message) -> RepliedTo | None:
    if message.reply_to_message is None:
        return None
    try:
        return msgspec.convert(message.reply_to_message, RepliedTo)
    except msgspec.ValidationError:
        return None


def _same_person(one: User | None, other: User | None) -> bool:
    return one is not None and other is not None and one.id == other.id


def without_address(text: str, bot: Bot) -> str:
    """The text without our own name: what was said, not to whom.

    A name in a text is unambiguous without its entity, so no UTF-16 offsets need to be counted.
    """
    if not bot.username:
        return text
    name = re.escape(bot.username)
    text = re.sub(rf"^(/\w+)@{name}\b", r"\1", text, flags=re.IGNORECASE)
    rest, count = re.subn(rf"(?<![\w@/])@{name}\b[,:]?[ \t]*", "", text, flags=re.IGNORECASE)
    return rest.strip(" \t\r\n,") if count else text
