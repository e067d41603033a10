"""The real desk over HTTP on a free port of this machine, on a real SQLite file."""

import socket
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx
from sanic import Sanic
from sqlalchemy.engine import Connection

from gateway.credentials import Account
from gateway.lanes import Lane
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.settings import Settings
from gateway.storage.database import Database
from handoff import desk, tokens, users
from handoff.live import Bell
from handoff.users import Role
from tests.factories import Story, Ticking
from tests.storage import url_in, watched

T = TypeVar("T")
PASSWORD = "correct horse battery"


class House:
    """A desk with nobody in it yet."""

    def __init__(self, app: Sanic[Any, Any], db: Database, clock: Ticking, bell: Bell, url: str) -> None:
        self.app = app
        self.db = db
        self.clock = clock
        self.bell = bell
        self.url = url
        self.called: list[Lane] = []

    async def user(self, name: str, role: Role = Role.AGENT, password: str | None = None) -> httpx.AsyncClient:
        """Somebody new, with a client that carries their token."""

        def write(conn: Connection) -> str:
            user = users.add(conn, name, role, self.clock(), password)
            return tokens.issue(conn, user.id, self.clock())

        token = await self.db.write(write)
        return httpx.AsyncClient(base_url=self.url, headers={"Authorization": f"Bearer {token}"}, timeout=20)

    def stranger(self) -> httpx.AsyncClient:
        """Somebody without anything."""
        return httpx.AsyncClient(base_url=self.url, timeout=20)

    async def tell(self, plot: Callable[[Story], Any], **options: Any) -> str:
        """A case by its plot; returns its id."""

        def write(conn: Connection) -> str:
            story = Story(conn, self.clock, **options)
            plot(story)
            return story.case_id

        return await self.db.write(write)

    async def read(self, work: Callable[[Connection], T]) -> T:
        return await self.db.read(work)


@asynccontextmanager
async def running(folder: Path, accounts: Sequence[Account] = (), **settings: Any) -> AsyncIterator[House]:
    called: list[Lane] = []
    db = watched(url_in(folder), called.append)
    clock = Ticking()
    app: Sanic[Any, Any] = Sanic(f"desk_{uuid.uuid4().hex}", configure_logging=False)
    # Sanic rewrites its own methods at start-up, which works for the first application of a process only.
    app.config.TOUCHUP = False
    app.config.MOTD = False
    bell = desk.attach(app, db, Wall(Detector()), Settings(_env_file=None, **settings), clock, "Wren & Co", accounts)
    listening = socket.create_server(("127.0.0.1", 0))
    house = House(app, db, clock, bell, f"http://127.0.0.1:{listening.getsockname()[1]}")
    house.called = called
    server = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False)
    assert server is not None
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield house
    finally:
        await server.before_stop()
        await server.close()
        for connection in server.connections:
            connection.close_if_idle()
        await server.after_stop()
        db.close()
