"""Grants: access that a platform renews, as one row for each account, for all processes.

As secret as `.env`, and as open to whoever may read the database: it is its owner's alone (docs/operations.md).
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.channels.grants import Grant
from gateway.messages import Channel
from gateway.storage.channel_tables import grants
from gateway.storage.database import Database
from gateway.storage.rows import as_struct


class StoredGrants:
    """The grant of one account: a `gateway.channels.grants.Grants`."""

    def __init__(self, database: Database, channel: Channel, account: str) -> None:
        self._database = database
        self._channel = channel
        self._account = account

    async def read(self) -> Grant | None:
        """The newest; None where nothing was kept yet."""
        return await self._database.read(self._read)

    async def keep(self, grant: Grant, instead_of: Grant | None) -> bool:
        """Keep a newer one, in place of exactly what was read. False where another process has kept one meanwhile."""

        def work(conn: Connection) -> bool:
            known = conn.execute(self._query().with_for_update()).one_or_none()
            before = None if known is None else as_struct(known, Grant)
            # Where the operator has granted anew, what descends from the former grant is worth nothing.
            same_line = before is not None and before.origin == grant.origin
            if before is not None and same_line and (instead_of is None or before.refresh != instead_of.refresh):
                return False
            values = {
                "origin": grant.origin,
                "access": grant.access,
                "refresh": grant.refresh,
                "expires_at": grant.expires_at,
            }
            if before is None:
                conn.execute(grants.insert().values(channel=self._channel, account=self._account, **values))
            else:
                conn.execute(grants.update().where(*self._is()).values(**values))
            return True

        return await self._database.write(work, urgent=True)

    def _read(self, conn: Connection) -> Grant | None:
        row = conn.execute(self._query()).one_or_none()
        return None if row is None else as_struct(row, Grant)

    def _query(self) -> sa.Select[tuple[str, str, str, object]]:
        columns = (grants.c.origin, grants.c.access, grants.c.refresh, grants.c.expires_at)
        return sa.select(*columns).where(*self._is())

    def _is(self) -> tuple[sa.ColumnElement[bool], ...]:
        return grants.c.channel == self._channel, grants.c.account == self._account
