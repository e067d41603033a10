"""The API under /api/v1: for the desk's own pages and for every other program alike."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, cast

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway.cases import Case, CaseState, Owner
from gateway.messages import Channel, Surface
from gateway.storage.transcript import Message
from handoff import (
    aside,
    bodies,
    channel_routes,
    claim,
    closing,
    files,
    hand_back,
    hide,
    hold,
    live,
    overrides,
    queue,
    reopen,
    replies,
    resolve,
    reveal,
    transfer,
    troubles,
    users,
    view,
)
from handoff.auth import caller_of, enter, identify
from handoff.bodies import body_of
from handoff.errors import Invalid
from handoff.queue import Wanted
from handoff.rights import Right, access_case, may, require
from handoff.tools import Tools
from handoff.users import User

PREFIX: Final = "/api/v1"
Json = HTTPResponse


def routes(tools: Tools) -> Blueprint:
    """The routes of the API."""
    api = Blueprint("desk_api", url_prefix=PREFIX)

    async def identified(request: Request) -> None:
        await enter(request, tools)

    api.middleware(identified, "request")
    _reading(api, tools)
    _saying(api, tools)
    _acting(api, tools)
    _listening(api, tools)
    channel_routes.add_to(api, tools)
    files.add_to(api, tools)
    hide.add_to(api, tools)
    closing.add_to(api, tools)
    reveal.add_to(api, tools)
    aside.add_to(api, tools)
    return api


def _reading(api: Blueprint, tools: Tools) -> None:
    async def cases(request: Request) -> Json:
        user = caller_of(request).user
        require(user, Right.SEE_CASES)
        wanted = _wanted(request)
        limit, after = bodies.limit_of(request), request.args.get("cursor")
        page = await tools.db.read(lambda conn: queue.listing(conn, wanted, limit=limit, after=after))
        return _json(view.case_page(page))

    async def case(request: Request, case_id: str) -> Json:
        user = caller_of(request).user

        def read(conn: Connection) -> view.CaseDetailJson:
            return view.case_detail(conn, access_case(conn, user, case_id).id, tools.rules, tools.clock())

        return _json(await tools.db.read(read))

    async def messages(request: Request, case_id: str) -> Json:
        user = caller_of(request).user
        limit, after = bodies.limit_of(request), request.args.get("cursor")

        def read(conn: Connection) -> view.MessagePage:
            return view.message_page(conn, access_case(conn, user, case_id).id, after, limit)

        return _json(await tools.db.read(read))

    async def agents(request: Request) -> Json:
        require(caller_of(request).user, Right.SEE_CASES)
        everybody = await tools.db.read(users.list_all)
        names = [
            {"name": user.name, "role": user.role}
            for user in everybody
            if user.disabled_at is None and may(user, Right.WORK_CASES)
        ]
        return _json({"agents": names})

    async def crises(request: Request) -> Json:
        require(caller_of(request).user, Right.SEE_CASES)
        now = tools.clock()
        return _json(await tools.db.read(lambda conn: troubles.listed(conn, now)))

    api.add_route(cases, "/cases", methods=["GET"], name="cases")
    api.add_route(crises, "/crises", methods=["GET"], name="crises")
    api.add_route(case, "/cases/<case_id:str>", methods=["GET"], name="case")
    api.add_route(messages, "/cases/<case_id:str>/messages", methods=["GET"], name="messages")
    api.add_route(agents, "/agents", methods=["GET"], name="agents")


def _saying(api: Blueprint, tools: Tools) -> None:
    async def say(request: Request, case_id: str) -> Json:
        user = _worker(request)
        body = body_of(request, bodies.MessageBody)
        draft = replies.Draft(
            case_id=case_id,
            text=body.text,
            surface=body.surface,
            thread=body.thread,
            key=request.headers.get("idempotency-key"),
            along=tuple(body.files),
            override=body.override,
        )
        draft.check()
        now = tools.clock()
        public = None
        if draft.surface is Surface.PUBLIC:
            before = await tools.db.read(lambda conn: replies.said_before(conn, user, draft))
            if before is not None:
                return await shown(before)
            channel, told = await tools.db.read(lambda conn: replies.public_side(conn, user, draft, now))
            # Beside the loop: a long text takes a second, in which customers are to be heard.
            public = await asyncio.to_thread(
                overrides.passed, tools.wall, user, draft.text, channel, told, draft.override
            )
        said = await tools.db.write(lambda conn: replies.commit(conn, user, draft, public, now))
        return await shown(said)

    async def shown(said: Message) -> Json:
        return _json(await tools.db.read(lambda conn: view.messages(conn, [said])[0]), 201)

    async def wall(request: Request) -> Json:
        user = _worker(request)
        return _json(await overrides.ask(tools, user, body_of(request, bodies.WallBody)))

    api.add_route(say, "/cases/<case_id:str>/messages", methods=["POST"], name="say")
    api.add_route(wall, "/wall", methods=["POST"], name="wall")


def _acting(api: Blueprint, tools: Tools) -> None:
    async def act(what: Callable[[Connection], Case]) -> Json:
        changed = await tools.db.write(lambda conn: view.case(queue.one(conn, what(conn).id)))
        return _json(changed)

    async def claimed(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.ClaimBody)
        return await act(lambda conn: claim.claim(conn, user, case_id, body.epoch, now))

    async def transferred(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.TransferBody)
        note = body.note.strip()
        return await act(
            lambda conn: transfer.transfer(
                conn, user, case_id, body.epoch, to=body.to, note=note, promise=tools.promise, now=now
            )
        )

    async def held(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.HoldBody)
        if (body.due_at is None) == (body.minutes is None):
            raise Invalid("Give one of `due_at` and `minutes`.")
        until = body.due_at or now + timedelta(minutes=body.minutes or 0)
        return await act(lambda conn: hold.hold(conn, user, case_id, body.epoch, until, now))

    async def returned(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.ReturnBody)
        return await act(lambda conn: hand_back.hand_back(conn, user, case_id, body.epoch, body.reason, now))

    async def resolved(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.ResolveBody)
        return await act(
            lambda conn: resolve.resolve(
                conn, user, case_id, body.epoch, outcome=body.outcome, public_close=body.public_close, now=now
            )
        )

    async def reopened(request: Request, case_id: str) -> Json:
        user, now = _worker(request), tools.clock()
        body = body_of(request, bodies.ReopenBody)
        to_queue = body.to == "queue"
        return await act(
            lambda conn: reopen.reopen(
                conn, user, case_id, body.epoch, to_queue=to_queue, promise=tools.promise, now=now
            )
        )

    for verb, handler in (
        ("claim", claimed),
        ("transfer", transferred),
        ("hold", held),
        ("return", returned),
        ("resolve", resolved),
        ("reopen", reopened),
    ):
        api.add_route(handler, f"/cases/<case_id:str>/{verb}", methods=["POST"], name=verb)


def _listening(api: Blueprint, tools: Tools) -> None:
    listeners = live.Listeners()

    async def events(request: Request) -> None:
        require(caller_of(request).user, Right.SEE_CASES)
        last_id = _last_event_id(request)

        async def still_welcome() -> bool:
            caller = await identify(request, tools)
            return caller is not None and may(caller.user, Right.SEE_CASES)

        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        with listeners.one_more(caller_of(request).user.id):
            kind = "text/event-stream; charset=utf-8"
            response = cast(Any, await request.respond(content_type=kind, headers=headers))
            async for frame in live.stream(tools.db, tools.bell, last_id, still_welcome=still_welcome):
                await response.send(frame)
            await response.eof()

    api.add_route(events, "/events", methods=["GET"], name="events")


def _worker(request: Request) -> User:
    """Whoever is asking, if they work on cases: said before the body is looked at."""
    user = caller_of(request).user
    require(user, Right.WORK_CASES)
    return user


def _wanted(request: Request) -> Wanted:
    return Wanted(
        states=bodies.choices_of(request, "state", CaseState),
        channel=bodies.choice_of(request, "channel", Channel),
        owner=bodies.choice_of(request, "owner", Owner),
        topic=request.args.get("topic"),
        crisis=bodies.number_of(request, "crisis"),
    )


def _last_event_id(request: Request) -> int | None:
    """Where to resume; the browser's header wins, it is newer than the address that the page began with."""
    given = request.headers.get("last-event-id") or request.args.get("last_event_id")
    if not given:
        return None
    if not (given.isascii() and given.isdecimal()) or len(given) > 18:
        raise Invalid("`Last-Event-ID` is the id of an event.")
    return int(given)


def _json(body: object, status: int = 200) -> Json:
    return HTTPResponse(msgspec.json.encode(body), status, content_type="application/json")
