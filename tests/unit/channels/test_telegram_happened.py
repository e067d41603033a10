"""Edits, reactions, blocks, business accounts, channels' direct messages and strange chats are told apart."""

import json
from typing import Any

import pytest

from gateway.channels.base import ParseError
from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.entities import marked
from gateway.channels.telegram.parse import parse
from gateway.channels.telegram.split import split
from gateway.happenings import Change, Changed, Reached, Reacted, SaidForUs
from gateway.messages import Attachment, Ignored, Place, Said, Sender, Surface
from tests.unit.channels.telegram_updates import (
    BOT,
    CHANNEL,
    DIRECT,
    GROUP,
    JO,
    KIM,
    NOW,
    OTHER_BOT,
    PRIVATE,
    US,
    message,
    understood,
)

OWNER = {"id": 5, "is_bot": False, "first_name": "Wren"}
JO_DOE = Sender(native_id="222001", name="Jo Doe", handle="jodoe")


def said(**update: Any) -> Said:
    event = understood(**update)
    assert isinstance(event, Said)
    return event


# Edits


def test_an_edit_tells_the_message_its_new_text_and_which_edit_is_the_latest() -> None:
    event = understood(edited_message=message(text="two lamps", edit_date=1790000050))
    assert isinstance(event, Changed)
    assert (event.native_id, event.change, event.text, event.order) == (
        "222001/41",
        Change.EDITED,
        "two lamps",
        1790000050,
    )
    assert (event.by, event.attachments) == (JO_DOE, ())


def test_an_edit_in_private_can_be_taken_as_new_where_nobody_knows_the_first_version() -> None:
    event = understood(edited_message=message(text="two lamps", edit_date=1790000050))
    assert isinstance(event, Changed)
    assert event.said == said(message=message(text="two lamps"))


def test_an_edit_in_a_group_can_be_taken_as_new_only_where_it_is_for_us() -> None:
    chatter, question = (
        understood(edited_message=message(GROUP, text=text, edit_date=1790000050))
        for text in ("nice weather", "@aside_help_bot where is my lamp")
    )
    assert isinstance(chatter, Changed)
    assert isinstance(question, Changed)
    assert chatter.said is None
    assert question.said is not None
    assert question.text == "where is my lamp"


def test_a_place_that_keeps_moving_is_no_edit() -> None:
    place = {"latitude": 1.5, "longitude": 2.5, "live_period": 900}
    assert understood(edited_message=message(location=place)) == Ignored(reason="live_location")
    assert said(message=message(location=place)).attachments[0].kind == "location"


# Reactions


