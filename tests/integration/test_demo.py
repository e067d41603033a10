"""The demo connects the platforms that it pretends, so that everything about them is known, and well."""

import os
from dataclasses import asdict
from pathlib import Path

import pytest

from aside.channels import connect_pretended
from gateway.channels.telegram.supply import ALLOWED
from gateway.messages import Channel
from gateway.settings import Settings
from gateway.storage import checks
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate
from playground.settings import demo_environment
from playground.testing import Town


@pytest.fixture
def settings(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr("gateway.settings.dotenv_values", lambda _path: {})
    given = {name.upper(): str(value) for name, value in asdict(town.settings).items()}
    for name, value in {**demo_environment(given), **given, "ASIDE_PRETEND": "twitter,facebook,telegram"}.items():
        monkeypatch.setitem(os.environ, name, value)
    found = Settings(_env_file=None, aside_home=tmp_path)
    engine = create_engine(found.database)
    migrate(engine)
    engine.dispose()
    return found


async def test_everything_about_a_pretend_platform_is_known_and_well(town: Town, settings: Settings) -> None:
    assert await connect_pretended(settings) == []
    engine = create_engine(settings.database)
    with engine.connect() as conn:
        found = checks.all_of(conn)
    engine.dispose()
    assert {one.channel for one in found} == set(Channel)
    # Whether events arrive is told by events alone, and none has come yet.
    assert [one for one in found if one.well is not True and one.name != "arrivals"] == []
    info = (await town.client.post(f"/telegram/bot{town.settings.telegram_access_token}/getWebhookInfo")).json()
    assert info["result"]["allowed_updates"] == list(ALLOWED)
    assert info["result"]["url"] == settings.webhook(Channel.TELEGRAM)


async def test_what_is_no_pretence_is_left_as_it_is(town: Town, settings: Settings) -> None:
    real = settings.model_copy(update={"aside_pretend": ""})
    assert await connect_pretended(real) == []
    info = (await town.client.post(f"/telegram/bot{town.settings.telegram_access_token}/getWebhookInfo")).json()
    assert "allowed_updates" not in info["result"]
