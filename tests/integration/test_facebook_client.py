"""The real client against a small server that plays Graph, well and badly."""

import hashlib
import hmac
import json
import logging
from collections.abc import AsyncIterator

import pytest

from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.clock import utc_now
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear
from gateway.messages import Author, Channel, Outbound, Place, Sender, Sent, Surface, WayIn
from gateway.privacy import wall
from tests.integration.loopback import HANG, RESET, Loopback, answer

TOKEN = "EAAB-page-token"
SECRET = "app-secret"


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
    channel = FacebookChannel(settings, utc_now)
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
