"""While the demo runs, commands beside it know its settings; without it they know none of them."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Thread

import pytest
from filelock import FileLock

from aside import demo, run, setup
from gateway.credentials import accounts
from gateway.errors import SettingsError
from gateway.messages import Channel, Surface
from gateway.sending.limits import limits
from gateway.settings import Settings
from playground.settings import Settings as Playground


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    for name in list(os.environ):
        if name.startswith(("TWITTER_", "FACEBOOK_", "TELEGRAM_", "ASIDE_", "PLAYGROUND_")):
            monkeypatch.delenv(name)
    monkeypatch.setattr("gateway.settings.dotenv_values", lambda _path: {})
    monkeypatch.setattr(os, "environ", os.environ.copy())
    return Settings(_env_file=None, aside_home=tmp_path, aside_bot_token="t")


def test_a_command_beside_the_demo_has_its_channels_and_knows_them_for_pretend(settings: Settings) -> None:
    with demo.claimed(settings):
        demo.tell(settings, run._environment(settings, playground=True))
        assert demo.join(settings)
    joined = Settings(_env_file=None)
    assert joined.pretended == set(Channel)
    assert [account.lacking for account in accounts(joined.pretended)] == [[], [], []]
    assert all(account.pretend for account in accounts(joined.pretended))
    assert joined.webhook(Channel.TWITTER) == "http://127.0.0.1:8080/webhooks/twitter/webhook"


def test_a_demo_that_was_killed_leaves_nothing_that_counts(settings: Settings) -> None:
    demo.tell(settings, run._environment(settings, playground=True))
    assert not demo.join(settings)
    with demo.claimed(settings):  # another run, without a playground
        assert not demo.join(settings)
    assert "TELEGRAM_ACCESS_TOKEN" not in os.environ


def test_what_the_operator_has_set_wins_over_the_demo(settings: Settings) -> None:
    os.environ["TELEGRAM_ACCESS_TOKEN"] = "123:real"
    with demo.claimed(settings):
        demo.tell(settings, run._environment(settings, playground=True))
        demo.join(settings)
    assert os.environ["TELEGRAM_ACCESS_TOKEN"] == "123:real"
    assert Settings(_env_file=None).pretended == {Channel.TWITTER, Channel.FACEBOOK}


def test_a_second_run_of_a_home_is_told_so_in_a_sentence(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_A_MOMENT", 0)
    with demo.claimed(settings), pytest.raises(SettingsError, match="already"), demo.claimed(settings):
        pass
    with demo.claimed(settings):
        pass


def test_the_demos_x_lets_out_more_than_x_but_a_real_x_does_not(settings: Settings) -> None:
    private = Channel.TWITTER, Surface.PRIVATE
    environment = run._environment(settings, playground=True)
    roomy = min(limit.count for limit in limits(environment["ASIDE_LIMITS"])[private])
    assert roomy > 100
    assert Playground.from_environment(environment).playground_x_messages == roomy
    os.environ["TWITTER_ACCESS_TOKEN"] = "1-real"
    assert "ASIDE_LIMITS" not in run._environment(settings, playground=True)


def test_who_would_train_beside_somebody_else_says_so_and_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(setup, "_MODELS", tmp_path)
    monkeypatch.setattr(setup, "bot_python", lambda: Path(sys.executable))
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0))
    with FileLock(tmp_path / "train.lock"):
        other = Thread(target=setup.train, args=[{}])
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(10)
    assert not other.is_alive()
    assert "waiting" in capsys.readouterr().out
    assert setup.train({}) == 0
    assert capsys.readouterr().out == ""
