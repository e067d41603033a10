"""A Facebook event, understood: `Said` where a person turned to us, else `Ignored` with the reason.

The Messenger half knows people by page-scoped ids (scope `messenger`), the feed half by another id (scope `feed`); the
two are joined only by the answer to a private reply or by the code of a link.
"""

import re
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.facebook import payloads
from gateway.channels.facebook.payloads import (
    CHOICE_PREFIX,
    GET_STARTED,
    POST_ITEMS,
    Feed,
    Message,
    Messaging,
    Piece,
    Postback,
    messenger_account,
    messenger_thread,
)
from gateway.channels.facebook.split import text_id
from gateway.messages import Attachment, Channel, Echoed, Ignored, Place, RawEvent, Said, Sender, Surface

_Shape = TypeVar("_Shape", bound=msgspec.Struct)

_CHOICE: Final = re.compile(rf"{CHOICE_PREFIX}([a-z][a-z0-9_]*)")

_NOT_SAID: Final = {
    "message_edit": "edited",
    "reaction": "reaction",
    "read": "read",
    "delivery": "delivery",
    "optin": "optin",
    "account_linking": "account_linking",
    "policy-enforcement": "policy",
    "policy_enforcement": "policy",
    "pass_thread_control": "thread_control",
    "take_thread_control": "thread_control",
    "request_thread_control": "thread_control",
    "app_roles": "thread_control",
}
"""Messenger events that are no message of a person, by the key that marks them."""

_NOT_ADDED: Final = {
    "edit": "edited",
    "edited": "edited",
    "remove": "removed",
    "hide": "hidden",
    "unhide": "hidden",
}
"""Verbs of the feed that bring nothing new. `edited` is documented; `edit` has been recorded."""

_KINDS: Final = {"audio": "audio", "file": "document", "image": "image", "location": "location", "video": "video"}


def parse(event: RawEvent, page_id: str) -> Said | Ignored:
    """Understand one event. Raises `ParseError` where a documented kind has an undocumented shape."""
    try:
        piece = msgspec.json.decode(event.payload, type=Piece)
    except msgspec.ValidationError:
        return Ignored(reason="unknown_body")
    except payloads.UNREADABLE as error:
        raise ParseError("the body is no JSON") from error
    if piece.part in ("messaging", "standby") and (echoed := _echoed(piece.event)):
        return echoed
    if piece.part == "standby":
        return Ignored(reason="other_app_owns_thread")
    if piece.part == "entry" or not isinstance(piece.event, dict):
        return Ignored(reason="unknown_event")
    if piece.part == "changes":
        return _change(piece.event, page_id, piece.page)
    return _messaging(piece.event, event.native_id, page_id, piece.page)


def _echoed(event: Any) -> Echoed | None:
    """The copy of a message that an application sent with a reference, in whosever thread ("message_echoes")."""
    message = event.get("message") if isinstance(event, dict) else None
    if not isinstance(message, dict) or message.get("is_echo") is not True:
        return None
    recipient, reference = event.get("recipient"), message.get("metadata")
    person = text_id(recipient.get("id")) if isinstance(recipient, dict) else ""
    mid = text_id(message.get("mid"))
    if not (person and mid and isinstance(reference, str) and reference):
        return None  # written in the Page inbox, or by an application that gives no reference
    return Echoed(
        reference=reference.replace("\0", ""),
        native_id=mid,
        place=messenger_thread(person),
        correspondent=messenger_account(person),
    )


def _messaging(event: dict[str, Any], native_id: str, page_id: str, entry_page: str) -> Said | Ignored:
    message = event.get("message")
    if isinstance(message, dict) and message.get("is_echo"):
        return Ignored(reason="own_echo")
    if isinstance(message, dict) and message.get("is_deleted"):
        return Ignored(reason="removed")
    if not any(kind in event for kind in ("message", "postback", "referral")):
        reasons = (reason for kind, reason in _NOT_SAID.items() if kind in event)
        return Ignored(reason=next(reasons, "unknown_event"))
    shape = _convert(event, Messaging)
    person = text_id(shape.sender.id) if shape.sender else ""
    if not person:
        return Ignored(reason="no_author")
    if person in (page_id, entry_page):
        return Ignored(reason="own_echo")

    text, mid, choice, reply_to = "", "", "", ""
    code = _ref(shape.referral)
    attachments: tuple[Attachment, ...] = ()
    if shape.message:
        text, mid = shape.message.text or "", shape.message.mid or ""
        choice = _choice(shape.message.quick_reply.payload if shape.message.quick_reply else None)
        code = code or _ref(shape.message.referral)
        reply_to = (shape.message.reply_to.mid or "") if shape.message.reply_to else ""
        attachments = _attachments(shape.message)
    elif shape.postback:
        text, mid = _pressed(shape.postback), shape.postback.mid or ""
        choice, code = _choice(shape.postback.payload), code or _ref(shape.postback.referral)
    elif not shape.referral:
        raise ParseError("the event is empty")
    return Said(
        channel=Channel.FACEBOOK,
        account=page_id,
        native_id=mid or native_id,
        place=messenger_thread(person),
        sender=messenger_account(person),
        text=text,
        at=_moment(shape.timestamp / 1000),
        target=person,
        reply_to=reply_to,
        code=code,
        choice=choice,
        attachments=attachments,
    )


