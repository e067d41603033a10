"""Whatever comes, `split` raises nothing and `parse` raises nothing but `ParseError`."""

import copy
import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.channels.base import ChannelAdapter, ParseError
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.happenings import Event

PAYLOADS = sorted((Path(__file__).parents[2] / "payloads" / "twitter").glob("*.json"))
CHANNEL: ChannelAdapter = TwitterChannel(
    TwitterSettings(
        consumer_key="",
        consumer_secret="",
        access_token="",
        access_token_secret="",
        user_id="1111111111111111111",
        username="AsideShop",
    ),
    clock=lambda: datetime(2026, 11, 21, tzinfo=UTC),
)

leaves = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["1111111111111111111", "\ud83d", "\x00", "true", "post.mention.create", "dm.received"])
)
NAMES = """
data event_type payload includes users tweet_create_events direct_message_events id id_str user text filter
message_create message_data sender_id created_at entities for_user_id referenced_tweets attachments
extended_tweet event_uuid type status user_event
"""
names = st.sampled_from(NAMES.split())
trees = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(names | st.text(max_size=5), inner, max_size=6),
    max_leaves=25,
)


def swallow(body: bytes) -> None:
    events = CHANNEL.split(body)
    assert events
    assert len({event.native_id for event in events}) == len(events)
    for event in events:
        try:
            found = CHANNEL.parse(event)
        except ParseError:
            continue
        assert isinstance(found, Event)
        msgspec.json.encode(found)  # what is stored must be valid UTF-8


def paths(tree: object, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    steps = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [here] + [path for step, inner in steps for path in paths(inner, (*here, step))]


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_are_swallowed(body: bytes) -> None:
    swallow(body)


@settings(deadline=None, max_examples=300)
@given(trees)
def test_random_json_is_swallowed(tree: object) -> None:
    swallow(json.dumps(tree).encode())


@settings(deadline=None, max_examples=400)
@given(st.sampled_from(PAYLOADS), st.randoms(use_true_random=False), leaves | trees)
def test_documented_bodies_with_one_part_replaced_are_swallowed(
    path: Path, chance: random.Random, replacement: object
) -> None:
    tree = json.loads(path.read_text())
    *way, last = chance.choice(paths(tree)[1:])
    target = tree
    for step in way:
        target = target[step]
    target[last] = copy.deepcopy(replacement)
    swallow(json.dumps(tree).encode())


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(PAYLOADS), st.integers(0, 4000), st.binary(max_size=3))
def test_documented_bodies_with_bytes_replaced_are_swallowed(path: Path, at: int, noise: bytes) -> None:
    body = path.read_bytes()
    at %= len(body)
    swallow(body[:at] + noise + body[at + len(noise) :])


def test_a_body_nested_deeper_than_the_stack_is_swallowed() -> None:
    for depth in (400, 700, 900, 1_000, 1_500, 100_000):
        swallow(b'{"tweet_create_events":[{"id":"1","user":' + b'{"a":' * depth + b"1" + b"}" * depth + b"}]}")
