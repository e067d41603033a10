"""tweepy and the adapter as they are, against the answers of X's own emulator of its API 2.

The emulator is https://github.com/xdevplatform/playground (MIT, Go), as it stood in Nov 2026 at commits 0241198 and
f7adc6a: the shapes, codes and headers here were read in its `handlers_unified.go`, `relationship_handlers.go`,
`auth.go`, `simulation.go`, `responses.go` and `examples/`; no code of it is used. Its one user is "0",
@playground_user; its ids are counted up.
"""

import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from aiohttp import web

from gateway.channels.base import ActKind, Loaded
from gateway.channels.supply import Receive
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.errors import SendLockedOut, SendRefused, SendThrottled, SendUnclear
from gateway.happenings import Event, SaidForUs
from gateway.messages import Author, Channel, File, Ignored, Outbound, RawEvent, Said, Sent, Surface
from gateway.privacy.wall import PublicText

NOW = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)
SENT_AT = NOW - timedelta(minutes=2)
HERE = "https://shop.example/webhooks/twitter/webhook"
INVALID = {
    "title": "Invalid Request",
    "detail": "One or more parameters to your request was invalid.",
    "type": "https://api.twitter.com/2/problems/invalid-request",
}
APP_ONLY = {
    "title": "Unsupported Authentication",
    "detail": "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint. Supported authentication "
    "types are [OAuth 1.0a User Context, OAuth 2.0 User Context].",
    "type": "https://api.twitter.com/2/problems/unsupported-authentication",
    "status": 403,
}
NOT_FOUND_TYPE = "https://api.twitter.com/2/problems/resource-not-found"


def not_found(resource: str, native_id: str) -> dict[str, Any]:
    """What the emulator answers, mostly with 200, about what it does not have."""
    error = {
        "value": native_id,
        "detail": f"Could not find {resource} with id: [{native_id}].",
        "title": "Not Found Error",
        "resource_type": resource,
        "parameter": "id",
        "resource_id": native_id,
        "type": NOT_FOUND_TYPE,
        "code": 50,
    }
    return {"errors": [error]}


def event(native_id: str, sender: str, text: str, *people: str, conversation: str = "31") -> dict[str, Any]:
    """A direct message, as it is listed and as it is answered to who sends one."""
    return {
        "id": native_id,
        "event_type": "MessageCreate",
        "dm_conversation_id": conversation,
        "sender_id": sender,
        "created_at": "2026-11-22T13:00:01+01:00",
        "participant_ids": list(people),
        "text": text,
    }


def post(native_id: str, author: str, text: str, at: str = "2026-11-22T12:00:01.000Z") -> dict[str, Any]:
    return {
        "id": native_id,
        "text": text,
        "author_id": author,
        "created_at": at,
        "conversation_id": native_id,
        "edit_history_tweet_ids": [native_id],
    }


@dataclass
class Emulator:
    """Answers by method and path; asks for the kind of proof that the emulator wants, and never checks it."""

    root: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    queries: list[dict[str, str]] = field(default_factory=list)
    wants_user: bool = True
    """Whether an answer is for who comes in an account's name only; a bearer token never passes for that."""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        asked = f"{request.method} {request.path}"
        self.queries.append(dict(request.query))
        if not request.path.startswith("/2/"):
            return web.Response(status=404, text="404 page not found\n")
        is_user = request.headers.get("Authorization", "").startswith("OAuth ")
        if self.wants_user and not is_user and "oauth2" not in asked and "webhooks" not in asked:
            return self._says(403, {"errors": [APP_ONLY]})
        unknown = {"errors": [{"message": f"Endpoint not found: {asked}", "code": 404}]}
        return self._says(*self.answers.get(asked, (404, unknown)))

    def _says(self, status: int, body: Any) -> web.StreamResponse:
        if body is None:
            return web.Response(status=status)
        reset = str(int(time.time()) + 900)
        limits = {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "14", "x-rate-limit-reset": reset}
        return web.json_response(body, status=status, headers={**limits, "Date": "unknown", **self.headers})


