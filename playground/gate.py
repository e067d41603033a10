"""What every pretend platform does with every call: strike it with a fault, and write it down."""

import asyncio
import json
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, html

from playground.calls import Calls
from playground.faults import AFTER_EFFECT, Fault, Faults, Kind
from playground.ids import Clock

HTML_ERROR = "<!DOCTYPE html><html><head><title>500</title></head><body><h1>Something went wrong</h1></body></html>"
CREDENTIALS = frozenset({"access_token", "appsecret_proof"})

Refusal = Callable[[Fault], HTTPResponse]
"""How a platform words a 429 or a 403."""


class Gate:
    """Stands in front of one platform's blueprint."""

    def __init__(self, platform: str, calls: Calls, faults: Faults, refuse: Refusal, clock: Clock) -> None:
        self._platform = platform
        self._calls = calls
        self._faults = faults
        self._refuse = refuse
        self._clock = clock

    def guard(self, blueprint: Blueprint) -> None:
        """Put the gate in front of all routes of `blueprint`."""
        blueprint.middleware("request")(self._before)
        blueprint.middleware("response")(self._after)

    async def _before(self, request: Request) -> HTTPResponse | None:
        fault = self._faults.draw(self._platform)
        request.ctx.fault = fault
        if fault is None or fault.kind in AFTER_EFFECT:
            return None
        if fault.kind is Kind.HTML_ERROR:
            return html(HTML_ERROR, status=500)
        if fault.kind is Kind.RESET:
            _abort(request)
            return HTTPResponse(status=502)
        return self._refuse(fault)

    async def _after(self, request: Request, response: HTTPResponse) -> HTTPResponse | None:
        fault: Fault | None = getattr(request.ctx, "fault", None)
        self._calls.record(
            platform=self._platform,
            method=request.method,
            path=_without_token(request.path),
            query={name: value for name, value in request.query_args if name not in CREDENTIALS},
            body={name: value for name, value in fields(request).items() if name not in CREDENTIALS},
            status=response.status,
            answer=_answer(response),
            fault=fault.kind.value if fault else None,
        )
        # The platforms' clock, by which a caller can tell how wrong its own is.
        response.headers["date"] = formatdate(self._clock(), usegmt=True)
        if fault is not None and fault.kind is Kind.TIMEOUT_AFTER_EFFECT:
            await asyncio.sleep(fault.hold)
            _abort(request)
        if fault is not None and fault.kind is Kind.ERROR_AFTER_EFFECT:
            return html(HTML_ERROR, status=500)
        return None


def fields(request: Request) -> dict[str, Any]:
    """The body's fields, whether it came as JSON, form or multipart."""
    if request.content_type.startswith("application/json"):
        content = request.json
        return content if isinstance(content, dict) else {}
    return {name: values[0] for name, values in (request.form or {}).items()}


def unpacked(value: Any) -> Any:
    """A form carries nested values as JSON text; JSON bodies carry them as they are."""
    if isinstance(value, str) and value[:1] in "{[":
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _abort(request: Request) -> None:
    if request.transport is not None:
        request.transport.abort()  # type: ignore[attr-defined]


def _without_token(path: str) -> str:
    """Telegram has the token in the path; it does not belong in a log."""
    before, mark, after = path.partition("/bot")
    return f"{before}/bot<token>/{after.partition('/')[2]}" if mark else path


def _answer(response: HTTPResponse) -> Any:
    try:
        return json.loads(response.body or b"null")
    except ValueError:
        return (response.body or b"").decode(errors="replace")[:200]
