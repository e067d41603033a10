import hashlib
from pathlib import Path

import msgspec
import pytest

from gateway.channels.twitter.payloads import split
from gateway.messages import RawEvent

PAYLOADS = Path(__file__).parents[2] / "payloads" / "twitter"
US = "1111111111111111111"


def keys(body: bytes, account: str = US) -> list[str]:
    return [event.native_id for event in split(body, account)]


def stored(name: str) -> bytes:
    return (PAYLOADS / f"{name}.json").read_bytes()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("activity-mention", ["post:2080765813578191303"]),
        ("activity-dm-received", ["dm:2080765901528535096"]),
        ("activity-post-delete", ["delete:2080761269309813134"]),
        ("activity-chat-received", ["chat.received:8511582263942905822"]),
        ("activity-like", ["like.create:-3402274206530057851"]),
        ("activity-list", ["post:2080766000000000001", "like.create:5"]),
        ("account-mention", ["post:1341793727208181762"]),
        ("account-dm", ["dm:954491830116155396"]),
        ("account-delete", ["delete:1045405559317569537"]),
    ],
)
def test_every_event_gets_the_platforms_own_key(name: str, expected: list[str]) -> None:
    assert keys(stored(name)) == expected


def test_one_post_has_one_key_whether_it_came_as_a_reply_or_as_a_mention() -> None:
    assert keys(stored("activity-reply")) == keys(stored("activity-mention-of-the-same-reply"))


def test_a_post_that_comes_twice_in_one_body_is_one_event() -> None:
    mention, reply = (msgspec.json.decode(stored(name))["data"] for name in ("activity-mention", "activity-reply"))
    body = msgspec.json.encode({"data": [mention, reply, mention]})
    assert keys(body) == ["post:2080765813578191303", "post:2080766000000000001"]


def test_an_event_without_an_id_has_a_key_that_does_not_hang_on_the_order_of_its_fields() -> None:
    body = msgspec.json.decode(stored("account-follow"))
    backwards = {name: body[name] for name in reversed(body)}
    backwards["follow_events"] = [{name: event[name] for name in reversed(event)} for event in body["follow_events"]]
    assert keys(msgspec.json.encode(body)) == keys(msgspec.json.encode(backwards))
    assert keys(msgspec.json.encode(body))[0].startswith("sha256:")


def test_a_body_with_several_lists_loses_nothing() -> None:
    found = keys(stored("account-several"))
    assert found[:3] == ["post:1341793727208181762", "post:1341793727208181765", "dm:954491830116155399"]
    assert len(found) == 5
    assert all(key.startswith("sha256:") for key in found[3:])


def test_an_event_for_another_account_never_takes_the_key_of_ours() -> None:
    assert set(keys(stored("account-mention"), "42")).isdisjoint(keys(stored("account-mention"), US))


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"[{}]", b"7", b"NaN", b"{", b"\xff\xfe", b"[" * 10**5, b'"x"'])
def test_a_body_that_is_no_object_is_one_event_as_it_came(body: bytes) -> None:
    digest = "sha256:" + hashlib.sha256(body).hexdigest()
    assert split(body, US) == [RawEvent(native_id=digest, payload=body)]


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b'{"data":[]}',
        b'{"data":null}',
        b'{"data":{}}',
        b'{"tweet_create_events":[]}',
        b'{"tweet_create_events":null}',
        b'{"for_user_id":"1"}',
        b'{"users":7}',
        b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
    ],
)
def test_an_object_that_says_nothing_is_one_event_all_the_same(body: bytes) -> None:
    assert len(split(body, US)) == 1


def test_half_an_emoji_does_not_cost_the_message() -> None:
    body = stored("account-dm-without-users").replace(b'"hello"', rb'"hello \ud83d"')
    assert keys(body) == ["dm:954491830116155397"]


def test_of_a_repeated_field_the_last_one_counts() -> None:
    assert keys(b'{"tweet_create_events":[{"id":"1"}],"tweet_create_events":[{"id":"2"}]}') == ["post:2"]


def test_the_string_of_an_id_wins_over_its_rounded_number() -> None:
    body = b'{"tweet_create_events":[{"id":1924465506158879000,"id_str":"1924465506158878979"}]}'
    assert keys(body) == ["post:1924465506158878979"]
