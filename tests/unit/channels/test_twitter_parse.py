from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gateway import codes
from gateway.channels.base import ParseError
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.messages import Attachment, Ignored, Place, RawEvent, Said, Sender, Surface

PAYLOADS = Path(__file__).parents[2] / "payloads" / "twitter"
US, ANN = "1111111111111111111", "2222222222222222222"
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CODE = "REF-7Q2M9F3DXV8H"


@pytest.fixture
def channel() -> TwitterChannel:
    settings = TwitterSettings(
        consumer_key="key",
        consumer_secret="secret",
        access_token="token",
        access_token_secret="token-secret",
        user_id=US,
        username="AsideShop",
    )
    return TwitterChannel(settings, clock=lambda: NOW)


def stored(name: str) -> Any:
    return msgspec.json.decode((PAYLOADS / f"{name}.json").read_bytes())


def understand(channel: TwitterChannel, body: object) -> list[Said | Ignored]:
    return [channel.parse(event) for event in channel.split(msgspec.json.encode(body))]


def said(channel: TwitterChannel, body: object) -> Said:
    (found,) = understand(channel, body)
    assert isinstance(found, Said)
    return found


def post(text: str = "hello", **fields: object) -> dict[str, object]:
    return {"tweet_create_events": [{"id_str": "1341793727208181762", "text": text, "user": {"id_str": ANN}, **fields}]}


def dm(text: object = "hello", **fields: object) -> dict[str, object]:
    created = {"sender_id": ANN, "target": {"recipient_id": US}, "message_data": {"text": text}}
    event = {"type": "message_create", "id": "954491830116155396", "message_create": created, **fields}
    return {"direct_message_events": [event]}


def test_a_mention_of_the_activity_api_is_said_in_public(channel: TwitterChannel) -> None:
    found = said(channel, stored("activity-mention"))
    assert found.account == US
    assert found.native_id == found.target == "2080765813578191303"
    assert found.place == Place(surface=Surface.PUBLIC, native_id="2080765813578191303")
    assert found.sender == Sender(native_id=ANN, name="Ann K.", handle="ann_k")
    assert found.text == "hey @AsideShop, where is my parcel? <3"
    assert found.order == 2080765813578191303
    assert found.reply_to == ""


def test_a_reply_keeps_the_conversation_and_whom_it_answers(channel: TwitterChannel) -> None:
    found = said(channel, stored("activity-reply"))
    assert found.place.native_id == "2080765813578191303"
    assert found.reply_to == "2080765900000000001"
    assert found.text == "@bob_b it still has not come"
    assert found.sender.handle == "ann_k"


def test_a_quote_of_ours_is_said_to_us(channel: TwitterChannel) -> None:
    found = said(channel, stored("activity-quote"))
    assert found.text == "This is not true https://t.co/xxxxxxxx"
    assert found.reply_to == ""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("activity-long-post", "a long story with a question at its very end: where is it?"),
        ("account-long-post", "the beginning and\nthe end > 280"),
    ],
)
def test_a_long_post_is_read_to_its_end(channel: TwitterChannel, name: str, text: str) -> None:
    assert said(channel, stored(name)).text == text


def test_a_mention_of_the_account_api_reads_the_same(channel: TwitterChannel) -> None:
    found = said(channel, stored("account-mention"))
    assert found.native_id == found.place.native_id == "1341793727208181762"
    assert found.sender == Sender(native_id=ANN, name="Ann K.", handle="ann_k")
    assert found.text == "is anybody there?"


def test_a_reply_to_another_customer_that_mentions_us_is_said_to_us(channel: TwitterChannel) -> None:
    found = said(channel, stored("account-reply-to-another-customer"))
    assert found.text == "@bob_b same here!"
    assert found.place.native_id == found.reply_to == "1341404809354760192"
    url = "https://pbs.twimg.com/media/x.jpg"
    assert found.attachments == (Attachment(kind="image", native_id="1341793718672760840", url=url),)


def test_a_direct_message_is_said_in_private(channel: TwitterChannel) -> None:
    found = said(channel, stored("activity-dm-received"))
    assert found.native_id == "2080765901528535096"
    assert found.place == Place(surface=Surface.PRIVATE, native_id=f"dm:{ANN}")
    assert found.target == ANN
    assert found.sender == Sender(native_id=ANN, name="Ann K.", handle="ann_k")
    assert found.text == "my order is 4711 & it is late"
    assert found.at == datetime(2026, 7, 24, 21, 23, 44, 342000, tzinfo=UTC)


def test_a_direct_message_of_the_account_api_tells_which_way_in_it_took(channel: TwitterChannel) -> None:
    found = said(channel, stored("account-dm"))
    assert found.text == "❤️"
    assert found.reply_to == "954000000000000001"
    assert found.sender == Sender(native_id=ANN, name="Ann K.", handle="ann_k")


