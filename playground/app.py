"""The one place where the playground is put together.

customer --/_play--> platform (rules, records) --events--> Courier --webhook--> the gateway
                         ^                                                          |
                         +------- api (wire, gate with faults and call log) <-------+
"""

import time
from types import SimpleNamespace
from typing import Any

from sanic import Request, Sanic
from sanic.config import Config
from sanic.exceptions import SanicException
from sanic.response import HTTPResponse, json

from playground.calls import Calls
from playground.delivery import Courier
from playground.facebook import errors as facebook_errors
from playground.facebook.parts import FacebookParts
from playground.faults import Faults
from playground.gate import Gate
from playground.ids import Clock
from playground.live import Live
from playground.lookout import Lookout
from playground.page import pages
from playground.play import Play
from playground.settings import Settings
from playground.telegram import errors as telegram_errors
from playground.telegram.api import BotApi
from playground.telegram.customers import Customers
from playground.telegram.files import Files
from playground.telegram.objects import Objects as TelegramObjects
from playground.telegram.platform import Telegram
from playground.telegram.updates import TelegramRoute, Updates
from playground.world import Snapshot
from playground.x import errors as x_errors
from playground.x.parts import XParts

LOCAL = frozenset({"127.0.0.1", "localhost"})

CONFIG: dict[str, Any] = {
    "AUTO_EXTEND": False,
    "ACCESS_LOG": False,
    "GRACEFUL_SHUTDOWN_TIMEOUT": 1.0,  # seconds
    # Sanic would rewrite its own methods at start to save microseconds; a second app in the same process breaks on it.
    "TOUCHUP": False,
}

PlaygroundApp = Sanic[Config, SimpleNamespace]


def create_app(settings: Settings, clock: Clock = time.time, name: str = "playground") -> PlaygroundApp:
    """Build the whole town; nothing runs before the server starts."""
    config = Config(CONFIG)
    app: PlaygroundApp = Sanic(name, config=config, configure_logging=False)
    snapshot = Snapshot(settings.aside_home / "playground.json")
    world, live, calls, faults = snapshot.world, Live(), Calls(), Faults()

    def changed() -> None:
        snapshot.touch()
        live.changed()

    courier = Courier(world.deliveries, changed, clock, settings.playground_pace)

    x_parts = XParts(world.x, settings, courier, clock, changed)
    x = x_parts.platform

    facebook = FacebookParts(world.facebook, settings, courier, clock, changed, live.note)

    telegram_objects = TelegramObjects(world.telegram, settings)
    updates = Updates(world.telegram, telegram_objects, courier, clock)
    telegram = Telegram(world.telegram, settings, telegram_objects, updates, clock, changed)
    files = Files(world.telegram, settings.aside_home)
    courier.add_route("telegram", TelegramRoute(world.telegram, settings))

    app.blueprint(x_parts.api.blueprint(Gate("x", calls, faults, x_errors.refuse, clock)))
    app.blueprint(facebook.api.blueprint(Gate("facebook", calls, faults, facebook_errors.refuse, clock)))
    bot_api = BotApi(telegram, files, settings, live.note)
    app.blueprint(bot_api.blueprint(Gate("telegram", calls, faults, telegram_errors.refuse, clock)))
    app.blueprint(Play(x, facebook.deeds, Customers(telegram, files)).blueprint())
    app.blueprint(Lookout(world, settings, courier, calls, faults, live).blueprint())
    app.blueprint(pages())

    @app.on_request
    async def only_from_here(request: Request) -> HTTPResponse | None:
        return refuse_strangers(request) or refuse_away(request, settings.away)

    @app.before_server_start
    async def start(app: PlaygroundApp) -> None:
        await snapshot.start()
        x.open()
        facebook.page.open()
        await courier.start()

    @app.before_server_stop
    async def stop(app: PlaygroundApp) -> None:
        live.close()
        await courier.stop()
        await snapshot.stop()

    @app.exception(SanicException)
    async def refused(request: Request, error: SanicException) -> HTTPResponse:
        return json({"error": str(error)}, status=error.status_code)

    return app


def refuse_away(request: Request, away: list[str]) -> HTTPResponse | None:
    """Let nobody play where the real platform is used: the gateway would not hear it."""
    name = request.path.removeprefix("/_play/").partition("/")[0] if request.path.startswith("/_play/") else ""
    if name not in away:
        return None
    return json({"error": f"The real {name} is used instead of this one."}, status=409)


def refuse_strangers(request: Request) -> HTTPResponse | None:
    """Keep other sites that are open in the same browser out of the town.

    A foreign host name is DNS rebinding; a POST to the customers' hands that is not JSON needs no permission from
    the browser and could come from any page.
    """
    if request.host.rpartition(":")[0] not in LOCAL:
        return json({"error": "The playground answers on 127.0.0.1 and localhost only."}, status=421)
    plain = not request.content_type.startswith("application/json")
    if request.method == "POST" and request.path.startswith("/_") and plain:
        return json({"error": "Send JSON."}, status=415)
    return None
