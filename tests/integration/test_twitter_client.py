"""tweepy as it is, against a server on this machine that plays X and checks the signature of every request."""

import asyncio
import contextlib
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import unquote

import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import Client as OAuthClient  # type: ignore[import-untyped]

from gateway.channels.base import ParseError
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.channels.twitter.render import way_in
from gateway.errors import SendRefused, SendRetryable, SendUnclear, SettingsError
from gateway.messages import Author, Button, Channel, Outbound, Sent, Surface
from gateway.privacy.wall import PublicText
from tests.integration.junk import ANYTHING, spoilt

KEYS = ("consumer-key", "consumer-secret", "111-access-token", "access-token-secret")
NOW = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)
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
        self.effects.append((request.path, await request.json() if request.can_read_body else dict(request.query)))
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
    return TwitterChannel(settings, clock=lambda: NOW, total_timeout=0.5, connect_timeout=0.3)


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


def forbidden(detail: str) -> dict[str, object]:
    return {"detail": detail, "type": "about:blank", "title": "Forbidden", "status": 403}


async def test_a_refusal_is_in_the_words_of_x(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = says(403, forbidden("Your Post text is not allowed."))
    with pytest.raises(SendRefused, match="text is not allowed"):
        await channel.send_public(reply(), public("Hello"), "m1")


async def test_the_same_words_again_are_looked_for_before_anybody_says_that_they_did_not_go_out(
    x: PretendX, channel: TwitterChannel
) -> None:
    x.answer = says(403, forbidden("You are not allowed to create a Tweet with duplicate content."))
    with pytest.raises(SendUnclear, match="duplicate content"):
        await channel.send_public(reply(), public("Hello"), "m1")


async def test_who_has_not_named_us_cannot_be_answered_in_public_and_an_agent_reads_why(
    x: PretendX, channel: TwitterChannel
) -> None:
    x.answer = says(
        403,
        forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
            "author of the post you are replying to."
        ),
    )
    with pytest.raises(SendRefused, match="Answer in private"):
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


SENT_AT = NOW - timedelta(minutes=2)
TIMELINE: dict[str, Any] = {
    "data": [
        {
            "id": "2080765813578191303",
            "text": "@ines Let us talk: https://t.co/abc",
            "created_at": "2026-11-22T12:00:01.000Z",
            "referenced_tweets": [{"type": "replied_to", "id": "77"}],
            "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://wren.example/a?b=1&c=2"}]},
        }
    ],
    "meta": {"result_count": 1, "newest_id": "2080765813578191303", "oldest_id": "2080765813578191303"},
}
EVENTS: dict[str, Any] = {
    "data": [
        {
            "id": "2080765901528535096",
            "event_type": "MessageCreate",
            "text": "Let us talk: https://t.co/abc",
            "sender_id": "111",
            "created_at": "2026-11-22T12:00:01.000Z",
            "entities": {"urls": [{"url": "https://t.co/abc", "expanded_url": "https://wren.example/a?b=1&c=2"}]},
        },
        {
            "id": "2080765901528535001",
            "event_type": "MessageCreate",
            "text": "Hello?",
            "sender_id": "222",
            "created_at": "2026-11-22T11:59:00.000Z",
        },
    ],
    "meta": {"result_count": 2},
}
LOST = "Let us talk: https://wren.example/a?b=1&c=2"
LOOKED_UP = (reply(text=LOST), message(text=LOST))


def without_date(body: object) -> Answer:
    """An answer by which the clocks agree: aiohttp dates every answer with the real time."""
    return says(200, body, {"Date": "unknown"})


