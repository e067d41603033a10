"""The least that a durable intake can be, to compare with: `python -m bench.bare PORT FILE`.

sanic, the HMAC of Facebook's signature, one row an event by raw sqlite3 with `synchronous=FULL`, committed in groups
by one writer thread; 200 after the commit. No masking, no limits, no metrics, and nothing behind it.
"""

import asyncio
import hashlib
import hmac
import queue
import sqlite3
import sys
import threading
import time
from typing import Any

import msgspec
from sanic import HTTPResponse, Request, Sanic
from sanic.response import text

from bench.aside import FACEBOOK_SECRET

Job = tuple[tuple[str, bytes, int], "asyncio.Future[None]"]
_GROUP = 256


class Store:
    """Rows in, one commit for all that wait."""

    def __init__(self, path: str, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._path = path
        threading.Thread(target=self._run, daemon=True).start()

    async def put(self, key: str, body: bytes) -> None:
        """Return when the row is on disk."""
        done = self._loop.create_future()
        self._jobs.put(((key, body, time.time_ns() // 1000), done))
        await done

    def _run(self) -> None:
        database = sqlite3.connect(self._path, isolation_level=None)
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute(
            "CREATE TABLE IF NOT EXISTS inbox (id INTEGER PRIMARY KEY, key TEXT UNIQUE, body BLOB, at INT)"
        )
        while True:
            group = [self._jobs.get()]
            while len(group) < _GROUP and not self._jobs.empty():
                group.append(self._jobs.get())
            database.execute("BEGIN IMMEDIATE")
            database.executemany(
                "INSERT OR IGNORE INTO inbox (key, body, at) VALUES (?, ?, ?)", [row for row, _ in group]
            )
            database.execute("COMMIT")
            self._loop.call_soon_threadsafe(_tell, [done for _, done in group])


def _tell(waiting: "list[asyncio.Future[None]]") -> None:
    for done in waiting:
        done.set_result(None)


def build(path: str) -> Sanic[Any, Any]:
    """The app."""
    app: Sanic[Any, Any] = Sanic("bare", configure_logging=False)

    @app.before_server_start
    async def open_store(app: Sanic[Any, Any]) -> None:
        app.ctx.store = Store(path, asyncio.get_running_loop())

    @app.get("/healthz")
    async def healthy(_: Request) -> HTTPResponse:
        return text("ok")

    @app.post("/webhooks/facebook/webhook")
    async def receive(request: Request) -> HTTPResponse:
        right = "sha256=" + hmac.new(FACEBOOK_SECRET.encode(), request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(request.headers.get("x-hub-signature-256", ""), right):
            return text("no", status=403)
        for entry in msgspec.json.decode(request.body)["entry"]:
            for event in entry["messaging"]:
                await request.app.ctx.store.put(event["message"]["mid"], msgspec.json.encode(event))
        return text("ok")

    return app


if __name__ == "__main__":
    build(sys.argv[2]).run(host="127.0.0.1", port=int(sys.argv[1]), single_process=True, motd=False, access_log=False)
