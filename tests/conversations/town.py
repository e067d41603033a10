"""The pretend platforms of the generated conversations: everything that is said, in public and in private, by place.

a request of the product -> taken, with an id -> the ear of the conversation to which the place belongs
"""

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER

_CODE: Final = re.compile(r"REF-\w{12}")


@dataclass(frozen=True)
class Told:
    """What the product said."""

    channel: str
    place: str
    text: str
    public: bool
    code: str
    """Of the way in that came along; empty where none did."""
    native_id: str


@dataclass
class Ear:
    """What one conversation has heard."""

    heard: list[Told] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def hear(self, wanted: Callable[[Told], bool], *, after: int = 0, within: float = 30.0) -> Told | None:
        """The first of what was said since `after` that is wanted; None where none came within so many seconds."""
        deadline = time.monotonic() + within
        while True:
            found = next((told for told in self.heard[after:] if wanted(told)), None)
            left = deadline - time.monotonic()
            if found is not None or left <= 0:
                return found
            self.news.clear()
            try:
                async with asyncio.timeout(left):
                    await self.news.wait()
            except TimeoutError:
                continue


@dataclass
class Town:
    """Bot API, Graph API and X API on one address; nothing is refused."""

    port: int
    ears: dict[tuple[str, str], Ear] = field(default_factory=dict)
    astray: list[Told] = field(default_factory=list)
    """What was said where nobody had spoken."""
    commenters: dict[str, str] = field(default_factory=dict)
    """Comment to the person who wrote it."""
    hidden: set[str] = field(default_factory=set)
    _ids: "itertools.count[int]" = field(default_factory=lambda: itertools.count(int(time.time() * 1000) << 20))
    _runner: web.AppRunner | None = None

    @property
    def address(self) -> str:
        """Where they answer."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def everything(self) -> list[Told]:
        """All that was said."""
        ears = {id(ear): ear for ear in self.ears.values()}
        return [*itertools.chain.from_iterable(ear.heard for ear in ears.values()), *self.astray]

    def listen(self, ear: Ear, channel: str, place: str) -> None:
        """From now on what is said there is heard by this ear."""
        self.ears[channel, place] = ear

    async def start(self) -> None:
        """Listen."""
        app = web.Application(client_max_size=20_000_000)
        app.router.add_post("/telegram/{bot}/sendMessage", self._telegram)
        app.router.add_post("/telegram/{bot}/deleteMessage", self._removed)
        app.router.add_route("*", "/telegram/{bot}/{method}", self._nothing)
        app.router.add_post("/facebook/{version}/{page}/messages", self._messenger)
        app.router.add_post("/facebook/{version}/{target}/comments", self._comment)
        app.router.add_post("/facebook/{version}/{target}", self._removed)
        app.router.add_post("/x/2/tweets", self._post)
        app.router.add_put("/x/2/tweets/{target}/hidden", self._removed)
        app.router.add_post("/x/2/dm_conversations/with/{person}/messages", self._message)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True).start()

    async def stop(self) -> None:
        """Be gone."""
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    def _take(self, channel: str, place: str, text: str, body: Any, *, public: bool) -> str:
        own_id = str(next(self._ids))
        code = _CODE.search(json.dumps(body))
        told = Told(channel, place, text, public, code.group() if code else "", own_id)
        ear = self.ears.get((channel, place))
        if ear is None:
            self.astray.append(told)
        else:
            ear.heard.append(told)
            ear.news.set()
            self.ears[channel, own_id] = ear
        return own_id

    async def _telegram(self, request: web.Request) -> web.Response:
        form = dict(await request.post())
        chat, text = str(form["chat_id"]), str(form["text"])
        own_id = self._take(
            TELEGRAM, chat, text, {key: str(value) for key, value in form.items()}, public=chat[0] == "-"
        )
        about = {"id": int(chat), "type": "supergroup" if chat[0] == "-" else "private", "title": "Talk"}
        message = {"message_id": int(own_id) % 2**31, "date": int(time.time()), "chat": about, "text": text}
        return web.json_response({"ok": True, "result": message})

    async def _messenger(self, request: web.Request) -> web.Response:
        body = await request.json()
        to = body["recipient"]
        comment = str(to.get("comment_id") or to.get("post_id") or "")
        person = str(to.get("id") or self.commenters[comment])
        if "message" not in body:  # a sign: typing, seen
            return web.json_response({"recipient_id": person})
        own_id = self._take(FACEBOOK, person, str(body["message"].get("text", "")), body, public=False)
        return web.json_response({"recipient_id": person, "message_id": f"m_ours_{own_id}"})

    async def _comment(self, request: web.Request) -> web.Response:
        body, target = await request.json(), request.match_info["target"]
        own_id = self._take(FACEBOOK, target, body["message"], body, public=True)
        return web.json_response({"id": f"{target}_{own_id}"})

    async def _post(self, request: web.Request) -> web.Response:
        body = await request.json()
        target = str(body.get("reply", {}).get("in_reply_to_tweet_id", ""))
        own_id = self._take(TWITTER, target, body["text"], body, public=True)
        return web.json_response({"data": {"id": own_id, "text": body["text"]}}, status=201)

    async def _message(self, request: web.Request) -> web.Response:
        body, person = await request.json(), request.match_info["person"]
        own_id = self._take(TWITTER, person, body["text"], body, public=False)
        return web.json_response({"data": {"dm_event_id": own_id, "dm_conversation_id": f"{person}-us"}}, status=201)

    async def _removed(self, request: web.Request) -> web.Response:
        target = request.match_info.get("target") or str(dict(await request.post()).get("message_id", ""))
        self.hidden.add(target)
        return web.json_response({"ok": True, "result": True, "success": True, "data": {"hidden": True}})

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "result": True})
