"""Errors as answers: `{error, message}` for programs, a page for people; never a stack trace, nor a text in the log."""

from typing import Any, Final

import msgspec
import structlog
from sanic import HTTPResponse, Request, Sanic
from sanic.exceptions import NotFound as SanicNotFound
from sanic.exceptions import SanicException
from sanic.response import html

from gateway.errors import (
    AsideError,
    BadSignature,
    CaseTaken,
    NotFound,
    NotOwner,
    Overloaded,
    StaleEpoch,
    WallRefusal,
    WrongState,
)
from handoff import errors
from handoff.auth import Caller
from handoff.render import Renderer

_log: Final = structlog.get_logger(module=__name__)

_STATUS: Final[tuple[tuple[type[AsideError], int], ...]] = (
    (errors.BadRequest, 400),
    (errors.Unauthorized, 401),
    (errors.Forbidden, 403),
    (BadSignature, 403),
    (NotFound, 404),
    (StaleEpoch, 409),
    (CaseTaken, 409),
    (NotOwner, 409),
    (WrongState, 409),
    (errors.TooLarge, 413),
    (errors.TooManyStreams, 429),
    (errors.TooManySignIns, 429),
    (errors.Invalid, 422),
    (errors.IdempotencyConflict, 422),
    (errors.NoPrivateThread, 422),
    (errors.NoPublicThread, 422),
    (WallRefusal, 422),
    (errors.SignInBusy, 503),
    (Overloaded, 503),
)

_OF_HTTP: Final = {
    400: ("bad_request", "The request cannot be read."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that method."),
    408: ("timeout", "The request took too long to arrive."),
    413: ("too_large", "The request is too large."),
    416: ("bad_range", "There is no such part of this file."),
    503: ("unavailable", "This took too long. Please try again."),
}
_INTERNAL: Final = ("internal", "Something went wrong on our side. It has been noted; please try again.")


def install(app: Sanic[Any, Any], renderer: Renderer) -> None:
    """Answer every error of the application in one way."""

    def answer(request: Request, error: Exception) -> HTTPResponse:
        if isinstance(error, IsADirectoryError):  # a folder among the static files is nothing to be had
            error = SanicNotFound("There is no such thing.")
        status, body = _described(error)
        if status >= 500 and not isinstance(error, AsideError | SanicException):
            _note(request, error)
        if _wants_a_page(request):
            page = renderer.page("error.html", status=status, message=body["message"], csrf=_csrf(request))
            return html(page, status=status)
        headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
        return HTTPResponse(msgspec.json.encode(body), status, headers, "application/json")

    @app.on_request
    def no_hidden_ends(request: Request) -> None:
        """A NUL ends a name for the system, though not for us."""
        if b"%00" in request.raw_url:
            raise SanicNotFound("There is no such thing.")

    app.error_handler.add(Exception, answer)
    app.error_handler.add(SanicException, answer)
    app.error_handler.add(AsideError, answer)


def _described(error: Exception) -> tuple[int, dict[str, object]]:
    if isinstance(error, AsideError):
        status = next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
        if status != 500:
            return status, {"error": error.code, "message": error.message, **_details(error)}
    if isinstance(error, SanicException) and error.status_code in _OF_HTTP:
        code, message = _OF_HTTP[error.status_code]
        return error.status_code, {"error": code, "message": message}
    code, message = _INTERNAL
    return 500, {"error": code, "message": message}


def _details(error: AsideError) -> dict[str, object]:
    if isinstance(error, WallRefusal):
        return {"findings": error.findings}
    if isinstance(error, errors.TakenBy | errors.HeldBy):
        return {"agent": error.agent}
    return {}


def _note(request: Request, error: Exception) -> None:
    """Where it happened and what kind of error it was. Not its message: that may quote what a customer wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f"{trace.tb_frame.f_globals.get('__name__', '')}:{trace.tb_lineno}"
    _log.error("request.failed", method=request.method, route=request.path, error=type(error).__name__, where=where)


def _csrf(request: Request) -> str:
    """For the button with which somebody in the wrong role signs out."""
    caller: Caller | None = getattr(request.ctx, "caller", None)
    return "" if caller is None or caller.session is None else caller.session.csrf


def _wants_a_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "") and not request.path.startswith("/api/")
