"""The town inside a test: on free ports of this machine, in the test's own loop, with a clock that can be moved."""

import asyncio
import contextlib
import itertools
import socket
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from sanic import HTTPResponse, Request, Sanic
from sanic.config import Config

from playground.app import CONFIG, create_app
from playground.settings import Settings

PATIENCE = 5.0
"""Seconds a test waits for something to arrive."""

_numbers = itertools.count()


class Clock:
    """The real time, until it is moved."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return time.time() + self.ahead

    def pass_hours(self, hours: float) -> None:
        """Let time go by."""
        self.ahead += hours * 3600


@dataclass
class Received:
    """One webhook call."""

    channel: str
    body: bytes
    headers: dict[str, str]
    content: Any


@dataclass
class Gateway:
    """Listens where the gateway would, and keeps what it hears. `answer` decides the status of each call."""

    crc_token: Callable[[str], str] = lambda token: ""
    verify: Callable[[str, str], bool] = lambda mode, token: True
    answer: Callable[[Received], int] = lambda received: 200
    received: list[Received] = field(default_factory=list)
    port: int = 0

    def of(self, channel: str) -> list[Any]:
        """The bodies that one channel delivered."""
        return [call.content for call in self.received if call.channel == channel]

    async def heard(self, channel: str, count: int = 1) -> list[Any]:
        """Wait until at least `count` bodies have arrived."""
        await until(lambda: len(self.of(channel)) >= count, f"{count} calls on {channel}, have {self.of(channel)}")
        return self.of(channel)

    def app(self) -> Sanic[Config, SimpleNamespace]:
        """The three webhooks."""
        app = _sanic("listener")
        app.add_route(self._get, "/webhooks/<channel:str>/webhook", methods=["GET"], name="get")
        app.add_route(self._post, "/webhooks/<channel:str>/webhook", methods=["POST"], name="post")
        return app

    async def _get(self, request: Request, channel: str) -> HTTPResponse:
        if channel == "twitter":
            answer = self.crc_token(request.args.get("crc_token", ""))
            return HTTPResponse(f'{{"response_token": "{answer}"}}', content_type="application/json")
        if self.verify(request.args.get("hub.mode", ""), request.args.get("hub.verify_token", "")):
            return HTTPResponse(request.args.get("hub.challenge"))
        return HTTPResponse(status=403)

    async def _post(self, request: Request, channel: str) -> HTTPResponse:
        received = Received(channel, request.body, dict(request.headers), request.json)
        self.received.append(received)
        return HTTPResponse(status=self.answer(received))


@dataclass
class Town:
    """A running playground."""

    settings: Settings
    clock: Clock
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.settings.playground_port}"

    async def play(self, deed: str, **body: Any) -> Any:
        """Let a customer do something; returns the native ids."""
        response = await self.client.post(f"/_play/{deed}", json=body)
        assert response.status_code == 201, response.text  # noqa: S101
        return response.json()

    async def state(self) -> Any:
        """Everything that can be seen."""
        return (await self.client.get("/_state")).json()

    async def calls(self, platform: str) -> list[Any]:
        """What was asked of a platform."""
        calls: list[Any] = (await self.client.get("/_calls", params={"platform": platform})).json()["calls"]
        return calls

    async def deliveries(self, platform: str) -> list[Any]:
        """What is or was on its way to the gateway."""
        query = {"platform": platform}
        deliveries: list[Any] = (await self.client.get("/_deliveries", params=query)).json()["deliveries"]
        return deliveries

    async def delivery(self, platform: str, state: str) -> Any:
        """The last delivery on `platform`, as soon as it is in `state`."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            last = (await self.deliveries(platform))[-1]
            if last["state"] == state and (state != "retrying" or last["error"]):
                return last
            await asyncio.sleep(0.01)
        raise TimeoutError(f"Waited {PATIENCE} s for {platform} to be {state}")

    async def fault(self, platform: str, kind: str, **more: Any) -> None:
        """Switch a fault on."""
        (await self.client.post("/_faults", json={"platform": platform, "kind": kind, **more})).raise_for_status()


@asynccontextmanager
async def running(home: Path, gateway: Gateway | None = None, clock: Clock | None = None) -> AsyncIterator[Town]:
    """A town with its state in `home`; with a gateway it delivers there, without one to a closed door."""
    async with contextlib.AsyncExitStack() as stack:
        if gateway is None:
            # Bound and not listening: whoever calls is refused.
            aside_port = stack.enter_context(contextlib.closing(_bound())).getsockname()[1]
        else:
            aside_port = gateway.port = await stack.enter_async_context(serving(gateway.app()))
        listener = _bound()
        settings = Settings.from_environment(
            {
                "ASIDE_HOME": str(home),
                "ASIDE_PORT": str(aside_port),
                "PLAYGROUND_PORT": str(listener.getsockname()[1]),
                "PLAYGROUND_PACE": "0.01",
            }
        )
        clock = clock or Clock()
        await stack.enter_async_context(serving(create_app(settings, clock, _name("playground")), listener))
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.playground_port}", trust_env=False)
        )
        yield Town(settings, clock, client)


@asynccontextmanager
async def serving(app: Sanic[Any, Any], listener: socket.socket | None = None) -> AsyncIterator[int]:
    """Serve `app` in this loop; yields its port."""
    listener = listener or _bound()
    # Sanic has no types for this object.
    server: Any = await app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.before_start()
    await server.start_serving()
    try:
        yield listener.getsockname()[1]
    finally:
        await server.before_stop()
        await server.close()
        for connection in list(server.connections):
            connection.abort()
        listener.close()
        Sanic.unregister_app(app)


async def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something has become true."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"Waited {PATIENCE} s for {what}")
        await asyncio.sleep(0.01)


def events(bodies: Sequence[Any]) -> list[str]:
    """The event types of X's envelopes, in order."""
    return [body["data"]["event_type"] for body in bodies]


def _bound() -> socket.socket:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    return listener


def _name(what: str) -> str:
    """Sanic keeps a register of app names."""
    return f"{what}-{next(_numbers)}"


def _sanic(what: str) -> Sanic[Config, SimpleNamespace]:
    return Sanic(_name(what), config=Config(CONFIG), configure_logging=False)
