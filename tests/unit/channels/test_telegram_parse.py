"""A Telegram update is recorded under its number, and understood or ignored with its reason."""

import hashlib
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.base import ParseError
from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.parse import parse
from gateway.channels.telegram.split import split
from gateway.happenings import Event
from gateway.messages import Attachment, Channel, Ignored, Place, Said, Sender, Surface

BOT = Bot(id=777000111, username="aside_help_bot")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
FILES = sorted((Path(__file__).parents[2] / "payloads" / "telegram").glob("*.json"))
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def understood(name: str) -> Event:
    path = next(path for path in FILES if path.stem == name)
    (event,) = split(path.read_bytes())
    return parse(event, BOT, lambda: NOW)


def said(name: str) -> Said:
    result = understood(name)
    assert isinstance(result, Said)
    return result


def test_an_update_is_recorded_under_its_number_as_it_came() -> None:
    raw = b'{"update_id": 9001, "message": {}}'
    (event,) = split(raw)
    assert (event.native_id, event.payload) == ("update:9001", raw)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b'{"update_id":"1"}', b"[" * 5000, b"\xff"])
def test_a_body_without_a_number_is_recorded_under_its_hash(raw: bytes) -> None:
    (event,) = split(raw)
    assert event.native_id == f"sha256:{hashlib.sha256(raw).hexdigest()}"


def test_a_private_text_is_said_in_private() -> None:
    assert said("private-text") == Said(
        channel=Channel.TELEGRAM,
        account="777000111",
        native_id="222001/41",
        place=Place(surface=Surface.PRIVATE, native_id="222001"),
        sender=Sender(native_id="222001", name="Jo Doe", handle="jodoe"),
        text="Where is my parcel?",
        at=datetime.fromtimestamp(1790000000, UTC),
        order=41,
        target="222001",
    )


def test_a_mention_in_a_group_is_said_in_public_without_our_name() -> None:
    mention = said("group-mention")
    assert mention.place == Place(surface=Surface.PUBLIC, native_id="-1001234", title="Shop talk")
    assert (mention.text, mention.target) == ("👋🏽 do you ship to Malta", "-1001234/41")


@pytest.mark.parametrize(
    ("name", "place", "reply_to"),
    [
        ("group-reply-to-us", "-1001234", "-1001234/40"),
        ("group-command", "-1001234", ""),
        ("group-question", "-1001234", ""),
        ("group-topic", "-1001234/12", ""),
        ("group-comment-on-channel-post", "-1001234/post-30", ""),
    ],
)
def test_what_is_for_us_in_a_group_has_its_place(name: str, place: str, reply_to: str) -> None:
    assert (said(name).place.native_id, said(name).reply_to) == (place, reply_to)


@pytest.mark.parametrize(("name", "code"), [("private-start", ""), ("private-start-code", "REF-7Q2M9F3DXV8H")])
def test_an_arrival_is_said_without_words(name: str, code: str) -> None:
    assert (said(name).text, said(name).code) == ("", code)


def test_a_code_that_a_group_can_read_is_none() -> None:
    update = json.loads(next(path for path in FILES if path.stem == "group-command").read_text())
    update["message"]["text"] = "/start@aside_help_bot REF-7Q2M9F3DXV8H"
    result = parse(split(json.dumps(update).encode())[0], BOT, lambda: NOW)
    assert isinstance(result, Said)
    assert (result.text, result.code) == ("", "")


@pytest.mark.parametrize(
    ("name", "text", "attachment"),
    [
        ("private-photo", "it came like this", Attachment(kind="image", native_id="large")),
        ("private-voice", "", Attachment(kind="voice", native_id="v1")),
        ("private-animation", "", Attachment(kind="video", native_id="a1")),
        ("private-location", "", Attachment(kind="location", words="1.500000, 2.500000")),
    ],
)
def test_media_are_kept_with_their_caption(name: str, text: str, attachment: Attachment) -> None:
    assert (said(name).text, said(name).attachments) == (text, (attachment,))


def test_a_part_that_we_do_not_need_cannot_cost_us_the_text() -> None:
    assert said("private-text-with-old-poll-in-reply").text == "about this"


def test_a_pressed_button_is_a_choice_of_now() -> None:
    pressed = said("callback")
    assert (pressed.native_id, pressed.choice, pressed.text) == ("callback:31337", "track_parcel", "Track a parcel")
    assert pressed.acknowledge == "31337"
    assert (pressed.at, pressed.target, pressed.reply_to) == (NOW, "222001", "222001/39")


def test_a_button_of_an_old_message_in_a_group_still_counts() -> None:
    pressed = said("callback-inaccessible-message")
    assert (pressed.choice, pressed.text, pressed.target) == ("track_parcel", "", "-1001234/39")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("group-chatter", "not_for_us"),
        ("group-reply-to-human", "not_for_us"),
        ("group-command-other-bot", "not_for_us"),
        ("group-automatic-forward", "automatic_forward"),
        ("group-anonymous-admin", "anonymous_admin"),
        ("group-bot", "bot"),
        ("private-via-bot", "bot"),
        ("group-joined", "new_chat_members"),
        ("message-without-author", "no_author"),
        ("callback-foreign", "foreign_button"),
        ("callback-without-message", "button_without_message"),
        ("channel-post", "channel_post"),
        ("unknown-update", "unknown_event"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_its_reason(name: str, reason: str) -> None:
    assert understood(name) == Ignored(reason=reason)


@pytest.mark.parametrize("name", ["message-without-date", "message-text-of-wrong-type"])
def test_a_documented_kind_in_another_shape_is_set_aside(name: str) -> None:
    with pytest.raises(ParseError):
        understood(name)


def nothing_but_parse_error(body: bytes) -> None:
    for event in split(body):
        try:
            parse(event, BOT, lambda: NOW)
        except ParseError:
            continue


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_collected_body_is_read(path: Path) -> None:
    nothing_but_parse_error(path.read_bytes())


@given(st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_no_body_raises_anything_else(raw: bytes) -> None:
    nothing_but_parse_error(raw)


@given(st.sampled_from(FILES), st.integers(min_value=0), st.binary(max_size=3))
def test_no_cut_or_damaged_body_raises_anything_else(path: Path, at: int, damage: bytes) -> None:
    body = path.read_bytes()
    cut = at % len(body)
    nothing_but_parse_error(body[:cut])
    nothing_but_parse_error(body[:cut] + damage + body[cut + len(damage) :])


@given(
    st.sampled_from(FILES),
    st.randoms(use_true_random=False),
    st.sampled_from([None, True, 0, -1, 10**30, 1.5, "", "x", [], [None], {}, {"id": None}]),
)
def test_no_value_of_another_type_raises_anything_else(path: Path, chance: random.Random, value: object) -> None:
    update = json.loads(path.read_text())
    node: Any = update
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = chance.choice(places)
        if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.2:
            node[key] = value
            break
        node = node[key]
    nothing_but_parse_error(json.dumps(update).encode())
