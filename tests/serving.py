"""A Sanic application under test: served in the test's own loop, on a free port of this machine."""

import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Collection
from contextlib import asynccontextmanager
from typing import Any, Protocol

from sanic import Sanic
from sanic.server import HttpProtocol


class _Server(Protocol):
    """What Sanic makes of an application; there it has no types."""

    connections: Collection[HttpProtocol]

    def startup(self) -> Awaitable[None]: ...

    def before_start(self) -> Awaitable[None]: ...

    def after_start(self) -> Awaitable[None]: ...

    def before_stop(self) -> Awaitable[None]: ...

    def close(self) -> Awaitable[None]: ...

    def after_stop(self) -> Awaitable[None]: ...


def application(name: str) -> Sanic[Any, Any]:
    """An application that has nothing yet; many of one name may live in a process."""
    app: Sanic[Any, Any] = Sanic(f"{name}_{uuid.uuid4().hex}", configure_logging=False)
    # Sanic rewrites its own methods at start-up, which works for the first application of a process only.
    app.config.update(TOUCHUP=False, MOTD=False)
    return app


@asynccontextmanager
async def serving(app: Sanic[Any, Any], protocol: type[HttpProtocol] | None = None) -> AsyncIterator[int]:
    """Serve until the test is done; yields the port. `protocol`: how it treats its lines, Sanic's own if not given."""
    listening = socket.create_server(("127.0.0.1", 0))
    started = await app.create_server(sock=listening, return_asyncio_server=True, access_log=False, protocol=protocol)
    assert started is not None
    server: _Server = started
    await server.startup()
    await server.before_start()
    await server.after_start()
    try:
        yield listening.getsockname()[1]
    finally:
        await server.before_stop()
        await server.close()
        for connection in server.connections:
            connection.close_if_idle()
        await server.after_stop()
