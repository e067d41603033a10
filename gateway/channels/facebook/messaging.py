"""A Messenger event, understood: message, button, link, edit, removal, reaction, read, or the copy of what we said.

The copy of every message that leaves the Page comes back ("message_echoes", 18 Mar 2026). It is ours where our own
application sent it with a reference of ours; else somebody answered past Aside, in the Page inbox or by a program.
"""

import re
from datetime import datetime
from typing import Any, Final, TypeVar

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.facebook import attachments
from gateway.channels.facebook.ours import Ours, party
from gateway.channels.facebook.payloads import (
    CHOICE_PREFIX,
    GET_STARTED,
    PAGE_INBOX,
    REFERENCE_PREFIX,
    Edit,
    Messaging,
    Postback,
    Reaction,
    Referral,
    messenger_account,
    messenger_thread,
    text_id,
)
from gateway.channels.facebook.times import moment
from gateway.happenings import Change, Changed, Event, Reacted, SaidForUs, Seen
from gateway.messages import Attachment, Channel, Echoed, Ignored, Restricted, Said, Sender

_Shape = TypeVar("_Shape", bound=msgspec.Struct)

_CHOICE: Final = re.compile(rf"{CHOICE_PREFIX}([a-z][a-z0-9_]*)")
_SAYS: Final = ("message", "postback", "referral")
_POLICY: Final = ("policy-enforcement", "policy_enforcement")
"""Messenger platform, `messaging_policy_enforcement`, read 22 Nov 2026: with `action`, and a `reason` of a block."""
_WORDS: Final = 300  # characters of a reason
_REMOVALS: Final = ("message_unsend", "message_deletion")

NOT_SAID: Final = {
    "delivery": "delivery",
    "optin": "optin",
    "optout": "optin",
    "account_linking": "account_linking",
    "policy-enforcement": "policy",
    "policy_enforcement": "policy",
    "pass_thread_control": "thread_control",
    "take_thread_control": "thread_control",
    "request_thread_control": "thread_control",
    "release_thread_control": "thread_control",
    "extend_thread_control": "thread_control",
    "app_roles": "thread_control",
    "messaging_feedback": "feedback",
    "response_feedback": "feedback",
    "game_play": "game_play",
    "payment": "payment",
    "checkout_update": "payment",
    "pre_checkout": "payment",
    "order": "payment",
    "branded_camera": "camera",
    "appointment": "appointment",
    "messaging_customer_information": "customer_information",
    "customer_information": "customer_information",
    "in_thread_lead_form_submit": "lead",
    "message_template_status_update": "template_status",
    "user_action": "user_action",
    "typing": "typing",
}
"""Messenger events that are for nobody here, by the key that marks them."""


def understand(event: dict[str, Any], key: str, ours: Ours, received: datetime) -> Event:
    """Understand one event, whose key is `key`. Raises `ParseError`.

    `received` is its time where it tells none.
    """
    message = event.get("message")
    if isinstance(message, dict) and message.get("is_deleted"):
        return _removed(event, message, ours, received)
    if isinstance(message, dict) and message.get("is_echo"):
        return _echo(event, key, ours, received)
    if any(event.get(kind) is not None for kind in _SAYS):
        return _said(event, key, ours, received)
    for kind, understood in _HAPPENINGS.items():
        if isinstance(event.get(kind), dict):
            return understood(event, event[kind], ours, received)
    policy = next((event[kind] for kind in _POLICY if isinstance(event.get(kind), dict)), None)
    if policy is not None and policy.get("action") in ("block", "unblock"):
        why = policy.get("reason")
        restricted = policy["action"] == "block"
        return Restricted(reason="policy", restricted=restricted, why=why[:_WORDS] if isinstance(why, str) else "")
    reasons = (reason for kind, reason in NOT_SAID.items() if event.get(kind) is not None)
    return Ignored(reason=next(reasons, "unknown_event"))


def _said(event: dict[str, Any], key: str, ours: Ours, received: datetime) -> Event:
    shape = converted(event, Messaging)
    person = text_id(shape.sender.id) if shape.sender else ""
    if not person:
        return Ignored(reason="no_author")
    if ours.is_page(person):
        return Ignored(reason="own_echo")

    text, mid, choice, reply_to = "", "", "", ""
    code = _ref(shape.referral)
    along: tuple[Attachment, ...] = ()
    if message := shape.message:
        text, mid = message.text or "", message.mid or ""
        choice = _choice(message.quick_reply.payload if message.quick_reply else None)
        code = code or _ref(message.referral)
        reply_to = (message.reply_to.mid or "") if message.reply_to else ""
        along = attachments.of_message(message, mid)
        if not (text or along or code or choice):
            along = attachments.something()
    elif shape.postback:
        text, mid = _pressed(shape.postback), shape.postback.mid or ""
        choice, code = _choice(shape.postback.payload), code or _ref(shape.postback.referral)
    return Said(
        channel=Channel.FACEBOOK,
        account=ours.page,
        native_id=mid or key,
        place=messenger_thread(person),
        sender=messenger_account(person),
        text=text,
        at=moment(shape.timestamp) or received,
        target=person,
        reply_to=reply_to,
        code=code,
        choice=choice,
        attachments=along,
    )


