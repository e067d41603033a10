"""What the desk's routes work with, put together once by `desk.attach`."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from gateway.clock import Clock
from gateway.credentials import Account
from gateway.privacy.wall import Wall
from gateway.sending.limits import Table
from gateway.sending.planner import Rules
from gateway.sending.prices import Prices
from gateway.settings import Settings
from gateway.storage.database import Database
from handoff.live import Bell
from handoff.sign_in import SignIn


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """The parts that routes share."""

    db: Database
    wall: Wall
    settings: Settings
    clock: Clock
    bell: Bell
    sign_in: SignIn
    brand: str
    """What the brand is called."""
    accounts: Sequence[Account]
    """The channels, on or off."""
    table: Table
    """What platforms let out."""
    prices: Prices
    """What X charges."""

    @property
    def rules(self) -> Rules:
        """By what the planner plans."""
        return Rules(table=self.table, prices=self.prices)

    @property
    def promise(self) -> timedelta:
        """How soon a person should answer what is put into the queue."""
        return timedelta(minutes=self.settings.aside_promise_minutes)

    @property
    def secure(self) -> bool:
        """Whether the desk is reached by https."""
        return self.settings.url.startswith("https://")
