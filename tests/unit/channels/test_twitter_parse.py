import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gateway import codes
from gateway.channels.base import ParseError
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.channels.twitter.parse import _FAMILIES, _REASONS, _RELATIONS
from gateway.happenings import Change, Changed, Event, Reached, Reacted, SaidForUs, Seen
from gateway.messages import Attachment, Channel, Ignored, Place, RawEvent, Said, Sender, Surface

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


def understand(channel: TwitterChannel, body: object) -> list[Event]:
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
        ("activity-own-post", "own_post"),
        ("account-own-reply", "own_post"),
        ("activity-repost", "retweet"),
        ("account-retweet", "retweet"),
        ("account-mention-by-a-blocked-user", "blocked"),
        ("activity-like", "like"),
        ("activity-follow", "followed"),
        ("account-follow", "followed"),
        ("account-unfollow", "unfollowed"),
        ("account-mute", "muted"),
        ("account-unmute", "unmuted"),
        ("account-typing", "typing"),
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
        ("chat.conversation_join", "conversation_changed"),
        ("chat.conversation.join", "conversation_changed"),
        ("chat.update.group_name", "conversation_changed"),
        ("profile.update.bio", "profile"),
        ("spaces.start", "space"),
        ("news.new", "news"),
        ("dm.indicate_typing", "typing"),
        ("dm.read", "read"),
        ("mute.unmute", "unmuted"),
        ("block.block", "blocked"),
        ("mute.mute", "muted"),
        ("block.unblock", "unblocked"),
        ("follow.follow", "followed"),
        ("like.create", "like"),
        ("post.repost.create", "retweet"),
        ("broadcast.chat", "broadcast"),
        ("profile.update.affiliate_badge", "profile"),
        ("ProfileBioUpdate", "profile"),
        ("oauth.revoke", "access_revoked"),
        ("comet.sighted", "unknown_event"),
        ("dm.pinned", "unknown_event"),
    ],
)
def test_every_other_kind_of_the_activity_api_is_ignored_by_name(
    channel: TwitterChannel, event_type: str, reason: str
) -> None:
    body = {"data": {"event_uuid": "-5", "event_type": event_type, "payload": {"before": "a", "after": "b"}}}
    assert understand(channel, body) == [Ignored(reason=reason)]


HERE: dict[str, Any] = {"channel": Channel.TWITTER, "account": US}
ANNS_DMS = Place(surface=Surface.PRIVATE, native_id=f"dm:{ANN}")
ANN_K = Sender(native_id=ANN, name="Ann K.", handle="ann_k")


def test_an_edit_changes_the_first_version_and_answers_go_to_the_newest(channel: TwitterChannel) -> None:
    versions = ["1341793727208181762", "1341793937208181762"]
    edited = {**stored("activity-mention")["data"]["payload"], "id": versions[1], "edit_history_tweet_ids": versions}
    body = stored("activity-mention")
    body["data"]["payload"] = edited
    (found,) = understand(channel, body)
    assert isinstance(found, Changed)
    assert (found.native_id, found.change, found.by) == (versions[0], Change.EDITED, ANN_K)
    assert found.text == "hey @AsideShop, where is my parcel? <3"
    assert found.order == int(versions[1])
    assert found.said is not None
    assert (found.said.native_id, found.said.target, found.said.text) == (*versions, found.text)


@pytest.mark.parametrize(
    "history",
    [
        {"edit_history": {"initial_tweet_id": "1341793000000000000"}},
        {"edit_history": {"edit_tweet_ids": ["1341793727208181762", "1341793000000000000"]}},
    ],
)
def test_an_edit_of_the_account_api_names_its_first_version_too(channel: TwitterChannel, history: Any) -> None:
    (found,) = understand(channel, post("better", **history))
    assert isinstance(found, Changed)
    assert (found.native_id, found.text) == ("1341793000000000000", "better")
    assert found.said is not None
    assert found.said.place.native_id == "1341793000000000000"


def test_a_post_that_was_never_edited_is_its_own_first_version(channel: TwitterChannel) -> None:
    assert said(channel, post(edit_history_tweet_ids=["1341793727208181762"])).native_id == "1341793727208181762"


def test_our_own_edited_post_is_nothing_that_a_customer_says(channel: TwitterChannel) -> None:
    body = post("we meant 9 am", user={"id_str": US}, edit_history_tweet_ids=["1", "1341793727208181762"])
    (found,) = understand(channel, body)
    assert isinstance(found, Changed)
    assert found.said is None