def _echo(event: dict[str, Any], key: str, ours: Ours, received: datetime) -> Event:
    shape = converted(event, Messaging)
    message, person = shape.message, ours.person({"recipient": event.get("recipient")}) or ours.person(event)
    if message is None or not person:
        return Ignored(reason="own_echo")
    app, reference = text_id(message.app_id), message.metadata
    by_us = app == ours.app if app and ours.app else app != PAGE_INBOX
    if by_us and message.mid and isinstance(reference, str) and reference.startswith(REFERENCE_PREFIX):
        return Echoed(
            reference=reference.replace("\0", ""),
            native_id=message.mid,
            place=messenger_thread(person),
            correspondent=messenger_account(person),
        )
    return SaidForUs(
        channel=Channel.FACEBOOK,
        account=ours.page,
        at=moment(shape.timestamp) or received,
        native_id=message.mid or key,
        place=messenger_thread(person),
        target=person,
        correspondent=messenger_account(person),
        text=message.text or "",
        reply_to=(message.reply_to.mid or "") if message.reply_to else "",
        attachments=attachments.of_message(message, message.mid or ""),
        via="Page inbox" if app == PAGE_INBOX else f"another app ({app})" if app and app != ours.app else "another app",
    )


def _removed(event: dict[str, Any], named: dict[str, Any], ours: Ours, received: datetime) -> Event:
    mid = text_id(named.get("mid"))
    if not mid:
        return Ignored(reason="removed")
    return Changed(
        channel=Channel.FACEBOOK,
        account=ours.page,
        at=moment(event.get("timestamp")) or received,
        native_id=mid,
        change=Change.REMOVED,
        by=_by(event),
    )


def _edited(event: dict[str, Any], named: dict[str, Any], ours: Ours, received: datetime) -> Event:
    edit = converted(named, Edit)
    count = text_id(edit.num_edit)
    return Changed(
        channel=Channel.FACEBOOK,
        account=ours.page,
        at=moment(event.get("timestamp")) or received,
        native_id=edit.mid,
        change=Change.EDITED,
        by=_by(event),
        text=edit.text or "",
        order=int(count) if count.isdecimal() and len(count) < 10 else 0,
    )


def _reacted(event: dict[str, Any], named: dict[str, Any], ours: Ours, received: datetime) -> Event:
    reaction, by = converted(named, Reaction), _by(event)
    if by is None or ours.is_page(by.native_id):
        return Ignored(reason="reaction")
    return Reacted(
        channel=Channel.FACEBOOK,
        account=ours.page,
        at=moment(event.get("timestamp")) or received,
        native_id=reaction.mid,
        by=by,
        emoji="" if reaction.action == "unreact" else reaction.emoji or reaction.reaction or "like",
    )


def _seen(event: dict[str, Any], named: dict[str, Any], ours: Ours, received: datetime) -> Event:
    person, at = ours.person(event), moment(named.get("watermark"), event.get("timestamp"))
    if not person or at is None:
        return Ignored(reason="read")
    return Seen(channel=Channel.FACEBOOK, account=ours.page, at=at, place=messenger_thread(person))


_HAPPENINGS: Final = {
    "message_edit": _edited,
    **dict.fromkeys(_REMOVALS, _removed),
    "reaction": _reacted,
    "read": _seen,
}


def converted(value: object, shape: type[_Shape]) -> _Shape:
    """`value` in its documented shape. Raises `ParseError`."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise ParseError(f"{shape.__name__}: {error}") from error


def _by(event: dict[str, Any]) -> Sender | None:
    author = party(event, "sender")
    return messenger_account(author) if author else None


def _choice(payload: str | None) -> str:
    found = _CHOICE.fullmatch(payload or "")
    return found.group(1) if found else ""


def _ref(referral: Referral | None) -> str:
    return (referral.ref or "") if referral else ""


def _pressed(postback: Postback) -> str:
    """What a pressed button says: its title; nothing where it only opened the thread."""
    title = postback.title or ""
    opened = GET_STARTED in (postback.payload or "").casefold() or title.casefold() == "get started"
    return "" if opened or postback.referral else title
