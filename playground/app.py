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
from playground.facebook.api import GraphApi
from playground.facebook.events import FacebookEvents, FacebookRoute
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
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
from playground.telegram.platform import Telegram
from playground.telegram.updates import Objects as TelegramObjects
from playground.telegram.updates import TelegramRoute, Updates
from playground.world import Snapshot
from playground.x import errors as x_errors
from playground.x.api import XApi
from playground.x.events import XEvents, XRoute
from playground.x.oauth import OAuth
from playground.x.objects import Objects as XObjects
from playground.x.platform import X

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

    x_objects = XObjects(world.x, settings)
    x_events = XEvents(x_objects, courier, settings.twitter_user_id)
    x = X(world.x, settings, x_objects, x_events, clock, changed)
    courier.add_route("x", XRoute(settings, clock))

    facebook_events = FacebookEvents(courier, settings.facebook_page_id, clock)
    page = Page(world.facebook, settings.facebook_page_id, facebook_events, clock, changed)
    messenger = Messenger(world.facebook, page, facebook_events, clock, changed)
    courier.add_route("facebook", FacebookRoute(settings))

    telegram_objects = TelegramObjects(world.telegram, settings)
    updates = Updates(world.telegram, telegram_objects, courier, clock)
    telegram = Telegram(world.telegram, settings, telegram_objects, updates, clock, changed)
    courier.add_route("telegram", TelegramRoute(world.telegram, settings))

    x_api = XApi(x, settings, OAuth(settings))
    app.blueprint(x_api.blueprint(Gate("x", calls, faults, x_errors.refuse, clock)))
    graph = GraphApi(page, messenger, settings, live.note)
    app.blueprint(graph.blueprint(Gate("facebook", calls, faults, facebook_errors.refuse, clock)))
    bot_api = BotApi(telegram, settings, live.note)
    app.blueprint(bot_api.blueprint(Gate("telegram", calls, faults, telegram_errors.refuse, clock)))
    app.blueprint(Play(x, page, messenger, telegram).blueprint())
    app.blueprint(Lookout(world, settings, courier, calls, faults, live).blueprint())
    app.blueprint(pages())

    @app.on_request
    async def only_from_here(request: Request) -> HTTPResponse | None:
        return refuse_strangers(request)

    @app.before_server_start
    async def start(app: PlaygroundApp) -> None:
        await snapshot.start()
        x.open()
        page.open()
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