@pytest.mark.parametrize(("name", "by"), [("activity-post-delete", US), ("account-delete", None)])
def test_a_deleted_post_is_removed(channel: TwitterChannel, name: str, by: str | None) -> None:
    (found,) = understand(channel, stored(name))
    assert isinstance(found, Changed)
    assert found.change is Change.REMOVED
    assert by is None or found.by == Sender(native_id=by)
    assert found.native_id in {"2080761269309813134", "1045405559317569537"}


def test_a_reply_that_somebody_wrote_in_our_name_is_told_with_whom_it_answers(channel: TwitterChannel) -> None:
    fields = {
        "user": {"id_str": US},
        "in_reply_to_status_id_str": "1341793000000000000",
        "in_reply_to_user_id_str": ANN,
        "in_reply_to_screen_name": "ann_k",
        "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
    }
    (found,) = understand(channel, post("@ann_k we are &amp; will be", **fields))
    assert isinstance(found, SaidForUs)
    assert found.place == Place(surface=Surface.PUBLIC, native_id="1341793000000000000")
    assert (found.target, found.reply_to) == ("1341793000000000000", "1341793000000000000")
    assert found.correspondent == Sender(native_id=ANN, handle="ann_k")
    assert (found.text, found.via) == ("we are & will be", "Twitter Web App")


def test_our_own_retweet_answers_nobody(channel: TwitterChannel) -> None:
    body = post("RT", user={"id_str": US}, retweeted_status={"id_str": "5"})
    assert understand(channel, body) == [Ignored(reason="own_retweet")]


@pytest.mark.parametrize("name", ["activity-dm-sent", "account-dm-own"])
def test_a_direct_message_in_our_name_is_told_with_its_thread(channel: TwitterChannel, name: str) -> None:
    (found,) = understand(channel, stored(name))
    assert isinstance(found, SaidForUs)
    assert (found.place, found.target, found.via) == (ANNS_DMS, ANN, "X")
    assert found.correspondent is not None
    assert found.correspondent.native_id == ANN


def test_the_program_that_a_direct_message_was_written_with_is_named(channel: TwitterChannel) -> None:
    body = stored("account-dm-own")
    body["direct_message_events"][0]["message_create"]["source_app_id"] = "268278"
    body["apps"] = {"268278": {"id": "268278", "name": "Twitter Web Client", "url": "http://twitter.com"}}
    (found,) = understand(channel, body)
    assert isinstance(found, SaidForUs)
    assert found.via == "Twitter Web Client"


def test_a_note_to_oneself_concerns_nobody(channel: TwitterChannel) -> None:
    body = dm(message_create={"sender_id": US, "target": {"recipient_id": US}, "message_data": {"text": "buy milk"}})
    assert understand(channel, body) == [Ignored(reason="own_note")]


def test_an_encrypted_message_is_said_though_nobody_can_read_it(channel: TwitterChannel) -> None:
    found = said(channel, stored("activity-chat-received"))
    assert (found.unreadable, found.text, found.place, found.target) == ("encrypted", "", ANNS_DMS, ANN)
    assert found.sender.native_id == ANN
    assert found.native_id == "e4f4d3fc-8bbf-4928-92eb-e5058d6bb6f6"


def test_the_time_of_an_encrypted_message_is_the_one_it_tells(channel: TwitterChannel) -> None:
    body = stored("activity-chat-received")
    body["data"]["payload"]["created_at_msec"] = "1784841183370"
    assert said(channel, body).at == datetime(2026, 7, 23, 21, 13, 3, 370000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"sender_id": US}, "own_echo"), ({"conversation_id": "g1784841183370"}, "group_message")],
)
def test_an_encrypted_message_of_ours_or_in_a_group_is_ignored(
    channel: TwitterChannel, fields: dict[str, str], reason: str
) -> None:
    body = stored("activity-chat-received")
    body["data"]["payload"] |= fields
    assert understand(channel, body) == [Ignored(reason=reason)]


def test_a_like_is_a_reaction_to_the_post(channel: TwitterChannel) -> None:
    at = datetime(2018, 3, 26, 16, 33, 26, 140000, tzinfo=UTC)
    expected = Reacted(**HERE, at=at, native_id="1341793727208181762", by=ANN_K, emoji="❤")
    assert understand(channel, stored("account-favorite")) == [expected]


def test_a_like_of_ours_is_none_of_a_customers(channel: TwitterChannel) -> None:
    body = stored("account-favorite")
    body["favorite_events"][0]["user"] = {"id_str": US}
    assert understand(channel, body) == [Ignored(reason="own_like")]


def test_who_likes_a_post_is_told_by_the_activity_api_only_at_times(channel: TwitterChannel) -> None:
    body = stored("activity-like")
    body["data"]["payload"]["user_id"] = ANN
    (found,) = understand(channel, body)
    assert isinstance(found, Reacted)
    assert (found.native_id, found.by) == ("2079814480427442556", Sender(native_id=ANN))