@pytest.fixture
async def x() -> AsyncIterator[Emulator]:
    emulator = Emulator()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", emulator.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    emulator.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield emulator
    await runner.cleanup()


@pytest.fixture
async def channel(x: Emulator) -> AsyncIterator[TwitterChannel]:
    channel = channel_to(x)
    await channel.start()
    yield channel
    await channel.stop()


def channel_to(x: Emulator, **fields: Any) -> TwitterChannel:
    keys = {"consumer_key": "k", "consumer_secret": "s", "access_token": "t", "access_token_secret": "u"}
    values = {**keys, "user_id": "0", "username": "playground_user", "api_root": x.root, **fields}
    return TwitterChannel(TwitterSettings(**values), clock=lambda: NOW, total_timeout=2.0)


def reply(text: str = "Let us talk & see") -> Outbound:
    return Outbound(
        channel=Channel.TWITTER, surface=Surface.PUBLIC, place="12", target="12", text=text, author=Author.BOT
    )


def message(text: str = "Hello") -> Outbound:
    return Outbound(
        channel=Channel.TWITTER, surface=Surface.PRIVATE, place="dm:5", target="5", text=text, author=Author.BOT
    )


def public(text: str) -> PublicText:
    return cast(PublicText, text)


def understood(channel: TwitterChannel, events: list[RawEvent]) -> list[Event]:
    return [channel.parse(one) for one in events]


async def test_a_direct_message_that_is_answered_with_itself_has_been_sent(
    x: Emulator, channel: TwitterChannel
) -> None:
    x.answers["POST /2/dm_conversations/with/5/messages"] = (201, {"data": event("77", "0", "Hello", "0", "5")})
    assert await channel.send_private(message(), "m1") == Sent(native_id="77")


async def test_a_direct_message_without_words_that_gets_a_sample_for_an_answer_is_unclear(
    x: Emulator, channel: TwitterChannel
) -> None:
    """The emulator knows direct messages with a text only; else it answers from its samples, and does nothing."""
    sample = {"data": {"code": 404, "message": "Operation completed successfully"}}
    x.answers |= {
        "POST /2/media/upload/initialize": (
            200,
            {"data": {"id": "55", "media_key": "1763812_920", "expires_after_secs": 3600}},
        ),
        "POST /2/media/upload/55/append": (204, None),
        "POST /2/media/upload/55/finalize": (200, {"data": {"id": "55", "media_key": "1763812_920"}}),
        "POST /2/dm_conversations/with/5/messages": (200, sample),
    }
    picture = Loaded(file=File(id="f", kind="image", name="a.png", mime="image/png", size=3), content=b"png")
    with pytest.raises(SendUnclear, match="no id"):
        await channel.send_private(message(""), "m1", [picture])


async def test_a_reply_comes_back_as_its_id_and_one_to_what_the_emulator_lacks_is_refused_in_its_words(
    x: Emulator, channel: TwitterChannel
) -> None:
    made = {"id": "412", "text": "Let us talk &amp; see", "edit_history_tweet_ids": ["412"]}
    x.answers["POST /2/tweets"] = (201, {"data": made})
    assert await channel.send_public(reply(), public("Let us talk & see"), "m1") == Sent(native_id="412")
    wrong = {
        "parameters": {"reply.in_reply_to_tweet_id": ["12"]},
        "message": "Your reply tweet ID is invalid.",
    }
    x.answers["POST /2/tweets"] = (400, {**INVALID, "errors": [wrong]})
    with pytest.raises(SendRefused, match="reply tweet ID is invalid"):
        await channel.send_public(reply(), public("Let us talk & see"), "m1")


