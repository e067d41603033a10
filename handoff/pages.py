"""The desk's pages: sign in, the lists, a case. They come whole from the server and are kept fresh in parts."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

from sanic import Blueprint, HTTPResponse, Request
from sanic.response import html, redirect
from sqlalchemy.engine import Connection

from handoff import auth, bodies, channels_screen, sessions
from handoff.aside import Period
from handoff.auth import COOKIE, caller_of
from handoff.errors import SignInBusy, TooManySignIns, Unauthorized
from handoff.render import HERE, Renderer
from handoff.rights import Right, may, require
from handoff.screen import Screen, read_screen, zone_of
from handoff.tools import Tools

_REFUSED: Final = (
    "That name and password do not go together, or there were too many tries. "
    "After five failures a name is closed for 15 minutes to where they came from."
)
_ZONE: Final = "aside_zone"  # the browser's time zone, so that days and times come out right from the server

Also = Callable[[Connection, datetime], dict[str, object]]
"""What a page shows besides the lists, read on the same snapshot."""


def routes(tools: Tools, renderer: Renderer) -> list[Blueprint]:
    """The routes of the pages: those for everybody, and those behind the door."""
    pages = Blueprint("desk_pages")
    _door(pages, tools, renderer)
    pages.static("/desk/static", HERE / "static", name="static", use_modified_since=True)
    return [pages, _desk(tools, renderer)]


def _door(pages: Blueprint, tools: Tools, renderer: Renderer) -> None:
    def form(request: Request, *, status: int = 200, refusal: str = "", name: str = "") -> HTTPResponse:
        following = _own_path(request.args.get("next") or "")
        return html(
            renderer.page("login.html", refusal=refusal, name=name, following=following,
                          brand=tools.brand),
            status=status,
        )  # fmt: skip

    async def front(request: Request) -> HTTPResponse:
        return redirect("/desk")

    async def ask(request: Request) -> HTTPResponse:
        if await auth.identify(request, tools) is not None:
            return redirect(_own_path(request.args.get("next") or ""))
        return form(request)

    async def sign_in(request: Request) -> HTTPResponse:
        auth.same_origin(request)
        given: Any = request.form or {}
        name, password = (str(given.get(field) or "").replace("\0", "") for field in ("name", "password"))
        cookie = request.cookies.get
        try:
            entered = await tools.sign_in(
                name, password, address=request.client_ip, cookie=cookie, instead_of=cookie(COOKIE)
            )
        except (TooManySignIns, SignInBusy) as error:
            return form(
                request, status=429 if isinstance(error, TooManySignIns) else 503, refusal=error.message, name=name
            )
        if entered is None:
            return form(request, status=401, refusal=_REFUSED, name=name)
        response = redirect(_own_path(request.args.get("next") or ""), status=303)
        auth.keep_session(response, entered.session, secure=tools.secure)
        auth.keep_device(response, entered, secure=tools.secure)
        return response

    async def sign_out(request: Request) -> HTTPResponse:
        await auth.enter(request, tools)
        secret = request.cookies.get(COOKIE)
        if secret:
            await tools.db.write(lambda conn: sessions.close(conn, secret))
        response = redirect("/login", status=303)
        auth.forget_session(response, secure=tools.secure)
        return response

    pages.add_route(front, "/", methods=["GET"], name="front")
    pages.add_route(ask, "/login", methods=["GET"], name="ask")
    pages.add_route(sign_in, "/login", methods=["POST"], name="sign_in")
    pages.add_route(sign_out, "/logout", methods=["POST"], name="sign_out")


def _desk(tools: Tools, renderer: Renderer) -> Blueprint:
    desk = Blueprint("desk", url_prefix="/desk")

    async def entered(request: Request) -> HTTPResponse | None:
        try:
            await auth.enter(request, tools)
        except Unauthorized:
            if "text/html" not in request.headers.get("accept", "") or "/parts" in request.path:
                raise
            here = request.path + (f"?{request.query_string}" if request.query_string else "")
            return redirect(f"/login?{urlencode({'next': here})}")
        return None

    async def show(request: Request, case_id: str | None, template: str, also: Also | None = None) -> HTTPResponse:
        caller = caller_of(request)
        require(caller.user, Right.SEE_CASES)
        asked = Screen(
            user=caller.user,
            csrf="" if caller.session is None else caller.session.csrf,
            view=request.args.get("list") or "",
            case_id=case_id,
            before=request.args.get("before") or "",
            zone=zone_of(request.cookies.get(_ZONE) or ""),
            now=tools.clock(),
            brand=tools.brand,
            rules=tools.rules,
        )
        values = await tools.db.read(
            lambda conn: read_screen(conn, asked) | ({} if also is None else also(conn, asked.now))
        )
        # Rendering a long conversation takes a while; others' requests go on meanwhile.
        return html(await asyncio.to_thread(renderer.page, template, **values))

    async def lists(request: Request) -> HTTPResponse:
        return await show(request, None, "desk.html")

    async def case(request: Request, case_id: str) -> HTTPResponse:
        return await show(request, case_id, "desk.html")

    async def list_parts(request: Request) -> HTTPResponse:
        return await show(request, None, "parts/all.html")

    async def channel_page(request: Request, template: str) -> HTTPResponse:
        mind = may(caller_of(request).user, Right.MIND_CHANNELS)
        period = bodies.choice_of(request, "period", Period) or Period.WEEK

        def read(conn: Connection, now: datetime) -> dict[str, object]:
            return channels_screen.read(conn, tools.accounts, tools.table, now, period, mind=mind)

        return await show(request, None, template, read)

    async def channels(request: Request) -> HTTPResponse:
        return await channel_page(request, "channels.html")

    async def channels_parts(request: Request) -> HTTPResponse:
        return await channel_page(request, "parts/channels_all.html")

    async def case_parts(request: Request, case_id: str) -> HTTPResponse:
        return await show(request, case_id, "parts/all.html")

    desk.middleware(entered, "request")
    desk.add_route(lists, "/", methods=["GET"], name="lists")
    desk.add_route(case, "/cases/<case_id:str>", methods=["GET"], name="case")
    desk.add_route(channels, "/channels", methods=["GET"], name="channels")
    desk.add_route(channels_parts, "/channels/parts", methods=["GET"], name="channels_parts")
    desk.add_route(list_parts, "/parts", methods=["GET"], name="list_parts")
    desk.add_route(case_parts, "/cases/<case_id:str>/parts", methods=["GET"], name="case_parts")
    return desk


def _own_path(path: str) -> str:
    """A path on this desk, to go on to after signing in; never another site."""
    own = path.startswith("/desk") and "\\" not in path and path.isprintable()
    return quote(path, safe="/?&=%-_.~") if own else "/desk"
