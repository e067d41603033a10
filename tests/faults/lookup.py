"""What platforms show when they are asked: X its time lines and conversations, Graph its comments, and people's names.

Telegram shows nothing: a bot cannot ask what it has said.
"""

from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.faults.accounts import FACEBOOK_PAGE_ID, X_USER_ID
from tests.faults.events import FACEBOOK, TWITTER


def add_routes(app: web.Application, taken: list[Any]) -> None:
    """Let the platforms be asked for what they took."""
    asked = _Asked(taken)
    app.router.add_get("/x/2/users/{user}/tweets", asked.tweets)
    app.router.add_get("/x/2/dm_conversations/with/{person}/dm_events", asked.dm_events)
    app.router.add_get("/x/2/dm_events", asked.dm_events)
    app.router.add_get("/facebook/{version}/{target}/comments", asked.comments)
    app.router.add_get("/facebook/{version}/{page}/conversations", asked.conversations)
    app.router.add_get("/facebook/{version}/{person}", asked.profile)


class _Asked:
    """Reads what was taken; the latest first, as platforms do."""

    def __init__(self, taken: list[Any]) -> None:
        self._taken = taken

    async def tweets(self, _request: web.Request) -> web.Response:
        found = [
            {
                "id": said.native_id,
                "text": said.text,
                "author_id": X_USER_ID,
                "created_at": _iso(said.wall),
                "referenced_tweets": [{"type": "replied_to", "id": said.place}],
            }
            for said in self._latest(TWITTER, public=True)
        ]
        return web.json_response({"data": found, "meta": {"result_count": len(found)}})

    async def dm_events(self, request: web.Request) -> web.Response:
        person = request.match_info.get("person", "")
        found = [
            {
                "id": said.native_id,
                "event_type": "MessageCreate",
                "text": said.text,
                "sender_id": X_USER_ID,
                "created_at": _iso(said.wall),
                "dm_conversation_id": f"{said.place}-{X_USER_ID}",
            }
            for said in self._latest(TWITTER, public=False)
            if not person or said.place == person
        ]
        return web.json_response({"data": found, "meta": {"result_count": len(found)}})

    async def comments(self, request: web.Request) -> web.Response:
        target = request.match_info["target"]
        found = [
            {
                "id": f"{said.place}_{said.native_id}",
                "message": said.text,
                "from": {"id": FACEBOOK_PAGE_ID, "name": "Brand"},
                "created_time": _iso(said.wall),
            }
            for said in self._latest(FACEBOOK, public=True)
            if said.place == target
        ]
        return web.json_response({"data": found})

    async def conversations(self, request: web.Request) -> web.Response:
        person = request.query.get("user_id", "")
        messages = [
            {
                "id": f"m_ours_{said.native_id}",
                "message": said.text,
                "from": {"id": FACEBOOK_PAGE_ID},
                "created_time": _iso(said.wall),
            }
            for said in self._latest(FACEBOOK, public=False)
            if said.place == person
        ]
        return web.json_response({"data": [{"id": f"t_{person}", "messages": {"data": messages}}]})

    async def profile(self, request: web.Request) -> web.Response:
        person = request.match_info["person"]
        return web.json_response({"id": person, "first_name": "Person", "last_name": person})

    def _latest(self, channel: str, *, public: bool) -> list[Any]:
        found = [said for said in self._taken if said.channel == channel and said.public is public]
        return found[:-101:-1]


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
