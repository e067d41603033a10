"""Every event of a body is recorded once, under the platform's own key."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.channels.facebook.split import split

BODIES = Path(__file__).parents[2] / "payloads" / "facebook"
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def keys(name: str) -> list[str]:
    return [event.native_id for event in split((BODIES / f"{name}.json").read_bytes())]


def body(**event: Any) -> bytes:
    return json.dumps({"object": "page", "entry": [{"id": "1", "messaging": [event]}]}).encode()


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("message-text", "m_text"),
        ("message-echo", "echo:m_text"),
        ("message-deleted", "deleted:m_text"),
        ("message-edit", "edit:m_text:1"),
        ("postback-choice", "m_postback"),
        ("reaction", "reaction:m_text:6500000000000001:1790000000123:react"),
        ("read", "read:6500000000000001:1790000000100"),
        ("delivery", "delivery:6500000000000001:1790000000100"),
        ("standby-message", "standby:m_standby"),
        ("comment", "comment:700_801"),
        ("comment-mention", "comment:700_801"),
        ("comment-without-author", "feed:comment:700_805:add:1790000009"),
        ("comment-edited", "feed:comment:700_801:edited:1790000009:1790000010:5500000000000009"),
        ("visitor-post", "post:104000000000001_701"),
        ("mention-without-author", "mention:post:900_1:add:1790000009"),
    ],
)
def test_the_key_is_the_platforms_own(name: str, key: str) -> None:
    assert keys(name) == [key]


def test_every_event_of_every_entry_is_cut_out() -> None:
    assert keys("batch")[:5] == ["m_1", "m_2", "standby:m_1", "comment:700_806", "m_3"]


def test_an_entry_without_a_list_that_we_know_is_an_event_too() -> None:
    assert keys("batch")[5].startswith("sha256:")


def test_the_message_its_echo_and_its_removal_do_not_shadow_each_other() -> None:
    assert len({*keys("message-text"), *keys("message-echo"), *keys("message-deleted")}) == 3


def test_two_clicks_on_links_with_different_codes_are_two_events() -> None:
    one, two = (
        split(body(sender={"id": "5"}, timestamp=1, referral={"ref": ref}))[0].native_id for ref in ("REF-A", "REF-B")
    )
    assert one != two
    assert one.startswith("referral:5:1:")


@pytest.mark.parametrize(
    "event",
    [{"sender": {"id": "5"}, "postback": {"payload": "x"}}, {"sender": 5, "timestamp": 1, "read": {"watermark": True}}],
)
def test_an_event_without_the_parts_of_its_key_goes_by_its_hash(event: dict[str, Any]) -> None:
    assert split(body(**event))[0].native_id.startswith("sha256:")


def change(time: int, **value: Any) -> str:
    about = {"item": "comment", "comment_id": "7_8", "created_time": 5, "from": {"id": "1"}, **value}
    entry = {"id": "9", "time": time, "changes": [{"field": "feed", "value": about}]}
    (event,) = split(json.dumps({"object": "page", "entry": [entry]}).encode())
    return event.native_id


def test_a_comment_that_is_hidden_twice_is_hidden_twice() -> None:
    assert len({change(10, verb="hide"), change(11, verb="unhide"), change(12, verb="hide")}) == 3
    assert len({change(10, verb="edited", message="a"), change(11, verb="edited", message="b")}) == 2


def test_two_people_who_like_something_in_the_same_second_are_two() -> None:
    likes = [change(10, item="reaction", verb="add", **{"from": {"id": who}}) for who in ("1", "2")]
    assert len(set(likes)) == 2


def test_an_added_comment_is_one_whenever_it_is_told_of() -> None:
    assert change(10, verb="add") == change(99, verb="add") == "comment:7_8"


def test_what_is_delivered_again_in_another_envelope_is_the_same() -> None:
    def delivered(time: int) -> str:
        entry = {"id": "9", "time": time, "messaging": [{"sender": {"id": "1"}, "message": {"text": "no id"}}]}
        return split(json.dumps({"object": "page", "entry": [entry]}).encode())[0].native_id

    assert delivered(1) == delivered(2)


@pytest.mark.parametrize("raw", [b"", b"{}", b"[]", b"no json", b'{"entry":[]}', b'{"entry":{}}', b"[" * 5000, b"\xff"])
def test_a_body_that_nobody_knows_is_one_event_under_its_hash(raw: bytes) -> None:
    (event,) = split(raw)
    assert event.native_id == f"sha256:{hashlib.sha256(raw).hexdigest()}"
    assert event.payload == raw


@given(st.binary() | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_no_body_makes_it_raise(raw: bytes) -> None:
    assert split(raw)


@given(ANYTHING, ANYTHING, st.sampled_from(["messaging", "standby", "changes", "other"]))
def test_no_event_makes_it_raise(element: object, identity: object, part: str) -> None:
    assert split(json.dumps({"entry": [{"id": identity, part: [element]}]}).encode())