def test_a_direct_message_without_a_users_map_still_has_its_sender(channel: TwitterChannel) -> None:
    assert said(channel, stored("account-dm-without-users")).sender == Sender(native_id=ANN)


def test_the_media_of_a_direct_message_come_along(channel: TwitterChannel) -> None:
    media = {"id_str": "9", "type": "animated_gif", "media_url_https": "https://ton.twitter.com/x.gif"}
    created = {"sender_id": ANN, "message_data": {"text": "", "attachment": {"type": "media", "media": media}}}
    found = said(channel, dm(message_create=created))
    assert found.text == ""
    assert found.attachments == (Attachment(kind="video", native_id="9", url="https://ton.twitter.com/x.gif"),)


@pytest.mark.parametrize(
    ("text", "own_words"),
    [
        (f"Hi! [{CODE}]", ""),
        (f"[{CODE}]", ""),
        (f"Hi! [{CODE}] my parcel is lost", "Hi!   my parcel is lost"),
        (f"{CODE} my parcel is lost", "my parcel is lost"),
    ],
)
def test_the_code_of_a_way_in_is_taken_out_of_the_text(channel: TwitterChannel, text: str, own_words: str) -> None:
    found = said(channel, dm(text))
    assert found.code == CODE
    assert found.text.split() == own_words.split()


def test_what_our_way_in_fills_in_comes_back_as_its_code_and_nothing_else(channel: TwitterChannel) -> None:
    code = codes.mint()
    way_in = channel.way_in(code, said(channel, post()))
    query = parse_qs(urlsplit(way_in.url).query)
    assert query["recipient_id"] == [US]
    found = said(channel, dm(query["text"][0]))
    assert (found.code, found.text) == (code, "")


def test_a_code_in_public_is_nobodys_proof(channel: TwitterChannel) -> None:
    found = said(channel, post(f"@AsideShop {CODE}"))
    assert (found.code, found.text) == ("", CODE)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("activity-own-post", "own_echo"),
        ("activity-dm-sent", "own_echo"),
        ("account-own-reply", "own_echo"),
        ("account-dm-own", "own_echo"),
        ("activity-repost", "retweet"),
        ("account-retweet", "retweet"),
        ("activity-post-delete", "deleted"),
        ("account-delete", "deleted"),
        ("account-mention-by-a-blocked-user", "blocked"),
        ("activity-chat-received", "encrypted_message"),
        ("activity-like", "favorite"),
        ("account-favorite", "favorite"),
        ("activity-follow", "followed"),
        ("account-follow", "followed"),
        ("account-unfollow", "unfollowed"),
        ("account-block", "blocked"),
        ("account-unblock", "unblocked"),
        ("account-mute", "muted"),
        ("account-unmute", "unmuted"),
        ("account-typing", "typing"),
        ("account-read", "read"),
        ("activity-revoke", "access_revoked"),
        ("account-revoke", "access_revoked"),
        ("account-replay-finished", "replay_finished"),
    ],
)
def test_what_is_not_for_us_is_ignored_with_its_reason(channel: TwitterChannel, name: str, reason: str) -> None:
    assert understand(channel, stored(name)) == [Ignored(reason=reason)]


@pytest.mark.parametrize(
    ("event_type", "reason"),
    [
        ("chat.sent", "own_echo"),
        ("chat.conversation_join", "encrypted_message"),
        ("profile.update.bio", "profile"),
        ("spaces.start", "space"),
        ("news.new", "news"),
        ("dm.indicate_typing", "typing"),
        ("dm.read", "read"),
        ("mute.unmute", "unmuted"),
        ("block.block", "blocked"),
        ("comet.sighted", "unknown"),
    ],
)
def test_every_other_kind_of_the_activity_api_is_ignored_by_name(
    channel: TwitterChannel, event_type: str, reason: str
) -> None:
    body = {"data": {"event_uuid": "-5", "event_type": event_type, "payload": {"before": "a", "after": "b"}}}
    assert understand(channel, body) == [Ignored(reason=reason)]


def test_what_nobody_has_documented_is_ignored_as_unknown(channel: TwitterChannel) -> None:
    *known, events, field = understand(channel, stored("account-several"))
    assert all(isinstance(found, Said) for found in known)
    assert events == field == Ignored(reason="unknown")


