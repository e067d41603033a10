"""What we say is rendered as the Graph API wants it; the adapter keeps the port's promises."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace as replace_struct

from gateway.channels.base import ActKind, ChannelAdapter
from gateway.channels.care import Care
from gateway.channels.facebook import FacebookChannel, FacebookSettings, render, windows
from gateway.channels.supply import Supply
from gateway.errors import SendRefused, SettingsError
from gateway.messages import Author, Button, Channel, Outbound, Place, Said, Sender, Surface, WayIn
from gateway.privacy.limits import LIMITS

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTINGS = FacebookSettings(verify="word", secret="app secret", page_access_token="EAAB", page_id="104")


def out(target: str = "65", buttons: tuple[Button, ...] = (), opens_private: bool = False) -> Outbound:
    return Outbound(
        channel=Channel.FACEBOOK,
        surface=Surface.PRIVATE,
        place="psid:65",
        target=target,
        text="Hello",
        author=Author.BOT,
        buttons=buttons,
        opens_private=opens_private,
    )


def comment(scope: str = "feed", surface: Surface = Surface.PUBLIC, at: datetime = NOW) -> Said:
    return Said(
        channel=Channel.FACEBOOK,
        account="104",
        native_id="700_801",
        place=Place(surface=surface, native_id="700_801"),
        sender=Sender(native_id="55", scope=scope),
        text="?",
        at=at,
        target="700_801",
    )


@pytest.fixture
def channel() -> FacebookChannel:
    return FacebookChannel(SETTINGS, lambda: NOW)


def test_it_is_a_channel_adapter(channel: FacebookChannel) -> None:
    adapter: ChannelAdapter = channel
    supply: Supply = channel
    care: Care = channel
    assert (supply.name, care.account) == (Channel.FACEBOOK, "104")
    assert (adapter.name, adapter.account) == (Channel.FACEBOOK, "104")


def test_a_private_answer_goes_to_the_person_with_our_reference() -> None:
    assert render.private_message(out(), "104", "01J", windows.RESPONSE) == {
        "recipient": {"id": "65"},
        "messaging_type": "RESPONSE",
        "message": {"text": "Hello", "metadata": "01J"},
    }


@pytest.mark.parametrize(("target", "kind"), [("700_801", "comment_id"), ("104_701", "post_id")])
def test_a_private_reply_goes_to_the_comment_or_the_post(target: str, kind: str) -> None:
    body = render.private_message(out(target=target, opens_private=True), "104", "01J", windows.RESPONSE)
    assert body["recipient"] == {kind: target}


def test_choices_become_quick_replies_with_short_titles() -> None:
    body = render.private_message(
        out(buttons=(Button(title="Where is my parcel now?", choice="track"),)), "104", "01J", windows.RESPONSE
    )
    assert body["message"]["quick_replies"] == [
        {"content_type": "text", "title": "Where is my parcel n", "payload": "choice:track"}
    ]


def test_no_more_than_thirteen_quick_replies_are_sent() -> None:
    body = render.private_message(out(buttons=(Button(title="a", choice="b"),) * 14), "104", "01J", windows.RESPONSE)
    assert len(body["message"]["quick_replies"]) == 13


def test_the_way_in_is_a_line_of_its_own_below_a_comment() -> None:
    way_in = WayIn(url="https://m.me/104?ref=REF-A", label="x", code="REF-A")
    assert render.public_comment("Hello", way_in) == {"message": "Hello\nhttps://m.me/104?ref=REF-A"}
    assert render.public_comment("Hello", None) == {"message": "Hello"}


def test_the_way_in_carries_the_code(channel: FacebookChannel) -> None:
    assert channel.way_in("REF-A", comment()).url == "https://m.me/104?ref=REF-A"


@pytest.mark.parametrize(
    ("said", "first"),
    [
        (comment(), True),
        (comment(at=NOW - timedelta(days=7)), False),
        (comment(scope="messenger", surface=Surface.PRIVATE), False),
    ],
)
def test_a_private_reply_is_offered_for_seven_days_after_a_comment(
    channel: FacebookChannel, said: Said, first: bool
) -> None:
    assert channel.writes_first(said) is first


def heard(hours: float, author: Author = Author.BOT) -> Outbound:
    return replace_struct(out(), heard_at=NOW - timedelta(hours=hours), author=author)


@pytest.mark.parametrize(
    ("hours", "author", "kind"),
    [
        (0, Author.BOT, windows.RESPONSE),
        (24, Author.BOT, windows.RESPONSE),
        (24, Author.AGENT, windows.RESPONSE),
        (25, Author.AGENT, windows.TAGGED),
        (24 * 7, Author.AGENT, windows.TAGGED),
    ],
)
def test_a_day_is_for_all_and_a_week_for_people(hours: float, author: Author, kind: dict[str, str]) -> None:
    assert windows.kind_of(heard(hours, author), NOW) == kind


@pytest.mark.parametrize(("hours", "author"), [(25, Author.BOT), (25, Author.SYSTEM), (24 * 7 + 1, Author.AGENT)])
def test_what_facebook_would_not_let_through_is_refused_in_a_sentence(hours: float, author: Author) -> None:
    with pytest.raises(SendRefused, match="Facebook lets"):
        windows.kind_of(heard(hours, author), NOW)


def test_where_nobody_knows_when_the_customer_was_heard_facebook_decides() -> None:
    assert windows.kind_of(out(), NOW) == windows.RESPONSE
    long_ago = replace_struct(heard(24 * 30), opens_private=True)
    assert windows.kind_of(long_ago, NOW) == windows.RESPONSE


def test_what_stands_on_the_page_can_be_hidden_and_removed_and_what_stands_in_messenger_cannot(
    channel: FacebookChannel,
) -> None:
    for act in ActKind:
        assert channel.can(act, "700_801", "700_801")
        assert not channel.can(act, "psid:65", "m_1")


def test_a_messenger_text_is_shorter_than_a_comment_which_the_wall_measures(channel: FacebookChannel) -> None:
    assert channel.text_limit(Surface.PRIVATE) == 2000
    assert channel.text_limit(Surface.PUBLIC) == LIMITS[Channel.FACEBOOK]


@pytest.mark.parametrize(
    "wrong", [{"verify": ""}, {"secret": ""}, {"page_access_token": ""}, {"page_id": ""}, {"api_root": "graph"}]
)
def test_it_refuses_to_exist_without_its_settings(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        FacebookChannel(replace(SETTINGS, **wrong), lambda: NOW)  # type: ignore[arg-type]


def test_settings_do_not_show_their_secrets() -> None:
    assert "app secret" not in repr(SETTINGS)
    assert "EAAB" not in repr(SETTINGS)
