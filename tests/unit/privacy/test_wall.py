from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from gateway.errors import AsideError, WallRefusal
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.limits import length
from gateway.privacy.wall import PublicText, Wall, WallKind

HERE = Path(__file__).parent


def lines(name: str) -> list[str]:
    return (HERE / name).read_text(encoding="utf-8").splitlines()


def kinds(wall: Wall, text: str, channel: Channel = Channel.FACEBOOK) -> set[WallKind]:
    return {finding.kind for finding in wall.findings(text, channel)}


def test_only_the_wall_makes_a_public_text() -> None:
    with pytest.raises(TypeError):
        PublicText("hello", key=object())


def test_a_harmless_text_comes_back_unchanged(wall: Wall) -> None:
    assert str(wall.check("Héllo  \u200bthere 👩‍👩‍👧", Channel.TWITTER)) == "Héllo  \u200bthere 👩‍👩‍👧"


@pytest.mark.parametrize("sign", ["\u202d", "\u202e"])
def test_a_sign_that_turns_the_text_round_passes_with_nobodys_leave(wall: Wall, sign: str) -> None:
    with pytest.raises(WallRefusal):
        wall.check(f"It is {sign}712401\u202c", Channel.FACEBOOK, waived=list(WallKind))


@pytest.mark.parametrize("text", lines("harmless_replies.txt"))
def test_a_harmless_reply_passes(wall: Wall, text: str) -> None:
    assert wall.findings(text, Channel.TWITTER) == []


@pytest.mark.parametrize("text", lines("asked_in_private.txt"))
def test_what_is_asked_for_in_a_private_message_may_be_asked_for(wall: Wall, text: str) -> None:
    assert wall.findings(text, Channel.FACEBOOK) == []


@pytest.mark.parametrize(
    "text",
    [
        "Please DM us your password.",
        "Send us your PIN by private message.",
        "DM us the long card number and the expiry date.",
        "Please share the verification code with us in a DM.",
        "Shoot us a DM with your card details!",
    ],
)
def test_nobody_asks_for_a_password_or_a_card_also_not_in_private(wall: Wall, text: str) -> None:
    assert WallKind.REQUEST in kinds(wall, text)


@pytest.mark.parametrize("text", lines("refused_requests.txt"))
def test_a_request_for_personal_data_is_refused(wall: Wall, text: str) -> None:
    assert WallKind.REQUEST in kinds(wall, text)


@pytest.mark.parametrize("text", lines("refused_confirmations.txt"))
def test_a_confirmation_that_somebody_is_a_customer_is_refused(wall: Wall, text: str) -> None:
    assert WallKind.CONFIRMATION in kinds(wall, text)


@pytest.mark.parametrize(
    "text",
    [
        "It is on the way to ana@mail.example",
        "We wrote to ana at mail dot example",
        "It's WR123456",
        "Call Ana on 07700 900123",
        "Order 99887766 it is",
        "It goes to 42 Marble Arch Road",
        "See https://parcels.example/track?order=99887766",
        "See https://wren.example/orders/99887766",
    ],
)
def test_an_identifier_is_refused(wall: Wall, text: str) -> None:
    assert WallKind.IDENTIFIER in kinds(wall, text)


@pytest.mark.parametrize("sign", ["", " ", "-", ".", " - ", "/", "_", "\u00a0", "\u2009", "\u200b"])
@pytest.mark.parametrize("zero", ["0", "０"])
@given(body=st.text("0123456789", min_size=14, max_size=14))
def test_a_card_number_is_refused_in_twenty_spellings(sign: str, zero: str, body: str) -> None:
    digits = "5" + "12345"[int(body[0]) % 5] + body[1:]
    digits += luhn.calc_check_digit(digits)
    spelled = sign.join(digits[index : index + 4] for index in range(0, 16, 4))
    text = "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in spelled)
    with pytest.raises(WallRefusal):
        Wall(Detector()).check(f"The card {text} is gone", Channel.FACEBOOK)


def test_a_refusal_says_why_in_one_sentence_and_marks_where(wall: Wall) -> None:
    text = "Hi Ana! What is yоur ｏrder number?"
    with pytest.raises(WallRefusal) as refusal:
        wall.check(text, Channel.TWITTER)
    assert isinstance(refusal.value, AsideError)
    assert refusal.value.code == "wall"
    assert refusal.value.message.startswith("It asks for personal data")
    (finding,) = refusal.value.findings
    assert text[finding.start : finding.end] == "What is yоur ｏrder number"


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("", Channel.TELEGRAM),
        (" \n ", Channel.FACEBOOK),
        ("a" * 281, Channel.TWITTER),
        ("日" * 141, Channel.TWITTER),
        ("a" * 8001, Channel.FACEBOOK),
        ("a" * 4097, Channel.TELEGRAM),
        ("😀" * 2049, Channel.TELEGRAM),
        ("a\x00b", Channel.TELEGRAM),
        ("a\x1bb", Channel.FACEBOOK),
        ("a\ud83d", Channel.TWITTER),
    ],
)
def test_what_the_platform_would_refuse_is_refused(wall: Wall, text: str, channel: Channel) -> None:
    assert kinds(wall, text, channel) == {WallKind.PLATFORM}


