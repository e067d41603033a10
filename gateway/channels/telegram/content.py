"""What a message holds besides its text: files, places, cards, and what Telegram itself tells in the form of a message.

Source: Bot API 10.0, object `Message` (python-telegram-bot 22.8), read 22 Nov 2026. Everything here is read by hand: a
picture of an odd shape must not cost us the words below it.
"""

from collections.abc import Callable
from typing import Any, Final

from gateway.channels.telegram.entities import marked
from gateway.channels.telegram.payloads import Message
from gateway.messages import Attachment

Fields = dict[str, Any]

_FILES: Final = {
    "live_photo": "video",  # before `photo`, its first moment
    "photo": "image",
    "animation": "video",  # before `document`, which comes along with it
    "video": "video",
    "video_note": "video",
    "voice": "voice",
    "audio": "audio",
    "document": "document",
    "sticker": "sticker",
}
"""What has a file of its own, by its field."""

SERVICE: Final = (
    "new_chat_members",
    "left_chat_member",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "message_auto_delete_timer_changed",
    "pinned_message",
    "invoice",
    "successful_payment",
    "refunded_payment",
    "users_shared",
    "user_shared",
    "chat_shared",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "connected_website",
    "write_access_allowed",
    "passport_data",
    "proximity_alert_triggered",
    "boost_added",
    "chat_background_set",
    "chat_owner_left",
    "chat_owner_changed",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "direct_message_price_changed",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
    "giveaway",
    "giveaway_created",
    "giveaway_winners",
    "giveaway_completed",
    "managed_bot_created",
    "paid_message_price_changed",
    "poll_option_added",
    "poll_option_deleted",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "voice_chat_scheduled",
    "voice_chat_started",
    "voice_chat_ended",
    "voice_chat_participants_invited",
    "web_app_data",
    "community_chat_added",
    "community_chat_joined",
    "community_chat_removed",
)
"""Messages in which nobody says anything: something happened in the chat, or was bought. The reason is their name.

Documented in Bot API 10.0, but for older names of the same (`user_shared`, `voice_chat_...`) and newer ones that public
test suites know (`community_chat_...`, nutgram/nutgram).
"""


def service(fields: Fields) -> str:
    """Which of `SERVICE` a message is; empty where somebody says something."""
    return next((name for name in SERVICE if fields.get(name) is not None), "")


def attachments(fields: Fields, message: Message) -> tuple[Attachment, ...]:
    """What came along with a message: one file or card, and the links that hide behind its words."""
    entities = message.entities if message.text else message.caption_entities
    links = (
        Attachment(kind="link", url=each.url, words=each.words)
        for each in marked(message.words, entities)
        if each.kind == "text_link" and each.url
    )
    return (*_file(fields), *_card(fields), *links)


def rich_text(fields: Fields) -> str:
    """The words of a `rich_message`, which is newer than Bot API 10.0 and holds its text in nested blocks."""
    found: list[str] = []
    _gather(fields.get("rich_message"), found)
    return "\n".join(found)


def is_live_location(fields: Fields) -> bool:
    """Whether a message is a place that keeps moving: it is edited every few seconds."""
    return bool(_part(fields, "location").get("live_period"))


def _file(fields: Fields) -> tuple[Attachment, ...]:
    field = next((name for name in _FILES if fields.get(name)), None)
    if field is None:
        return ()
    media = fields[field]
    if isinstance(media, list):  # the sizes of a picture
        sizes = [size for size in reversed(media) if isinstance(size, dict)]
        media = max(sizes, key=lambda size: _count(size, "width") * _count(size, "height"), default=None)
    if not isinstance(media, dict):
        return (Attachment(kind=_FILES[field]),)
    return (
        Attachment(
            kind=_FILES[field],
            native_id=_text(media, "file_id"),
            name=_text(media, "file_name") or _title(media),
            mime=_text(media, "mime_type"),
            size=_count(media, "file_size"),
            words=_text(media, "emoji"),
        ),
    )


def _card(fields: Fields) -> tuple[Attachment, ...]:
    for field, (kind, words) in _CARDS.items():
        if fields.get(field) is not None:
            return (Attachment(kind=kind, words=words(_part(fields, field))),)
    return ()


def _title(media: Fields) -> str:
    """Of a piece of music."""
    return " - ".join(filter(None, (_text(media, "performer"), _text(media, "title"))))


def _coordinates(place: Fields) -> str:
    latitude, longitude = place.get("latitude"), place.get("longitude")
    if not (isinstance(latitude, float | int) and isinstance(longitude, float | int)):
        return ""
    return f"{latitude:.6f}, {longitude:.6f}"


def _venue(venue: Fields) -> str:
    where = _coordinates(_part(venue, "location"))
    return ", ".join(filter(None, (_text(venue, "title"), _text(venue, "address"), where)))


def _contact(contact: Fields) -> str:
    name = f"{_text(contact, 'first_name')} {_text(contact, 'last_name')}".strip()
    return ", ".join(filter(None, (name, _text(contact, "phone_number"))))


def _poll(poll: Fields) -> str:
    options = " / ".join(_text(option, "text") for option in _parts(poll, "options"))
    return f"Poll: {_text(poll, 'question')} {options}".strip()


def _checklist(checklist: Fields) -> str:
    tasks = " / ".join(_text(task, "text") for task in _parts(checklist, "tasks"))
    return f"Checklist: {_text(checklist, 'title')} {tasks}".strip()


_CARDS: Final[dict[str, tuple[str, Callable[[Fields], str]]]] = {
    "venue": ("location", _venue),  # before `location`, which comes along with it
    "location": ("location", _coordinates),
    "contact": ("contact", _contact),
    "poll": ("other", _poll),
    "checklist": ("other", _checklist),
    "dice": ("other", lambda dice: f"{_text(dice, 'emoji')} {_count(dice, 'value') or ''}".strip()),
    "game": ("other", lambda game: f"Game: {_text(game, 'title')}".strip()),
    "story": ("other", lambda _: "A story"),
    "paid_media": ("other", lambda media: f"Media for {_count(media, 'star_count')} Telegram Stars"),
}
"""What has no file that a bot could fetch: its kind, and what there is to read."""


def _gather(node: object, found: list[str], depth: int = 0) -> None:
    if isinstance(node, str):
        found.append(node)
    elif isinstance(node, list) and depth < 16:
        inline = all(isinstance(each, str) or (isinstance(each, dict) and "text" in each) for each in node)
        words: list[str] = []
        for each in node:
            _gather(each, words, depth + 1)
        found.extend(["".join(words)] if inline and any(isinstance(each, str) for each in node) else words)
    elif isinstance(node, dict) and depth < 16:
        for key in ("text", "blocks", "cells", "items", "caption"):
            _gather(node.get(key), found, depth + 1)


def _part(fields: Fields, name: str) -> Fields:
    part = fields.get(name)
    return part if isinstance(part, dict) else {}


def _parts(fields: Fields, name: str) -> list[Fields]:
    parts = fields.get(name)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _text(fields: Fields, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _count(fields: Fields, name: str) -> int:
    value = fields.get(name)
    return value if isinstance(value, int) and 0 <= value < 2**53 else 0