async def test_our_timeline_is_asked_for_replies_of_that_time(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = without_date(TIMELINE)
    assert await channel.look_up(LOOKED_UP[0], "m1", SENT_AT) == [Sent(native_id="2080765813578191303")]
    ((path, query),) = x.effects
    assert path == "/2/users/111/tweets"
    assert query == {
        "max_results": "100",
        "exclude": "retweets",
        "start_time": "2026-11-22T11:50:00Z",
        "tweet.fields": "created_at,entities,note_tweet,referenced_tweets",
    }
    assert x.badly_signed == []


async def test_hours_later_no_more_of_our_timeline_is_asked_for(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = without_date({"meta": {"result_count": 0}})
    assert await channel.look_up(LOOKED_UP[0], "m1", NOW - timedelta(hours=5)) == []
    ((_, query),) = x.effects
    # Not earlier: X wants an `end_time` that lies in the past.
    assert (query["start_time"], query["end_time"]) == ("2026-11-22T06:52:00Z", "2026-11-22T07:22:00Z")


async def test_the_conversation_is_asked_for_what_we_wrote(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = without_date(EVENTS)
    assert await channel.look_up(LOOKED_UP[1], "m1", SENT_AT) == [Sent(native_id="2080765901528535096")]
    ((path, query),) = x.effects
    assert path == "/2/dm_conversations/with/222/dm_events"
    assert query == {
        "max_results": "100",
        "event_types": "MessageCreate",
        "dm_event.fields": "created_at,entities,event_type,sender_id,text",
    }


@pytest.mark.parametrize(("out", "answer"), [(LOOKED_UP[0], TIMELINE), (LOOKED_UP[1], EVENTS)])
async def test_a_short_link_without_its_goal_is_for_a_person_to_judge(
    x: PretendX, channel: TwitterChannel, out: Outbound, answer: dict[str, Any]
) -> None:
    ours, *others = answer["data"]
    x.answer = without_date({**answer, "data": [{**ours, "entities": {}}, *others]})
    with pytest.raises(SendRefused, match="nearly"):
        await channel.look_up(out, "m1", SENT_AT)


@pytest.mark.parametrize("out", LOOKED_UP)
@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (says(200, {"errors": [{"title": "Authorization Error"}]}), SendRefused),
        (says(200, {"errors": [{"title": "Authorization Error"}], "meta": {"result_count": 0}}), SendRefused),
        (says(403, {"detail": "not permitted"}), SendRefused),
        (says(404, {"detail": "not found"}), SendRefused),
        (says(400, {"detail": "invalid"}), SendRefused),
        (says(200, {}), SendRetryable),
        (says(200, "<html>"), SendRetryable),
        (says(200, []), SendRetryable),
        (says(200, {"meta": {"result_count": 1}}), SendRetryable),
        (says(200, {"data": [{"id": "1"}], "meta": {"result_count": 1}}), SendRetryable),
        (says(200, {"data": {"id": "1"}}), SendRetryable),
        (says(204), SendRetryable),
        (says(401, {"title": "Unauthorized"}), SendRetryable),
        (says(402, {"title": "Credits used up"}), SendRetryable),
        (says(429, {}), SendRetryable),
        (says(500, "<html>"), SendRetryable),
        (says(502, None), SendRetryable),
        (says(503, ""), SendRetryable),
        (says(307, "moved", {"location": "/elsewhere"}), SendRetryable),
        (reset, SendRetryable),
        (hang, SendRetryable),
        (hang_amid_the_answer, SendRetryable),
    ],
)
async def test_what_x_answers_instead_is_never_taken_for_an_absence(
    x: PretendX, channel: TwitterChannel, out: Outbound, answer: Answer, error: type[Exception]
) -> None:
    x.answer = answer
    with pytest.raises(error):
        await channel.look_up(out, "m1", SENT_AT)


async def test_a_list_without_end_is_given_up(x: PretendX, channel: TwitterChannel) -> None:
    x.answer = without_date(
        {**TIMELINE, "data": [{**TIMELINE["data"][0], "text": "other"}], "meta": {"next_token": "n"}}
    )
    with pytest.raises(SendRefused, match="more than can be searched"):
        await channel.look_up(LOOKED_UP[0], "m1", SENT_AT)
    assert [query.get("pagination_token") for _, query in x.effects] == [None, *["n"] * 4]


async def test_an_x_that_is_not_there_cannot_be_asked_now(x: PretendX) -> None:
    channel = channel_to("http://127.0.0.1:9")
    with pytest.raises(SendRetryable):
        await channel.look_up(LOOKED_UP[0], "m1", SENT_AT)
    await channel.start()
    with pytest.raises(SendRetryable):
        await channel.look_up(LOOKED_UP[0], "m1", SENT_AT)
    await channel.stop()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANYTHING | spoilt(TIMELINE) | spoilt(EVENTS), out=st.sampled_from(LOOKED_UP))
async def test_whatever_x_answers_there_are_four_outcomes(
    x: PretendX, channel: TwitterChannel, body: object, out: Outbound
) -> None:
    x.answer = without_date(body)
    with contextlib.suppress(SendRetryable, SendRefused):
        found = await channel.look_up(out, "m1", SENT_AT)
        assert all(one.native_id for one in found)
        if not (isinstance(body, dict) and ("data" in body or "meta" in body)):
            pytest.fail(f"taken for an answer: {body!r}")


LISTED: dict[str, Any] = {**TIMELINE, "meta": {**TIMELINE["meta"], "next_token": "n"}, "includes": {"users": []}}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=ANYTHING | spoilt(LISTED) | spoilt(EVENTS),
    cursors=st.dictionaries(
        st.sampled_from(["mentions", "messages", "mentions_page", "messages_page", "mentions_due", "messages_next"]),
        st.sampled_from(["", "1", "x", "2080765813578191303", "9" * 30]),
    ),
)
async def test_whatever_x_lists_what_is_supplied_can_be_kept(
    x: PretendX, channel: TwitterChannel, body: object, cursors: dict[str, str]
) -> None:
    x.answer = without_date(body)
    with contextlib.suppress(SendRetryable, SendRefused):
        answer = await channel.supply(cursors)
        assert all(isinstance(value, str) for value in answer.cursors.values())
        for event in answer.events:
            with contextlib.suppress(ParseError):
                channel.parse(event)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=ANYTHING, status=st.sampled_from([200, 201, 401, 403, 404, 429, 500, 503]))
async def test_whatever_x_answers_looking_after_the_account_raises_nothing(
    x: PretendX, channel: TwitterChannel, body: object, status: int
) -> None:
    x.answer = says(status, body)
    url = "https://shop.example/webhooks/twitter/webhook"
    assert await channel.checks(url)
    assert await channel.connect(url)
    assert await channel.disconnect()


async def test_an_answer_that_is_too_deep_is_no_answer(x: PretendX, channel: TwitterChannel) -> None:
    async def deep(_: web.Request) -> web.StreamResponse:
        return web.Response(text="[" * 100_000, content_type="application/json")

    x.answer = deep
    with pytest.raises(SendRetryable):
        await channel.look_up(LOOKED_UP[0], "m1", SENT_AT)
    with pytest.raises(SendUnclear):
        await channel.send_private(message(), "m1")