@pytest.mark.parametrize(
    ("text", "channel"),
    [
        ("a" * 280, Channel.TWITTER),
        ("日" * 140, Channel.TWITTER),
        ("a" * 256 + " https://wren.shop/" + "a" * 200, Channel.TWITTER),
        ("👩‍👩‍👧" * 140, Channel.TWITTER),
        ("a" * 8000, Channel.FACEBOOK),
        ("a" * 4096, Channel.TELEGRAM),
        ("one\n\ttwo", Channel.FACEBOOK),
    ],
)
def test_what_just_fits_passes(wall: Wall, text: str, channel: Channel) -> None:
    assert wall.findings(text, channel) == []


def test_x_counts_links_as_23_and_emoji_as_two() -> None:
    assert length("see https://wren.shop/a/very/long/path/indeed ok", Channel.TWITTER) == 4 + 23 + 3
    assert length("🇩🇪👍🏽❤️", Channel.TWITTER) == 6


def test_links_to_a_private_place_pass(wall: Wall) -> None:
    text = "Write to us here: https://t.me/wren_bot?start=REF-7Q2M9F3DXV8H or https://m.me/wren?ref=REF-7Q2M9F3DXV8H"
    assert wall.findings(text, Channel.TWITTER) == []


@given(st.text(max_size=400), st.sampled_from(Channel))
def test_no_text_breaks_the_wall_and_spans_lie_within_it(text: str, channel: Channel) -> None:
    for finding in Wall(Detector()).findings(text, channel):
        assert 0 <= finding.start <= finding.end <= len(text)


@pytest.mark.parametrize(
    "piece", ["your ", "send ", "a, ", "order number ", "please send us your ", ". ", "i ", "the a "]
)
def test_a_long_text_is_checked_in_time(wall: Wall, piece: str) -> None:
    wall.findings((piece * 8000)[:8000], Channel.FACEBOOK)


@pytest.mark.parametrize("kind", [WallKind.REQUEST, WallKind.CONFIRMATION, WallKind.PLATFORM])
def test_a_supervisor_may_waive_a_wording_and_a_rule_of_the_platform(wall: Wall, kind: WallKind) -> None:
    text = {
        WallKind.REQUEST: "What's your order number?",
        WallKind.CONFIRMATION: "Your order has shipped.",
        WallKind.PLATFORM: "a" * 281,
    }[kind]
    with pytest.raises(WallRefusal):
        wall.check(text, Channel.TWITTER, waived=set(WallKind) - {kind})
    assert str(wall.check(text, Channel.TWITTER, waived=[kind])) == text


def test_nobody_may_waive_an_identifier(wall: Wall) -> None:
    with pytest.raises(WallRefusal):
        wall.check("It is on the way to ana@mail.example", Channel.FACEBOOK, waived=list(WallKind))


def test_a_text_that_weighs_little_on_x_is_read_however_long_it_is(wall: Wall) -> None:
    links = " ".join("https://wren.shop/" + "a" * 1900 for _ in range(5))
    assert WallKind.IDENTIFIER in kinds(wall, f"{links} ana@mail.example", Channel.TWITTER)
    assert WallKind.IDENTIFIER in kinds(wall, "https://wren.shop/" + "a" * 20_001, Channel.TWITTER)


@pytest.mark.parametrize(
    ("template", "refused"),
    [
        ("Your order {order_number} has shipped", True),
        ("Please tell us your {what} number and your e-mail", True),
        ("Hi {name}, we're open until {closing_time} today.", False),
        ("{{greeting}} Our stores: {url}", False),
        ("{" * 2000, False),
    ],
)
def test_a_template_is_looked_at_before_its_slots_are_filled(wall: Wall, template: str, refused: bool) -> None:
    found = wall.template_findings(template, Channel.FACEBOOK)
    assert bool(found) is refused
    assert all(0 <= finding.start <= finding.end <= len(template) for finding in found)


@pytest.mark.parametrize(
    "text",
    [
        "What is your o r d e r  n u m b e r?",
        "Send us your 0rder numb3r",
        "What's your ordernumber?",
        "your order-number please",
        "Please tell us your e.mail",
        "What is your p0stc0de?",
        "Wһаt іѕ уоur ѕurnаmе?",
    ],
)
def test_a_request_in_disguise_is_refused(wall: Wall, text: str) -> None:
    (finding, *_) = [finding for finding in wall.findings(text, Channel.FACEBOOK) if finding.kind is WallKind.REQUEST]
    assert 0 <= finding.start < finding.end <= len(text)


@pytest.mark.parametrize("word", ["reply here with", "comment below with", "post", "tweet us"])
@given(
    data=st.sampled_from(
        ["your order number", "your e-mail address", "your full name and postcode", "your phone number"]
    ),
    lead=st.sampled_from(["Please ", "Can you ", "Could you please ", "Just ", "Kindly ", "Hi Ana, please "]),
)
def test_whatever_is_asked_for_in_public_is_refused_and_the_same_by_dm_is_not(word: str, lead: str, data: str) -> None:
    wall = Wall(Detector())
    end = "?" if "you" in lead else "."
    assert WallKind.REQUEST in kinds(wall, f"{lead}{word} {data}{end}")
    assert kinds(wall, f"{lead}DM us {data}{end}") == set()
