"""Pretend platforms behind one port: they take messages, remember them, and misbehave on command.

Only what sending and asking afterwards need: `sendMessage` of the Bot API; messages, comments and conversations of the
Graph API; posts and direct messages of X's API 2 with the time lines. Nothing is checked that the playground checks.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from tests.faults import lookup
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER
from tests.faults.tags import tags_in
from tests.faults.trouble import Fate, Trouble

_UNDER_WAY: Final = 0.5  # seconds that a request may have been on its way


@dataclass(frozen=True)
class Taken:
    """A message that a platform has taken from us."""

    channel: str
    place: str
    """The chat, the person, or the post that is answered."""
    native_id: str
    text: str
    tags: tuple[str, ...]
    at: float
    """Monotonic seconds."""
    wall: float
    """Seconds since 1970."""
    public: bool = False
    reference: str = ""


@dataclass
class Platforms:
    """Bot API, Graph API and X API on one address."""

    port: int
    dice: random.Random
    taken: list[Taken] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    """Sends that arrived, by channel."""
    refused: Counter[str] = field(default_factory=Counter)
    """Sends that were turned away or spoilt, by channel and fate."""
    early: Counter[str] = field(default_factory=Counter)
    """Sends that came before the time that we had named, by channel."""
    trouble: dict[str, Trouble] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds that every call takes."""
    on_taken: list[Callable[[Taken], None]] = field(default_factory=list)
    on_answered: list[Callable[[Taken], None]] = field(default_factory=list)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(int(time.time() * 1000) << 20))
    _closed: dict[str, tuple[float, float]] = field(default_factory=dict)
    """Limit to when it closed and when it opens again, in seconds since 1970."""
    _runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where they answer."""
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=20_000_000)
        app.router.add_post("/telegram/{bot}/sendMessage", self._telegram)
        app.router.add_post("/facebook/{version}/{page}/messages", self._messenger)
        app.router.add_post("/facebook/{version}/{target}/comments", self._comment)
        app.router.add_post("/x/2/tweets", self._post)
        app.router.add_post("/x/2/dm_conversations/with/{person}/messages", self._direct_message)
        lookup.add_routes(app, self.taken)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Be gone."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def times_taken(self) -> Counter[str]:
        """Tag to how many messages with it were taken."""
        return Counter(tag for taken in self.taken for tag in taken.tags)

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        form = await request.post()
        chat, text = str(form["chat_id"]), str(form["text"])

        def result(own_id: str) -> dict[str, Any]:
            about = {"id": int(chat), "type": "private", "first_name": "Person"}
            message = {"message_id": int(own_id) % 2**31, "date": int(time.time()), "chat": about, "text": text}
            return {"ok": True, "result": message}

        return await self._take(request, TELEGRAM, chat, f"telegram:{chat}", text, result)

    async def _messenger(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        to = body["recipient"]
        anchored = str(to.get("comment_id") or to.get("post_id") or "")
        person = str(to.get("id") or f"7{abs(hash(anchored)) % 10**14}")
        said = body["message"]

        def result(own_id: str) -> dict[str, Any]:
            return {"recipient_id": person, "message_id": f"m_ours_{own_id}"}

        reference = str(said.get("metadata") or "")
        return await self._take(request, FACEBOOK, person, "facebook", said["text"], result, reference=reference)

    async def _comment(self, request: web.Request) -> web.StreamResponse:
        body, target = await request.json(), request.match_info["target"]

        def result(own_id: str) -> dict[str, Any]:
            return {"id": f"{target}_{own_id}"}

        return await self._take(request, FACEBOOK, target, "facebook", body["message"], result, public=True)

    async def _post(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()

        def result(own_id: str) -> dict[str, Any]:
            return {"data": {"id": own_id, "text": body["text"]}}

        target = str(body.get("reply", {}).get("in_reply_to_tweet_id", ""))
        return await self._take(request, TWITTER, target, "twitter:posts", body["text"], result, public=True)

    async def _direct_message(self, request: web.Request) -> web.StreamResponse:
        body, person = await request.json(), request.match_info["person"]

        def result(own_id: str) -> dict[str, Any]:
            return {"data": {"dm_event_id": own_id, "dm_conversation_id": f"{person}-brand"}}

        return await self._take(request, TWITTER, person, "twitter:messages", body["text"], result)

    async def _take(
        self,
        request: web.Request,
        channel: str,
        place: str,
        limit: str,
        text: str,
        result: Callable[[str], dict[str, Any]],
        *,
        public: bool = False,
        reference: str = "",
    ) -> web.StreamResponse:
        """Take a message, or not, as the trouble of the hour has it. `limit` names whose rate limit it falls under."""
        self.asked[channel] += 1
        trouble = self.trouble.get(channel) or Trouble()
        now = time.time()
        closed, opens = self._closed.get(limit, (0.0, 0.0))
        if now < opens:
            # What was under way when we said so is nobody's fault.
            self.early[channel] += now > closed + _UNDER_WAY
            fate = Fate.BUSY
        else:
            fate = trouble.draw(self.dice)
        if fate is not Fate.WELL:
            self.refused[f"{channel} {fate}"] += 1
        if fate is Fate.BUSY:
            if now >= opens:
                closed, opens = now, now + trouble.wait(self.dice)
                self._closed[limit] = (closed, opens)
            return trouble.busy(channel, opens, now)
        if fate is Fate.REVOKED:
            return trouble.revoked(channel)
        if fate is Fate.ERROR:
            return trouble.error(channel)
        if fate is Fate.HANG:
            # Nothing is taken, but the caller cannot know.
            await asyncio.sleep(trouble.hold)
            return _hang_up(request)
        own_id = str(next(self._ids))
        taken = Taken(
            channel, place, own_id, text, tuple(tags_in(text)), time.monotonic(), now, public, reference
        )  # fmt: skip
        self.taken.append(taken)
        for listener in self.on_taken:
            listener(taken)
        if fate is Fate.TAKEN_AND_RESET:
            return _hang_up(request)
        if fate is Fate.TAKEN_AND_HANG:
            await asyncio.sleep(trouble.hold)
            return _hang_up(request)
        if self.delay:
            await asyncio.sleep(self.delay)
        response = web.json_response(result(own_id), status=201 if channel == TWITTER else 200)
        if self.on_answered:
            await response.prepare(request)
            await response.write_eof()
            for listener in self.on_answered:
                listener(taken)
        return response


def _hang_up(request: web.Request) -> web.Response:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