async def test_a_limit_is_one_although_its_headers_still_count_calls(x: Emulator, channel: TwitterChannel) -> None:
    """The emulator writes its default headers over those of the limit: 14 calls are left, in a 429."""
    limit = {
        "message": "Rate limit exceeded",
        "code": 88,
        "title": "Rate Limit Exceeded",
        "type": "https://api.twitter.com/2/problems/rate-limit-exceeded",
    }
    x.answers["POST /2/tweets"] = (429, {**limit, "detail": "Rate limit exceeded", "errors": [limit]})
    with pytest.raises(SendThrottled, match="Rate limit exceeded") as caught:
        await channel.send_public(reply(), public("Hello"), "m1")
    assert (caught.value.retry_after, caught.value.used_up) == (None, False)


async def test_oauth_2_takes_its_tokens_and_is_told_that_they_are_not_enough(x: Emulator) -> None:
    """The emulator takes every bearer token for the app's own: the queue waits until the operator has seen to it."""
    token = {"access_token": "a", "token_type": "bearer", "expires_in": 7200, "refresh_token": "r", "scope": "dm.read"}
    x.answers["POST /2/oauth2/token"] = (200, token)
    channel = channel_to(x, oauth2_client_id="c", oauth2_refresh_token="first")
    await channel.start()
    with pytest.raises(SendLockedOut, match="Application-Only is forbidden"):
        await channel.send_private(message(), "m1")
    await channel.stop()


async def test_mentions_are_asked_for_from_the_newest_that_is_listed_where_meta_names_none(
    x: Emulator, channel: TwitterChannel
) -> None:
    listed = [post("131", "3", "@playground_user hi"), post("22", "4", "@playground_user hello")]
    page = {"data": listed, "meta": {"result_count": 2}, "includes": {"users": [{"id": "3", "name": "Sue"}]}}
    x.answers |= {"GET /2/users/0/mentions": (200, page), "GET /2/dm_events": (200, {"data": []})}
    first = await channel.supply({})
    assert (first.events, first.cursors["mentions"]) == ([], "131")
    page["data"] = [post("140", "3", "@playground_user where is my order?")]
    second = await channel.supply({name: value for name, value in first.cursors.items() if "due" not in name})
    assert second.cursors["mentions"] == "140"
    (said,) = understood(channel, second.events)
    assert isinstance(said, Said)
    assert (said.native_id, said.sender.native_id, said.sender.name) == ("140", "3", "Sue")
    assert [query.get("since_id") for query in x.queries if "tweet.fields" in query] == [None, "131"]


async def test_direct_messages_in_any_order_and_numbered_conversations_are_put_in_place(
    x: Emulator, channel: TwitterChannel
) -> None:
    listed = [
        event("80", "0", "Which one?", "0", "5"),
        event("90", "7", "to somebody else", "7", "8", conversation="32"),
        event("79", "5", "my parcel is late", "0", "5"),
        event("91", "9", "three of us", "0", "5", "9", conversation="33"),
    ]
    x.answers |= {
        "GET /2/users/0/mentions": (200, {"data": [], "includes": {}, "meta": {"result_count": 0}}),
        "GET /2/dm_events": (200, {"data": listed}),
    }
    answer = await channel.supply({"mentions": "1", "messages": "78"})
    assert answer.cursors["messages"] == "91"
    theirs, ours, others, group = understood(channel, answer.events)
    assert isinstance(theirs, Said)
    assert (theirs.place.native_id, theirs.target, theirs.text) == ("dm:5", "5", "my parcel is late")
    assert theirs.at == datetime(2026, 11, 22, 12, 0, 1, tzinfo=UTC)
    assert isinstance(ours, SaidForUs)
    assert (ours.place.native_id, ours.text) == ("dm:5", "Which one?")
    assert [one.reason for one in (others, group) if isinstance(one, Ignored)] == ["group_message", "group_message"]


async def test_an_account_that_the_emulator_lacks_is_told_and_not_asked_for_again_and_again(x: Emulator) -> None:
    x.answers["GET /2/users/111/mentions"] = (200, not_found("user", "111"))
    channel = channel_to(x, user_id="111")
    await channel.start()
    with pytest.raises(SendRefused, match=r"Could not find user with id: \[111\]"):
        await channel.supply({"mentions": "1", "messages": "1"})
    await channel.stop()


