"""The real desk over HTTP on a free port of this machine, on a real SQLite file."""

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
from tests.serving import application, serving
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
    app = application("desk")
    bell = desk.attach(app, db, Wall(Detector()), Settings(_env_file=None, **settings), clock, "Wren & Co", accounts)
    try:
        async with serving(app) as port:
            house = House(app, db, clock, bell, f"http://127.0.0.1:{port}")
            house.called = called
            yield house
    finally:
        db.close()
