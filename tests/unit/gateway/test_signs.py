import asyncio

import pytest

from gateway.messages import Channel, Surface
from gateway.routing import signs
from gateway.routing.signs import Signs
from tests.fakes import FakePlatform
from tests.integration.road import said


async def _wait_together(platform: FakePlatform, surface: Surface, count: int) -> None:
    waiting = Signs({Channel.TELEGRAM: platform})

    async def one(number: int) -> None:
        with waiting.typing(said("hello", by=f"customer {number}", surface=surface)):
            await asyncio.sleep(0.1)

    await asyncio.gather(*map(one, range(count)))
    await waiting.stop()


async def test_where_many_wait_few_signs_are_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "_TYPING_AFTER", 0.01)
    platform = FakePlatform()
    await _wait_together(platform, Surface.PRIVATE, 50)
    assert len(platform.signs) == 1


async def test_in_public_nobody_is_seen_typing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signs, "_TYPING_AFTER", 0.01)
    platform = FakePlatform()
    await _wait_together(platform, Surface.PUBLIC, 1)
    assert platform.signs == []