@pytest.mark.parametrize(
    ("kinds", "emoji"),
    [
        ([{"type": "emoji", "emoji": "👍"}], "👍"),
        ([{"type": "emoji", "emoji": "👍"}, {"type": "custom_emoji", "custom_emoji_id": "1"}], "👍 custom emoji"),
        ([{"type": "paid"}], "⭐"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_reaction_is_told_with_what_is_shown(kinds: object, emoji: str) -> None:
    event = understood(
        message_reaction={"chat": PRIVATE, "message_id": 39, "date": 1790000000, "user": JO, "new_reaction": kinds}
    )
    assert isinstance(event, Reacted)
    assert (event.native_id, event.by, event.emoji) == ("222001/39", JO_DOE, emoji)


@pytest.mark.parametrize(("who", "reason"), [({}, "anonymous_reaction"), ({"user": OTHER_BOT}, "bot")])
def test_nobodys_and_bots_reactions_are_ignored(who: dict[str, Any], reason: str) -> None:
    reaction = {"chat": GROUP, "message_id": 39, "date": 1790000000, "new_reaction": [], **who}
    assert understood(message_reaction=reaction) == Ignored(reason=reason)


# Being shut out


@pytest.mark.parametrize(
    ("status", "reachable", "why"), [("kicked", False, "blocked"), ("left", False, "left"), ("member", True, "")]
)
def test_a_person_shuts_us_out_and_lets_us_in_again(status: str, reachable: bool, why: str) -> None:
    event = understood(
        my_chat_member={"chat": PRIVATE, "from": JO, "date": 1790000000, "new_chat_member": {"status": status}}
    )
    assert isinstance(event, Reached)
    assert event.place == Place(surface=Surface.PRIVATE, native_id="222001")
    assert (event.by, event.reachable, event.why) == (JO_DOE, reachable, why)


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        ("left", "member", "bot_added"),
        ("member", "administrator", "bot_rights_changed"),
        ("administrator", "kicked", "bot_removed"),
    ],
)
def test_what_we_are_in_a_group_is_ignored_by_its_name(before: str, after: str, reason: str) -> None:
    membership = {"chat": GROUP, "from": JO, "date": 1, "old_chat_member": {"status": before}}
    assert understood(my_chat_member={**membership, "new_chat_member": {"status": after}}) == Ignored(reason=reason)


def test_a_status_that_nobody_documents_is_set_aside() -> None:
    with pytest.raises(ParseError):
        understood(my_chat_member={"chat": PRIVATE, "from": JO, "date": 1, "new_chat_member": {"status": "?"}})


# Business accounts


def test_a_business_accounts_customer_has_a_thread_of_its_own() -> None:
    event = said(business_message=message(text="hello", business_connection_id="aB-7"))
    assert event.place == Place(surface=Surface.PRIVATE, native_id="aB-7:222001")
    assert (event.native_id, event.target, event.sender) == ("aB-7:222001/41", "aB-7:222001", JO_DOE)


def test_a_message_that_names_a_business_account_is_its_own_whatever_update_brings_it() -> None:
    assert said(message=message(text="hello", business_connection_id="aB-7")).place.native_id == "aB-7:222001"
    assert isinstance(understood(message=message(author=OWNER, text="hi", business_connection_id="aB-7")), SaidForUs)


@pytest.mark.parametrize(
    ("author", "more", "via"),
    [(OWNER, {}, "the business account"), (OWNER, {"sender_business_bot": US}, "another bot")],
)
def test_what_the_owner_says_is_said_for_us(author: dict[str, Any], more: dict[str, Any], via: str) -> None:
    event = understood(
        business_message=message(author=author, text="on its way", business_connection_id="aB-7", **more)
    )
    assert isinstance(event, SaidForUs)
    assert (event.native_id, event.place.native_id, event.target) == ("aB-7:222001/41", "aB-7:222001", "aB-7:222001")
    assert (event.text, event.via, event.correspondent) == ("on its way", via, JO_DOE)


def test_an_owners_greeting_that_is_sent_by_itself_takes_nothing_over() -> None:
    greeting = message(author=OWNER, text="We are away", business_connection_id="aB-7", is_from_offline=True)
    assert understood(business_message=greeting) == Ignored(reason="sent_by_itself")


def test_an_edit_in_a_business_chat_names_its_message() -> None:
    event = understood(edited_business_message=message(text="hi", business_connection_id="aB-7", edit_date=1790000009))
    assert isinstance(event, Changed)
    assert event.native_id == "aB-7:222001/41"


def test_messages_deleted_in_one_go_are_an_event_each() -> None:
    gone = {"business_connection_id": "aB-7", "chat": PRIVATE, "message_ids": [41, 43]}
    events = split(json.dumps({"update_id": 9001, "deleted_business_messages": gone}).encode())
    assert [event.native_id for event in events] == ["update:9001", "update:9001:1"]
    removed = [parse(event, BOT, lambda: NOW) for event in events]
    assert [(event.native_id, event.change) for event in removed if isinstance(event, Changed)] == [
        ("aB-7:222001/41", Change.REMOVED),
        ("aB-7:222001/43", Change.REMOVED),
    ]


# Channels


def test_who_writes_to_a_channel_writes_in_private() -> None:
    topic = {"topic_id": 222001, "user": JO}
    event = said(message=message(DIRECT, text="a question", direct_messages_topic=topic))
    assert event.place == Place(surface=Surface.PRIVATE, native_id="-1008/222001", title="Shop news")
    assert (event.target, event.native_id) == ("-1008/222001", "-1008/41")


@pytest.mark.parametrize("flag", [{"type": "private"}, {"is_direct_messages": None}])
def test_two_people_who_write_to_a_channel_never_share_a_thread(flag: dict[str, Any]) -> None:
    events = [
        said(message=message({**DIRECT, **flag}, who, text="hello", direct_messages_topic={"topic_id": who["id"]}))
        for who in (JO, KIM)
    ]
    assert [event.place.native_id for event in events] == ["-1008/222001", "-1008/222002"]
    assert {event.place.surface for event in events} == {Surface.PRIVATE}
    assert [event.target for event in events] == ["-1008/222001", "-1008/222002"]


def test_the_channels_answer_there_is_said_for_us() -> None:
    topic = {"topic_id": 222001, "user": JO}
    event = understood(
        message=message(DIRECT, author=None, sender_chat=CHANNEL, text="yes", direct_messages_topic=topic)
    )
    assert isinstance(event, SaidForUs)
    assert (event.place.native_id, event.correspondent, event.via) == ("-1008/222001", JO_DOE, "the channel")


@pytest.mark.parametrize("kind", ["channel_post", "edited_channel_post"])
def test_a_channels_posts_are_not_for_us(kind: str) -> None:
    assert understood(**{kind: message(CHANNEL, author=None, text="news?")}) == Ignored(reason="channel_post")


def test_a_button_under_a_channels_post_is_not_for_us() -> None:
    query = {"id": "1", "from": JO, "data": "choice:track_parcel", "message": message(CHANNEL, author=None)}
    assert understood(callback_query=query) == Ignored(reason="channel_post")


# Groups


ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group"}
FOR_A_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel"}
TELEGRAM = {"id": 777000, "is_bot": False, "first_name": "Telegram"}


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"author": ANONYMOUS, "sender_chat": GROUP}, "anonymous_admin"),
        ({"author": FOR_A_CHANNEL, "sender_chat": CHANNEL}, "on_behalf_of_chat"),
        ({"author": TELEGRAM, "sender_chat": CHANNEL, "is_automatic_forward": True}, "automatic_forward"),
        ({"author": OTHER_BOT}, "bot"),
        ({"author": US}, "bot"),
        ({"author": JO, "via_bot": OTHER_BOT}, "bot"),
    ],
)
def test_nobody_but_a_person_is_answered_in_a_group(fields: dict[str, Any], reason: str) -> None:
    assert understood(message=message(GROUP, text="@aside_help_bot help?", **fields)) == Ignored(reason=reason)


