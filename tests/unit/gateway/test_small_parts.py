"""The vocabulary and the settings."""

import asyncio
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gateway import brand, codes, credentials, opening
from gateway.bell import Bell, keep_doing
from gateway.cases import HELD_BY_A_PERSON, CaseState, Owner, owner_of
from gateway.clock import utc_now
from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing import words
from gateway.settings import channel_credentials


def test_codes_are_never_the_same_and_fit_all_three_ways_in() -> None:
    made = {codes.mint() for _ in range(1000)}
    assert len(made) == 1000
    for code in made:
        assert codes.find(code) == code
        assert len(code) <= 64
        assert code.replace("-", "").isalnum()


@given(some.text(max_size=40), some.text(max_size=40))
def test_a_code_is_found_between_a_customers_own_words(before: str, after: str) -> None:
    code = codes.mint()
    text = f"{before} {code} {after}"
    assert codes.find(text) == code
    assert code not in codes.without(text)


@pytest.mark.parametrize("state", CaseState)
def test_every_state_has_one_owner(state: CaseState) -> None:
    assert owner_of(state) in Owner
    assert (state in HELD_BY_A_PERSON) <= (owner_of(state) is Owner.HUMAN)


@pytest.mark.parametrize("channel", Channel)
def test_our_fixed_public_words_pass_the_wall(channel: Channel) -> None:
    wall = Wall(Detector(brand.load().formats))
    fixed = (words.CLOSING, words.HANDED_OVER_PUBLIC, words.CRISIS_PUBLIC, *words.WISHES.values())
    for text in (words.ACKNOWLEDGEMENT[channel], *fixed):
        assert str(wall.check(f"@ines_marlow {text}", channel))


def test_a_channel_without_its_secrets_is_off_and_says_what_it_lacks() -> None:
    half: dict[Channel, dict[str, str]] = {
        Channel.TELEGRAM: {"access_token": "", "secret_token": "s", "bot_username": "b"},
        Channel.FACEBOOK: {"verify": "v", "secret": "s", "page-access-token": "t", "page_id": "1"},
        Channel.TWITTER: {"consumer_key": "k"},
    }
    assert set(opening.open_channels(half, utc_now)) == {Channel.FACEBOOK}
    lacking = credentials.missing_secrets(half)
    assert lacking[Channel.TELEGRAM] == ["access_token"]
    assert "consumer_key" not in lacking[Channel.TWITTER]
    assert Channel.FACEBOOK not in lacking


def test_credentials_take_their_secrets_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", "1:from-the-environment")
    assert channel_credentials()[Channel.TELEGRAM]["access_token"] == "1:from-the-environment"


@pytest.mark.parametrize("text", ["telegram: [", "telegram: text"])
def test_credentials_that_cannot_be_read_are_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "credentials.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"credentials\.yml"):
        channel_credentials(path)


@pytest.mark.parametrize("text", ["", "name: 3", "name: X\nformats: []", "{"])
def test_a_brand_that_cannot_be_read_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "brand.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=r"brand\.yml"):
        brand.load(path)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("name: X\nformats: {order_paterns: ['1']}", r"formats\.order_patterns"), ("nmae: X\nformats: {}", "`name`")],
)
def test_a_name_in_brand_yml_that_nothing_reads_is_refused_with_what_was_meant(
    tmp_path: Path, text: str, meant: str
) -> None:
    path = tmp_path / "brand.yml"
    path.write_text(text)
    with pytest.raises(SettingsError, match=rf"nothing reads .* Did you mean .*{meant}"):
        brand.load(path)


async def test_a_round_that_fails_does_not_end_the_loop() -> None:
    rounds: list[int] = []

    async def work() -> bool:
        rounds.append(1)
        if len(rounds) == 1:
            raise LookupError
        return False

    loop = asyncio.create_task(keep_doing("test", work, Bell(), 0.01))
    async with asyncio.timeout(2):
        while len(rounds) < 3:
            await asyncio.sleep(0.01)
    loop.cancel()


async def test_a_bell_that_rang_before_anybody_waited_is_heard() -> None:
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(1):
        await bell.wait(10)
