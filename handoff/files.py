"""Files over the API: an agent puts one here to send it along; whoever may see a case gets what lies in it.

body, read as far as a file may be -> kind by its first bytes -> kept, nobody's yet -> said with a message
"""

from typing import Any, Final
from urllib.parse import quote

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway import files as kinds
from gateway.errors import NotFound
from gateway.messages import File
from gateway.storage import files, uploads, vault
from gateway.storage.files import Content
from handoff.auth import caller_of
from handoff.errors import Invalid, TooLarge
from handoff.rights import Right, access_case, require
from handoff.tools import Tools
from handoff.users import User

_AROUND: Final = 10_000  # bytes of a form around its file
_UNSENT: Final = 10  # files of the largest size that one agent may have lying here
_HEADERS: Final = {
    # A file that a stranger made: nothing of it runs, whatever a browser takes it for.
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # a passport that a customer has sent lies on no disk of an agent
}


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API its routes of files."""
    largest = tools.settings.aside_file_mb * 1_000_000

    async def put(request: Request) -> HTTPResponse:
        user = caller_of(request).user
        require(user, Right.WORK_CASES)
        content, name = await _body(request, largest)
        known = kinds.recognise(content, name=name)
        if known is None:
            raise Invalid(kinds.NOT_TAKEN if content else "The file is empty.")
        now = tools.clock()

        def write(conn: Connection) -> File:
            if uploads.unsent_bytes(conn, user.id) + len(content) > _UNSENT * largest:
                raise Invalid("Too many of your files wait to be sent. Send or remove some first.")
            return uploads.put(conn, user.id, known, name, content, now)

        return _json(await tools.db.write(write), 201)

    async def get(request: Request, file_id: str) -> HTTPResponse:
        user = caller_of(request).user
        require(user, Right.SEE_CASES)
        found = await tools.db.read(lambda conn: _for(conn, user, file_id))
        shown = "inline" if kinds.shown_in_place(found.mime) else "attachment"
        name = kinds.tidy_name(vault.masked(found.name), found.mime)
        mime = f"{found.mime}; charset=utf-8" if found.mime.startswith("text/") else found.mime
        headers = {**_HEADERS, "Content-Disposition": f"{shown}; filename*=UTF-8''{quote(name, safe='')}"}
        return HTTPResponse(found.content, content_type=mime, headers=headers)

    async def remove(request: Request, file_id: str) -> HTTPResponse:
        user = caller_of(request).user
        require(user, Right.WORK_CASES)
        if not await tools.db.write(lambda conn: uploads.discard(conn, file_id, user.id)):
            raise NotFound("There is no such file of yours that waits to be sent.")
        return HTTPResponse(status=204)

    api.add_route(put, "/files", methods=["POST"], name="put_file", stream=True)
    api.add_route(get, "/files/<file_id:str>", methods=["GET"], name="get_file")
    api.add_route(remove, "/files/<file_id:str>", methods=["DELETE"], name="remove_file")


def _for(conn: Connection, user: User, file_id: str) -> Content:
    """A file, for somebody who may see it. Raises `NotFound`."""
    found = files.content_of(conn, file_id)
    if found is None or (found.case_id is None and found.user_id != user.id):
        raise NotFound("There is no such file.")
    if found.case_id is not None:
        access_case(conn, user, found.case_id)
    return found


async def _body(request: Request, largest: int) -> tuple[bytes, str]:
    """A file's content and name: the body as it is, or the one file of a form. Raises `TooLarge` or `Invalid`."""
    stream: Any = request.stream
    room = largest + _AROUND
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > room:
        raise _too_large(largest)
    stream.request_max_size = room  # of this one request: all others keep the limit of webhooks
    content = bytearray()
    async for chunk in stream:
        content += chunk
        if len(content) > room:
            raise _too_large(largest)
    body, name = bytes(content), request.args.get("name") or ""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() == "multipart/form-data":
        body, name = _of_form(request, body, name)
    if len(body) > largest:
        raise _too_large(largest)
    return body, name


def _of_form(request: Request, body: bytes, name: str) -> tuple[bytes, str]:
    request.body = body
    forms: Any = request.files or {}
    sent = [one for many in forms.values() for one in many]
    if len(sent) != 1:
        raise Invalid("The form holds one file.")
    return sent[0].body, name or sent[0].name or ""


def _too_large(largest: int) -> TooLarge:
    return TooLarge(f"A file has at most {largest / 1_000_000:g} MB.")


def _json(body: object, status: int) -> HTTPResponse:
    return HTTPResponse(msgspec.json.encode(body), status, content_type="application/json")