@pytest.mark.parametrize("name", ["account-mention", "account-dm", "activity-mention", "activity-dm-received"])
def test_what_came_for_another_account_is_not_answered_by_ours(name: str) -> None:
    settings = TwitterSettings(
        consumer_key="", consumer_secret="", access_token="", access_token_secret="", user_id="42", username="other"
    )
    assert understand(TwitterChannel(settings), stored(name)) == [Ignored(reason="other_account")]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("@AsideShop help", "help"),
        ("@asideshop: help", "help"),
        ("＠AsideShop help", "help"),
        ("@bob_b @AsideShop @eve help @AsideShop", "@bob_b @eve help @AsideShop"),
        ("@AsideShopping help", "@AsideShopping help"),
        ("@AsideShop's parcels", "@AsideShop's parcels"),
        ("help @AsideShop", "help @AsideShop"),
        ("@AsideShop", ""),
        ("@AsideShop\n\nhelp\nme", "help\nme"),
        ("a &amp;lt; b", "a &lt; b"),
        ("nul\x00 byte &#0;", "nul byte \ufffd"),
    ],
)
def test_only_our_handle_in_front_is_taken_off(channel: TwitterChannel, text: str, left: str) -> None:
    assert said(channel, post(text)).text == left


def test_our_handle_is_known_by_our_id_after_it_was_changed(channel: TwitterChannel) -> None:
    mention = {"screen_name": "NewAside", "id_str": US}
    assert said(channel, post("@NewAside help", entities={"user_mentions": [mention]})).text == "help"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        # The id's milliseconds where the date agrees, the date where it does not, the id alone, and at last the clock.
        ({"created_at": "Wed Dec 23 17:12:08 +0000 2020"}, datetime(2020, 12, 23, 17, 12, 8, 545000, tzinfo=UTC)),
        ({"created_at": "2020-12-23T17:12:08.000Z"}, datetime(2020, 12, 23, 17, 12, 8, 545000, tzinfo=UTC)),
        ({"created_at": "Wed Dec 23 17:13:08 +0000 2020"}, datetime(2020, 12, 23, 17, 13, 8, tzinfo=UTC)),
        ({"timestamp_ms": "1608743588001"}, datetime(2020, 12, 23, 17, 13, 8, 1000, tzinfo=UTC)),
        ({}, datetime(2020, 12, 23, 17, 12, 8, 545000, tzinfo=UTC)),
        ({"created_at": "Wed Foo 99 17:13:08 +0000 2020"}, datetime(2020, 12, 23, 17, 12, 8, 545000, tzinfo=UTC)),
        ({"created_at": "0001-01-01T00:00:00+23:59"}, datetime(2020, 12, 23, 17, 12, 8, 545000, tzinfo=UTC)),
        ({"id_str": "89512102"}, NOW),
        ({"id_str": "9223372036854775807"}, NOW),
        (
            {"id_str": "89512102", "created_at": "Sun Jun 03 18:15:29 +0000 2007"},
            datetime(2007, 6, 3, 18, 15, 29, tzinfo=UTC),
        ),
    ],
)
def test_the_time_is_the_best_that_x_tells(channel: TwitterChannel, fields: Any, expected: datetime) -> None:
    assert said(channel, post(**fields)).at == expected


@pytest.mark.parametrize("number", ["9" * 30, "abc-1"])
def test_an_id_that_is_no_number_of_63_bits_has_no_order(channel: TwitterChannel, number: str) -> None:
    found = said(channel, post(id_str=number))
    assert (found.native_id, found.order, found.at) == (number, 0, NOW)


@pytest.mark.parametrize(
    "body",
    [
        {"tweet_create_events": {}},
        {"tweet_create_events": [None]},
        {"tweet_create_events": [{"text": "x", "user": {"id_str": ANN}}]},
        {"tweet_create_events": [{"id_str": "1", "text": "x"}]},
        {"tweet_create_events": [{"id_str": "1", "user": {"id_str": ANN}, "text": 7}]},
        {"tweet_create_events": [{"id": 1.5, "user": {"id_str": ANN}, "text": "x"}]},
        {"tweet_create_events": [{"id_str": "../../1", "user": {"id_str": ANN}, "text": "x"}]},
        {"direct_message_events": "x"},
        {"direct_message_events": [{"type": "message_create", "id": "1"}]},
        dm(None),
        {"data": {"event_type": "dm.received", "payload": {}}},
        {"data": {"payload": {}}},
        {"data": 7},
    ],
)
def test_a_documented_kind_in_another_shape_is_set_aside(channel: TwitterChannel, body: object) -> None:
    with pytest.raises(ParseError):
        understand(channel, body)


@pytest.mark.parametrize("payload", [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, b'{"type":"piece"}'])
def test_a_delivery_that_is_no_object_is_set_aside(channel: TwitterChannel, payload: bytes) -> None:
    with pytest.raises(ParseError):
        channel.parse(RawEvent(native_id="sha256:0", payload=payload))
