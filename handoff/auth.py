"""Who is asking: a bearer token, or a session's cookie together with the secret that only our own pages know."""

import hmac
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from sanic import HTTPResponse, Request

from handoff import devices, sessions, tokens
from handoff.errors import CrossSite, Unauthorized
from handoff.sessions import LONGEST, Session
from handoff.sign_in import Entered
from handoff.tools import Tools
from handoff.users import User

COOKIE: Final = "aside_session"
CSRF_HEADER: Final = "x-csrf-token"
CSRF_FIELD: Final = "csrf"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Whoever is asking."""

    user: User
    session: Session | None = None
    """None for callers with a token."""


async def identify(request: Request, tools: Tools) -> Caller | None:
    """Who is asking, or None. A header wins over a cookie, also where it is wrong."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            return None
        user = await tools.db.read(lambda conn: tokens.user_of(conn, token.strip()))
        return None if user is None else Caller(user=user)
    secret = request.cookies.get(COOKIE)
    if not secret:
        return None
    now = tools.clock()
    session = await tools.db.read(lambda conn: sessions.find(conn, secret, now))
    if session is None:
        return None
    if session.wants_touch(now):
        await tools.db.write(lambda conn: sessions.touch(conn, session, now))
    return Caller(user=session.user, session=session)


async def enter(request: Request, tools: Tools) -> Caller:
    """Who is asking, kept for the route. Raises `Unauthorized`, or `CrossSite` where a change comes by cookie alone."""
    caller = await identify(request, tools)
    if caller is None:
        raise Unauthorized
    if caller.session is not None and request.method not in _SAFE:
        _check_csrf(request, caller.session)
    request.ctx.caller = caller
    return caller


def caller_of(request: Request) -> Caller:
    """Who is asking, in a route behind `enter`. Raises `Unauthorized` where nobody has entered."""
    caller: Caller | None = getattr(request.ctx, "caller", None)
    if caller is None:
        raise Unauthorized
    return caller


def same_origin(request: Request) -> None:
    """Raise `CrossSite` where a browser says that another site sent this. For the one form that has no session yet."""
    if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise CrossSite
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host", ""):
        raise CrossSite


def keep_session(response: HTTPResponse, secret: str, *, secure: bool) -> None:
    """Give the browser its cookie."""
    response.add_cookie(
        COOKIE, secret, httponly=True, secure=secure, samesite="Lax", path="/", max_age=int(LONGEST.total_seconds())
    )


def keep_device(response: HTTPResponse, entered: Entered, *, secure: bool) -> None:
    """Have the browser known at its next sign-in."""
    response.add_cookie(
        devices.cookie_of(entered.user_id), entered.device, httponly=True, secure=secure, samesite="Strict",
        path="/login", max_age=int(devices.LASTS.total_seconds()),
    )  # fmt: skip


def forget_session(response: HTTPResponse, *, secure: bool) -> None:
    """Take it away again."""
    response.add_cookie(COOKIE, "", httponly=True, secure=secure, samesite="Lax", path="/", max_age=0)


def _check_csrf(request: Request, session: Session) -> None:
    form: Any = request.form or {}
    given = request.headers.get(CSRF_HEADER) or form.get(CSRF_FIELD) or ""
    if not hmac.compare_digest(str(given).encode(errors="replace"), session.csrf.encode()):
        raise CrossSite
