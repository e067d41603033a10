"""Where one looks at the town from outside: its state, its calls, its deliveries, and the switch for trouble."""

import json as jsonlib
from collections.abc import AsyncIterator
from typing import Any

import msgspec
from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw

from playground.calls import Calls
from playground.delivery import Courier
from playground.faults import Fault, Faults
from playground.live import Live
from playground.people import BRAND, CUSTOMERS, GROUP_ID, GROUP_TITLE
from playground.settings import Settings
from playground.world import World

RETRY_MS = 1500
"""How soon a page comes back when its stream broke."""


class Lookout:
    """Reads everything, changes nothing but the faults."""

    def __init__(
        self, world: World, settings: Settings, courier: Courier, calls: Calls, faults: Faults, live: Live
    ) -> None:
        self._world = world
        self._settings = settings
        self._courier = courier
        self._calls = calls
        self._faults = faults
        self._live = live

    def blueprint(self) -> Blueprint:
        """/_state, /_calls, /_deliveries, /_faults, /_events."""
        blueprint = Blueprint("lookout")
        blueprint.add_route(self.state, "/_state", methods=["GET"])
        blueprint.add_route(self.calls, "/_calls", methods=["GET"])
        blueprint.add_route(self.deliveries, "/_deliveries", methods=["GET"])
        blueprint.add_route(self.faults, "/_faults", methods=["GET"], name="faults")
        blueprint.add_route(self.add_fault, "/_faults", methods=["POST"], name="add_fault")
        blueprint.add_route(self.clear_faults, "/_faults", methods=["DELETE"], name="clear_faults")
        blueprint.add_route(self.events, "/_events", methods=["GET"])
        return blueprint

    async def state(self, request: Request) -> HTTPResponse:
        """Everything that can be seen in the town; `?last=N` only the last N of each kind."""
        last = int(request.args.get("last", 0))
        x, facebook, telegram = self._world.x, self._world.facebook, self._world.telegram
        return _json(
            {
                "about": self._about(),
                "delivery": self._courier.trouble(),
                "faults": len(self._faults.active),
                "x": {"posts": _last(x.posts.values(), last), "messages": _last(x.messages, last)},
                "facebook": {
                    "posts": _last(facebook.posts.values(), last),
                    "comments": _last(facebook.comments.values(), last),
                    "messages": _last(facebook.messages, last),
                },
                "telegram": {
                    "messages": _last(telegram.messages, last),
                    "business": _last(telegram.business, last),
                    "started": telegram.started,
                    "blocked": telegram.blocked,
                },
            }
        )

    async def calls(self, request: Request) -> HTTPResponse:
        """What was asked of the platforms; `?platform=` for one of them."""
        return _json({"calls": self._calls.of(request.args.get("platform"))})

    async def deliveries(self, request: Request) -> HTTPResponse:
        """What is on its way to the gateway, and how it went; `?platform=` for one of them."""
        platform = request.args.get("platform")
        chosen = [d for d in self._world.deliveries if platform in (None, d.platform)]
        return _json({"deliveries": chosen, "summary": self._courier.trouble()})

    async def faults(self, request: Request) -> HTTPResponse:
        """The faults that are switched on."""
        return _json({"faults": self._faults.active})

    async def add_fault(self, request: Request) -> HTTPResponse:
        """Switch a fault on: {platform, kind, share?, count?, retry_after?, hold?}."""
        try:
            fault = msgspec.convert(request.json, Fault)
        except msgspec.ValidationError as error:
            return json({"error": str(error)}, status=400)
        self._faults.add(fault)
        self._live.changed()
        return _json({"faults": self._faults.active}, status=201)

    async def clear_faults(self, request: Request) -> HTTPResponse:
        """Switch all faults off."""
        self._faults.clear()
        self._live.changed()
        return _json({"faults": []})

    async def events(self, request: Request) -> None:
        """Server-sent events: `changed` when there is something to fetch, and what passes, e.g. typing."""
        response = await request.respond(
            content_type="text/event-stream", headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        )
        async for line in self._lines():
            await response.send(line)
        await response.eof()

    async def _lines(self) -> AsyncIterator[str]:
        yield f"retry: {RETRY_MS}\n\n"
        async for what in self._live.stream():
            yield f"data: {jsonlib.dumps(what)}\n\n"

    def _about(self) -> dict[str, Any]:
        settings = self._settings
        return {
            "brand": BRAND,
            "hint": settings.playground_hint,
            "away": settings.away,
            "desk": f"http://127.0.0.1:{settings.aside_port}/desk",
            "x": {"id": settings.twitter_user_id, "username": settings.twitter_username},
            "facebook": {"id": settings.facebook_page_id},
            "telegram": {
                "id": settings.telegram_bot_id,
                "username": settings.telegram_bot_username,
                "group": GROUP_ID,
                "title": GROUP_TITLE,
            },
            "customers": CUSTOMERS,
        }


def _last(items: Any, last: int) -> list[Any]:
    return list(items)[-last:]


def _json(content: Any, status: int = 200) -> HTTPResponse:
    return raw(msgspec.json.encode(content), status=status, content_type="application/json")