def test_a_read_receipt_says_up_to_when_a_thread_was_seen(channel: TwitterChannel) -> None:
    at = datetime(2018, 2, 12, 16, 20, 44, 662000, tzinfo=UTC)
    assert understand(channel, stored("account-read")) == [Seen(**HERE, at=at, place=ANNS_DMS)]


def test_a_read_receipt_of_the_activity_api_is_the_same_inside(channel: TwitterChannel) -> None:
    (receipt,) = stored("account-read")["direct_message_mark_read_events"]
    for payload in (receipt, {"direct_message_mark_read_events": [receipt]}):
        (found,) = understand(channel, {"data": {"event_uuid": "5", "event_type": "dm.read", "payload": payload}})
        assert isinstance(found, Seen)
        assert found.place == ANNS_DMS


def test_that_we_have_read_something_is_nothing_new(channel: TwitterChannel) -> None:
    body = stored("account-read")
    body["direct_message_mark_read_events"][0]["sender_id"] = US
    assert understand(channel, body) == [Ignored(reason="own_read")]


@pytest.mark.parametrize(
    ("name", "reachable", "why"), [("account-block", False, "blocked"), ("account-unblock", True, "")]
)
def test_who_blocks_us_cannot_be_reached_until_they_let_us_in_again(
    channel: TwitterChannel, name: str, reachable: bool, why: str
) -> None:
    (found,) = understand(channel, stored(name))
    assert isinstance(found, Reached)
    assert (found.place, found.by, found.reachable, found.why) == (ANNS_DMS, ANN_K, reachable, why)


def test_whom_we_block_cannot_be_reached_either(channel: TwitterChannel) -> None:
    users = {"source": {"data": {"id": US}}, "target": {"data": {"id": ANN, "username": "ann_k", "name": "Ann K."}}}
    body = {"data": {"event_uuid": "5", "event_type": "block.block", "payload": users}}
    expected = Reached(**HERE, at=NOW, place=ANNS_DMS, by=ANN_K, reachable=False, why="blocked_by_us")
    assert understand(channel, body) == [expected]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"type": "participants_join"}, "participants"),
        ({"type": "participants_leave"}, "participants"),
        ({"type": "reaction_create"}, "reaction"),
        ({"type": "comet_sighted"}, "unknown_event"),
        (
            {
                "message_create": {
                    "sender_id": ANN,
                    "target": {"conversation_id": "1578398451921985538"},
                    "message_data": {"text": "hi all"},
                }
            },
            "group_message",
        ),
    ],
)
def test_what_else_happens_in_direct_messages_is_ignored_by_name(
    channel: TwitterChannel, fields: dict[str, object], reason: str
) -> None:
    assert understand(channel, dm(**fields)) == [Ignored(reason=reason)]


@pytest.mark.parametrize(("metadata", "choice"), [("choice:affirm", "affirm"), ("external_id_2", ""), (7, "")])
def test_a_quick_reply_is_a_choice_only_where_it_was_ours(
    channel: TwitterChannel, metadata: object, choice: str
) -> None:
    data = {"text": "Yes", "quick_reply_response": {"type": "options", "metadata": metadata}}
    found = said(channel, dm(message_create={"sender_id": ANN, "message_data": data}))
    assert (found.text, found.choice) == ("Yes", choice)


def test_an_account_with_the_label_of_programs_is_marked(channel: TwitterChannel) -> None:
    for name in ("activity-mention", "activity-dm-received"):
        body = stored(name)
        assert not said(channel, body).automated
        users = body["data"].get("includes", {}).get("users") or body["data"]["payload"]["users"]
        people = [user.get("data", user) for user in (users.values() if isinstance(users, dict) else users)]
        for person in people:
            person["affiliation"] = {"description": "Automated"}
        assert said(channel, body).automated


