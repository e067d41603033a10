"""What tests of several parts together share."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from playground.testing import Gateway, Town
from playground.testing import running as town_running
from tests.fakes import FakeClock
from tests.integration.desk import House
from tests.integration.desk import running as house_running


@pytest.fixture
def gateway() -> Gateway:
    """Who hears what happens in the town."""
    return Gateway()


@pytest.fixture
async def town(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Town]:
    """The playground: pretend X, Facebook and Telegram."""
    async with town_running(tmp_path, gateway) as town:
        yield town


@pytest.fixture
def clock() -> FakeClock:
    """One that tests may put forward and back."""
    return FakeClock()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """A desk with its database."""
    async with house_running(tmp_path) as house:
        yield house


@pytest.fixture
async def ada(house: House) -> AsyncIterator[httpx.AsyncClient]:
    """An agent who is signed in at that desk."""
    async with await house.user("Ada") as client:
        yield client