def test_a_person_without_a_user_name_is_named_by_a_mark_in_the_text() -> None:
    kim = {"type": "text_mention", "offset": 0, "length": 3, "user": KIM}
    us = {"type": "text_mention", "offset": 5, "length": 5, "user": US}
    text = "👋🏽 Aside, do you ship"
    assert understood(message=message(GROUP, text="Kim, do you ship?", entities=[kim])) == Ignored(reason="not_for_us")
    assert not said(message=message(GROUP, text=text, entities=[us])).overheard


def test_as_long_as_our_name_is_unknown_a_bots_name_may_be_ours() -> None:
    nameless = Bot(id=BOT.id, username="")
    for text, ours in (("@aside_help_bot where is it", True), ("/help@aside_help_bot", True), ("@kimdoe well?", False)):
        event = understood(nameless, message=message(GROUP, text=text))
        assert isinstance(event, Said) is ours
    reply = {"message_id": 40, "from": US}
    assert isinstance(understood(nameless, message=message(GROUP, text="and", reply_to_message=reply)), Said)


def test_an_answer_of_an_odd_shape_is_none() -> None:
    assert said(message=message(text="hello", reply_to_message={"message_id": "x"})).reply_to == ""


# Strange chats


def test_a_call_into_a_strange_chat_is_public_and_answered_by_its_query() -> None:
    event = said(guest_message=message(PRIVATE, text="@aside_help_bot where is my lamp", guest_query_id="q1"))
    assert event.place == Place(surface=Surface.PUBLIC, native_id="guest:222001")
    assert (event.native_id, event.target, event.text) == ("guest:q1", "guest:q1", "where is my lamp")
    assert event.overheard is False


def test_a_call_without_a_query_cannot_be_answered() -> None:
    assert understood(guest_message=message(text="hello")) == Ignored(reason="guest_without_query")


# Texts


