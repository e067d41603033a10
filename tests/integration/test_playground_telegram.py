"""The pretend Telegram, spoken to by the real python-telegram-bot."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from telegram import (
    Bot,
    ChatMemberAdministrator,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter, TimedOut
from telegram.helpers import create_deep_linked_url
from telegram.request import HTTPXRequest

from playground.people import GROUP_ID, customer
from playground.telegram.files import PICTURE
from playground.telegram.records import MOVED_GROUP_ID, OLD_GROUP_ID
from playground.testing import Gateway, Received, Town

TOM = customer("tom")


@pytest.fixture
async def bot(town: Town) -> AsyncIterator[Bot]:
    async with connected(town, town.settings.telegram_access_token) as bot:
        yield bot


@asynccontextmanager
async def connected(town: Town, token: str) -> AsyncIterator[Bot]:
    request = HTTPXRequest(httpx_kwargs={"trust_env": False}, read_timeout=1.0)
    async with Bot(
        token, base_url=f"{town.url}/telegram/bot", base_file_url=f"{town.url}/telegram/file/bot", request=request
    ) as bot:
        yield bot


async def test_a_group_message_is_delivered_with_the_secret_token(town: Town, gateway: Gateway, bot: Bot) -> None:
    sent = await town.play("telegram/group", customer="tom", text="Wann habt ihr offen? 🕙")
    (body,) = await gateway.heard("telegram")
    headers = gateway.received[0].headers
    assert headers["x-telegram-bot-api-secret-token"] == town.settings.telegram_secret_token
    update = Update.de_json(body, bot)
    assert update.message is not None
    assert update.message.text == "Wann habt ihr offen? 🕙"
    assert update.message.from_user is not None
    assert (update.message.chat.id, update.message.chat.type) == (GROUP_ID, "supergroup")
    assert (update.message.message_id, update.message.from_user.id) == (sent["message_id"], TOM.telegram_id)

    answer = await bot.send_message(
        GROUP_ID,
        "From ten to six. [not JSON]",
        reply_parameters=ReplyParameters(sent["message_id"], allow_sending_without_reply=True),
    )
    assert answer.message_id == sent["message_id"] + 1
    assert answer.reply_to_message is not None
    assert answer.reply_to_message.message_id == sent["message_id"]


async def test_the_button_in_the_group_opens_the_private_chat_with_its_code(
    town: Town, gateway: Gateway, bot: Bot
) -> None:
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(TOM.telegram_id, "Hello!")
    link = create_deep_linked_url(town.settings.telegram_bot_username, "c0de-17")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Continue in private", url=link)]])
    invitation = await bot.send_message(GROUP_ID, "Let us talk aside.", reply_markup=keyboard)
    await town.play("telegram/follow_way_in", customer="tom", message_id=invitation.message_id)
    (body,) = await gateway.heard("telegram")
    assert body["message"]["text"] == "/start c0de-17"
    assert body["message"]["chat"]["id"] == body["message"]["from"]["id"] == TOM.telegram_id
    assert (await bot.send_message(TOM.telegram_id, "Welcome.")).text == "Welcome."


async def test_who_writes_first_presses_start_first(town: Town, gateway: Gateway) -> None:
    await town.play("telegram/private", customer="tom", text="Hello?")
    await town.play("telegram/private", customer="tom", text="Still there?")
    bodies = await gateway.heard("telegram", 3)
    assert [body["message"]["text"] for body in bodies] == ["/start", "Hello?", "Still there?"]
    numbers = [body["update_id"] for body in bodies]
    assert numbers == sorted(set(numbers))


async def test_a_pressed_button_calls_back_and_is_answered_once(town: Town, gateway: Gateway, bot: Bot) -> None:
    await town.play("telegram/private", customer="tom", text="/start")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("A person", callback_data="/human")]])
    offer = await bot.send_message(TOM.telegram_id, "What next?", reply_markup=keyboard)
    await town.play("telegram/press", customer="tom", message_id=offer.message_id, data="/human")
    update = Update.de_json((await gateway.heard("telegram", 2))[1], bot)
    query = update.callback_query
    assert query is not None
    assert (query.data, query.from_user.id) == ("/human", TOM.telegram_id)
    assert await query.answer("On the way")
    with pytest.raises(BadRequest, match=r"(?i)query is too old"):
        await query.answer()


async def test_a_chat_waits_for_its_first_update_and_other_chats_do_not(town: Town, gateway: Gateway) -> None:
    blocked = True

    def answer(received: Received) -> int:
        return 500 if blocked and received.content["message"]["chat"]["id"] == GROUP_ID else 200

    gateway.answer = answer
    await town.play("telegram/group", customer="tom", text="first")
    await town.play("telegram/group", customer="mei", text="second")
    await town.play("telegram/private", customer="mei", text="/start")
    await gateway.heard("telegram", 5)
    tried = [body["message"]["text"] for body in gateway.of("telegram")]
    assert "/start" in tried
    assert "second" not in tried
    blocked = False
    before = len(gateway.received)
    await gateway.heard("telegram", before + 2)
    assert [body["message"]["text"] for body in gateway.of("telegram")][-2:] == ["first", "second"]


async def test_a_message_can_be_deleted_for_48_hours(town: Town, bot: Bot) -> None:
    leak = await town.play("telegram/group", customer="tom", text="My card is 4111...")
    old = await town.play("telegram/group", customer="tom", text="I am old")
    assert await bot.delete_message(GROUP_ID, leak["message_id"])
    assert [message["text"] for message in (await town.state())["telegram"]["messages"]] == ["I am old"]
    with pytest.raises(BadRequest, match=r"(?i)message to delete not found"):
        await bot.delete_message(GROUP_ID, leak["message_id"])
    town.clock.pass_hours(49)
    with pytest.raises(BadRequest, match=r"(?i)can't be deleted"):
        await bot.delete_message(GROUP_ID, old["message_id"])


async def test_the_bot_can_look_around(town: Town, bot: Bot) -> None:
    assert bot.username == "WrenAndCoBot"
    assert (await bot.get_chat(GROUP_ID)).title == "Wren & Co Community"
    itself = await bot.get_chat_member(GROUP_ID, bot.id)
    assert isinstance(itself, ChatMemberAdministrator)
    assert itself.can_delete_messages
    assert (await bot.get_chat_member(GROUP_ID, TOM.telegram_id)).user.full_name == "Tom Brandt"
    assert await bot.send_chat_action(GROUP_ID, "typing")


async def test_texts_and_buttons_have_their_limits(town: Town, bot: Bot) -> None:
    await bot.send_message(GROUP_ID, "x" * 4096)
    with pytest.raises(BadRequest, match=r"(?i)too long"):
        await bot.send_message(GROUP_ID, "x" * 4097)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Too much", callback_data="x" * 65)]])
    with pytest.raises(BadRequest, match=r"(?i)button_data_invalid"):
        await bot.send_message(GROUP_ID, "?", reply_markup=keyboard)
    with pytest.raises(BadRequest, match=r"(?i)chat not found"):
        await bot.send_message(12345, "?")


async def test_a_wrong_token_is_refused(town: Town) -> None:
    with pytest.raises(InvalidToken):
        async with connected(town, "123:wrong"):
            pass


async def test_multipart_and_json_bodies_are_read(town: Town) -> None:
    path = f"/telegram/bot{town.settings.telegram_access_token}/sendMessage"
    keyboard = '{"inline_keyboard": [[{"text": "Go", "url": "https://t.me/WrenAndCoBot?start=a"}]]}'
    parts = {"chat_id": (None, str(GROUP_ID)), "text": (None, "by parts"), "reply_markup": (None, keyboard)}
    multipart = await town.client.post(path, files=parts)
    as_json = await town.client.post(path, json={"chat_id": GROUP_ID, "text": "{by JSON}"})
    assert multipart.json()["result"]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Go"
    assert as_json.json()["result"]["text"] == "{by JSON}"
    assert town.settings.telegram_access_token not in str(await town.calls("telegram"))


async def test_without_a_webhook_updates_wait_for_get_updates(town: Town, gateway: Gateway, bot: Bot) -> None:
    with pytest.raises(Conflict):
        await bot.get_updates()
    assert (await bot.get_webhook_info()).url == town.settings.webhook("telegram")
    await bot.delete_webhook()
    await town.play("telegram/group", customer="tom", text="one")
    await town.play("telegram/group", customer="tom", text="two")
    updates = await bot.get_updates()
    assert [update.message and update.message.text for update in updates] == ["one", "two"]
    await bot.get_updates(offset=updates[0].update_id + 1)
    assert await bot.set_webhook(town.settings.webhook("telegram"), secret_token="another")
    (body,) = await gateway.heard("telegram")
    assert body["message"]["text"] == "two"
    assert gateway.received[0].headers["x-telegram-bot-api-secret-token"] == "another"
    with pytest.raises(BadRequest, match="this machine only"):
        await bot.set_webhook("https://example.com/hook")


async def test_the_faults_are_what_the_library_expects(town: Town, bot: Bot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    await town.fault("telegram", "429", count=1, retry_after=7)
    with pytest.raises(RetryAfter) as refused:
        await bot.send_message(GROUP_ID, "one")
    assert refused.value.retry_after == timedelta(seconds=7)
    await town.fault("telegram", "403", count=1)
    with pytest.raises(Forbidden):
        await bot.send_message(GROUP_ID, "two")
    await town.fault("telegram", "timeout_after_effect", count=1, hold=3)
    with pytest.raises(TimedOut):
        await bot.send_message(GROUP_ID, "three")
    messages = (await town.state())["telegram"]["messages"]
    assert [message["text"] for message in messages] == ["three"], "refused twice, and then done without an answer"


async def test_files_go_both_ways_through_the_library(town: Town, gateway: Gateway, bot: Bot) -> None:
    await town.play("telegram/send", customer="tom", kind="document", name="bill.pdf", text="my bill")
    update = Update.de_json((await gateway.heard("telegram", 2))[1], bot)
    assert update.message is not None
    assert update.message.document is not None
    assert (update.message.caption, update.message.document.file_name) == ("my bill", "bill.pdf")
    file = await bot.get_file(update.message.document.file_id)
    assert (await file.download_as_bytearray()).startswith(b"%PDF")
    sent = await bot.send_photo(TOM.telegram_id, PICTURE, caption="here")
    assert (sent.caption, len(sent.photo)) == ("here", 2)
    with pytest.raises(BadRequest, match=r"(?i)image_process_failed"):
        await bot.send_photo(TOM.telegram_id, b"no picture")
    with pytest.raises(BadRequest, match=r"(?i)wrong file_id"):
        await bot.get_file("nobody's")


async def test_get_updates_waits_and_one_reader_replaces_another(town: Town, bot: Bot) -> None:
    await bot.delete_webhook()
    async with connected(town, town.settings.telegram_access_token) as other:
        first = asyncio.create_task(bot.get_updates(timeout=5, read_timeout=8))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(other.get_updates(timeout=5, read_timeout=8))
        with pytest.raises(Conflict, match="terminated by other getUpdates"):
            await first
        await town.play("telegram/group", customer="tom", text="now")
        (update,) = await second
    assert update.message is not None
    assert update.message.text == "now"


@pytest.mark.parametrize("asked_for", [None, []])
async def test_reactions_come_only_to_a_bot_that_asks_for_them(
    town: Town, bot: Bot, asked_for: list[str] | None
) -> None:
    await bot.delete_webhook()
    sent = await town.play("telegram/group", customer="tom", text="hello")
    reaction = {"customer": "tom", "chat_id": GROUP_ID, "message_id": sent["message_id"], "emoji": "👍"}
    await bot.get_updates(allowed_updates=asked_for)
    await town.play("telegram/react", **reaction)
    assert [update.message_reaction for update in await bot.get_updates()] == [None]
    await bot.get_updates(allowed_updates=["message", "message_reaction"])
    await town.play("telegram/react", **reaction)
    assert (await bot.get_updates())[-1].message_reaction is not None


async def test_who_blocks_the_bot_tells_it_and_hears_no_more(town: Town, gateway: Gateway, bot: Bot) -> None:
    await town.play("telegram/private", customer="tom", text="/start")
    await town.play("telegram/block", customer="tom")
    update = Update.de_json((await gateway.heard("telegram", 2))[1], bot)
    assert update.my_chat_member is not None
    assert update.my_chat_member.new_chat_member.status == "kicked"
    with pytest.raises(Forbidden, match="blocked by the user"):
        await bot.send_message(TOM.telegram_id, "Hello?")


async def test_a_group_that_became_a_supergroup_tells_its_new_id(town: Town, bot: Bot) -> None:
    await bot.send_message(OLD_GROUP_ID, "hello")
    await town.play("telegram/migrate", customer="tom")
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(OLD_GROUP_ID, "hello?")
    assert moved.value.new_chat_id == MOVED_GROUP_ID
    assert (await bot.send_message(MOVED_GROUP_ID, "hello")).text == "hello"
