"""Hiding: an agent has a customer's public message hidden or removed; the gateway does it (`gateway.sending.acts`).

POST -> act asked for -> 202, with the message; what became of it comes as an event
"""

from datetime import datetime

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.messages import Channel
from gateway.storage import acts, afterwards, threads, transcript
from gateway.storage.transcript import Message
from handoff import bodies, fates, view
from handoff.auth import caller_of
from handoff.errors import Invalid
from handoff.rights import Right, access_case, require
from handoff.tools import Tools
from handoff.users import User


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API its route."""

    async def hidden(request: Request, case_id: str, message_id: int) -> HTTPResponse:
        user, now = caller_of(request).user, tools.clock()
        require(user, Right.WORK_CASES)

        def write(conn: Connection) -> view.MessageJson:
            return view.messages(conn, [hide(conn, user, case_id, bodies.row_id(message_id), now)])[0]

        shown = await tools.db.write(write)
        return HTTPResponse(msgspec.json.encode(shown), 202, content_type="application/json")

    api.add_route(hidden, "/cases/<case_id:str>/messages/<message_id:int>/hide", methods=["POST"], name="hide_message")


def hide(conn: Connection, user: User, case_id: str, message_id: int, now: datetime) -> Message:
    """Have a customer's public message hidden, or removed where the platform hides nothing. Asking twice is no mistake.

    Raises `NotFound`, or `Invalid` where it is none that could be hidden.
    """
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    said = transcript.one(conn, case.id, message_id)
    message = None if said is None else afterwards.get(conn, message_id)
    if said is None or message is None:
        raise NotFound("There is no such message.")
    kind = fates.can_be_hidden(said)
    if not kind:
        if fates.of(said).act is not None or fates.of(said).hidden:
            return said
        raise Invalid("Only what a customer said in public can be hidden.")
    thread = next(thread for thread in threads.of_case(conn, case.id) if thread.id == message.thread_id)
    acts.ask_for(conn, message, Channel(said.channel), thread.account, kind, user.actor, now)
    return transcript.one(conn, case.id, message_id) or said
