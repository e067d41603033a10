"""Serves the page: plain HTML, CSS and JavaScript modules, nothing from elsewhere."""

from pathlib import Path

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, file

STATIC = Path(__file__).parent / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def pages() -> Blueprint:
    """The page and its files."""
    blueprint = Blueprint("page")

    @blueprint.get("/")
    async def home(request: Request) -> HTTPResponse:
        return await file(STATIC / "index.html")

    blueprint.static("/static", STATIC, name="static")

    blueprint.middleware("response")(_guard)
    return blueprint


async def _guard(request: Request, response: HTTPResponse) -> None:
    response.headers.update(HEADERS)
