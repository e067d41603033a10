"""The vault over months: what it holds too long, and what a key that was changed half-way no longer opens."""

from datetime import timedelta
from pathlib import Path

import pytest

from gateway.clock import utc_now
from gateway.errors import SettingsError
from gateway.privacy.detect import Detector
from gateway.storage import reseal, retention, vault
from gateway.storage.database import create_engine
from gateway.storage.seal import Ring
from tests.fakes import FakeAssistant
from tests.integration.road import road, said
from tests.integration.test_vault import MAIL, NEW, OLD, knowing, shut
from tests.storage import url_in

__all__ = ["shut"]


async def test_what_was_noted_where_nothing_was_masked_is_gone_as_well(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing), aside_vault_key=NEW) as there:
        await there.hear(said("it is Marta's, from the garage"))
        await there.quiet()
        case = await there.the_case()
        assert case["dialogue"] is not None
        assert await there.database.read(lambda conn: vault.of_case(conn, case["id"])) == {}
        days = timedelta(days=1)
        for before, is_gone in ((there.clock() - days, False), (there.clock() + days, True)):
            assert not await there.database.write(lambda conn, before=before: retention.sweep(conn, before))  # type: ignore[misc]
            assert ((await there.the_case())["dialogue"] is None) is is_gone


async def test_a_key_that_opens_only_what_is_newer_stops_the_start(tmp_path: Path) -> None:
    for key in (OLD, f"{NEW},{OLD}"):
        async with road(tmp_path, assistant=FakeAssistant(knowing), aside_vault_key=key) as there:
            for number in range(25):
                await there.hear(said(f"hello {number}, mail me at {MAIL}", by=f"{key[:4]}-{number}"))
            await there.quiet()
    engine = create_engine(url_in(tmp_path))
    with pytest.raises(SettingsError, match="ASIDE_VAULT_KEY"):
        vault.check(engine, Ring.of(NEW))
    rings = Ring.of(f"{NEW},{OLD}")
    assert rings is not None
    vault.open_with(rings, Detector())
    reseal.seal_all(engine, rings, utc_now(), lambda *_: None)
    vault.check(engine, Ring.of(NEW))
    engine.dispose()
