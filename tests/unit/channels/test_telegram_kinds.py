"""Every kind of update and of message that the Bot API documents is understood, or ignored by its name.

The list is that of python-telegram-bot 22.8, which documents Bot API 10.0: what a newer version adds fails here.
"""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import telegram
from telegram.constants import UpdateType

from gateway.channels.telegram import content, parse
from gateway.happenings import Moved
from gateway.messages import Attachment, Ignored, Said
from tests.unit.channels.telegram_updates import GROUP, JO, message, understood

FILE = {"file_id": "f1", "file_unique_id": "u1", "file_size": 2048}

# What goes with a message and is neither said nor done in it.
BESIDE = {
    "message_id", "date", "chat", "from_user", "reply_to_message", "edit_date", "entities", "caption_entities",
    "author_signature", "media_group_id", "reply_markup", "via_bot", "sender_chat", "is_automatic_forward",
    "has_protected_content", "is_topic_message", "message_thread_id", "has_media_spoiler", "link_preview_options",
    "external_reply", "quote", "forward_origin", "reply_to_story", "sender_boost_count", "business_connection_id",
    "sender_business_bot", "is_from_offline", "effect_id", "show_caption_above_media", "paid_star_count",
    "is_paid_post", "direct_messages_topic", "reply_to_checklist_task_id", "suggested_post_info", "sender_tag",
    "reply_to_poll_option_id", "guest_bot_caller_user", "guest_bot_caller_chat", "guest_query_id", "api_kwargs",
}  # fmt: skip
WORDS = {"text", "caption"}
MOVES = {"migrate_to_chat_id", "migrate_from_chat_id"}


def file(kind: str, **more: str) -> Attachment:
    return Attachment(kind=kind, native_id="f1", size=2048, **more)


CONTENT: dict[str, tuple[Any, Attachment]] = {
    "photo": (
        [{**FILE, "file_id": "small", "width": 90, "height": 90}, {**FILE, "width": 900, "height": 900}],
        file("image"),
    ),
    "live_photo": ({**FILE, "mime_type": "video/mp4"}, file("video", mime="video/mp4")),
    "animation": (FILE, file("video")),
    "video": ({**FILE, "file_name": "a.mp4"}, file("video", name="a.mp4")),
    "video_note": (FILE, file("video")),
    "voice": ({**FILE, "mime_type": "audio/ogg"}, file("voice", mime="audio/ogg")),
    "audio": ({**FILE, "performer": "Bo", "title": "La"}, file("audio", name="Bo - La")),
    "document": ({**FILE, "file_name": "bill.pdf"}, file("document", name="bill.pdf")),
    "sticker": ({**FILE, "emoji": "😡"}, file("sticker", words="😡")),
    "location": ({"latitude": 52.52, "longitude": -13.4}, Attachment(kind="location", words="52.520000, -13.400000")),
    "venue": (
        {"title": "Shop", "address": "Main St 1", "location": {"latitude": 1.5, "longitude": 2.5}},
        Attachment(kind="location", words="Shop, Main St 1, 1.500000, 2.500000"),
    ),
    "contact": (
        {"first_name": "Jo", "last_name": "Doe", "phone_number": "+49301234567"},
        Attachment(kind="contact", words="Jo Doe, +49301234567"),
    ),
    "poll": (
        {"question": "When?", "options": [{"text": "Now"}, {"text": "Later"}]},
        Attachment(kind="other", words="Poll: When? Now / Later"),
    ),
    "checklist": (
        {"title": "Order", "tasks": [{"id": 1, "text": "Lamp"}]},
        Attachment(kind="other", words="Checklist: Order Lamp"),
    ),
    "dice": ({"emoji": "🎲", "value": 4}, Attachment(kind="other", words="🎲 4")),
    "game": ({"title": "Snake"}, Attachment(kind="other", words="Game: Snake")),
    "story": ({"chat": GROUP, "id": 2}, Attachment(kind="other", words="A story")),
    "paid_media": ({"star_count": 5, "paid_media": []}, Attachment(kind="other", words="Media for 5 Telegram Stars")),
}


