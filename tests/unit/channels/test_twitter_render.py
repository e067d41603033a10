from urllib.parse import parse_qs, urlsplit

import pytest

from gateway.channels.twitter import render
from gateway.messages import Author, Button, Channel, Outbound, Surface

BUTTONS = (Button(title="Track my parcel", choice="track_parcel"), Button(title="Talk to a person", choice="handoff"))


def out(text: str = "Hello", surface: Surface = Surface.PRIVATE, **fields: object) -> Outbound:
    values = {"place": "dm:2", "target": "2", "author": Author.BOT, **fields}
    return Outbound(channel=Channel.TWITTER, surface=surface, text=text, **values)  # type: ignore[arg-type]


def test_a_way_in_opens_a_message_to_us_with_the_code_filled_in() -> None:
    way_in = render.way_in("1111", "REF-7Q2M9F3DXV8H")
    parts = urlsplit(way_in.url)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "twitter.com", "/messages/compose")
    assert parse_qs(parts.query) == {"recipient_id": ["1111"], "text": ["Hi! [REF-7Q2M9F3DXV8H]"]}
    assert "+" not in parts.query
    assert way_in.code == "REF-7Q2M9F3DXV8H"


def test_a_public_reply_answers_its_post_and_carries_the_way_in_beside_the_text() -> None:
    way_in = render.way_in("1111", "REF-7Q2M9F3DXV8H")
    post = render.render_post(out(surface=Surface.PUBLIC, target="77", way_in=way_in, buttons=BUTTONS), "Let us talk")
    assert post == render.Post(text="Let us talk", in_reply_to_tweet_id="77", direct_message_deep_link=way_in.url)


def test_a_public_reply_without_a_way_in_has_no_deep_link() -> None:
    assert render.render_post(out(surface=Surface.PUBLIC), "Thanks").direct_message_deep_link is None


def test_buttons_become_words_to_answer_with_in_private() -> None:
    text = render.render_message(out(buttons=BUTTONS))
    assert text == "Hello\n\nYou can reply with:\n• Track my parcel\n• Talk to a person"


def test_a_message_without_buttons_is_its_text() -> None:
    assert render.render_message(out()) == "Hello"


def test_buttons_give_way_where_the_text_needs_all_the_room() -> None:
    text = "x" * render.PRIVATE_LIMIT
    assert render.render_message(out(text, buttons=BUTTONS)) == text


@pytest.mark.parametrize(("surface", "limit"), [(Surface.PUBLIC, 280), (Surface.PRIVATE, 10_000)])
def test_each_surface_has_its_limit(surface: Surface, limit: int) -> None:
    assert render.text_limit(surface) == limit