def _change(change: dict[str, Any], page_id: str, entry_page: str) -> Said | Ignored:
    field, value = change.get("field"), change.get("value")
    if field == "ratings":
        return Ignored(reason="rating")
    if field not in ("feed", "mention"):
        return Ignored(reason="unknown_change")
    if not isinstance(value, dict):
        raise ParseError(f"a change of {field} has no value")
    item, verb = value.get("item"), value.get("verb")
    if item in ("reaction", "like"):
        return Ignored(reason="reaction")
    if item != "comment" and item not in POST_ITEMS:
        return Ignored(reason="not_a_message")
    if verb != "add":
        return Ignored(reason=_NOT_ADDED.get(text_id(verb), "unknown_verb"))
    if not value.get("from"):
        return Ignored(reason="no_author")
    shape = _convert(value, Feed)
    author = text_id(shape.author.id)
    if author in (page_id, entry_page):
        return Ignored(reason="own_echo")

    post = text_id(shape.post_id)
    comment = text_id(shape.comment_id) if item == "comment" else ""
    target = comment or post
    if not target or (item == "comment" and not comment):
        raise ParseError(f"an added {item} has no id")
    parent = text_id(shape.parent_id) if comment else ""
    return Said(
        channel=Channel.FACEBOOK,
        account=page_id,
        native_id=target,
        # Answers to answers hang on the first comment: it is the thread, whatever the depth.
        place=Place(surface=Surface.PUBLIC, native_id=parent if parent and parent != post else target),
        sender=Sender(native_id=author, scope="feed", name=shape.author.name or ""),
        text=shape.message or "",
        at=_moment(shape.created_time),
        target=target,
        reply_to=parent,
        attachments=_media(shape, str(item)),
    )


def _convert(value: object, shape: type[_Shape]) -> _Shape:
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ParseError(f"{shape.__name__}: {error}") from error


def _moment(seconds: float) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ParseError("the time is out of range") from error


def _choice(payload: str | None) -> str:
    found = _CHOICE.fullmatch(payload or "")
    return found.group(1) if found else ""


def _ref(referral: payloads.Referral | None) -> str:
    return (referral.ref or "") if referral else ""


def _pressed(postback: Postback) -> str:
    """What a pressed button says: its title; nothing where it only opened the thread."""
    title = postback.title or ""
    opened = GET_STARTED in (postback.payload or "").casefold() or title.casefold() == "get started"
    return "" if opened or postback.referral else title


def _attachments(message: Message) -> tuple[Attachment, ...]:
    found = []
    for each in message.attachments or ():
        media = each.payload or payloads.AttachmentPayload()
        sticker = text_id(media.sticker_id)
        kind = "sticker" if sticker else _KINDS.get(each.type, "other")
        found.append(Attachment(kind=kind, native_id=sticker, url=media.url or "", name=each.title or ""))
    if message.is_unsupported and not found:
        found.append(Attachment(kind="other"))  # something came that Facebook does not show us: a person must look
    return tuple(found)


def _media(value: Feed, item: str) -> tuple[Attachment, ...]:
    images = [value.photo, *(value.photos or ())]
    videos = [value.video]
    # The link of a photo or video post is the medium itself; the link of another post is a page somewhere.
    (videos if item == "video" else images if item == "photo" else []).append(value.link)
    found = [Attachment(kind="image", url=url) for url in dict.fromkeys(images) if url]
    return (*found, *(Attachment(kind="video", url=url) for url in dict.fromkeys(videos) if url))
