"""Who has an account of their own is served by it: the playground leaves that channel alone."""

import os
from pathlib import Path

import pytest

from aside import demo, run
from gateway.credentials import accounts, missing_secrets
from gateway.messages import Channel
from gateway.settings import Settings
from playground.settings import Settings as Playground
from playground.settings import demo_environment


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in list(os.environ):
        if name.startswith(("TWITTER_", "FACEBOOK_", "TELEGRAM_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("gateway.settings.dotenv_values", lambda _path: {})
    return Settings(_env_file=None, aside_home=tmp_path, aside_bot_token="t")


def test_without_an_account_the_playground_stands_in_for_all_three(settings: Settings) -> None:
    environment = run._environment(settings, playground=True)
    assert environment["PLAYGROUND_AWAY"] == ""
    assert environment["TELEGRAM_ACCESS_TOKEN"]
    assert environment["TELEGRAM_SECRET_TOKEN"]
    assert demo.without_the_real(environment) == {}


@pytest.mark.parametrize(
    ("given", "away"),
    [
        ({"TELEGRAM_ACCESS_TOKEN": "123:real"}, "telegram"),
        ({"TWITTER_ACCESS_TOKEN": "1-real", "TWITTER_RECEIVE": "polling"}, "x"),
        ({"TWITTER_OAUTH2_REFRESH_TOKEN": "real"}, "x"),
        ({"FACEBOOK_PAGE_ACCESS_TOKEN": "real", "TELEGRAM_ACCESS_TOKEN": "123:real"}, "facebook,telegram"),
    ],
)
@pytest.mark.parametrize("where", ["environment", ".env"])
def test_an_account_of_ones_own_is_left_alone(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, given: dict[str, str], away: str, where: str
) -> None:
    if where == "environment":
        for name, value in given.items():
            monkeypatch.setenv(name, value)
    else:
        monkeypatch.setattr("gateway.settings.dotenv_values", lambda _path: given)
    environment = run._environment(settings, playground=True)
    assert environment["PLAYGROUND_AWAY"] == away
    prefixes = {"x": "TWITTER_", "facebook": "FACEBOOK_", "telegram": "TELEGRAM_"}
    for platform, prefix in prefixes.items():
        given_here = [name for name in environment if name.startswith(prefix)]
        assert bool(given_here) is (platform not in away.split(","))
    # What the playground gets to see of it: nothing.
    seen = {**os.environ, **environment, **demo.without_the_real(environment)}
    told = Playground.from_environment(seen)
    assert "real" not in f"{told}"
    assert told.away == [name for name in away.split(",") if name]


def test_the_demos_own_secrets_are_no_account(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = demo_environment({"ASIDE_HOME": str(settings.home)})
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", drawn["TELEGRAM_ACCESS_TOKEN"])
    assert run._environment(settings, playground=True)["PLAYGROUND_AWAY"] == ""


def test_a_token_alone_turns_telegram_on_by_polling(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", "123:real")
    telegram = next(account for account in accounts() if account.channel is Channel.TELEGRAM)
    assert (telegram.lacking, telegram.receives, telegram.native_id) == ([], "polling", "123")
    monkeypatch.setenv("TELEGRAM_SECRET_TOKEN", "s")
    telegram = next(account for account in accounts() if account.channel is Channel.TELEGRAM)
    assert telegram.receives == "webhook"


def test_x_is_on_with_either_kind_of_access(settings: Settings) -> None:
    app = {"consumer_key": "k", "consumer_secret": "s", "user_id": "1", "username": "u"}
    old = {"access_token": "1-a", "access_token_secret": "b"}
    new = {"oauth2_client_id": "c", "oauth2_refresh_token": "r"}
    for access in (old, new):
        assert missing_secrets({Channel.TWITTER: {**app, **access}}) == {}
    assert missing_secrets({Channel.TWITTER: app})[Channel.TWITTER] == ["access_token", "access_token_secret"]


async def test_an_account_whose_platform_is_out_of_reach_is_introduced_with_one_clear_sentence(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TELEGRAM_ACCESS_TOKEN", "123456:ABC")
    monkeypatch.setenv("TELEGRAM_API_ROOT", "http://127.0.0.1:9")
    (line,) = await run.introduced(settings)
    assert line.startswith("Telegram    the real account, by polling. Telegram cannot be reached from here now: ")
    assert "Error" not in line
    assert "told" not in line