def test_the_media_of_a_post_are_found_beside_it(channel: TwitterChannel) -> None:
    body = stored("activity-mention")
    body["data"]["payload"]["attachments"] = {"media_keys": ["3_1", "7_2", "3_9"], "poll_ids": ["55"]}
    body["data"]["includes"] |= {
        "media": [
            {"media_key": "3_1", "type": "photo", "url": "https://pbs.twimg.com/media/a.jpg", "alt_text": "A torn box"},
            {
                "media_key": "7_2",
                "type": "video",
                "preview_image_url": "https://pbs.twimg.com/b.jpg",
                "variants": [
                    {"content_type": "application/x-mpegURL", "url": "https://video.twimg.com/b.m3u8"},
                    {"content_type": "video/mp4", "bit_rate": 632000, "url": "https://video.twimg.com/small.mp4"},
                    {"content_type": "video/mp4", "bit_rate": 2176000, "url": "https://video.twimg.com/good.mp4"},
                    {"content_type": "video/mp4", "bit_rate": 10368000, "url": "https://video.twimg.com/huge.mp4"},
                ],
            },
        ],
        "polls": [{"id": "55", "options": [{"label": "Late"}, {"label": "Lost"}]}],
    }
    assert said(channel, body).attachments == (
        Attachment(kind="image", native_id="3_1", url="https://pbs.twimg.com/media/a.jpg", words="A torn box"),
        Attachment(kind="video", native_id="7_2", url="https://video.twimg.com/good.mp4", mime="video/mp4"),
        Attachment(kind="other", native_id="3_9"),
        Attachment(kind="other", native_id="55", words="Late / Lost"),
    )


@pytest.mark.parametrize(
    ("attached", "expected"),
    [
        (
            {
                "type": "location",
                "location": {
                    "type": "shared_coordinate",
                    "shared_coordinate": {"coordinates": {"type": "Point", "coordinates": [-122.443, 37.771]}},
                },
            },
            Attachment(kind="location", words="37.771, -122.443"),
        ),
        (
            {
                "type": "location",
                "location": {"type": "shared_place", "shared_place": {"full_name": "Leith, Scotland"}},
            },
            Attachment(kind="location", words="Leith, Scotland"),
        ),
        ({"type": "location", "location": {"shared_coordinate": 7}}, Attachment(kind="location")),
        ({"type": "card"}, Attachment(kind="other", words="card")),
    ],
)
def test_what_else_comes_along_with_a_direct_message_is_put_in_words(
    channel: TwitterChannel, attached: object, expected: Attachment
) -> None:
    data = {"text": "here", "attachment": attached}
    assert said(channel, dm(message_create={"sender_id": ANN, "message_data": data})).attachments == (expected,)


def test_a_post_that_a_direct_message_shares_is_linked(channel: TwitterChannel) -> None:
    goal = "https://twitter.com/AsideShop/status/2080765813578191303"
    urls = [
        {"url": "https://t.co/a", "expanded_url": goal, "display_url": "pic.example"},
        {"url": "https://t.co/b", "expanded_url": "https://wren.example"},
    ]
    data = {"text": "this one https://t.co/a", "entities": {"urls": urls}}
    found = said(channel, dm(message_create={"sender_id": ANN, "message_data": data}))
    assert found.attachments == (Attachment(kind="link", url=goal, words="pic.example"),)


def test_what_nobody_has_documented_is_ignored_as_unknown(channel: TwitterChannel) -> None:
    *known, events, field = understand(channel, stored("account-several"))
    assert all(isinstance(found, Said) for found in known)
    assert events == field == Ignored(reason="unknown_event")


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
        {"tweet_delete_events": [{"status": {}}]},
        {"data": {"event_type": "post.delete", "payload": {}}},
        {"data": {"event_type": "chat.received", "payload": {"id": "e4f4"}}},
    ],
)
def test_a_documented_kind_in_another_shape_is_set_aside(channel: TwitterChannel, body: object) -> None:
    with pytest.raises(ParseError):
        understand(channel, body)


@pytest.mark.parametrize("payload", [b"", b"\xff", b"null", b"[]", b"{}", b"[" * 100_000, b'{"type":"piece"}'])
def test_a_delivery_that_is_no_object_is_set_aside(channel: TwitterChannel, payload: bytes) -> None:
    with pytest.raises(ParseError):
        channel.parse(RawEvent(native_id="sha256:0", payload=payload))


def test_every_reason_for_ignoring_something_is_documented() -> None:
    root = Path(__file__).parents[3]
    page = (root / "docs" / "channels" / "twitter.md").read_text().partition("## What is ignored")[2]
    sources = [path.read_text() for path in (root / "gateway" / "channels" / "twitter").glob("*.py")]
    given = {reason for source in sources for reason in re.findall(r'"([a-z_]+)" if [^\n]+else "([a-z_]+)"\)', source)}
    reasons = {reason for pair in given for reason in pair}
    reasons |= {reason for source in sources for reason in re.findall(r'Ignored\(reason="([a-z_]+)"', source)}
    reasons |= {*_REASONS.values(), *_FAMILIES.values(), *_RELATIONS.values()}
    reasons -= {"blocked_by_us"}  # why a thread is closed
    assert len(reasons) > 25
    assert [reason for reason in sorted(reasons) if f"`{reason}`" not in page] == []
