"""The real python-telegram-bot against a small server that plays the Bot API, well and badly."""

import json
import logging
from collections.abc import AsyncIterator
from urllib.parse import parse_qsl

import pytest

from gateway.channels.base import ActKind, Loaded, Sign, SignKind
from gateway.channels.telegram import TelegramChannel, TelegramSettings
from gateway.clock import utc_now
from gateway.errors import (
    FetchError,
    FetchRefused,
    FetchRetryable,
    SendError,
    SendRefused,
    SendRetryable,
    SendUnclear,
)
from gateway.messages import Attachment, Author, Button, Channel, File, Outbound, Sent, Surface, WayIn
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


def loaded(kind: str, mime: str, content: bytes) -> Loaded:
    return Loaded(file=File(id="1", kind=kind, name="bill.bin", mime=mime, size=len(content)), content=content)


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
        total_timeout=1.0,
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


async def test_a_group_that_moved_is_followed_once_and_nothing_is_answered_there(
    api: Loopback, channel: TelegramChannel
) -> None:
    api.plays(refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009), SENT)
    text = wall.PublicText("Safe", key=wall._KEY)
    sent = await channel.send_public(out(Surface.PUBLIC, "-100", "-100/41"), text, "01J")
    assert sent == Sent(native_id="-1009/42")
    before, after = (dict(parse_qsl(call.body.decode())) for call in api.calls)
    assert (before["chat_id"], after["chat_id"], after["text"]) == ("-100", "-1009", "Safe")
    assert "reply_parameters" not in after


async def test_below_a_channels_post_an_answer_hangs_on_the_comment_and_no_topic_is_told(
    api: Loopback, channel: TelegramChannel
) -> None:
    api.plays(SENT)
    text = wall.PublicText("Safe", key=wall._KEY)
    await channel.send_public(out(Surface.PUBLIC, "-100/post-12", "-100/41"), text, "01J")
    form = dict(parse_qsl(api.calls[0].body.decode()))
    assert json.loads(form["reply_parameters"])["message_id"] == 41
    assert "message_thread_id" not in form


async def test_a_group_that_keeps_moving_is_refused(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(400, "Bad Request: upgraded", migrate_to_chat_id=-1009))
    with pytest.raises(SendRefused, match="-1009"):
        await channel.send_private(PRIVATE, "01J")
    assert len(api.calls) == 2


@pytest.mark.parametrize(
    ("target", "fields", "native_id"),
    [
        ("222001/7", {"chat_id": "222001", "message_thread_id": "7"}, "222001/42"),
        ("-100/222001", {"chat_id": "-100", "direct_messages_topic_id": "222001"}, "-100/42"),
        ("aB-7:222001", {"chat_id": "222001", "business_connection_id": "aB-7"}, "aB-7:222001/42"),
    ],
)
async def test_each_private_place_has_its_own_address(
    api: Loopback, channel: TelegramChannel, target: str, fields: dict[str, str], native_id: str
) -> None:
    api.plays(SENT)
    sent = await channel.send_private(out(Surface.PRIVATE, target, target), "01J")
    assert sent == Sent(native_id=native_id)
    form = dict(parse_qsl(api.calls[0].body.decode()))
    assert {name: form[name] for name in fields} == fields


