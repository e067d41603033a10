"""Where a message stands: the chat it came from becomes the key of a place, an address and the message's own id.

    chat                                    place                target of a reply        id of a message
    private                                 <chat>               <chat> or <chat>/<topic> <chat>/<message>
    group, supergroup                       <chat>               <chat>/<message>         <chat>/<message>
    its topic                               <chat>/<topic>       <chat>/<message>         <chat>/<message>
    comments below a channel's   <chat>/post-<message>  <chat>/<message>        <chat>/<message>
      post, the copy of which
      is <message> in the group
    direct messages of a channel            <chat>/<topic>       <chat>/<topic>           <chat>/<message>
    a business account's chat               <account>:<chat>     <account>:<chat>         <account>:<chat>/<message>
    where we are no member and were called  guest:<chat>         guest:<query>            guest:<query>

`<account>` is the id of the business connection. A private chat has the id of the person in it; a business account's
chat has it too, and is another chat all the same.
"""

from typing import Final

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.telegram.payloads import GUEST, Chat, Message, User
from gateway.messages import Place, Sender, Surface

_GROUPS: Final = ("group", "supergroup")
POST: Final = "post-"
"""Tells the comments below a post from a topic: they are no place to send to, only to answer in."""


def is_group(message: Message) -> bool:
    """Whether everybody in the chat reads along."""
    return message.chat.type in _GROUPS and not is_direct(message) and not message.guest_query_id


def is_direct(message: Message) -> bool:
    """Whether it stands in the direct messages of a channel, where each person has a topic of their own."""
    chat = message.chat
    told = bool(chat.is_direct_messages) or isinstance(message.direct_messages_topic, dict)
    return told and (chat.type in _GROUPS or chat.id < 0)


def place_of(message: Message, *, business: bool = False) -> Place:
    """The thread in which a message stands. Raises `ParseError` where the chat is of no documented type.

    `business`: it came as one of a business account's, even if it does not say of which.
    """
    chat = message.chat
    if message.guest_query_id:
        return Place(surface=Surface.PUBLIC, native_id=f"{GUEST}{chat.id}", title=chat.title or "")
    if business or message.business_connection_id:
        return Place(surface=Surface.PRIVATE, native_id=business_chat(message.business_connection_id, chat.id))
    if is_direct(message):
        topic = _topic_of_channel(message)
        return Place(surface=Surface.PRIVATE, native_id=f"{chat.id}{topic}", title=chat.title or "")
    if chat.type == "private":
        return Place(surface=Surface.PRIVATE, native_id=str(chat.id))
    if chat.type not in _GROUPS:
        raise ParseError("the chat is of an unknown type")
    return Place(surface=Surface.PUBLIC, native_id=f"{chat.id}{_topic(message)}", title=chat.title or "")


def comments_of(message: Message, place: Place) -> Place | None:
    """The comments below a channel's post, where that is what a message of a group may stand in.

    Telegram hangs them on the copy of the post in the discussion group: its id is their `message_thread_id`. That of a
    chain of answers within a group looks the same: what it answers tells them apart (`addressed.answers_post`), but
    not for who answers a comment.
    """
    root = message.message_thread_id
    if root is None or message.is_topic_message or place.native_id != str(message.chat.id):
        return None
    return Place(surface=place.surface, native_id=f"{message.chat.id}/{POST}{root}", title=place.title)


def id_of(message: Message, place: Place) -> str:
    """The message's own id, unique within our account."""
    if message.guest_query_id:
        return f"{GUEST}{message.guest_query_id}"
    chat = place.native_id if ":" in place.native_id else message.chat.id
    return f"{chat}/{message.message_id}"


def target_of(message: Message, place: Place) -> str:
    """What a reply is addressed to."""
    if place.surface is Surface.PUBLIC:
        return id_of(message, place)
    if message.chat.type == "private" and not is_direct(message) and ":" not in place.native_id:
        return f"{place.native_id}{_topic(message)}"
    return place.native_id


def neighbour(message: Message, place: Place, message_id: int) -> str:
    """The id of another message of the same chat."""
    chat = place.native_id if ":" in place.native_id else message.chat.id
    return f"{chat}/{message_id}"


def business_chat(connection: str | None, chat_id: int) -> str:
    """The key of a business account's chat."""
    return f"{connection or ''}:{chat_id}"


def sender(user: User) -> Sender:
    """A person, as we know them."""
    return Sender(native_id=str(user.id), name=user.full_name, handle=user.username or "")


def person_of(chat: Chat) -> Sender:
    """The person of a private chat."""
    name = f"{chat.first_name or ''} {chat.last_name or ''}".strip()
    return Sender(native_id=str(chat.id), name=name, handle=chat.username or "")


def writer_to_channel(message: Message) -> Sender | None:
    """The person to whom a topic of a channel's direct messages belongs."""
    topic = message.direct_messages_topic
    try:
        return sender(msgspec.convert(topic["user"], User)) if isinstance(topic, dict) and "user" in topic else None
    except msgspec.ValidationError:
        return None


def _topic(message: Message) -> str:
    # Without `is_topic_message`, a thread is only a chain of answers within the group.
    return f"/{message.message_thread_id}" if message.is_topic_message and message.message_thread_id else ""


def _topic_of_channel(message: Message) -> str:
    """Each person who writes to a channel has a topic there, which its administrators see."""
    topic = message.direct_messages_topic
    number = topic.get("topic_id") if isinstance(topic, dict) else None
    if number is None and message.author and not message.sender_chat:
        number = message.author.id
    return f"/{number}" if isinstance(number, int) else ""
