"""The customers' hands: every deed by HTTP, for the page, for tests and for the curious."""

from collections.abc import Callable, Coroutine
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.facebook.deeds import FacebookDeeds
from playground.facebook.errors import GraphError
from playground.people import Customer, UnknownCustomerError, customer
from playground.telegram.customers import Customers
from playground.telegram.errors import BotError
from playground.x.deeds import XDeeds
from playground.x.errors import XError
from playground.x.platform import X

Deed = Callable[[Customer, dict[str, Any]], dict[str, Any]]


class Play:
    """One method per deed; each returns the native ids of what it made."""

    def __init__(self, x: X, facebook: FacebookDeeds, telegram: Customers) -> None:
        self._x = x
        self._facebook = facebook
        self._telegram = telegram

    def blueprint(self) -> Blueprint:
        """All deeds under /_play."""
        blueprint = Blueprint("play", url_prefix="/_play")
        deeds: dict[str, Deed] = {
            **XDeeds(self._x).deeds(),
            **self._facebook.deeds(),
            **self._telegram.deeds(),
        }
        for path, deed in deeds.items():
            blueprint.add_route(_answering(deed), f"/{path}", methods=["POST"], name=path.replace("/", "_"))
        return blueprint


def _answering(deed: Deed) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """A route for `deed`, with the platforms' refusals as `{error}`."""

    async def route(request: Request) -> HTTPResponse:
        body = request.json
        if not isinstance(body, dict):
            return json({"error": "The body must be a JSON object."}, status=400)
        try:
            return json(deed(customer(str(body.get("customer"))), body), status=201)
        except UnknownCustomerError as unknown:
            return json({"error": f"No customer is called {unknown}."}, status=404)
        except (XError, GraphError, BotError) as refusal:
            return json({"error": str(refusal)}, status=422)
        except (KeyError, ValueError) as missing:
            return json({"error": f"Missing or malformed: {missing}"}, status=400)

    route.__doc__ = deed.__doc__
    return route
