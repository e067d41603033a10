"""Which database is measured: SQLite, a PostgreSQL server of the benchmark's own, or one that is there already.

`--postgres` alone makes a server in a temporary folder (fsync on, as delivered) whose CPU is shown apart; with a URL,
databases named `bench_...` are made, and dropped before they are made again, on that server.
"""

from types import TracebackType
from typing import Final, Self

import sqlalchemy as sa

from tests.postgres import Cluster

OWN: Final = "own"
OPTION: Final[tuple[str, dict[str, object]]] = (
    "--postgres",
    {
        "nargs": "?",
        "const": OWN,
        "default": "",
        "metavar": "URL",
        "help": "PostgreSQL instead of SQLite; without a URL, a server of the benchmark's own",
    },
)


class Databases:
    """Fresh databases for each run."""

    def __init__(self, option: object) -> None:
        """`option`: what `--postgres` said; empty for SQLite."""
        self._option = str(option)
        self._cluster = Cluster() if self._option == OWN else None

    @property
    def shared(self) -> bool:
        """Whether several processes share it, and the worker is one of its own."""
        return bool(self._option)

    @property
    def name(self) -> str:
        return "PostgreSQL" if self.shared else "SQLite"

    @property
    def pids(self) -> list[int]:
        """The server, where it is our own."""
        if self._cluster is None:
            return []
        return [int((self._cluster.folder / "data" / "postmaster.pid").read_text().splitlines()[0])]

    def fresh(self, name: str) -> str:
        """A DATABASE_URL with nothing in it; empty for SQLite, where each folder has its own file."""
        if not self.shared:
            return ""
        url = sa.make_url(self._cluster.url("postgres") if self._cluster else self._option)
        server = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE IF EXISTS "bench_{name}" WITH (FORCE)')
            connection.exec_driver_sql(f'CREATE DATABASE "bench_{name}"')
        server.dispose()
        return url.set(database=f"bench_{name}").render_as_string(hide_password=False)

    def __enter__(self) -> Self:
        if self._cluster is not None:
            self._cluster.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cluster is not None:
            self._cluster.__exit__(kind, error, trace)
