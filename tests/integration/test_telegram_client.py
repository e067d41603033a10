"""The real python-telegram-bot against a small server that plays the Bot API, well and badly."""

import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import pytest

from gateway.channels.telegram import TelegramChannel, TelegramSettings
from gateway.clock import utc_now
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear
from gateway.messages import Author, Button, Channel, Outbound, Sent, Surface, WayIn
from gateway.privacy import wall
from tests.integration.loopback import HANG, RESET, Loopback, answer

TOKEN = "777000111:hidden-half"
SENT = answer(
    200, {"ok": True, "result": {"message_id": 42, "date": 1790000000, "chat": {"id": -100, "type": "supergroup"}}}
)


def refusal(status: int, description: str, **parameters: int) -> bytes:
    body = {"ok": False, "error_code": status, "description": description}
    return answer(status, {**body, "parameters": parameters} if parameters else body)


def out(surface: Surface, place: str, target: str, way_in: WayIn | None = None) -> Outbound:
    return Outbound(
        channel=Channel.TELEGRAM,
        surface=surface,
        place=place,
        target=target,
        text="Hello",
        author=Author.BOT,
        way_in=way_in,
        buttons=() if way_in else (Button(title="Track", choice="track_parcel"),),
    )


PRIVATE = out(Surface.PRIVATE, "222001", "222001")


@pytest.fixture
async def api() -> AsyncIterator[Loopback]:
    async with Loopback() as server:
        yield server


@pytest.fixture
async def channel(api: Loopback) -> AsyncIterator[TelegramChannel]:
    settings = TelegramSettings(
        access_token=TOKEN,
        secret_token="s3cret",
        bot_username="aside_help_bot",
        api_root=api.root,
        total_timeout=0.5,
    )
    channel = TelegramChannel(settings, utc_now)
    await channel.start()
    yield channel
    await channel.stop()


async def test_starting_and_stopping_make_no_call(api: Loopback, channel: TelegramChannel) -> None:
    await channel.stop()
    assert api.calls == []


async def test_a_private_message_is_sent_with_its_choices(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(SENT)
    assert await channel.send_private(PRIVATE, "01J") == Sent(native_id="222001/42")
    (call,) = api.calls
    form = dict(parse_qsl(call.body.decode()))
    assert (call.method, call.path) == ("POST", f"/bot{TOKEN}/sendMessage")
    assert (form["chat_id"], form["text"]) == ("222001", "Hello")
    assert json.loads(form["link_preview_options"]) == {"is_disabled": True}
    assert json.loads(form["reply_markup"]) == {
        "inline_keyboard": [[{"text": "Track", "callback_data": "choice:track_parcel"}]]
    }
    assert "reply_parameters" not in form
    assert "message_thread_id" not in form


async def test_a_public_answer_hangs_on_the_question_and_holds_the_way_in(
    api: Loopback, channel: TelegramChannel
) -> None:
    api.plays(SENT)
    way_in = WayIn(url="https://t.me/aside_help_bot?start=REF-A", label="Continue in private", code="REF-A")
    text = wall.PublicText("Safe", key=wall._KEY)
    sent = await channel.send_public(out(Surface.PUBLIC, "-100/12", "-100/41", way_in), text, "01J")
    assert sent == Sent(native_id="-100/42")
    form = dict(parse_qsl(api.calls[0].body.decode()))
    assert (form["chat_id"], form["message_thread_id"], form["text"]) == ("-100", "12", "Safe")
    assert json.loads(form["reply_parameters"]) == {"message_id": 41, "allow_sending_without_reply": True}
    assert json.loads(form["reply_markup"]) == {
        "inline_keyboard": [[{"text": "Continue in private", "url": "https://t.me/aside_help_bot?start=REF-A"}]]
    }


@pytest.mark.parametrize(
    ("played", "error", "retry_after"),
    [
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), SendRetryable, 7.0),
        (answer(429, "<html>slow down</html>"), SendRetryable, None),
        (answer(503, ""), SendRetryable, None),
        (refusal(401, "Unauthorized"), SendRetryable, 300.0),
        (refusal(404, "Not Found"), SendRetryable, 300.0),
        (refusal(403, "Forbidden: bot was blocked by the user"), SendRefused, None),
        (refusal(400, "Bad Request: message is too long"), SendRefused, None),
        (refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009), SendRefused, None),
        (refusal(500, "Internal Server Error"), SendUnclear, None),
        (answer(502, "<html>oops</html>"), SendUnclear, None),
        (answer(200, "<html>welcome to the hotel</html>"), SendUnclear, None),
        (answer(200, {"ok": True, "result": {"unheard": "of"}}), SendUnclear, None),
        (answer(200, []), SendUnclear, None),
        (RESET, SendUnclear, None),
        (HANG, SendUnclear, None),
    ],
)
async def test_each_answer_means_one_thing(
    api: Loopback, channel: TelegramChannel, played: bytes, error: type[SendError], retry_after: float | None
) -> None:
    api.plays(played)
    with pytest.raises(error) as caught:
        await channel.send_private(PRIVATE, "01J")
    assert getattr(caught.value, "retry_after", None) == retry_after
    assert len(api.calls) == 1


async def test_a_refusal_is_told_in_telegrams_words(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(403, "Forbidden: bot can't initiate conversation with a user"))
    with pytest.raises(SendRefused, match="can't initiate conversation"):
        await channel.send_private(PRIVATE, "01J")


async def test_a_group_that_moved_is_refused_with_its_new_id(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009))
    with pytest.raises(SendRefused, match="-1009"):
        await channel.send_private(PRIVATE, "01J")


async def test_a_server_that_is_not_there_can_be_tried_again(api: Loopback, channel: TelegramChannel) -> None:
    await api.close()
    with pytest.raises(SendRetryable, match="cannot be reached"):
        await channel.send_private(PRIVATE, "01J")


@pytest.mark.parametrize("played", [refusal(401, f"bad {TOKEN}"), answer(200, "no json"), RESET, HANG])
async def test_no_secret_gets_into_an_error_or_a_log(
    api: Loopback, channel: TelegramChannel, caplog: pytest.LogCaptureFixture, played: bytes
) -> None:
    caplog.set_level(logging.DEBUG)
    api.plays(played)
    with pytest.raises(SendError) as caught:
        await channel.send_private(PRIVATE, "01J")
    assert TOKEN in api.calls[0].path
    assert "hidden-half" not in str(caught.value)
    assert "hidden-half" not in caplog.text


async def test_telegram_is_never_asked_what_is_there(api: Loopback, channel: TelegramChannel) -> None:
    assert channel.can_look_up is False
    with pytest.raises(SendRefused, match="cannot be asked"):
        await channel.look_up(PRIVATE, "01J", utc_now())
    assert api.calls == []