def documented() -> list[str]:
    return [name for name in inspect.signature(telegram.Message.__init__).parameters if name != "self"]


def test_every_field_of_a_message_has_its_place_in_the_tables() -> None:
    known = BESIDE | WORDS | MOVES | set(CONTENT) | set(content.SERVICE)
    assert [name for name in documented() if name not in known] == []


@pytest.mark.parametrize("kind", sorted(CONTENT))
def test_what_a_person_sends_besides_words_is_kept(kind: str) -> None:
    value, attachment = CONTENT[kind]
    said = understood(message=message(**{kind: value}))
    assert isinstance(said, Said)
    assert (said.text, said.attachments) == ("", (attachment,))


@pytest.mark.parametrize("kind", sorted(CONTENT))
@pytest.mark.parametrize("odd", [True, 7, "x", [], [7], {"file_id": 7, "options": "x", "location": [], "title": {}}])
def test_no_odd_shape_of_it_costs_us_the_words(kind: str, odd: Any) -> None:
    said = understood(message=message(**{kind: odd}, caption="look"))
    assert isinstance(said, Said)
    assert said.text == "look"


@pytest.mark.parametrize("kind", content.SERVICE)
def test_what_telegram_tells_in_the_form_of_a_message_is_ignored_by_its_name(kind: str) -> None:
    assert understood(message=message(GROUP, **{kind: {}})) == Ignored(reason=kind)


@pytest.mark.parametrize("kind", sorted(MOVES))
def test_a_group_that_moved_is_told_in_both_chats(kind: str) -> None:
    here, other = GROUP["id"], -55
    move: dict[str, Any] = {kind: other}
    moved = understood(message=message(GROUP, **move))
    assert isinstance(moved, Moved)
    before, after = (here, other) if kind == "migrate_to_chat_id" else (other, here)
    assert (moved.before, moved.after) == (str(before), str(after))


@pytest.mark.parametrize("kind", [each.value for each in UpdateType])
def test_no_documented_update_is_unknown(kind: str) -> None:
    body: dict[str, Any] = {
        **message(text="?"),
        "id": "1",
        "user": JO,
        "new_reaction": [],
        "new_chat_member": {"status": "member"},
        "message_ids": [1],
        "business_connection_id": "b",
        "guest_query_id": "g" if kind == "guest_message" else None,
    }
    event = understood(**{kind: body})
    assert not isinstance(event, Ignored) or event.reason not in ("unknown_event", "unknown_content")


@pytest.mark.parametrize(
    ("update", "reason"),
    [
        ({"new_update_kind": {"some_field": 1}}, "unknown_event"),
        ({"message": message(never_heard_of={})}, "unknown_content"),
        ({"subscription": {}}, "payment"),
        ({"stopped_message_generation": {}}, "stopped_message_generation"),
    ],
)
def test_what_nobody_documents_is_ignored_too(update: dict[str, Any], reason: str) -> None:
    assert understood(**update) == Ignored(reason=reason)


def test_a_rich_message_of_a_newer_version_is_read_by_hand() -> None:
    blocks = [
        {"type": "heading", "text": "Order", "size": 2},
        {"type": "paragraph", "text": ["Where is ", {"type": "bold", "text": "my lamp"}, "?"]},
        {"type": "table", "cells": [[{"text": "A"}, {"text": "B"}]]},
    ]
    said = understood(message=message(rich_message={"blocks": blocks}))
    assert isinstance(said, Said)
    assert said.text == "Order\nWhere is my lamp?\nA\nB"


def test_every_reason_to_ignore_is_documented() -> None:
    page = (Path(__file__).parents[3] / "docs" / "channels" / "telegram.md").read_text(encoding="utf-8")
    folder = Path(content.__file__).parent
    named = {
        reason for path in folder.glob("*.py") for reason in re.findall(r'Ignored\(reason="(\w+)"', path.read_text())
    }
    reasons = named | set(parse._IGNORED.values()) | {name for name in content.SERVICE if "voice_chat" not in name}
    assert len(named) > 10
    assert sorted(reason for reason in reasons if f"`{reason}`" not in page) == []
