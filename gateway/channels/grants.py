"""Access that a platform renews: the newest of it, which no setting can hold, and where it is kept.

the operator's first grant (settings) -> the platform -> Grant -> kept here -> the next renewal
"""

from datetime import datetime
from typing import Protocol

import msgspec


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """Access for a while, and what renews it."""

    origin: str
    """SHA-256 of the operator's first grant: another one in the settings begins anew."""
    access: str
    refresh: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Without the secrets."""
        return f"Grant(expires_at={self.expires_at!r})"


class Grants(Protocol):
    """Where the newest grant of one account is kept, for all processes."""

    async def read(self) -> Grant | None:
        """The newest; None where nothing was kept yet."""

    async def keep(self, grant: Grant, instead_of: Grant | None) -> bool:
        """Keep a newer one, in place of exactly what was read. False where another process has kept one meanwhile."""


class Memory:
    """Keeps the grant until the process ends: for tests, and for commands without a database."""

    def __init__(self) -> None:
        self._grant: Grant | None = None

    async def read(self) -> Grant | None:
        """The newest."""
        return self._grant

    async def keep(self, grant: Grant, instead_of: Grant | None) -> bool:
        """Keep a newer one."""
        self._grant = grant
        return True
