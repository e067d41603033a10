"""X's weighted length, beside the one library that has passed X's own conformance suite."""

import importlib.resources
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.messages import Channel, Surface
from gateway.privacy import limits

Weigh = Callable[[str], int]


@pytest.fixture(scope="module")
def weigh() -> Weigh:
    """`twitter_text`, for tests: it wants of setuptools what that has no longer, and takes seconds over `a.b.a.b.`"""
    stand_in: Any = ModuleType("pkg_resources")
    stand_in.resource_string = lambda module, name: (
        importlib.resources.files(module.rpartition(".")[0]).joinpath(name).read_bytes()
    )
    sys.modules["pkg_resources"] = stand_in
    try:
        from twitter_text import parse_tweet  # type: ignore[import-untyped]
    finally:
        del sys.modules["pkg_resources"]
    return lambda text: int(parse_tweet(text).weightedLength)


SAMPLES = [
    "Hello", "日本語のツイート", "Grüße aus Köln", "e\u0301", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪🇫🇷", "1️⃣", "©",
    "see https://wren.example/a?b=c#d now", "http://x.co", "wren.com is ours", "a wren.com/orders/1?x=y, b",
    "mail jane@wren.example", "@wren #wren $WREN", "…—“”’", "한국어", "สวัสดี", "مرحبا", "line\nbreak",
]  # fmt: skip


@pytest.mark.parametrize("text", SAMPLES)
def test_our_weight_is_never_less_than_the_librarys(weigh: Weigh, text: str) -> None:
    assert limits.length(text, Channel.TWITTER) >= weigh(text)


@pytest.mark.parametrize("text", [text for text in SAMPLES if "." not in text])
def test_it_is_the_same_where_nothing_looks_like_a_link(weigh: Weigh, text: str) -> None:
    assert limits.length(text, Channel.TWITTER) == weigh(text)


@given(st.lists(st.sampled_from(SAMPLES), max_size=12).map(" ".join))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_a_text_that_we_let_through_is_one_that_x_takes(weigh: Weigh, text: str) -> None:
    if limits.length(text, Channel.TWITTER) <= 280:
        assert weigh(text) <= 280


PIECES = st.lists(
    st.sampled_from(
        ["https://", "http://", "wren", ".", "com", "de", "example", "/", "a", "?x=1", "#", "@", ",", ")", "(", "日本",
         "é", "я", "_", "-", " ", ":8080", "👍", "!", "www.", "&", "%20"]
    ),
    max_size=14,
)  # fmt: skip


@given(PIECES.map("".join))
@settings(max_examples=600, deadline=None, derandomize=True)
def test_nothing_that_looks_like_a_link_weighs_less_with_us(weigh: Weigh, text: str) -> None:
    if text.strip():
        assert limits.length(text, Channel.TWITTER) >= weigh(text)


@pytest.mark.parametrize(
    "text", ["see https://wren.de/a?b=c#d now", "https://www.wren.com/" + "a" * 200, "(http://wren.shop/x)"]
)
def test_a_plain_link_weighs_what_x_says(weigh: Weigh, text: str) -> None:
    assert limits.length(text, Channel.TWITTER) == weigh(text)


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_no_text_weighs_less_with_us(weigh: Weigh, text: str) -> None:
    if text.strip() and limits.unsendable(text) is None:
        assert limits.length(text, Channel.TWITTER) >= weigh(text)


def test_direct_messages_are_counted_by_characters() -> None:
    assert limits.length("日本", Channel.TWITTER, Surface.PRIVATE) == 2
