"""What the playground is told, and the demo values."""

import stat
from pathlib import Path

from playground.settings import Settings, demo_environment


def test_demo_secrets_are_drawn_once_and_kept_for_the_owner_only(tmp_path: Path) -> None:
    environ = {"ASIDE_HOME": str(tmp_path / "home"), "PLAYGROUND_PORT": "9123"}
    first = demo_environment(environ)
    assert demo_environment(environ) == first
    kept = tmp_path / "home" / "playground-secrets.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert first["FACEBOOK_SECRET"] in kept.read_text()
    assert first["TELEGRAM_API_ROOT"] == "http://127.0.0.1:9123/telegram"
    other = demo_environment({"ASIDE_HOME": str(tmp_path / "elsewhere")})
    assert other["TWITTER_CONSUMER_SECRET"] != first["TWITTER_CONSUMER_SECRET"]


def test_the_demo_environment_names_everything_both_sides_need(tmp_path: Path) -> None:
    names = set(demo_environment({"ASIDE_HOME": str(tmp_path)}))
    twitter = ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET", "USER_ID", "USERNAME")
    assert names >= {f"TWITTER_{name}" for name in (*twitter, "API_ROOT")}
    facebook = ("VERIFY", "SECRET", "PAGE_ACCESS_TOKEN", "PAGE_ID", "API_ROOT")
    assert names >= {f"FACEBOOK_{name}" for name in facebook}
    assert names >= {f"TELEGRAM_{name}" for name in ("ACCESS_TOKEN", "SECRET_TOKEN", "BOT_USERNAME", "API_ROOT")}
    assert names >= {"PLAYGROUND_PORT", "ASIDE_PORT", "ASIDE_HOME"}


def test_the_environment_wins_and_an_empty_value_counts_as_missing(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {"ASIDE_HOME": str(tmp_path), "ASIDE_PORT": "8181", "FACEBOOK_SECRET": "mine", "TWITTER_USERNAME": ""}
    )
    assert (settings.aside_port, settings.facebook_secret, settings.twitter_username) == (8181, "mine", "WrenAndCo")
    assert settings.webhook("twitter") == "http://127.0.0.1:8181/webhooks/twitter/webhook"
    assert str(settings.telegram_bot_id) == settings.telegram_access_token.split(":")[0]
