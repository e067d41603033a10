"""tweepy as it is, against a server on this machine that plays X and checks the signature of every request."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import unquote

import pytest
from aiohttp import web
from oauthlib.oauth1 import Client as OAuthClient  # type: ignore[import-untyped]

from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.channels.twitter.render import way_in
from gateway.errors import SendRefused, SendRetryable, SendUnclear, SettingsError
from gateway.messages import Author, Button, Channel, Outbound, Surface
from gateway.privacy.wall import PublicText

KEYS = ("consumer-key", "consumer-secret", "111-access-token", "access-token-secret")
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class PretendX:
    """Answers as told, and remembers what it was asked to do."""

    root: str
    answer: Answer
    effects: list[tuple[str, Any]] = field(default_factory=list)
    badly_signed: list[str] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if not signed_for_x(request):
            self.badly_signed.append(request.path)
            return web.json_response({"title": "Unauthorized"}, status=401)
        self.effects.append((request.path, await request.json()))
        return await self.answer(request)


def signed_for_x(request: web.Request) -> bool:
    """Sign the request again, for the address that tweepy believes in, and compare."""
    scheme, _, fields = request.headers.get("Authorization", "").partition(" ")
    parts = (part.partition("=") for part in fields.split(", "))
    given = {name: unquote(value.strip('"')) for name, _, value in parts}
    if scheme != "OAuth" or not {"oauth_nonce", "oauth_timestamp", "oauth_signature"} <= given.keys():
        return False
    client = OAuthClient(*KEYS, nonce=given["oauth_nonce"], timestamp=given["oauth_timestamp"])
    address = f"https://api.twitter.com{request.path_qs}"
    _, headers, _ = client.sign(address, request.method, headers={"Content-Type": "application/json"})
    expected = headers["Authorization"].partition('oauth_signature="')[2].rstrip('"')
    return given["oauth_signature"] == unquote(expected)


def says(status: int, body: object = None, headers: dict[str, str] | None = None) -> Answer:
    async def answer(_: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body, content_type="text/html", headers=headers)
        return web.json_response(body, status=status, headers=headers)

    return answer


async def hang(_: web.Request) -> web.StreamResponse:
    await asyncio.sleep(30)
    raise AssertionError("the client should have given up")


async def reset(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def hang_amid_the_answer(request: web.Request) -> web.StreamResponse:
    response = web.StreamResponse(status=201, headers={"Content-Type": "application/json"})
    await response.prepare(request)
    await response.write(b'{"data":')
    await asyncio.sleep(30)
    return response


@pytest.fixture
async def x() -> AsyncIterator[PretendX]:
    async def handle(request: web.Request) -> web.StreamResponse:
        return await pretend.handle(request)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    pretend = PretendX(root=f"http://127.0.0.1:{port}", answer=says(201, {"data": {"id": "1"}}))
    yield pretend
    await runner.cleanup()


@pytest.fixture
async def channel(x: PretendX) -> AsyncIterator[TwitterChannel]:
    channel = channel_to(x.root)
    await channel.start()
    yield channel
    await channel.stop()


def channel_to(root: str) -> TwitterChannel:
    key, secret, token, token_secret = KEYS
    settings = TwitterSettings(
        consumer_key=key,
        consumer_secret=secret,
        access_token=token,
        access_token_secret=token_secret,
        user_id="111",
        username="AsideShop",
        api_root=root,
    )
    return TwitterChannel(settings, total_timeout=0.5, connect_timeout=0.3)


def reply(**fields: Any) -> Outbound:
    values = {"target": "77", "place": "70", "text": "ignored", "author": Author.BOT, **fields}
    return Outbound(channel=Channel.TWITTER, surface=Surface.PUBLIC, **values)


def message(**fields: Any) -> Outbound:
    values = {"target": "222", "place": "dm:222", "text": "Hello", "author": Author.BOT, **fields}
    return Outbound(channel=Channel.TWITTER, surface=Surface.PRIVATE, **values)


def public(text: str) -> PublicText:
    return cast(PublicText, text)  # what the wall is for is tested with the wall


async def test_a_post_goes_out_signed_with_its_way_in_and_comes_back_as_its_id(
    x: PretendX, channel: TwitterChannel
) -> None:
    x.answer = says(201, {"data": {"id": "2080765813578191303", "text": "Let us talk"}})
    link = way_in("111", "REF-7Q2M9F3DXV8H")
    sent = await channel.send_public(reply(way_in=link), public("Let us talk"), "m1")
    assert sent.native_id == "2080765813578191303"
    deep_link = {"direct_message_deep_link": link.url}
    assert x.effects == [("/2/tweets", {"text": "Let us talk", "reply": {"in_reply_to_tweet_id": "77"}, **deep_link})]
    assert x.badly_signed == []


async def test_a_direct_message_goes_to_the_customer_and_comes_back_as_its_event_id(
    x: PretendX, channel: TwitterChannel
) -> None:
    x.answer = says(201, {"data": {"dm_conversation_id": "111-222", "dm_event_id": "2080765901528535096"}})
    sent = await channel.send_private(message(buttons=(Button(title="Yes", choice="affirm"),)), "m1")
    assert sent.native_id == "2080765901528535096"
    text = "Hello\n\nYou can reply with:\n• Yes"
    assert x.effects == [("/2/dm_conversations/with/222/messages", {"text": text})]


async def test_a_root_with_a_path_keeps_it(x: PretendX) -> None:
    channel = channel_to(x.root + "/pretend/x/")
    await channel.start()
    with pytest.raises(SendRetryable):  # signed for another path than the one it arrived at
        await channel.send_public(reply(), public("Hello"), "m1")
    await channel.stop()
    assert x.badly_signed == ["/pretend/x/2/tweets"]


async def test_a_limit_is_retryable_when_it_opens(x: PretendX, channel: TwitterChannel) -> None:
    headers = {"x-rate-limit-reset": str(int(time.time()) + 120), "x-rate-limit-remaining": "0"}
    x.answer = says(429, {"title": "Too Many Requests", "detail": "Too Many Requests", "status": 429}, headers)
    with pytest.raises(SendRetryable) as caught:
        await channel.send_private(message(), "m1")
    assert caught.value.retry_after == pytest.approx(120, abs=3)


async def test_a_refusal_is_in_the_words_of_x(x: PretendX, channel: TwitterChannel) -> None:
    problem = {
        "detail": "You are not allowed to create a Tweet with duplicate content.",
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
    }
    x.answer = says(403, problem)
    with pytest.raises(SendRefused, match="duplicate content"):
        await channel.send_public(reply(), public("Hello"), "m1")


async def test_a_revoked_token_keeps_the_message(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = says(401, {"title": "Unauthorized"})
    with pytest.raises(SendRetryable) as caught:
        await channel.send_private(message(), "m1")
    assert caught.value.retry_after == 900


@pytest.mark.parametrize("body", ["<html>Internal Server Error</html>", None, [], {"errors": "x"}])
async def test_a_server_error_of_any_form_is_unclear(x: PretendX, channel: TwitterChannel, body: object) -> None:
    x.answer = says(500, body)
    with pytest.raises(SendUnclear):
        await channel.send_private(message(), "m1")


async def test_an_x_that_is_too_busy_is_retryable(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = says(503, "<html>Over capacity</html>", {"retry-after": "5"})
    with pytest.raises(SendRetryable) as caught:
        await channel.send_private(message(), "m1")
    assert caught.value.retry_after == 5


@pytest.mark.parametrize("answer", [reset, hang, hang_amid_the_answer])
async def test_a_request_that_left_and_was_not_answered_is_unclear_and_not_repeated(
    x: PretendX, channel: TwitterChannel, answer: Answer
) -> None:
    x.answer = answer
    with pytest.raises(SendUnclear):
        await channel.send_private(message(), "m1")
    assert len(x.effects) == 1


@pytest.mark.parametrize("answer", [says(201, "<html>"), says(201, {}), says(201, {"data": None}), says(204)])
async def test_a_success_without_an_id_is_unclear(x: PretendX, channel: TwitterChannel, answer: Answer) -> None:
    x.answer = answer
    with pytest.raises(SendUnclear):
        await channel.send_private(message(), "m1")


async def test_a_redirect_is_not_followed(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = says(307, "moved", {"location": x.root + "/elsewhere"})
    with pytest.raises(SendRetryable):
        await channel.send_private(message(), "m1")
    assert len(x.effects) == 1


async def test_an_x_that_hung_up_between_two_messages_costs_nothing(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = says(201, {"data": {"dm_event_id": "5"}}, {"Keep-Alive": "timeout=1"})
    assert (await channel.send_private(message(), "m1")).native_id == "5"
    assert (await channel.send_private(message(), "m2")).native_id == "5"


@pytest.mark.parametrize("host", ["127.0.0.1:{closed}", "x.invalid"])
async def test_an_x_that_cannot_be_reached_is_retryable(host: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        closed = unused.getsockname()[1]
    channel = channel_to("http://" + host.format(closed=closed))
    await channel.start()
    with pytest.raises(SendRetryable, match="cannot be reached"):
        await channel.send_private(message(), "m1")
    await channel.stop()


async def test_a_host_that_never_accepts_is_retryable() -> None:
    # A full backlog: the kernel drops further attempts, as a firewall does.
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen(0)
        waiting = [socket.socket() for _ in range(3)]
        for knock in waiting:
            knock.setblocking(False)
            knock.connect_ex(busy.getsockname())
        await asyncio.sleep(0.05)
        channel = channel_to("http://{}:{}".format(*busy.getsockname()))
        await channel.start()
        with pytest.raises(SendRetryable, match="cannot be reached"):
            await channel.send_private(message(), "m1")
        await channel.stop()
        for knock in waiting:
            knock.close()


@pytest.mark.parametrize("root", ["", "nonsense", "ftp://x.invalid", "https://x.invalid:port", "https://[1", "https:"])
async def test_an_address_that_is_none_is_told_to_the_operator_at_once(root: str) -> None:
    with pytest.raises(SettingsError, match="TWITTER_API_ROOT"):
        channel_to(root)


async def test_before_the_start_and_after_the_stop_messages_wait(x: PretendX) -> None:
    channel = channel_to(x.root)
    with pytest.raises(SendRetryable):
        await channel.send_private(message(), "m1")
    await channel.start()
    await channel.start()
    await channel.stop()
    await channel.stop()
    with pytest.raises(SendRetryable):
        await channel.send_private(message(), "m1")
    assert x.effects == []


@pytest.mark.parametrize("target", ["", "../../tweets", "2 2"])
async def test_what_answers_nobody_is_refused(channel: TwitterChannel, x: PretendX, target: str) -> None:
    with pytest.raises(SendRefused):
        await channel.send_private(message(target=target), "m1")
    with pytest.raises(SendRefused):
        await channel.send_public(reply(target=target), public("Hello"), "m1")
    assert x.effects == []


async def test_neither_tokens_nor_texts_are_logged(
    x: PretendX, channel: TwitterChannel, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    x.answer = says(201, {"data": {"dm_event_id": "5"}})
    await channel.send_private(message(text="something private"), "m1")
    assert not any(secret in caplog.text for secret in (*KEYS, "something private"))