def test_a_link_behind_words_is_kept_with_them() -> None:
    text = "👋🏽 see here please"
    link = {"type": "text_link", "offset": 9, "length": 4, "url": "https://shop.example/a"}
    event = said(message=message(text=text, entities=[link]))
    assert event.attachments == (Attachment(kind="link", url="https://shop.example/a", words="here"),)


def test_marks_count_as_telegram_counts() -> None:
    entities = [{"type": "bold", "offset": 4, "length": 2}, {"type": "code", "offset": 7, "length": 1}]
    assert [(each.kind, each.words) for each in marked("👋🏽👍 x", entities)] == [("bold", "👍"), ("code", "x")]


@pytest.mark.parametrize(
    "entities", [None, 7, [7], [{}], [{"type": 7, "offset": -1, "length": 10**9}], [{"offset": "0", "length": None}]]
)
def test_marks_of_an_odd_shape_are_no_marks(entities: object) -> None:
    assert [each.words for each in marked("hello", entities) if each.kind] == []


def test_a_private_chats_topic_is_where_the_answer_goes() -> None:
    event = said(message=message(text="hello", message_thread_id=7, is_topic_message=True))
    assert (event.place.native_id, event.target) == ("222001", "222001/7")


def test_what_is_sent_in_one_go_has_its_album_in_common() -> None:
    photo = [{"file_id": "f1", "width": 9, "height": 9}]
    assert said(message=message(photo=photo, caption="look", media_group_id="134")).album == "134"


PHOTO = [{"file_id": "f1", "width": 9, "height": 9}]


def test_of_an_album_in_a_group_a_picture_without_words_is_ours_only_if_the_album_is() -> None:
    named = said(message=message(chat=GROUP, photo=PHOTO, caption="@aside_help_bot broken", media_group_id="134"))
    beside = said(message=message(chat=GROUP, photo=PHOTO, media_group_id="134"))
    assert (named.only_with_album, beside.only_with_album) == (False, True)
    assert named.album == beside.album


@pytest.mark.parametrize(
    "content",
    [
        {"photo": PHOTO},
        {"photo": PHOTO, "media_group_id": "134", "caption": "@other_bot look"},
        {"photo": PHOTO, "media_group_id": "134", "forward_origin": {"type": "hidden_user"}},
    ],
)
def test_other_pictures_of_a_group_are_not_for_us(content: dict[str, Any]) -> None:
    assert understood(message=message(chat=GROUP, **content)) == Ignored(reason="not_for_us")


def root(number: int = 30, **more: Any) -> dict[str, Any]:
    return {"message_id": number, "date": 1789990000, "chat": GROUP, "is_automatic_forward": True, **more}


def test_the_comments_below_each_post_of_a_channel_are_a_place_of_their_own() -> None:
    below = [
        said(message=message(chat=GROUP, text="how much?", message_thread_id=post, reply_to_message=root(post)))
        for post in (30, 31)
    ]
    assert [event.place.native_id for event in below] == [f"{GROUP['id']}/post-30", f"{GROUP['id']}/post-31"]
    assert all(event.target == event.native_id and event.perhaps_at is None for event in below)


def test_an_answer_to_a_comment_stands_below_the_post_only_if_that_is_known() -> None:
    ours = {"message_id": 44, "date": 1790000000, "chat": GROUP, "from": {**US, "is_bot": True}}
    event = said(message=message(chat=GROUP, text="and in red?", message_thread_id=30, reply_to_message=ours))
    assert event.place.native_id == str(GROUP["id"])
    assert event.perhaps_at == Place(
        surface=Surface.PUBLIC, native_id=f"{GROUP['id']}/post-30", title=event.place.title
    )


def test_a_topic_is_a_topic_whatever_its_messages_answer() -> None:
    event = said(
        message=message(
            chat=GROUP, text="how much?", message_thread_id=30, is_topic_message=True, reply_to_message=root()
        )
    )
    assert (event.place.native_id, event.perhaps_at) == (f"{GROUP['id']}/30", None)


@pytest.mark.parametrize("number", [2**63, -(2**63), 10**30])
def test_a_number_that_no_database_would_keep_is_set_aside(number: int) -> None:
    with pytest.raises(ParseError):
        understood(message={**message(text="hello"), "message_id": number})
