"""What we say is rendered as the Bot API wants it; the adapter keeps the port's promises."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.channels.base import ActKind, ChannelAdapter
from gateway.channels.care import Care
from gateway.channels.supply import Receive, Supply
from gateway.channels.telegram import TelegramChannel, TelegramSettings, render
from gateway.errors import BadSignature, SendRefused, SendRetryable, SettingsError
from gateway.messages import Author, Button, Channel, Outbound, Place, Said, Sender, Surface, WayIn

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SETTINGS = TelegramSettings(access_token="777:hidden", secret_token="s3cret", bot_username="@aside_help_bot")
QUESTION = Said(
    channel=Channel.TELEGRAM,
    account="777",
    native_id="-100/41",
    place=Place(surface=Surface.PUBLIC, native_id="-100"),
    sender=Sender(native_id="1"),
    text="?",
    at=NOW,
    target="-100/41",
)


def out(target: str, place: str = "-100", buttons: tuple[Button, ...] = (), way_in: WayIn | None = None) -> Outbound:
    return Outbound(
        channel=Channel.TELEGRAM,
        surface=Surface.PUBLIC,
        place=place,
        target=target,
        text="Hello",
        author=Author.BOT,
        buttons=buttons,
        way_in=way_in,
    )


@pytest.fixture
def channel() -> TelegramChannel:
    return TelegramChannel(SETTINGS, lambda: NOW)


def test_it_is_a_channel_adapter(channel: TelegramChannel) -> None:
    adapter: ChannelAdapter = channel
    supply: Supply = channel
    care: Care = channel
    assert {(each.name, each.account) for each in (adapter, supply, care)} == {(Channel.TELEGRAM, "777")}


def test_it_verifies_nothing_by_get(channel: TelegramChannel) -> None:
    assert channel.challenge({"hub.mode": "subscribe"}) is None


def test_a_public_answer_is_addressed_to_the_message_in_its_topic() -> None:
    assert render.public_address("-100/12", "-100/41") == render.Address(-100, 41, 12)
    assert render.public_address("-100", "-100/41") == render.Address(-100, 41, None)


def test_in_a_group_that_has_moved_no_message_is_answered_for_its_number_means_another_one() -> None:
    assert render.public_address("-1009", "-1009") == render.Address(-1009, None, None)


def test_a_private_message_is_addressed_to_the_chat() -> None:
    assert render.private_address("222001") == render.Address(222001)
    assert render.private_address("222001/7") == render.Address(222001, topic=7)


def test_who_wrote_to_a_channel_is_answered_in_their_topic() -> None:
    assert render.private_address("-100/222001") == render.Address(-100, direct=222001)


def test_a_business_accounts_customer_is_answered_in_its_name() -> None:
    assert render.private_address("aB-7_:222001") == render.Address(222001, business="aB-7_")
    with pytest.raises(SendRefused, match="which business account"):
        render.private_address(":222001")


def test_a_call_into_a_strange_chat_is_answered_by_its_query() -> None:
    assert render.public_address("guest:-100", "guest:abc") == render.Address(guest="abc")


@pytest.mark.parametrize(("target", "place"), [("", "-100"), ("x/1", "-100"), ("-100/41", "-100/x")])
def test_an_address_that_is_none_is_refused(target: str, place: str) -> None:
    with pytest.raises(SendRefused):
        render.public_address(place, target)


def test_choices_and_the_way_in_are_buttons_one_per_row() -> None:
    way_in = WayIn(url="https://t.me/aside_help_bot?start=REF-A", label="Continue in private", code="REF-A")
    markup = render.keyboard(out("-100/41", buttons=(Button(title="Track", choice="track_parcel"),), way_in=way_in))
    assert markup is not None
    assert [[(each.text, each.callback_data, each.url) for each in row] for row in markup.inline_keyboard] == [
        [("Track", "choice:track_parcel", None)],
        [("Continue in private", None, "https://t.me/aside_help_bot?start=REF-A")],
    ]


def test_without_choices_there_is_no_keyboard() -> None:
    assert render.keyboard(out("-100/41")) is None


def test_the_way_in_is_a_deep_link_with_the_code(channel: TelegramChannel) -> None:
    assert channel.way_in("REF-A", QUESTION).url == "https://t.me/aside_help_bot?start=REF-A"


def test_a_bot_never_writes_first(channel: TelegramChannel) -> None:
    assert not channel.writes_first(QUESTION)


def test_a_text_has_room_for_4096_characters(channel: TelegramChannel) -> None:
    assert channel.text_limit(Surface.PUBLIC) == 4096


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret_token": "with spaces"},
        {"access_token": "hidden"},
        {"access_token": "777:"},
        {"api_root": "api.telegram.org"},
    ],
)
def test_it_refuses_to_exist_without_its_settings(wrong: dict[str, str]) -> None:
    with pytest.raises(SettingsError):
        TelegramChannel(replace(SETTINGS, **wrong), lambda: NOW)  # type: ignore[arg-type]


def test_with_a_token_alone_it_fetches_its_updates_and_believes_no_webhook() -> None:
    channel = TelegramChannel(TelegramSettings(access_token="777:hidden"), lambda: NOW)
    assert channel.receive is Receive.POLLING
    with pytest.raises(BadSignature):
        channel.verify({"x-telegram-bot-api-secret-token": ""}, b"{}")
    with pytest.raises(SendRetryable, match="name"):
        channel.way_in("REF-A", QUESTION)


def test_with_a_secret_it_waits_for_webhooks(channel: TelegramChannel) -> None:
    assert channel.receive is Receive.WEBHOOK


@pytest.mark.parametrize(
    ("act", "place", "target", "possible"),
    [
        (ActKind.REMOVE, "-100", "-100/41", True),
        (ActKind.REMOVE, "-100/12", "-100/41", True),
        (ActKind.HIDE, "-100", "-100/41", False),
        (ActKind.REMOVE, "222001", "222001/41", False),
        (ActKind.REMOVE, "guest:-100", "guest:abc", False),
        (ActKind.REMOVE, "aB:222001", "aB:222001/41", False),
    ],
)
def test_only_messages_of_groups_can_be_removed(
    channel: TelegramChannel, act: ActKind, place: str, target: str, possible: bool
) -> None:
    assert channel.can(act, place, target) is possible


def test_settings_do_not_show_their_secrets() -> None:
    assert "hidden" not in repr(SETTINGS)
    assert "s3cret" not in repr(SETTINGS)
