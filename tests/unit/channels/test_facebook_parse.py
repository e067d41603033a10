"""A Facebook event is understood, or ignored with its reason."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.base import ParseError
from gateway.channels.facebook.parse import parse
from gateway.channels.facebook.payloads import REFERENCE_PREFIX
from gateway.channels.facebook.split import split
from gateway.happenings import Event, SaidForUs
from gateway.messages import Attachment, Channel, Echoed, Ignored, Place, Restricted, Said, Sender, Surface
from gateway.sending import arrived

PAGE = "104000000000001"
PERSON = "6500000000000001"
FILES = sorted((Path(__file__).parents[2] / "payloads" / "facebook").rglob("*.json"))


def understood(name: str) -> Event:
    path = next(path for path in FILES if path.stem == name)
    (event,) = split(path.read_bytes())
    return parse(event, PAGE)


def said(name: str) -> Said:
    result = understood(name)
    assert isinstance(result, Said)
    return result


def test_a_messenger_text_is_said_in_private() -> None:
    assert said("message-text") == Said(
        channel=Channel.FACEBOOK,
        account=PAGE,
        native_id="m_text",
        place=Place(surface=Surface.PRIVATE, native_id=f"psid:{PERSON}"),
        sender=Sender(native_id=PERSON, scope="messenger"),
        text="Where is my parcel? 📦",
        at=datetime.fromtimestamp(1790000000.123, UTC),
        target=PERSON,
    )


def test_a_comment_is_said_in_public_in_a_thread_of_its_own() -> None:
    assert said("comment") == Said(
        channel=Channel.FACEBOOK,
        account=PAGE,
        native_id="700_801",
        place=Place(surface=Surface.PUBLIC, native_id="700_801"),
        sender=Sender(native_id="5500000000000009", scope="feed", name="Jo Doe"),
        text="Is it open on Sunday?",
        at=datetime.fromtimestamp(1790000009, UTC),
        target="700_801",
        reply_to=f"{PAGE}_700",
    )


def test_an_answer_to_a_comment_stays_in_the_comments_thread_and_is_answered_itself() -> None:
    nested = said("comment-nested")
    assert (nested.place.native_id, nested.target, nested.reply_to) == ("700_801", "700_802", "700_801")


def test_a_visitors_post_is_a_thread() -> None:
    post = said("visitor-post")
    assert (post.place.native_id, post.target, post.text) == (f"{PAGE}_701", f"{PAGE}_701", "My order never came")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("message-image", Attachment(kind="image", url="https://scontent.example/i.jpg", native_id="m_image#0")),
        (
            "message-sticker",
            Attachment(kind="sticker", native_id="369239263222822", url="https://scontent.example/s.png"),
        ),
        ("message-unsupported", Attachment(kind="other")),
        ("comment-photo", Attachment(kind="image", url="https://scontent.example/p.jpg", native_id="700_803#0")),
        (
            "visitor-photo",
            Attachment(kind="image", url="https://scontent.example/v.jpg", native_id=f"{PAGE}_702#0"),
        ),
    ],
)
def test_media_without_words_are_said_with_an_empty_text(name: str, kind: Attachment) -> None:
    assert (said(name).text, said(name).attachments) == ("", (kind,))


def test_several_attachments_are_kept_in_their_order() -> None:
    kinds = [(each.kind, each.name) for each in said("message-file-and-text").attachments]
    assert kinds == [("document", "receipt.pdf"), ("link", "")]


@pytest.mark.parametrize(
    ("name", "choice", "text"),
    [
        ("message-quick-reply", "track_parcel", "Track a parcel"),
        ("postback-choice", "human_handoff", "Talk to a person"),
        ("message-foreign-quick-reply", "", "Menu"),
        ("postback-menu", "", "Opening hours"),
    ],
)
def test_only_our_own_buttons_are_choices(name: str, choice: str, text: str) -> None:
    assert (said(name).choice, said(name).text) == (choice, text)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("postback-get-started", ""),
        ("postback-get-started-with-ref", "REF-7Q2M9F3DXV8H"),
        ("referral", "REF-7Q2M9F3DXV8H"),
    ],
)
def test_an_arrival_is_said_without_words(name: str, code: str) -> None:
    assert (said(name).text, said(name).code) == ("", code)


def test_the_answered_message_is_named() -> None:
    assert said("message-reply").reply_to == "m_before"


def test_ids_may_be_integers() -> None:
    assert said("message-integer-ids").target == "987654321432"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("delivery", "delivery"),
        ("optin-without-sender", "optin"),
        ("thread-control", "thread_control"),
        ("unknown-event", "unknown_event"),
        ("message-without-sender", "no_author"),
        ("standby-message", "other_app_owns_thread"),
        ("standby-postback-without-payload", "other_app_owns_thread"),
        ("comment-without-author", "no_author"),
        ("mention-without-author", "no_author"),
        ("feed-share", "not_a_message"),
        ("feed-unknown-verb", "video_flagged"),
        ("rating", "rating"),
        ("unknown-change", "page_setting"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_its_reason(name: str, reason: str) -> None:
    assert understood(name) == Ignored(reason=reason)


def test_a_restriction_is_nobodys_message_and_told_as_what_it_is() -> None:
    assert understood("policy") == Restricted(reason="policy", restricted=True, why="spam")


@pytest.mark.parametrize("name", ["comment-without-id"])
def test_a_documented_kind_in_another_shape_is_set_aside(name: str) -> None:
    with pytest.raises(ParseError):
        understood(name)


@pytest.mark.parametrize("raw", [b"", b"no json", b'{"object":', b"\xff\x00"])
def test_a_body_that_is_no_json_is_set_aside(raw: bytes) -> None:
    with pytest.raises(ParseError):
        parse(split(raw)[0], PAGE)


def test_a_json_body_that_nobody_knows_is_ignored() -> None:
    assert parse(split(b'{"object":"page"}')[0], PAGE) == Ignored(reason="unknown_body")


def test_a_time_beyond_the_calendar_is_set_aside() -> None:
    body = {"entry": [{"id": PAGE, "messaging": [{"sender": {"id": "1"}, "timestamp": 10**18, "message": {}}]}]}
    with pytest.raises(ParseError):
        parse(split(json.dumps(body).encode())[0], PAGE)


def nothing_but_parse_error(body: bytes) -> None:
    for event in split(body):
        try:
            parse(event, PAGE)
        except ParseError:
            continue


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_collected_body_is_read(path: Path) -> None:
    nothing_but_parse_error(path.read_bytes())


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
    body = json.loads(path.read_text())
    node: Any = body
    while True:
        places = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = chance.choice(places)
        if not isinstance(node[key], dict | list) or not node[key] or chance.random() < 0.2:
            node[key] = value
            break
        node = node[key]
    nothing_but_parse_error(json.dumps(body).encode())


def test_the_copy_of_our_own_message_tells_its_reference_and_where_it_stands() -> None:
    assert understood("message-echo") == Echoed(
        reference="aside:17",
        native_id="m_text",
        place=Place(surface=Surface.PRIVATE, native_id=f"psid:{PERSON}"),
        correspondent=Sender(native_id=PERSON, scope="messenger"),
    )
    assert isinstance(understood("message-echo"), Ignored)


def echo(part: str = "messaging", recipient: object = None, **message: object) -> bytes:
    content = {"mid": "m_1", "text": "Hi!", "is_echo": True, "metadata": "aside:17", **message}
    event = {"sender": {"id": PAGE}, "recipient": recipient or {"id": PERSON}, "timestamp": 1790000000200}
    return json.dumps({"object": "page", "entry": [{"id": PAGE, part: [{**event, "message": content}]}]}).encode()


def test_our_message_in_a_thread_that_another_application_owns_is_there_as_well() -> None:
    (event,) = split(echo("standby"))
    assert isinstance(parse(event, PAGE), Echoed)


def of_echo(**message: object) -> Event:
    (event,) = split(echo(**message))  # type: ignore[arg-type]
    return parse(event, PAGE, "555")


@pytest.mark.parametrize(
    ("message", "via"),
    [
        ({"metadata": None, "app_id": 263902037430900}, "Page inbox"),
        ({"app_id": "263902037430900"}, "Page inbox"),
        ({"metadata": None, "app_id": 777}, "another app (777)"),
        ({"app_id": 777}, "another app (777)"),
        ({"metadata": "order-7", "app_id": 777}, "another app (777)"),
        ({"metadata": "order-7"}, "another app"),
        ({"metadata": None}, "another app"),
        ({"metadata": ""}, "another app"),
        ({"metadata": 17}, "another app"),
        ({"metadata": None, "app_id": 555}, "another app"),
    ],
)
def test_what_others_say_in_our_name_is_said_for_us(message: dict[str, object], via: str) -> None:
    said = of_echo(**message)
    assert isinstance(said, SaidForUs)
    assert (said.via, said.text, said.native_id, said.target) == (via, "Hi!", "m_1", PERSON)
    assert said.place == Place(surface=Surface.PRIVATE, native_id=f"psid:{PERSON}")
    assert said.correspondent == Sender(native_id=PERSON, scope="messenger")


@pytest.mark.parametrize("app", [None, 555, "555"])
def test_what_our_own_application_says_with_our_reference_is_ours(app: object) -> None:
    assert isinstance(of_echo(app_id=app), Echoed)


def test_where_nobody_has_told_our_applications_id_our_reference_is_enough() -> None:
    (event,) = split(echo(app_id=777))
    assert isinstance(parse(event, PAGE), Echoed)


def test_our_reference_is_what_the_outbox_gives() -> None:
    assert arrived._REFERENCE == REFERENCE_PREFIX


def test_an_echo_without_a_person_is_only_an_echo() -> None:
    (event,) = split(echo(recipient={"id": None}))
    assert parse(event, PAGE) == Ignored(reason="own_echo")


def test_a_message_that_tells_no_time_is_as_old_as_its_envelope() -> None:
    assert said("message-without-time").at == datetime.fromtimestamp(1790000000.5, UTC)
