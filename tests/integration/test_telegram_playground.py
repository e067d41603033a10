"""The Telegram adapter and the pretend Telegram: what one tells, the other understands, both ways of receiving."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from gateway.channels.base import ActKind, Loaded, Sign, SignKind
from gateway.channels.supply import Supplied
from gateway.channels.telegram import TelegramChannel, TelegramSettings
from gateway.channels.telegram.supply import ALLOWED
from gateway.clock import utc_now
from gateway.errors import FetchRefused, SendRefused, SendRetryable
from gateway.happenings import Change, Changed, Event, Moved, Reached, Reacted, SaidForUs
from gateway.messages import Author, Button, Channel, File, Ignored, Outbound, Said, Surface
from gateway.privacy import wall
from playground.people import GROUP_ID, customer
from playground.telegram.files import PICTURE
from playground.telegram.records import CONNECTION_ID, MOVED_GROUP_ID, OLD_GROUP_ID
from playground.testing import Gateway, Town

TOM = customer("tom")


@asynccontextmanager
async def opened(town: Town, **settings: Any) -> AsyncIterator[TelegramChannel]:
    """The adapter on this town; without a secret it fetches its updates."""
    token = settings.pop("access_token", town.settings.telegram_access_token)
    channel = TelegramChannel(
        TelegramSettings(access_token=token, api_root=f"{town.url}/telegram", total_timeout=2.0, **settings), utc_now
    )
    await channel.start()
    try:
        yield channel
    finally:
        await channel.stop()


@pytest.fixture
async def polling(town: Town) -> AsyncIterator[TelegramChannel]:
    async with opened(town, poll_timeout=5) as channel:
        assert (await channel.connect(""))[0].done
        yield channel


class Reader:
    """Fetches, as the loop does, and understands."""

    def __init__(self, channel: TelegramChannel) -> None:
        self._channel = channel
        self.cursors: Mapping[str, str] = {}

    async def fetch(self) -> Supplied:
        supplied = await asyncio.wait_for(self._channel.supply(self.cursors), 5)
        self.cursors = supplied.cursors
        return supplied

    async def next(self) -> Event:
        """The one thing that happened."""
        (event,) = (await self.fetch()).events
        return self._channel.parse(event)


def out(target: str, text: str = "Hello", surface: Surface = Surface.PRIVATE, **more: Any) -> Outbound:
    return Outbound(
        channel=Channel.TELEGRAM,
        surface=surface,
        place=target.partition("/")[0],
        target=target,
        text=text,
        author=Author.BOT,
        **more,
    )


def file(kind: str, mime: str, content: bytes, name: str) -> Loaded:
    return Loaded(file=File(id="1", kind=kind, name=name, mime=mime, size=len(content)), content=content)


# Fetching


async def test_with_a_token_alone_the_bot_knows_its_name_and_hears_its_customers(
    town: Town, polling: TelegramChannel
) -> None:
    await town.play("telegram/group", customer="tom", text="@WrenAndCoBot where is my lamp")
    said = await Reader(polling).next()
    assert isinstance(said, Said)
    assert (said.text, said.overheard, said.place.native_id) == ("where is my lamp", False, str(GROUP_ID))
    assert polling.way_in("REF-A", said).url == "https://t.me/WrenAndCoBot?start=REF-A"


async def test_updates_come_under_the_keys_and_in_the_shape_of_the_webhook(
    town: Town, gateway: Gateway, polling: TelegramChannel
) -> None:
    await town.play("telegram/group", customer="tom", text="one?")
    (fetched,) = (await Reader(polling).fetch()).events
    await town.client.post(
        f"/telegram/bot{town.settings.telegram_access_token}/setWebhook",
        json={"url": town.settings.webhook("telegram")},
    )
    (body,) = await gateway.heard("telegram")
    (pushed,) = polling.split(json.dumps(body).encode())
    assert fetched.native_id == pushed.native_id
    assert json.loads(fetched.payload) == json.loads(pushed.payload)


async def test_what_was_fetched_and_not_kept_comes_again(town: Town, polling: TelegramChannel) -> None:
    await town.play("telegram/group", customer="tom", text="one?")
    reader = Reader(polling)
    first = await polling.supply({})
    again = await polling.supply({})
    assert [event.native_id for event in first.events] == [event.native_id for event in again.events]
    reader.cursors = again.cursors
    await town.play("telegram/group", customer="tom", text="two?")
    said = await reader.next()
    assert isinstance(said, Said)
    assert said.text == "two?"


async def test_fetching_waits_until_there_is_something(town: Town, polling: TelegramChannel) -> None:
    waiting = asyncio.create_task(Reader(polling).next())
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await town.play("telegram/group", customer="tom", text="now?")
    said = await waiting
    assert isinstance(said, Said)
    assert said.text == "now?"


async def test_where_nothing_comes_the_cursor_stays(town: Town) -> None:
    async with opened(town, poll_timeout=0) as channel:
        await channel.connect("")
        supplied = await channel.supply({"offset": "17", "fetched_at": str(int(utc_now().timestamp()))})
        assert (supplied.events, supplied.cursors["offset"], supplied.more) == ([], "17", False)


async def test_after_a_week_of_silence_numbers_begin_anew_and_nothing_is_missed(town: Town) -> None:
    async with opened(town, poll_timeout=0) as channel:
        await channel.connect("")
        await town.play("telegram/group", customer="tom", text="one?")
        long_ago = utc_now() - timedelta(days=8)
        supplied = await channel.supply({"offset": "999999999", "fetched_at": str(int(long_ago.timestamp()))})
        assert len(supplied.events) == 1


async def test_while_a_webhook_is_set_fetching_is_refused_with_advice(town: Town) -> None:
    async with opened(town) as channel:
        with pytest.raises(SendRefused, match="aside channels disconnect telegram"):
            await channel.supply({})


async def test_a_second_reader_is_told_of(town: Town, polling: TelegramChannel) -> None:
    first = asyncio.create_task(polling.supply({}))
    await asyncio.sleep(0.2)
    async with opened(town, poll_timeout=0) as other:
        await other.supply({})
    with pytest.raises(SendRetryable, match="Another program") as told:
        await first
    assert told.value.retry_after == 20.0


async def test_with_a_webhook_there_is_nothing_to_fetch(town: Town) -> None:
    async with opened(town, secret_token="s3cret") as channel:
        supplied = await channel.supply({"offset": "17"})
    assert (supplied.events, supplied.more, supplied.cursors) == ([], False, {"offset": "17"})
    assert supplied.pause > 0


async def test_a_bot_whose_name_cannot_be_asked_at_first_learns_it_later(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.channels.telegram.account._PAUSES", (0.05,))
    await town.fault("telegram", "500html", count=1)
    async with opened(town) as channel:
        said = Said(
            channel=Channel.TELEGRAM, account=channel.account, native_id="1", place=None, sender=None,  # type: ignore[arg-type]
            text="", at=utc_now(), target="1",
        )  # fmt: skip
        for _ in range(100):
            await asyncio.sleep(0.02)
            try:
                assert "WrenAndCoBot" in channel.way_in("REF-A", said).url
                break
            except SendRetryable:
                continue
        else:
            pytest.fail("the name was never learned")


# What happens


async def test_edits_reactions_and_blocks_are_understood(town: Town, polling: TelegramChannel) -> None:
    reader = Reader(polling)
    sent = await town.play("telegram/group", customer="tom", text="Where is my lamp?")
    place = {"customer": "tom", "chat_id": GROUP_ID, "message_id": sent["message_id"]}
    said = await reader.next()
    await town.play("telegram/edit", **place, text="Where are my lamps?")
    edited = await reader.next()
    await town.play("telegram/react", **place, emoji="👍")
    reacted = await reader.next()
    await town.play("telegram/block", customer="tom")
    blocked = await reader.next()
    assert isinstance(said, Said)
    assert isinstance(edited, Changed)
    assert isinstance(reacted, Reacted)
    assert isinstance(blocked, Reached)
    assert edited.native_id == reacted.native_id == said.native_id
    assert (edited.change, edited.text, reacted.emoji) == (Change.EDITED, "Where are my lamps?", "👍")
    assert (blocked.reachable, blocked.place.native_id) == (False, str(TOM.telegram_id))


async def test_who_has_blocked_us_is_not_written_to(town: Town, polling: TelegramChannel) -> None:
    await town.play("telegram/private", customer="tom", text="/start")
    await town.play("telegram/block", customer="tom")
    with pytest.raises(SendRefused, match="has blocked the bot"):
        await polling.send_private(out(str(TOM.telegram_id)), "01J")
    await town.play("telegram/unblock", customer="tom")
    assert (await polling.send_private(out(str(TOM.telegram_id)), "01J")).native_id


async def test_a_button_is_pressed_and_confirmed_once(town: Town, polling: TelegramChannel) -> None:
    await town.play("telegram/private", customer="tom", text="/start")
    reader = Reader(polling)
    await reader.fetch()
    sent = await polling.send_private(
        out(str(TOM.telegram_id), buttons=(Button(title="Track", choice="track_parcel"),)), "01J"
    )
    number = int(sent.native_id.partition("/")[2])
    await town.play("telegram/press", customer="tom", message_id=number, data="choice:track_parcel")
    pressed = await reader.next()
    assert isinstance(pressed, Said)
    sign = Sign(
        kind=SignKind.PRESSED, place=pressed.place.native_id, target=pressed.target, acknowledge=pressed.acknowledge
    )
    await polling.sign(sign)
    await polling.sign(sign)
    statuses = [call["status"] for call in await town.calls("telegram") if call["path"].endswith("answerCallbackQuery")]
    assert statuses == [200, 400], "the second was too late, and nobody minds"


async def test_a_group_moves_and_the_answer_follows_it(town: Town, polling: TelegramChannel) -> None:
    reader = Reader(polling)
    await town.play("telegram/group", customer="tom", text="Anybody there?", chat_id=OLD_GROUP_ID)
    said = await reader.next()
    assert isinstance(said, Said)
    await town.play("telegram/migrate", customer="tom")
    moves = [polling.parse(event) for event in (await reader.fetch()).events]
    assert [(move.before, move.after) for move in moves if isinstance(move, Moved)] == [
        (str(OLD_GROUP_ID), str(MOVED_GROUP_ID))
    ] * 2
    text = wall.PublicText("Yes.", key=wall._KEY)
    sent = await polling.send_public(out(said.target, surface=Surface.PUBLIC), text, "01J")
    assert sent.native_id.startswith(f"{MOVED_GROUP_ID}/")


async def test_a_business_accounts_chats_are_answered_in_its_name(town: Town, polling: TelegramChannel) -> None:
    reader = Reader(polling)
    written = await town.play("telegram/business", customer="tom", text="Are you open?")
    said = await reader.next()
    await town.play("telegram/owner", customer="tom", text="Until six.")
    by_owner = await reader.next()
    await town.play("telegram/delete", customer="tom", message_id=written["message_id"], business=True)
    deleted = await reader.next()
    assert isinstance(said, Said)
    assert isinstance(by_owner, SaidForUs)
    assert isinstance(deleted, Changed)
    assert said.place.native_id == by_owner.place.native_id == f"{CONNECTION_ID}:{TOM.telegram_id}"
    assert (deleted.native_id, deleted.change) == (said.native_id, Change.REMOVED)
    await town.play("telegram/business", customer="tom", text="Still?")
    sent = await polling.send_private(out(said.target, "Yes."), "01J")
    assert sent.native_id.startswith(f"{CONNECTION_ID}:{TOM.telegram_id}/")
    town.clock.pass_hours(25)
    with pytest.raises(SendRefused, match="24 hours"):
        await polling.send_private(out(said.target, "Still there?"), "01J")


async def test_a_leaked_message_is_removed_within_48_hours(town: Town, polling: TelegramChannel) -> None:
    leak = await town.play("telegram/group", customer="tom", text="My card is 4111 1111 1111 1111")
    target = f"{GROUP_ID}/{leak['message_id']}"
    await polling.act(ActKind.REMOVE, target)
    await polling.act(ActKind.REMOVE, target)
    assert (await town.state())["telegram"]["messages"] == []
    old = await town.play("telegram/group", customer="tom", text="I am old")
    town.clock.pass_hours(49)
    with pytest.raises(SendRefused, match="48 hours"):
        await polling.act(ActKind.REMOVE, f"{GROUP_ID}/{old['message_id']}")


# Files


@pytest.mark.parametrize("kind", ["photo", "document", "video", "voice", "audio", "animation", "sticker"])
async def test_what_a_customer_sends_is_fetched(town: Town, polling: TelegramChannel, kind: str) -> None:
    reader = Reader(polling)
    await town.play("telegram/private", customer="tom", text="/start")
    await reader.fetch()
    await town.play("telegram/send", customer="tom", kind=kind, text="look", name="it.bin")
    said = await reader.next()
    assert isinstance(said, Said)
    (attachment,) = said.attachments
    fetched = await polling.fetch(attachment)
    assert (said.text, len(fetched.content)) == ("look", attachment.size)
    assert fetched.mime


@pytest.mark.parametrize("kind", ["location", "venue", "contact", "dice"])
async def test_what_has_no_file_is_read(town: Town, polling: TelegramChannel, kind: str) -> None:
    await town.play("telegram/send", customer="tom", kind=kind)
    events = [polling.parse(event) for event in (await Reader(polling).fetch()).events]
    said = events[-1]
    assert isinstance(said, Said)
    assert said.attachments[0].words


async def test_a_file_that_is_too_large_for_a_bot_is_left_alone(town: Town, polling: TelegramChannel) -> None:
    reader = Reader(polling)
    content = base64.b64encode(bytes(20_000_001)).decode()
    await town.play("telegram/send", customer="tom", kind="document", content=content)
    events = [polling.parse(event) for event in (await reader.fetch()).events]
    said = events[-1]
    assert isinstance(said, Said)
    with pytest.raises(FetchRefused, match="20 MB"):
        await polling.fetch(said.attachments[0])


async def test_an_agents_files_arrive_as_what_they_are(town: Town, polling: TelegramChannel) -> None:
    await town.play("telegram/private", customer="tom", text="/start")
    for loaded in (
        file("image", "image/png", PICTURE, "lamp.png"),
        file("image", "image/png", b"no picture", "odd.png"),
        file("document", "application/pdf", b"%PDF-1.4", "bill.pdf"),
    ):
        assert (await polling.send_private(out(str(TOM.telegram_id), ""), "01J", [loaded])).native_id
    media = [m["media"] for m in (await town.state())["telegram"]["messages"] if m["media"]]
    assert [each["kind"] for each in media] == ["photo", "document", "document"]
    assert media[2]["fields"]["file_name"] == "bill.pdf"


# Care


async def test_all_is_well_in_a_fresh_town(town: Town) -> None:
    settings = {"secret_token": town.settings.telegram_secret_token, "bot_username": "WrenAndCoBot"}
    async with opened(town, **settings) as channel:
        for url in ("", town.settings.webhook("telegram")):
            checks = await channel.checks(url)
            assert [check.words for check in checks if check.well is False] == []
            assert checks[0].words == "The bot is @WrenAndCoBot."
        assert len({check.name for check in checks}) == len(checks) == 7


async def test_connecting_sets_secret_and_updates_as_often_as_one_likes(town: Town, gateway: Gateway) -> None:
    url = town.settings.webhook("telegram")
    async with opened(town, secret_token="another") as channel:
        first, second = await channel.connect(url), await channel.connect(url)
        assert [step.done for step in (*first, *second)] == [True] * 4
        calls = [call for call in await town.calls("telegram") if call["path"].endswith("setWebhook")]
        assert calls[0]["body"]["allowed_updates"] == list(ALLOWED)
        assert "drop_pending_updates" not in calls[0]["body"]
        await town.play("telegram/group", customer="tom", text="hello?")
        await gateway.heard("telegram")
        assert gateway.received[0].headers["x-telegram-bot-api-secret-token"] == "another"
        assert [check.well for check in await channel.checks(url)] == [True] * 7


async def test_connecting_lists_the_commands_in_the_brands_name_once(town: Town) -> None:
    async with opened(town) as channel:
        before = {check.name: check for check in await channel.checks("")}["commands"]
        steps = [(await channel.connect(""))[-1] for _ in range(2)]
        after = {check.name: check for check in await channel.checks("")}["commands"]
        calls = [call for call in await town.calls("telegram") if call["path"].endswith("setMyCommands")]
    assert (before.words, before.well) == ("The customers' apps list no commands.", True)
    assert "aside channels connect telegram" in before.advice
    assert [step.words for step in steps] == [
        "The bot's commands are listed: /start, /help, /human, /stop.",
        "The bot's commands are listed already.",
    ]
    assert after.words == "The customers' apps list /start, /help, /human, /stop."
    assert len(calls) == 1
    assert all("Wren & Co" in each["description"] for each in calls[0]["body"]["commands"][:3])


COMMANDS = [
    ("/human", "human", "human"),
    ("/help", "help", ""),
    ("/Help@WrenAndCoBot", "help", ""),
    ("/humans", "/humans", ""),
]


@pytest.mark.parametrize(("sent", "text", "choice"), COMMANDS)
async def test_a_command_from_the_list_is_heard_as_what_it_says(
    town: Town, polling: TelegramChannel, sent: str, text: str, choice: str
) -> None:
    await town.play("telegram/private", customer="tom", text=sent)
    started, said = [polling.parse(event) for event in (await Reader(polling).fetch()).events]
    assert isinstance(started, Said)
    assert isinstance(said, Said)
    assert (started.text, started.choice, said.text, said.choice) == ("", "", text, choice)


async def test_what_comes_while_nothing_is_delivered_waits(town: Town, gateway: Gateway) -> None:
    async with opened(town, secret_token="another") as channel:
        assert (await channel.disconnect())[0].done
        await town.play("telegram/group", customer="tom", text="hello?")
        checks = {check.name: check for check in await channel.checks("")}
        assert checks["webhook"].well is False
        assert "aside channels connect telegram" in checks["webhook"].advice
        await channel.connect(town.settings.webhook("telegram"))
        await gateway.heard("telegram")


async def test_trouble_is_named_with_what_to_do(town: Town) -> None:
    url = town.settings.webhook("telegram")
    async with opened(town, secret_token="another", bot_username="SomebodyElse") as channel:
        await channel.connect(f"{url}/elsewhere")
        checks = {check.name: check for check in await channel.checks(url)}
        assert {name for name, check in checks.items() if check.well is False} == {"token", "webhook"}
        assert "TELEGRAM_BOT_USERNAME" in checks["token"].advice
    async with opened(town) as channel:
        checks = {check.name: check for check in await channel.checks("")}
        assert checks["webhook"].well is False
        assert "disconnect" in checks["webhook"].advice
    async with opened(town, access_token="123:wrong", secret_token="another") as channel:
        (check,) = await channel.checks(url)
        assert (check.name, check.well) == ("token", False)
        assert "BotFather" in check.advice
        assert "wrong" not in check.words
        assert not (await channel.connect(url))[0].done


async def test_a_gateway_that_refuses_is_seen_by_its_checks(town: Town, gateway: Gateway) -> None:
    gateway.answer = lambda received: 403
    url = town.settings.webhook("telegram")
    async with opened(town, secret_token="another") as channel:
        await channel.connect(url)
        await town.play("telegram/group", customer="tom", text="hello?")
        await town.delivery("telegram", "retrying")
        checks = {check.name: check for check in await channel.checks(url)}
    assert checks["deliveries"].well is False
    assert "secret" in checks["deliveries"].advice


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "ASIDE_PUBLIC_URL"),
        ("http://shop.example/webhooks/telegram/webhook", "https only"),
        ("https://shop.example:5000/webhooks/telegram/webhook", "ports 443, 80, 88, 8443"),
    ],
)
async def test_an_address_that_telegram_would_refuse_is_not_tried(url: str, words: str) -> None:
    settings = TelegramSettings(access_token="777:hidden", secret_token="s3cret", bot_username="aside_help_bot")
    channel = TelegramChannel(settings, utc_now)
    (step,) = await channel.connect(url)
    assert not step.done
    assert words in step.words


async def test_every_update_of_the_town_is_understood_or_ignored(town: Town, polling: TelegramChannel) -> None:
    await town.play("telegram/private", customer="tom", text="hello")
    events = [polling.parse(event) for event in (await Reader(polling).fetch()).events]
    assert not any(isinstance(event, Ignored) for event in events)
