"""A stub of the assistant: speaks the contract of `tests/contract`, answers at once, and misbehaves on command.

It holds nothing: what it answers depends on the request alone, as with the real one.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, Final

from aiohttp import web

from tests.faults.tags import tags_in

_HUGE: Final = 50_000_000  # bytes


class Mood(StrEnum):
    """How it behaves."""

    WELL = "well"
    HANGS = "hangs"
    ERROR = "answers 500"
    NOTHING = "answers nothing"
    SILENT = "has nothing to say"
    WRONG = "answers wrong JSON"
    HUGE = "answers 50 MB"
    LOADING = "loads a model"
    """503, as after a start."""


Special = Callable[[dict[str, Any]], Awaitable[web.StreamResponse | None]]


class StubAssistant:
    """The assistant behind one port of loopback."""

    def __init__(self, token: str, port: int) -> None:
        self.mood = Mood.WELL
        self.delay = 0.0
        """Seconds that a turn takes."""
        self.model_id = "stub-1"
        self.asked: dict[str, int] = {}
        """Tag to how often it was asked about."""
        self.turns = 0
        self.on_asked: list[Callable[[list[str]], None]] = []
        self.on_answered: list[Callable[[list[str]], None]] = []
        self.special: Special | None = None
        """Looks at each turn first; may answer itself."""
        self._token = token
        self._port = port
        self._runner: web.AppRunner | None = None
        self._huge = b'{"contract": 1, "replies": [{"text": "' + b"x" * _HUGE + b'"}]}'

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=20_000_000)
        app.router.add_post("/webhooks/gateway/turn", self._turn)
        app.router.add_get("/webhooks/gateway/ready", self._ready)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True).start()

    async def stop(self) -> None:
        """Be dead: connections break, new ones are refused."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def restart(self, seconds: float, model_id: str) -> None:
        """Be dead for a while, and come back with another model."""
        await self.stop()
        await asyncio.sleep(seconds)
        self.model_id = model_id
        await self.start()

    async def _ready(self, _request: web.Request) -> web.Response:
        if self.mood is Mood.LOADING:
            return web.json_response({"error": "not_ready", "message": "No model yet."}, status=503)
        return web.json_response({"model_id": self.model_id})

    async def _turn(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            return web.json_response({"error": "unauthorized", "message": "Wrong token."}, status=401)
        asked: dict[str, Any] = await request.json()
        self.turns += 1
        tags = tags_in(asked.get("text") or "")
        for tag in tags:
            self.asked[tag] = self.asked.get(tag, 0) + 1
        for listener in self.on_asked:
            listener(tags)
        if self.special is not None and (special := await self.special(asked)) is not None:
            return special
        if self.delay:
            await asyncio.sleep(self.delay)
        response = await self._misbehave() or web.json_response(self.answer(asked, tags))
        if self.on_answered:
            await response.prepare(request)
            await response.write_eof()
            for listener in self.on_answered:
                listener(tags)
        return response

    async def _misbehave(self) -> web.Response | None:
        if self.mood is Mood.HANGS:
            await self._told_otherwise()
            return web.json_response({"error": "turn_failed", "message": "It took too long."}, status=500)
        if self.mood is Mood.ERROR:
            return web.json_response({"error": "turn_failed", "message": "The engine raised."}, status=500)
        if self.mood is Mood.LOADING:
            return web.json_response({"error": "not_ready", "message": "No model yet."}, status=503)
        if self.mood is Mood.NOTHING:
            return web.Response(body=b"", content_type="application/json")
        if self.mood is Mood.SILENT:
            return web.json_response({**self.answer({}, []), "replies": []})
        if self.mood is Mood.WRONG:
            return web.Response(body=json.dumps([{"text": 7}, None]).encode(), content_type="application/json")
        if self.mood is Mood.HUGE:
            return web.Response(body=self._huge, content_type="application/json")
        return None

    async def _told_otherwise(self) -> None:
        mood = self.mood
        while self.mood is mood:
            await asyncio.sleep(0.1)

    def answer(self, asked: dict[str, Any], tags: list[str], **instead: object) -> dict[str, Any]:
        """The contract's answer: one bubble that carries the tags."""
        turns = int((asked.get("state") or {}).get("turns", 0))
        intent = {"name": "faq", "confidence": 0.9}
        return {
            "contract": 1,
            "message_id": asked.get("message_id", ""),
            "model_id": self.model_id,
            "intent": intent,
            "intent_ranking": [intent],
            "entities": [],
            "policy": "answer",
            "replies": [{"text": f"About {' '.join(tags) or 'this'}: it is noted.", "buttons": []}],
            "effects": [],
            "slots": {},
            "state": {"version": 1, "slots": {}, "turns": turns + 1},
            **instead,
        }
