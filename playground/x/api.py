"""The HTTP face of the pretend X: API v2 under /x/2."""

import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.gate import Gate, fields
from playground.settings import Settings
from playground.x.errors import XError, forbidden, invalid, not_found
from playground.x.oauth import OAuth
from playground.x.objects import chosen, conversation_id
from playground.x.platform import X
from playground.x.records import Post

POST_FIELDS = ("id", "text", "edit_history_tweet_ids")
EVENT_FIELDS = ("id", "text", "event_type")
USER_FIELDS = ("id", "name", "username")
WINDOW = 900
"""Seconds; X counts calls in windows of 15 minutes."""
LIMITS = {
    "posts": 100,
    "messages": 15,
    "hidden": 50,
    "mentions": 300,
    "timeline": 900,
    "dm_events": 15,
    "conversation": 15,
}
"""Calls a window per user (docs.x.com/x-api/fundamentals/rate-limits, read 2026-11-21)."""
OTHER_LIMIT = 900

Item = TypeVar("Item")


class Routes(Protocol):
    """A part of X's API."""

    def routes(self, blueprint: Blueprint) -> None:
        """Add its routes."""


class XApi:
    """Answers the gateway's calls."""

    def __init__(self, x: X, settings: Settings, oauth: OAuth, others: Sequence[Routes]) -> None:
        """`others`: further routes of X's."""
        self._x = x
        self._settings = settings
        self._oauth = oauth
        self._others = others
        self._limits = LIMITS | {"messages": settings.playground_x_messages}
        self._used: dict[tuple[str, int], int] = {}

    def blueprint(self, gate: Gate) -> Blueprint:
        """All routes."""
        blueprint = Blueprint("x", url_prefix="/x")
        gate.guard(blueprint)
        blueprint.middleware("request")(self._check)
        blueprint.middleware("response")(self._count)
        blueprint.exception(XError)(_problem)
        blueprint.exception(ValueError)(_malformed)
        for others in self._others:
            others.routes(blueprint)
        add = blueprint.add_route
        add(self.create_post, "/2/tweets", methods=["POST"], name="posts")
        add(self.read_post, "/2/tweets/<post_id:str>", methods=["GET"], name="post")
        add(self.delete_post, "/2/tweets/<post_id:str>", methods=["DELETE"], name="delete")
        add(self.hide, "/2/tweets/<post_id:str>/hidden", methods=["PUT"], name="hidden")
        add(self.write, "/2/dm_conversations/with/<user_id:str>/messages", methods=["POST"], name="messages")
        add(self.conversation, "/2/dm_conversations/with/<user_id:str>/dm_events", methods=["GET"], name="conversation")
        add(self.events, "/2/dm_events", methods=["GET"], name="dm_events")
        add(self.me, "/2/users/me", methods=["GET"], name="me")
        add(self.user, "/2/users/<user_id:str>", methods=["GET"], name="user")
        add(partial(self.timeline, own=False), "/2/users/<user_id:str>/mentions", methods=["GET"], name="mentions")
        add(partial(self.timeline, own=True), "/2/users/<user_id:str>/tweets", methods=["GET"], name="timeline")
        return blueprint

    async def create_post(self, request: Request) -> HTTPResponse:
        """POST /2/tweets."""
        body = fields(request)
        reply = body.get("reply") or {}
        if not isinstance(reply, dict):
            raise invalid("reply must be an object.")
        post = self._x.brand_posts(
            text=str(body.get("text", "")),
            in_reply_to=reply.get("in_reply_to_tweet_id"),
            quote_of=body.get("quote_tweet_id"),
            deep_link=body.get("direct_message_deep_link"),
        )
        return json({"data": chosen(self._x.objects.post(post), POST_FIELDS, None)}, status=201)

    async def read_post(self, request: Request, post_id: str) -> HTTPResponse:
        """GET /2/tweets/:id."""
        post = self._x.post(post_id)
        return json({"data": self._posts(request, [post])[0], **self._includes(request, [post])})

    async def delete_post(self, request: Request, post_id: str) -> HTTPResponse:
        """DELETE /2/tweets/:id."""
        self._x.delete(post_id)
        return json({"data": {"deleted": True}})

    async def hide(self, request: Request, post_id: str) -> HTTPResponse:
        """PUT /2/tweets/:id/hidden."""
        hidden = fields(request).get("hidden")
        if not isinstance(hidden, bool):
            raise invalid("hidden must be true or false.")
        self._x.hide(post_id, hidden)
        return json({"data": {"hidden": hidden}})

    async def write(self, request: Request, user_id: str) -> HTTPResponse:
        """POST /2/dm_conversations/with/:participant_id/messages."""
        body = fields(request)
        attachments = body.get("attachments") or []
        media_id = str(attachments[0].get("media_id", "")) if attachments and isinstance(attachments[0], dict) else ""
        message = self._x.brand_writes(user_id, str(body.get("text", "")), media_id)
        conversation = conversation_id(self._settings.twitter_user_id, user_id)
        return json({"data": {"dm_conversation_id": conversation, "dm_event_id": message.id}}, status=201)

    async def conversation(self, request: Request, user_id: str) -> HTTPResponse:
        """GET /2/dm_conversations/with/:participant_id/dm_events."""
        return self._messages(request, self._x.conversation(user_id))

    async def events(self, request: Request) -> HTTPResponse:
        """GET /2/dm_events."""
        return self._messages(request, self._x.state.messages)

    async def me(self, request: Request) -> HTTPResponse:
        """GET /2/users/me."""
        return await self.user(request, self._settings.twitter_user_id)

    async def user(self, request: Request, user_id: str) -> HTTPResponse:
        """GET /2/users/:id."""
        user = self._x.objects.user(user_id)
        if not user["username"]:
            raise not_found("user", user_id)
        return json({"data": chosen(user, USER_FIELDS, request.args.get("user.fields"))})

    async def timeline(self, request: Request, user_id: str, own: bool) -> HTTPResponse:
        """GET /2/users/:id/mentions and /2/users/:id/tweets, newest first."""
        if not own and user_id != self._settings.twitter_user_id:
            raise forbidden("You are not permitted to view the mentions of this user.")
        posts = self._x.posts_of(user_id) if own else self._x.mentions()
        since = int(request.args.get("since_id", 0))
        start, end = (_moment(request.args.get(name)) for name in ("start_time", "end_time"))
        left_out = (request.args.get("exclude") or "").split(",")
        chosen_posts = [
            post
            for post in posts
            # Both times count whole seconds, and include theirs.
            if int(post.id) > since
            and (start is None or int(post.created) >= start)
            and (end is None or int(post.created) <= end)
            and not ("replies" in left_out and post.in_reply_to is not None)
        ]
        page, meta = _page(request, chosen_posts, least=5)
        if not page:
            return json({"meta": meta})
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        return json({"data": self._posts(request, page), "meta": meta, **self._includes(request, page)})

    def _messages(self, request: Request, messages: Sequence[Any]) -> HTTPResponse:
        if "MessageCreate" not in (request.args.get("event_types") or "MessageCreate").split(","):
            messages = ()
        page, meta = _page(request, messages[::-1])
        wanted = request.args.get("dm_event.fields")
        data = [chosen(self._x.objects.event(message), EVENT_FIELDS, wanted) for message in page]
        if not data:
            return json({"meta": meta})
        includes = {"includes": self._x.objects.around(page)} if request.args.get("expansions") else {}
        return json({"data": data, "meta": meta, **includes})

    def _posts(self, request: Request, posts: Sequence[Post]) -> list[dict[str, Any]]:
        wanted = request.args.get("tweet.fields")
        return [chosen(self._x.objects.post(post), POST_FIELDS, wanted) for post in posts]

    def _includes(self, request: Request, posts: Sequence[Post]) -> dict[str, Any]:
        if not request.args.get("expansions"):
            return {}
        includes = self._x.objects.includes(posts)
        wanted = {
            "users": request.args.get("user.fields"),
            "tweets": request.args.get("tweet.fields"),
            "media": request.args.get("media.fields"),
        }
        always = {"users": USER_FIELDS, "tweets": POST_FIELDS, "media": ("media_key", "type")}
        return {
            "includes": {
                kind: [chosen(content, always[kind], wanted[kind]) for content in contents]
                for kind, contents in includes.items()
            }
        }

    async def _check(self, request: Request) -> None:
        self._oauth.check(request)

    async def _count(self, request: Request, response: HTTPResponse) -> None:
        """Tell the caller what is left. The limits are shown and not enforced: a demo has no time to wait."""
        name = (request.route.name if request.route else "").rpartition(".")[2]
        window = int(time.time()) // WINDOW
        used = self._used.get((name, window), 0) + 1
        self._used[name, window] = used
        limit = self._limits.get(name, OTHER_LIMIT)
        struck = response.status == 429
        retry_after = int(response.headers.get("retry-after", 0))
        response.headers["x-rate-limit-limit"] = str(limit)
        response.headers["x-rate-limit-remaining"] = "0" if struck else str(max(limit - used, 1))
        reset = int(time.time()) + retry_after if struck else (window + 1) * WINDOW
        response.headers["x-rate-limit-reset"] = str(reset)


def _page(request: Request, items: Sequence[Item], least: int = 1) -> tuple[list[Item], dict[str, Any]]:
    """One page of a list, and its `meta`."""
    size = int(request.args.get("max_results", 100))
    if not least <= size <= 100:
        raise invalid(f"The `max_results` query parameter value [{size}] is not between {least} and 100")
    start = int(request.args.get("pagination_token", 0))
    page = list(items[start : start + size])
    meta: dict[str, Any] = {"result_count": len(page)}
    if start + size < len(items):
        meta["next_token"] = str(start + size)
    return page, meta


def _moment(value: str | None) -> float | None:
    """A time in a query, in seconds since 1970: YYYY-MM-DDTHH:mm:ssZ. Raises ValueError."""
    return None if value is None else datetime.strptime(value, "%Y-%m-%dT%H:%M:%S%z").timestamp()


def _problem(request: Request, problem: XError) -> HTTPResponse:
    return problem.response()


def _malformed(request: Request, error: ValueError) -> HTTPResponse:
    """A number that is none, e.g. in `max_results`."""
    return invalid("One or more parameters to your request was invalid.").response()
