"""Long texts are cut where it hurts least, and nothing of them is lost."""

import re
import time
from collections.abc import Callable

import pytest
import regex
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.errors import WallRefusal
from gateway.messages import Author, Channel, Surface
from gateway.privacy import limits
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.sending import split

WALL = Wall(Detector())
FAMILY = "👨‍👩‍👧‍👦"


def of(length: int) -> Callable[[str], bool]:
    return lambda piece: len(piece) <= length


def without_space(text: str) -> str:
    return re.sub(r"\s+", "", text)


WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["Hello.", "你好。", "これは長い文章です！", "https://wren.example/a/b?c=d&e=f", "wren.example", "12,345.67",
         "+49 30 1234567", FAMILY, "🇩🇪🇫🇷", "e\u0301\u0302\u0303", "สวัสดีครับ", "\n\n", "\n", "Dr. No.", "और।", "👍🏽"]
    ),
)  # fmt: skip
TEXTS = st.lists(WORDS, max_size=60).flatmap(
    lambda words: st.sampled_from([" ", "", "\n", "\n\n"]).map(lambda space: space.join(words))
)


@given(TEXTS, st.integers(1, 60))
@settings(max_examples=400, deadline=None)
def test_joined_pieces_are_the_text_and_each_of_them_fits(text: str, longest: int) -> None:
    pieces = split.split(text, of(longest))
    assert without_space("".join(pieces)) == without_space(text)
    if text.strip():
        assert all(0 < len(piece) <= longest for piece in pieces)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_on_every_channel_each_piece_is_within_the_channels_own_length(text: str) -> None:
    text = f"{text * 30}."
    for channel in Channel:
        pieces = split.in_private(text, channel)
        assert without_space("".join(pieces)) == without_space(text)
        assert all(limits.length(piece, channel, Surface.PRIVATE) <= limits.PRIVATE[channel] for piece in pieces)
    pieces = split.split(text, lambda piece: limits.length(piece, Channel.TWITTER) <= 280)
    assert without_space("".join(pieces)) == without_space(text)
    assert all(limits.length(piece, Channel.TWITTER) <= 280 for piece in pieces)


@given(st.lists(st.sampled_from([FAMILY, "🇩🇪", "e\u0301", "👍🏽", "한", "x"]), min_size=1, max_size=80))
@settings(deadline=None)
def test_what_is_read_as_one_character_stays_whole(characters: list[str]) -> None:
    text = "".join(characters)
    whole = regex.findall(r"\X", text)
    cut = [one for piece in split.split(text, of(12)) for one in regex.findall(r"\X", piece)]
    assert cut == whole


@given(
    st.lists(
        st.sampled_from(["word", "https://wren.example/orders/123?x=y", "12,345.67", "+49 30 123 45 67"]), min_size=3
    )
)
@settings(deadline=None)
def test_links_and_numbers_stay_whole(words: list[str]) -> None:
    pieces = split.split(" and ".join(words), of(60))
    assert sum(
        piece.count(word) for word in {"https://wren.example/orders/123?x=y"} for piece in pieces
    ) == words.count("https://wren.example/orders/123?x=y")
    assert sum(piece.count("+49 30 123 45 67") for piece in pieces) == words.count("+49 30 123 45 67")
    assert sum(piece.count("12,345.67") for piece in pieces) == words.count("12,345.67")


def test_a_paragraph_is_the_best_place_then_a_sentence_then_a_word() -> None:
    assert split.split("First one. Second.\n\nThird one, rather long.", of(30)) == [
        "First one. Second.",
        "Third one, rather long.",
    ]
    assert split.split("First sentence here. And the second goes on", of(30)) == [
        "First sentence here.",
        "And the second goes on",
    ]
    assert split.split("no sentence ends anywhere in these words", of(20)) == [
        "no sentence ends",
        "anywhere in these",
        "words",
    ]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("我们已经收到您的来信。请稍等，我们会尽快回复您的问题。", "我们已经收到您的来信。"),
        ("ご連絡ありがとうございます！少々お待ちください、確認いたします。", "ご連絡ありがとうございます！"),
        ("नमस्ते जी।आपका संदेश मिला है और हम देखते", "नमस्ते जी।"),
        ("Please ask Dr. Winter about it. She knows", "Please ask Dr. Winter"),
        ("Das kostet z. B. wirklich viel", "Das kostet z. B."),
    ],
)
def test_sentences_end_as_each_script_ends_them(text: str, first: str) -> None:
    assert split.split(text, of(22))[0] == first


def test_a_text_that_fits_stays_as_it_is() -> None:
    assert split.split("  as it is \n", of(20)) == ["  as it is \n"]


def test_a_character_longer_than_a_message_is_cut_all_the_same() -> None:
    pieces = split.split("a" + "\u0301" * 500, of(100))
    assert "".join(pieces) == "a" + "\u0301" * 500
    assert max(map(len, pieces)) <= 100


def test_telegram_counts_an_emoji_twice() -> None:
    pieces = split.in_private("😀" * 4096, Channel.TELEGRAM)
    assert [len(piece) for piece in pieces] == [2048, 2048]


@pytest.mark.parametrize(
    "text", ["a.b." * 2500, "https://" * 1250, "1 " * 5000, "@a " * 3333, "x" * 10_000, FAMILY * 900]
)
def test_a_text_meant_to_be_slow_is_split_in_no_time(text: str) -> None:
    started = time.perf_counter()
    for channel in Channel:
        split.in_private(text, channel)
    split.split(text, lambda piece: limits.length(piece, Channel.TWITTER) <= 280)
    assert time.perf_counter() - started < 3


def test_in_public_the_bot_says_one_post_on_x_and_a_person_four() -> None:
    text = "This is one of our sentences, and it is not short. " * 15
    with pytest.raises(WallRefusal, match="too long"):
        split.in_public(WALL, text, Channel.TWITTER, Author.BOT)
    assert 1 < len(split.in_public(WALL, text, Channel.TWITTER, Author.AGENT)) <= 4
    with pytest.raises(WallRefusal, match="too long"):
        split.in_public(WALL, text * 3, Channel.TWITTER, Author.AGENT)
    assert len(split.in_public(WALL, text * 20, Channel.FACEBOOK, Author.BOT)) == 2


def test_what_a_cut_would_hide_from_the_wall_is_found_in_the_whole() -> None:
    text = "and we are glad to help you " * 9 + "so please tell us your order number in your next post"
    pieces = split.split(text, lambda piece: limits.length(piece, Channel.TWITTER) <= 280)
    assert [WALL.findings(piece, Channel.TWITTER) for piece in pieces] == [[], []]
    with pytest.raises(WallRefusal, match="asks for personal data"):
        split.in_public(WALL, text, Channel.TWITTER, Author.AGENT)


def test_findings_say_where_in_the_whole_text_they_are() -> None:
    filler = "We are happy to help you with this at any time. " * 6
    text = f"{filler}Our mail is jane.doe@mail.example now. {filler}"
    found = split.findings(WALL, text, Channel.TWITTER, Author.AGENT)
    assert {text[finding.start : finding.end] for finding in found} == {"jane.doe@mail.example"}
