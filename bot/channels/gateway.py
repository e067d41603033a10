"""The channel that our gateway speaks: two routes, a token, and JSON under `turn_request.schema.json`."""

from __future__ import annotations

import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from rasa.core.channels.channel import InputChannel, UserMessage
from rasa.shared.exceptions import RasaException
from sanic import Blueprint
from sanic.request import Request
from sanic.response import HTTPResponse
from sanic.response import json as json_response

from bot.dialogue.engine import Engine
from bot.dialogue.errors import ActionServerError, TurnFailedError, UnknownIntentError

logger = logging.getLogger(__name__)

REQUEST_SCHEMA = Path(__file__).with_name("turn_request.schema.json")


class GatewayInput(InputChannel):
    """`POST turn` and `GET ready`, below `/webhooks/gateway`. The engine is looked for in `app.ctx.engine`."""

    @classmethod
    def name(cls) -> str:
        """See `InputChannel`; also the last part of the path."""
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> GatewayInput:
        """Read `token`. Raises `RasaException` when there is none: without it anybody could ask about any order."""
        token = (credentials or {}).get("token")
        if not token:
            raise RasaException("The gateway's channel has no token. Set ASIDE_BOT_TOKEN.")
        return cls(token)

    def __init__(self, token: str) -> None:
        self._token = token.encode()
        self._schema = Draft202012Validator(json.loads(REQUEST_SCHEMA.read_text(encoding="utf-8")))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """See `InputChannel`. Rasa's own `on_new_message` is not used: it swallows errors and returns nothing."""
        routes = Blueprint("gateway_webhook")

        @routes.get("/ready")
        async def ready(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return _error(401, "unauthorized", "The token is wrong.")
            engine = _engine(request)
            if engine is None:
                return _error(503, "not_ready", "No model is loaded yet.")
            return json_response({"model_id": engine.model_id})

        @routes.post("/turn")
        async def turn(request: Request) -> HTTPResponse:
            if not self._authorised(request):
                return _error(401, "unauthorized", "The token is wrong.")
            body, complaint = self._body(request)
            if complaint:
                return _error(400, "bad_request", complaint)
            engine = _engine(request)
            if engine is None:
                return _error(503, "not_ready", "No model is loaded yet.")
            return await _answer(engine, body)

        return routes

    def _authorised(self, request: Request) -> bool:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(token.encode(errors="replace"), self._token)

    def _body(self, request: Request) -> tuple[dict[str, Any], str | None]:
        """Return the body and what is wrong with it. The customer's text is never repeated in an error."""
        try:
            body = json.loads(request.body)
        except ValueError:
            return {}, "The body is not JSON."
        for error in self._schema.iter_errors(body):
            place = "/".join(str(step) for step in error.absolute_path) or "the body"
            return {}, f"The contract is broken at {place} ({error.validator})."
        if body["text"] is None and body["intent"] is None:
            return {}, "One of text and intent must be given."
        return body, None


async def _answer(engine: Engine, body: dict[str, Any]) -> HTTPResponse:
    try:
        return json_response(await engine.turn(body))
    except UnknownIntentError as error:
        return _error(400, "bad_request", str(error))
    except ActionServerError as error:
        logger.warning("turn %s: %s", body["message_id"], error)
        return _error(502, "actions_failed", str(error))
    except TurnFailedError as error:
        logger.exception("turn %s", body["message_id"])
        return _error(500, "turn_failed", str(error))


def _engine(request: Request) -> Engine | None:
    return getattr(request.app.ctx, "engine", None)


def _error(status: int, error: str, message: str) -> HTTPResponse:
    return json_response({"error": error, "message": message}, status=status)
