"""The desk: its API, its pages and its documentation, attached to the application that the composition root owns."""

from collections.abc import Sequence
from typing import Any

from sanic import Sanic

from gateway.clock import Clock
from gateway.credentials import Account
from gateway.privacy.wall import Wall
from gateway.sending.limits import limits
from gateway.sending.prices import prices
from gateway.settings import Settings
from gateway.storage.database import Database
from handoff import api, docs, pages, problems, security
from handoff.live import Bell
from handoff.render import Renderer
from handoff.sign_in import SignIn
from handoff.tools import Tools


def attach(
    app: Sanic[Any, Any],
    db: Database,
    wall: Wall,
    settings: Settings,
    clock: Clock,
    brand: str,
    accounts: Sequence[Account] = (),
) -> Bell:
    """Give the application the desk. `accounts`: the channels, on or off.

    Returns the bell, which rings at each commit of this process: open pages show it at once instead of within a second.
    Errors of the whole application are answered here, as `{error, message}`.
    """
    app.config.OAS = False  # sanic-ext would document itself at /docs, with scripts from elsewhere
    bell = Bell()
    db.on_commit(bell.ring)
    tools = Tools(
        db=db,
        wall=wall,
        settings=settings,
        clock=clock,
        bell=bell,
        sign_in=SignIn(db, clock),
        brand=brand,
        accounts=accounts,
        table=limits(settings.aside_limits),
        prices=prices(settings.aside_x_prices),
    )
    renderer = Renderer()
    problems.install(app, renderer)
    security.install(app, secure=tools.secure)
    app.blueprint(api.routes(tools))
    app.blueprint(pages.routes(tools, renderer))
    app.blueprint(docs.routes(renderer))

    async def let_go(*_: object) -> None:
        bell.close()

    app.register_listener(let_go, "before_server_stop")
    return bell
