"""The real client against a small server that plays Graph, well and badly."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear
from gateway.messages import Author, Channel, Outbound, Place, Sender, Sent, Surface, WayIn
from gateway.privacy import wall
from tests.integration.junk import ANYTHING, spoilt
from tests.integration.loopback import HANG, RESET, Loopback, answer

TOKEN = "EAAB-page-token"
SECRET = "app-secret"
NOW = datetime(2026, 11, 22, 12, 2, tzinfo=UTC)


def graph_error(status: int, code: int, message: str = "words", **more: object) -> bytes:
    return answer(status, {"error": {"message": message, "type": "OAuthException", "code": code, **more}})


def out(surface: Surface, target: str = "700_801", way_in: WayIn | None = None, opens: bool = False) -> Outbound:
    return Outbound(
        channel=Channel.FACEBOOK,
        surface=surface,
        place="700_801",
        target=target,
        text="Hello",
        author=Author.BOT,
        way_in=way_in,
        opens_private=opens,
    )


def public_text(text: str) -> wall.PublicText:
    return wall.PublicText(text, key=wall._KEY)


@pytest.fixture
async def graph() -> AsyncIterator[Loopback]:
    async with Loopback() as server:
        yield server


@pytest.fixture
async def channel(graph: Loopback) -> AsyncIterator[FacebookChannel]:
    settings = FacebookSettings(
        verify="v", secret=SECRET, page_access_token=TOKEN, page_id="104", api_root=graph.root, total_timeout=0.5
    )
    channel = FacebookChannel(settings, lambda: NOW)
    await channel.start()
    yield channel
    await channel.stop()


async def test_a_private_answer_is_sent_with_token_and_proof(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {"recipient_id": "65", "message_id": "m_out"}))
    assert await channel.send_private(out(Surface.PRIVATE, "65"), "01J") == Sent(native_id="m_out")
    (call,) = graph.calls
    assert (call.method, call.path) == ("POST", "/v26.0/104/messages")
    assert call.query == {
        "access_token": TOKEN,
        "appsecret_proof": hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest(),
    }
    assert json.loads(call.body)["message"]["metadata"] == "01J"


async def test_a_private_reply_tells_who_the_commenter_is_in_messenger(
    graph: Loopback, channel: FacebookChannel
) -> None:
    graph.plays(answer(200, {"recipient_id": "65", "message_id": "m_out"}))
    sent = await channel.send_private(out(Surface.PRIVATE, opens=True), "01J")
    assert json.loads(graph.calls[0].body)["recipient"] == {"comment_id": "700_801"}
    assert sent.opened == Place(surface=Surface.PRIVATE, native_id="psid:65")
    assert sent.opened_by == Sender(native_id="65", scope="messenger")


async def test_a_comment_is_answered_below_it_with_the_way_in(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {"id": "700_900"}))
    way_in = WayIn(url="https://m.me/104?ref=REF-A", label="x", code="REF-A")
    sent = await channel.send_public(out(Surface.PUBLIC, way_in=way_in), public_text("Safe"), "01J")
    assert sent == Sent(native_id="700_900")
    assert graph.calls[0].path == "/v26.0/700_801/comments"
    assert json.loads(graph.calls[0].body) == {"message": "Safe\nhttps://m.me/104?ref=REF-A"}


@pytest.mark.parametrize(
    ("profile", "name"),
    [
        ({"id": "65", "first_name": "Ines", "last_name": "Marlow"}, "Ines Marlow"),
        ({"id": "65", "first_name": " Ines\u0000 ", "last_name": None}, "Ines"),
        ({"id": "65"}, ""),
        ({"id": "65", "first_name": "I" * 1000}, "I" * 100),
    ],
)
async def test_a_name_is_what_the_profile_shows_of_it(
    graph: Loopback, channel: FacebookChannel, profile: dict[str, str], name: str
) -> None:
    graph.plays(answer(200, profile))
    assert await channel.name_of(Sender(native_id="65", scope="messenger")) == name
    (call,) = graph.calls
    assert (call.method, call.path, call.query["fields"]) == ("GET", "/v26.0/65", "first_name,last_name")


@pytest.mark.parametrize(
    ("played", "error"),
    [
        (graph_error(400, 100, error_subcode=2018218), SendRefused),
        (graph_error(400, 100, error_subcode=33), SendRefused),
        (graph_error(400, 4), SendRetryable),
        (answer(200, {"first_name": 7}), SendRetryable),
        (HANG, SendRetryable),
    ],
)
async def test_a_name_that_cannot_be_had_raises_as_the_port_says(
    graph: Loopback, channel: FacebookChannel, played: bytes, error: type[SendError]
) -> None:
    graph.plays(played)
    with pytest.raises(error):
        await channel.name_of(Sender(native_id="65", scope="messenger"))


async def test_a_target_cannot_lead_to_another_edge(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {"id": "1"}))
    await channel.send_public(out(Surface.PUBLIC, "../me/x?y"), public_text("Safe"), "01J")
    assert graph.calls[0].path == "/v26.0/..%2Fme%2Fx%3Fy/comments"


@pytest.mark.parametrize(
    ("played", "error", "retry_after"),
    [
        (answer(429, {}), SendRetryable, None),
        (answer(429, "slow down", headers={"Retry-After": "7"}), SendRetryable, 7.0),
        (graph_error(400, 4), SendRetryable, None),
        (graph_error(400, 17), SendRetryable, None),
        (graph_error(403, 32), SendRetryable, None),
        (graph_error(400, 613), SendRetryable, None),
        (graph_error(400, 190), SendRetryable, 300.0),
        (graph_error(500, 2, is_transient=True), SendRetryable, None),
        (answer(503, "<html>"), SendRetryable, None),
        (answer(302, "", headers={"Location": "https://evil.example/"}), SendRetryable, 300.0),
        (graph_error(500, 1, is_transient=False), SendUnclear, None),
        (answer(500, "<html>oops</html>"), SendUnclear, None),
        (answer(502, ""), SendUnclear, None),
        (answer(200, "<html>welcome to the hotel</html>"), SendUnclear, None),
        (answer(200, {}), SendUnclear, None),
        (RESET, SendUnclear, None),
        (HANG, SendUnclear, None),
        (graph_error(400, 10, error_subcode=2018278), SendRefused, None),
        (graph_error(400, 100), SendRefused, None),
        (graph_error(403, 200), SendRefused, None),
        (graph_error(400, 551), SendRefused, None),
        (answer(404, "<html>"), SendRefused, None),
    ],
)
async def test_each_answer_means_one_thing(
    graph: Loopback, channel: FacebookChannel, played: bytes, error: type[SendError], retry_after: float | None
) -> None:
    graph.plays(played)
    with pytest.raises(error) as caught:
        await channel.send_private(out(Surface.PRIVATE, "65"), "01J")
    assert getattr(caught.value, "retry_after", None) == retry_after
    assert len(graph.calls) == 1


async def test_a_refusal_is_told_in_facebooks_words(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(graph_error(400, 10, "(#10) outside of allowed window", error_subcode=2018278))
    with pytest.raises(SendRefused, match=r"400, error 10/2018278: \(#10\) outside of allowed window"):
        await channel.send_private(out(Surface.PRIVATE, "65"), "01J")


async def test_a_server_that_is_not_there_can_be_tried_again(graph: Loopback, channel: FacebookChannel) -> None:
    await graph.close()
    with pytest.raises(SendRetryable, match="cannot be reached"):
        await channel.send_private(out(Surface.PRIVATE, "65"), "01J")


@pytest.mark.parametrize("played", [graph_error(400, 190, f"Malformed access token {TOKEN}"), RESET, HANG])
async def test_no_secret_gets_into_an_error_or_a_log(
    graph: Loopback, channel: FacebookChannel, caplog: pytest.LogCaptureFixture, played: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.plays(played)
    with pytest.raises(SendError) as caught:
        await channel.send_private(out(Surface.PRIVATE, "65"), "01J")
    told = f"{caught.value!r} {caught.value.__cause__!r} {getattr(caught.value.__cause__, 'request', None)}"
    assert graph.calls[0].query["access_token"] == TOKEN
    for secret in (TOKEN, SECRET, graph.calls[0].query["appsecret_proof"]):
        assert secret not in told
        assert secret not in caplog.text


SENT_AT = NOW - timedelta(minutes=2)
AT = "2026-11-22T12:00:01+0000"
OURS = {"id": "m_out", "message": "Hello", "from": {"id": "104", "name": "Shop"}, "created_time": AT}
THEIRS = {"id": "m_in", "message": "Hello", "from": {"id": "65", "name": "Jo"}, "created_time": AT}
THREAD: dict[str, Any] = {
    "id": "t_1",
    "participants": {"data": [{"id": "65", "name": "Jo"}, {"id": "104", "name": "Shop"}]},
    "messages": {"data": [OURS, THEIRS], "paging": {"cursors": {"before": "a", "after": "b"}}},
}
THREADS: dict[str, Any] = {"data": [THREAD]}
COMMENTS: dict[str, Any] = {
    "data": [{**OURS, "id": "700_900"}, {**THEIRS, "parent": {"id": "700_801"}}],
    "paging": {"cursors": {"after": "b"}, "next": "https://graph.facebook.com/next"},
}
PRIVATE, PUBLIC, OPENING = out(Surface.PRIVATE, "65"), out(Surface.PUBLIC), out(Surface.PRIVATE, opens=True)


async def test_a_conversation_is_asked_for_by_the_person_it_is_with(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, THREADS))
    assert await channel.look_up(PRIVATE, "01J", SENT_AT) == [Sent(native_id="m_out")]
    (call,) = graph.calls
    assert (call.method, call.path) == ("GET", "/v26.0/104/conversations")
    assert {name: value for name, value in call.query.items() if name not in ("access_token", "appsecret_proof")} == {
        "platform": "messenger",
        "user_id": "65",
        "fields": "participants,messages.limit(20){id,message,from,created_time}",
    }
    assert call.query["access_token"] == TOKEN


async def test_comments_are_asked_for_newest_first(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {**COMMENTS, "paging": None}))
    assert await channel.look_up(PUBLIC, "01J", SENT_AT) == [Sent(native_id="700_900")]
    (call,) = graph.calls
    assert (call.path, call.query["order"]) == ("/v26.0/700_801/comments", "reverse_chronological")


async def test_the_same_words_of_nobody_are_for_a_person_to_judge(graph: Loopback, channel: FacebookChannel) -> None:
    nobodys = {name: value for name, value in OURS.items() if name != "from"}
    graph.plays(answer(200, {"data": [nobodys]}))
    with pytest.raises(SendRefused, match="does not tell who wrote"):
        await channel.look_up(PUBLIC, "01J", SENT_AT)
    graph.plays(answer(200, {"data": [{**nobodys, "message": "Good morning"}]}))
    assert await channel.look_up(PUBLIC, "01J", SENT_AT) == []


async def test_below_a_post_only_answers_to_the_post_itself_count(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {"data": [{**OURS, "parent": {"id": "700_850"}}]}))
    assert await channel.look_up(PUBLIC, "01J", SENT_AT) == []


@pytest.mark.parametrize(
    ("anchor", "error"),
    [
        ({"id": "700_801", "can_reply_privately": False}, SendRefused),
        ({"id": "700_801"}, SendRefused),
        ({"id": "700_801", "private_reply_conversation": None, "can_reply_privately": False}, SendRefused),
        ({"id": "700_801", "private_reply_conversation": {"name": "x"}}, SendRetryable),
    ],
)
async def test_a_comment_that_does_not_tell_of_a_private_reply_proves_nothing(
    graph: Loopback, channel: FacebookChannel, anchor: dict[str, object], error: type[SendError]
) -> None:
    graph.plays(answer(200, anchor))
    with pytest.raises(error):
        await channel.look_up(OPENING, "01J", SENT_AT)


async def test_a_visitors_post_tells_only_that_it_had_no_private_reply(
    graph: Loopback, channel: FacebookChannel
) -> None:
    to_post = out(Surface.PRIVATE, "104_700", opens=True)
    graph.plays(answer(200, {"id": "104_700", "can_reply_privately": True}))
    assert await channel.look_up(to_post, "01J", SENT_AT) == []
    assert graph.calls[0].query["fields"] == "can_reply_privately"
    graph.plays(answer(200, {"id": "104_700", "can_reply_privately": False}))
    with pytest.raises(SendRefused):
        await channel.look_up(to_post, "01J", SENT_AT)


@pytest.mark.parametrize("asked", [PRIVATE, PUBLIC, OPENING])
@pytest.mark.parametrize(
    ("played", "error", "retry_after"),
    [
        (answer(429, "slow down", headers={"Retry-After": "7"}), SendRetryable, 7.0),
        (graph_error(400, 613), SendRetryable, None),
        (graph_error(400, 190), SendRetryable, 300.0),
        (graph_error(500, 2, is_transient=True), SendRetryable, None),
        (graph_error(500, 1, is_transient=False), SendRetryable, None),
        (answer(500, "<html>oops</html>"), SendRetryable, None),
        (answer(502, ""), SendRetryable, None),
        (answer(302, "", headers={"Location": "https://evil.example/"}), SendRetryable, 300.0),
        (answer(200, "<html>welcome to the hotel</html>"), SendRetryable, None),
        (answer(200, []), SendRetryable, None),
        (answer(200, {"data": [{"id": 5}]}), SendRetryable, None),
        (answer(200, {"data": [{**OURS, "created_time": "yesterday"}]}), SendRetryable, None),
        (RESET, SendRetryable, None),
        (HANG, SendRetryable, None),
        (graph_error(400, 100, error_subcode=33), SendRefused, None),
        (graph_error(403, 200), SendRefused, None),
        (graph_error(400, 10), SendRefused, None),
    ],
)
async def test_what_facebook_answers_instead_is_never_taken_for_an_absence(
    graph: Loopback,
    channel: FacebookChannel,
    asked: Outbound,
    played: bytes,
    error: type[SendError],
    retry_after: float | None,
) -> None:
    graph.plays(played)
    with pytest.raises((error, SendRefused) if b'"data"' in played else error) as caught:
        await channel.look_up(asked, "01J", SENT_AT)
    assert getattr(caught.value, "retry_after", None) == retry_after


async def test_a_list_of_comments_without_end_is_given_up(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, {**COMMENTS, "data": [{**OURS, "message": "other"}]}))
    with pytest.raises(SendRefused, match="more comments than can be searched"):
        await channel.look_up(PUBLIC, "01J", SENT_AT)
    assert [call.query.get("after") for call in graph.calls] == [None, *["b"] * 4]


@pytest.mark.parametrize("played", [graph_error(400, 190, f"Malformed access token {TOKEN}"), RESET])
async def test_a_look_up_tells_no_secret(
    graph: Loopback, channel: FacebookChannel, caplog: pytest.LogCaptureFixture, played: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    graph.plays(played)
    with pytest.raises(SendRetryable) as caught:
        await channel.look_up(PRIVATE, "01J", SENT_AT)
    assert TOKEN not in f"{caught.value!r} {caught.value.__cause__!r} {caplog.text}"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=ANYTHING
    | spoilt(THREADS)
    | spoilt(COMMENTS)
    | spoilt({**THREAD, "private_reply_conversation": {"id": "t_1"}}),
    asked=st.sampled_from([PRIVATE, PUBLIC, OPENING]),
)
async def test_whatever_facebook_answers_there_are_four_outcomes(
    graph: Loopback, channel: FacebookChannel, body: object, asked: Outbound
) -> None:
    graph.plays(answer(200, body))
    with suppress(SendRetryable, SendRefused):
        found = await channel.look_up(asked, "01J", SENT_AT)
        assert all(each.native_id for each in found)


async def test_an_answer_that_is_too_deep_is_no_answer(graph: Loopback, channel: FacebookChannel) -> None:
    graph.plays(answer(200, "[" * 100_000))
    with pytest.raises(SendRetryable):
        await channel.look_up(PRIVATE, "01J", SENT_AT)