async def test_a_direct_message_whose_answer_was_lost_is_found_among_those_of_the_customer(
    x: Emulator, channel: TwitterChannel
) -> None:
    listed = [event("79", "5", "hi", "0", "5"), event("80", "0", "Hello", "0", "5")]
    x.answers["GET /2/dm_conversations/with/5/dm_events"] = (200, {"data": listed})
    assert await channel.look_up(message(), "m1", SENT_AT) == [Sent(native_id="80")]
    x.answers["GET /2/dm_conversations/with/5/dm_events"] = (200, {"data": []})
    with pytest.raises(SendRefused, match="nothing of this conversation"):
        await channel.look_up(message(), "m1", SENT_AT)


async def test_an_empty_timeline_shows_that_a_post_is_not_there(x: Emulator, channel: TwitterChannel) -> None:
    x.answers["GET /2/users/0/tweets"] = (200, {"data": [], "meta": {"result_count": 0}})
    assert await channel.look_up(reply(), "m1", NOW - timedelta(hours=1)) == []


async def test_a_reply_that_is_shown_as_an_answer_to_nothing_is_for_a_person_to_judge(
    x: Emulator, channel: TwitterChannel
) -> None:
    """The emulator forgets what a post answers: it is never sent again, and never taken for sure."""
    listed = [post("412", "0", "Let us talk &amp; see")]
    x.answers["GET /2/users/0/tweets"] = (200, {"data": listed, "meta": {"result_count": 1}})
    with pytest.raises(SendRefused, match="answer to nothing"):
        await channel.look_up(reply(), "m1", SENT_AT)


async def test_a_reply_is_hidden_only_where_the_answer_does_not_say_that_it_is_missing(
    x: Emulator, channel: TwitterChannel
) -> None:
    x.answers["PUT /2/tweets/12/hidden"] = (200, {"data": {"hidden": True}})
    await channel.act(ActKind.HIDE, "12")
    x.answers["PUT /2/tweets/12/hidden"] = (200, not_found("tweet", "12"))
    with pytest.raises(SendRefused, match=r"did not hide it: Could not find tweet"):
        await channel.act(ActKind.HIDE, "12")


async def test_doctor_and_connect_say_what_the_emulator_lacks(x: Emulator) -> None:
    """Its webhooks and subscriptions are samples, stripped of every field: `{}`. Without a bearer token, not even."""
    me = {"id": "0", "name": "Playground User", "username": "playground_user"}
    x.answers |= {
        "GET /2/users/me": (200, {"data": me}),
        "GET /2/webhooks": (200, {"data": [{}, {}], "meta": {"result_count": 158}}),
        "POST /2/webhooks": (200, {"data": {}}),
        "GET /2/activity/subscriptions": (200, {"data": [{}, {}], "meta": {"total_subscriptions": 553}}),
    }
    channel = channel_to(x, bearer_token="app")
    x.wants_user = False
    await channel.start()
    token, webhook, subscriptions, *_ = await channel.checks(HERE)
    assert (token.well, token.words) == (True, "The account is @playground_user.")
    assert (webhook.well, subscriptions.well) == (False, False)
    (step,) = await channel.connect(HERE)
    assert (step.done, "without an id" in step.words) == (False, True)
    assert [one.words for one in await channel.disconnect()] == ["There was nothing to take down."]
    await channel.stop()

    polling = channel_to(x, receive=Receive.POLLING)
    await polling.start()
    assert [check.well for check in await polling.checks("")][:2] == [True, True]
    await polling.stop()

    keyless = channel_to(x)
    await keyless.start()
    _, webhook, *_ = await keyless.checks(HERE)
    assert (webhook.well, "404" in webhook.words) == (None, True)
    (step,) = await keyless.connect(HERE)
    assert not step.done
    await keyless.stop()
