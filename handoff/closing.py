"""Closing in public: an agent approves of the word that closes a public thread, or wants none; routing says it.

POST -> the thread is due at once, approved | closed without a word -> the case, with its threads
"""

from datetime import datetime

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway.errors import WrongState
from gateway.public_thread import Event, MoveState, Patience
from gateway.storage import events, progress
from handoff import bodies, view
from handoff.auth import caller_of
from handoff.bodies import body_of
from handoff.rights import Right, access_case, require
from handoff.tools import Tools
from handoff.users import User

WAITING = (MoveState.PRIVATE_RESOLVED, MoveState.WATCHED)
"""States in which a closing word is to come."""


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API its route."""

    async def closed(request: Request, case_id: str) -> HTTPResponse:
        user, now = caller_of(request).user, tools.clock()
        require(user, Right.WORK_CASES)
        body = body_of(request, bodies.ClosingBody)

        def write(conn: Connection) -> view.CaseDetailJson:
            decide(conn, user, case_id, now, say=body.say)
            return view.case_detail(conn, case_id, tools.rules, now)

        shown = await tools.db.write(write)
        return HTTPResponse(msgspec.json.encode(shown), content_type="application/json")

    api.add_route(closed, "/cases/<case_id:str>/closing", methods=["POST"], name="closing")


def decide(conn: Connection, user: User, case_id: str, now: datetime, *, say: bool) -> None:
    """Have the closing word of a case's public threads said, or not. Raises `WrongState` where none is to come."""
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    event = Event.APPROVED if say else Event.SETTLED
    if not progress.happen_to_all(conn, case.id, event, Patience(), now, WAITING):
        raise WrongState("No public thread of this case waits for a closing word.")
    kind = "move.approved" if say else "move.declined"
    events.append(conn, kind, case_id=case.id, actor=user.actor, epoch=case.epoch, at=now)