async def test_a_call_into_a_strange_chat_is_answered_by_its_query(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(answer(200, {"ok": True, "result": {"inline_message_id": "im1"}}))
    text = wall.PublicText("Safe", key=wall._KEY)
    sent = await channel.send_public(out(Surface.PUBLIC, "guest:-100", "guest:q1"), text, "01J")
    assert sent == Sent(native_id="guest:im1")
    form = dict(parse_qsl(api.calls[0].body.decode()))
    assert (api.calls[0].path, form["guest_query_id"]) == (f"/bot{TOKEN}/answerGuestQuery", "q1")
    assert json.loads(form["result"])["input_message_content"]["message_text"] == "Safe"


@pytest.mark.parametrize(
    ("kind", "mime", "content", "method"),
    [
        ("image", "image/png", b"png", "sendPhoto"),
        ("image", "image/png", b"x" * 10_000_001, "sendDocument"),
        ("image", "image/gif", b"gif", "sendAnimation"),
        ("image", "image/heic", b"heic", "sendDocument"),
        ("video", "video/mp4", b"mp4", "sendVideo"),
        ("video", "video/webm", b"webm", "sendDocument"),
        ("voice", "audio/ogg", b"ogg", "sendVoice"),
        ("audio", "audio/mpeg", b"mp3", "sendAudio"),
        ("audio", "audio/wav", b"wav", "sendDocument"),
        ("document", "application/pdf", b"pdf", "sendDocument"),
    ],
)
async def test_a_file_goes_as_what_it_is(
    api: Loopback, channel: TelegramChannel, kind: str, mime: str, content: bytes, method: str
) -> None:
    api.plays(SENT)
    assert await channel.send_private(PRIVATE, "01J", [loaded(kind, mime, content)]) == Sent(native_id="222001/42")
    (call,) = api.calls
    assert call.path == f"/bot{TOKEN}/{method}"
    assert content in call.body
    assert b'filename="bill.bin.' in call.body  # with the ending of what it is


async def test_a_picture_that_telegram_cannot_show_goes_as_a_document(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(400, "Bad Request: IMAGE_PROCESS_FAILED"), SENT)
    await channel.send_private(PRIVATE, "01J", [loaded("image", "image/png", b"png")])
    assert [call.path.rpartition("/")[2] for call in api.calls] == ["sendPhoto", "sendDocument"]


async def test_a_picture_for_somebody_who_blocked_us_is_sent_once(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(403, "Forbidden: bot was blocked by the user"))
    with pytest.raises(SendRefused, match="blocked"):
        await channel.send_private(PRIVATE, "01J", [loaded("image", "image/png", b"png")])
    assert len(api.calls) == 1


async def test_signs_raise_nothing_whatever_happens(api: Loopback, channel: TelegramChannel) -> None:
    for played in (refusal(400, "Bad Request: query is too old"), answer(500, "<html>"), RESET):
        api.plays(played)
        await channel.sign(Sign(kind=SignKind.PRESSED, place="222001", target="222001", acknowledge="31337"))
    assert json.loads(api.calls[0].body) == {"callback_query_id": "31337"}


@pytest.mark.parametrize(
    ("place", "target", "chat"),
    [
        ("222001", "222001/7", {"chat_id": 222001, "message_thread_id": 7}),
        ("aB:222001", "aB:222001", {"chat_id": 222001, "business_connection_id": "aB"}),
        ("-100/12", "-100/41", {"chat_id": -100, "message_thread_id": 12}),
        ("-100/post-12", "-100/41", {"chat_id": -100}),
    ],
)
async def test_typing_shows_where_the_answer_will_stand(
    api: Loopback, channel: TelegramChannel, place: str, target: str, chat: dict[str, object]
) -> None:
    api.plays(answer(200, {"ok": True, "result": True}))
    await channel.sign(Sign(kind=SignKind.TYPING, place=place, target=target))
    assert json.loads(api.calls[0].body) == {"action": "typing", **chat}


@pytest.mark.parametrize("gone", ["message to delete not found", "MESSAGE_ID_INVALID"])
async def test_what_is_gone_already_is_removed(api: Loopback, channel: TelegramChannel, gone: str) -> None:
    api.plays(refusal(400, f"Bad Request: {gone}"))
    await channel.act(ActKind.REMOVE, "-100/41")
    assert json.loads(api.calls[0].body) == {"chat_id": -100, "message_id": 41}


async def test_what_cannot_be_removed_is_told_in_words(api: Loopback, channel: TelegramChannel) -> None:
    api.plays(refusal(400, "Bad Request: message can't be deleted"))
    with pytest.raises(SendRefused, match="48 hours"):
        await channel.act(ActKind.REMOVE, "-100/41")
    with pytest.raises(SendRefused, match="only delete"):
        await channel.act(ActKind.HIDE, "-100/41")


@pytest.mark.parametrize(
    ("played", "kind"),
    [
        (refusal(400, "Bad Request: file is too big"), FetchRefused),
        (refusal(400, "Bad Request: invalid file_id"), FetchRefused),
        (refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable"), FetchRetryable),
        (refusal(429, "Too Many Requests: retry after 7", retry_after=7), FetchRetryable),
        (answer(502, "<html>"), FetchRetryable),
        (HANG, FetchRetryable),
        (answer(200, {"ok": True, "result": {"file_id": "f1"}}), FetchRefused),
        (answer(200, {"ok": True, "result": {"file_path": "/var/lib/telegram/a.jpg"}}), FetchRefused),
        (answer(200, {"ok": True, "result": {"file_path": "photos/../../x"}}), FetchRefused),
        (answer(200, {"ok": True, "result": []}), FetchRefused),
    ],
)
async def test_a_file_that_is_not_handed_out_is_left_or_asked_for_again(
    api: Loopback, channel: TelegramChannel, played: bytes, kind: type[FetchError]
) -> None:
    api.plays(played)
    with pytest.raises(kind):
        await channel.fetch(Attachment(kind="image", native_id="f1"))
    assert len(api.calls) == 1


async def test_what_has_no_file_is_not_asked_for(api: Loopback, channel: TelegramChannel) -> None:
    with pytest.raises(FetchRefused):
        await channel.fetch(Attachment(kind="location", words="1, 2"))
    assert api.calls == []


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
