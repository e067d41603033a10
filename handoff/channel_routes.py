"""The API of the channels: how they are, what was set aside, and having it understood once more."""

from typing import Final

import msgspec
from sanic import Blueprint, HTTPResponse, Request

from gateway.errors import NotFound
from gateway.messages import Channel
from gateway.storage.settled import InboxStatus
from handoff import bodies, channels
from handoff.auth import caller_of
from handoff.bodies import body_of
from handoff.channels import ReplayBody
from handoff.errors import Invalid
from handoff.rights import Right, require
from handoff.tools import Tools

_SHOWN: Final = frozenset({InboxStatus.SET_ASIDE, InboxStatus.IGNORED})


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API these routes."""

    async def listed(request: Request) -> HTTPResponse:
        require(caller_of(request).user, Right.SEE_CASES)
        now = tools.clock()
        return _json(await tools.db.read(lambda conn: channels.listed(conn, tools.accounts, tools.table, now)))

    async def events(request: Request, channel: str) -> HTTPResponse:
        which = _minding(request, channel)
        status = bodies.choice_of(request, "status", InboxStatus) or InboxStatus.SET_ASIDE
        if status not in _SHOWN:
            raise Invalid(f"`status` is one of {', '.join(sorted(_SHOWN))}.")
        limit, after = bodies.limit_of(request), request.args.get("cursor")
        return _json(await tools.db.read(lambda conn: channels.events(conn, which, status, after, limit)))

    async def event(request: Request, channel: str, event_id: int) -> HTTPResponse:
        which = _minding(request, channel)
        return _json(await tools.db.read(lambda conn: channels.event(conn, which, bodies.row_id(event_id))))

    async def replay(request: Request, channel: str) -> HTTPResponse:
        which = _minding(request, channel)
        body = body_of(request, ReplayBody)
        return _json(await tools.db.write(lambda conn: channels.replay(conn, which, body)))

    api.add_route(listed, "/channels", methods=["GET"], name="channels")
    api.add_route(events, "/channels/<channel:str>/events", methods=["GET"], name="channel_events")
    api.add_route(event, "/channels/<channel:str>/events/<event_id:int>", methods=["GET"], name="channel_event")
    api.add_route(replay, "/channels/<channel:str>/replay", methods=["POST"], name="replay")


def _minding(request: Request, channel: str) -> Channel:
    """The channel, for somebody who looks after channels; that is checked first."""
    require(caller_of(request).user, Right.MIND_CHANNELS)
    if channel not in set(Channel):
        raise NotFound
    return Channel(channel)


def _json(body: object) -> HTTPResponse:
    return HTTPResponse(msgspec.json.encode(body), content_type="application/json")
