"""PostgreSQL of a test run's own: a cluster in a temporary folder, started, stopped, killed and removed at will.

    initdb -> folder of an ordinary user -> pg_ctl start -> migrated template -> one database per test -> removed

Nothing of the machine's own PostgreSQL is touched but its programs. They refuse to run as root, so root lets an
ordinary user run them.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, Literal, Self

import psycopg
import sqlalchemy as sa
from psycopg import sql

from gateway.storage.migrate import migrate

Mode = Literal["smart", "fast", "immediate"]

_ROLE: Final = "aside"
_TEMPLATE: Final = "migrated"
_PREFIX: Final = "aside-postgres-"
_SETTINGS: Final = {
    "max_connections": "200",
    "shared_buffers": "64MB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
    "log_line_prefix": "%m %d ",
}


class NotInstalled(Exception):
    """PostgreSQL's programs are not on this machine (Debian: the package `postgresql`)."""


def programs() -> Path:
    """The folder of `initdb`, `pg_ctl` and `postgres`: Debian's newest, or the one on PATH. Raises `NotInstalled`."""
    debian = Path("/usr/lib/postgresql").glob("*/bin")
    for folder in sorted(debian, key=lambda path: int(path.parent.name), reverse=True):
        if (folder / "initdb").exists():
            return folder
    if found := shutil.which("pg_ctl"):
        return Path(found).resolve().parent
    raise NotInstalled


class Cluster:
    """A PostgreSQL server with its data, as a context: entering makes and starts it, leaving removes it.

    `address` is where it listens, by default loopback and without a password; elsewhere a `password` must be given.
    `fsync=False` is for tests that kill processes only: what the machine's memory holds outlives those.
    `within` is put before every command of the server (a network namespace, see `tests/hosts.py`), where its
    `port` must be given, too.
    """

    def __init__(
        self,
        *,
        address: str = "127.0.0.1",
        port: int = 0,
        password: str = "",
        fsync: bool = True,
        within: Sequence[str] = (),
    ) -> None:
        if not password and address != "127.0.0.1":
            raise ValueError("a server that others can reach needs a password")
        self.address = address
        self.port = port or _free_port()
        self._password = password
        self._fsync = fsync
        self._within = tuple(within)
        self._programs = programs()
        self._owner = _ordinary_user()
        self._numbers = count(1)
        self._template_made = False
        _remove_left_behind(self._programs, self._owner)
        self.folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        if self._owner:
            os.chown(self.folder, self._owner.pw_uid, self._owner.pw_gid)

    def __enter__(self) -> Self:
        try:
            self._make()
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()

    # --- the server ---

    def start(self) -> None:
        """Start, and wait until it takes connections; after a crash that includes its recovery."""
        self._pg_ctl("start", "-w", "-t", "60", "-l", str(self.log))

    def stop(self, mode: Mode = "fast") -> None:
        """Stop: `smart` waits for the clients, `fast` turns them out, `immediate` is a crash."""
        self._pg_ctl("stop", "-w", "-t", "60", "-m", mode)

    def restart(self, mode: Mode = "fast") -> None:
        """Stop and start."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Stop it, however it is, and leave nothing behind."""
        with suppress(RuntimeError):  # it does not run
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def log(self) -> Path:
        """What the server said."""
        return self.folder / "log"

    # --- its databases ---

    def database(self, name: str = "", *, migrated: bool = True) -> str:
        """Create a fresh database, with the tables of this version unless told otherwise; returns its DATABASE_URL."""
        name = name or f"test_{next(self._numbers)}"
        if migrated and not self._template_made:
            self._make_template()
        template = sql.SQL(" TEMPLATE {}").format(sql.Identifier(_TEMPLATE)) if migrated else sql.SQL("")
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)) + template)
        return self.url(name)

    def drop(self, name_or_url: str) -> None:
        """Drop a database; whoever is connected is turned out."""
        name = sa.make_url(name_or_url).database if "://" in name_or_url else name_or_url
        self._administer(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name or "")))

    def url(self, name: str) -> str:
        """The DATABASE_URL of a database."""
        return f"postgresql+psycopg://{self._login}@{self.address}:{self.port}/{name}"

    def dsn(self, name: str = "postgres") -> str:
        """The same for psycopg itself."""
        return f"postgresql://{self._login}@{self.address}:{self.port}/{name}"

    # --- how ---

    @property
    def _login(self) -> str:
        return f"{_ROLE}:{self._password}" if self._password else _ROLE

    def _make(self) -> None:
        data = self.folder / "data"
        arguments = ["-D", str(data), "-U", _ROLE, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if self._password:
            secret = self.folder / "password"
            secret.write_text(self._password)
            arguments += ["-A", "scram-sha-256", "--pwfile", str(secret)]
        else:
            arguments += ["-A", "trust"]
        self._run("initdb", *arguments)
        settings = {
            **_SETTINGS,
            "listen_addresses": f"'{self.address}'",
            "port": str(self.port),
            "unix_socket_directories": f"'{self.folder}'",
            "fsync": "on" if self._fsync else "off",
        }
        with (data / "postgresql.conf").open("a") as file:
            file.writelines(f"{name} = {_quoted(value)}\n" for name, value in settings.items())
        if self._password:
            with (data / "pg_hba.conf").open("a") as file:
                file.write("host all all all scram-sha-256\n")

    def _make_template(self) -> None:
        self._administer(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_TEMPLATE)))
        # Nobody may be connected to a template while it is copied: the engine keeps no connection.
        engine = sa.create_engine(self.url(_TEMPLATE), poolclass=sa.NullPool)
        migrate(engine)
        engine.dispose()
        self._template_made = True

    def _administer(self, statement: sql.SQL | sql.Composed) -> None:
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(statement)

    def _pg_ctl(self, *arguments: str) -> None:
        self._run("pg_ctl", "-D", str(self.folder / "data"), *arguments)

    def _run(self, program: str, *arguments: str) -> None:
        _run([*self._within, *_as(self._owner), str(self._programs / program), *arguments], self.folder)


def _quoted(value: str) -> str:
    return value if value.startswith("'") else f"'{value}'"


def _run(command: list[str], folder: Path) -> None:
    """Run to its end. Raises `RuntimeError` with what was said, where it fails."""
    # Into a file, not a pipe: the server inherits it and would hold a pipe open for its whole life.
    with tempfile.TemporaryFile() as output:
        code = subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=output, stderr=output).returncode
        if code:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {output.read().decode(errors='replace')}")


def _ordinary_user() -> pwd.struct_passwd | None:
    """Who runs the server: ourselves (None), or, where we are root, somebody who is not."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    raise LookupError("neither a user postgres nor nobody")


def _as(owner: pwd.struct_passwd | None) -> list[str]:
    return ["setpriv", f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"] if owner else []


def _remove_left_behind(bin_folder: Path, owner: pwd.struct_passwd | None) -> None:
    """Remove the clusters of test runs that were killed before they could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        run = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if not run.isdigit() or Path(f"/proc/{run}").exists():
            continue
        with suppress(RuntimeError, OSError):
            _run(
                [*_as(owner), str(bin_folder / "pg_ctl"), "-D", str(folder / "data"), "stop", "-m", "immediate"], folder
            )
        shutil.rmtree(folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        port: int = opened.getsockname()[1]
        return port
