"""The documentation of the API: one page, and the OpenAPI document it is made of."""

from typing import Final

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sanic.response import html

from handoff import openapi
from handoff.render import Renderer

DOCUMENT: Final = "/docs/openapi.json"


def routes(renderer: Renderer) -> Blueprint:
    """The routes of the documentation. Nothing secret: anybody may read how the API works."""
    docs = Blueprint("desk_docs")
    document = openapi.document()
    encoded = msgspec.json.encode(document)
    page = renderer.page("docs.html", document=document, sections=openapi.sections(document))

    async def show(request: Request) -> HTTPResponse:
        return html(page)

    async def download(request: Request) -> HTTPResponse:
        return HTTPResponse(encoded, content_type="application/json")

    docs.add_route(show, "/docs", methods=["GET"], name="page")
    docs.add_route(download, DOCUMENT, methods=["GET"], name="document")
    return docs
