"""A message to X whose answer was lost is looked up: the real tweepy against the pretend X."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.clock import utc_now
from gateway.errors import SendRefused, SendRetryable
from gateway.messages import Author, Button, Channel, Outbound, Sent, Surface, WayIn
from playground.people import customer
from playground.testing import Town
from tests.fakes import FakeClock
from tests.integration.lost import LONG_AGO, are_both_shown, lose, send

INES, TOM = customer("ines"), customer("tom")


@pytest.fixture
async def channel(town: Town, clock: FakeClock) -> AsyncIterator[TwitterChannel]:
    channel = TwitterChannel(settings_of(town), clock=clock, total_timeout=1.0)
    await channel.start()
    yield channel
    await channel.stop()


def settings_of(town: Town, access_token_secret: str = "") -> TwitterSettings:
    settings = town.settings
    return TwitterSettings(
        consumer_key=settings.twitter_consumer_key,
        consumer_secret=settings.twitter_consumer_secret,
        access_token=settings.twitter_access_token,
        access_token_secret=access_token_secret or settings.twitter_access_token_secret,
        user_id=settings.twitter_user_id,
        username=settings.twitter_username,
        api_root=f"{town.url}/x",
    )


def reply(target: str, text: str, **fields: Any) -> Outbound:
    return Outbound(
        channel=Channel.TWITTER,
        surface=Surface.PUBLIC,
        place=target,
        target=target,
        text=text,
        author=Author.BOT,
        **fields,
    )


def message(text: str, target: str = INES.x_id, **fields: Any) -> Outbound:
    return Outbound(
        channel=Channel.TWITTER,
        surface=Surface.PRIVATE,
        place=f"dm:{target}",
        target=target,
        text=text,
        author=Author.BOT,
        **fields,
    )


async def asked(town: Town, text: str = "@WrenAndCo where is my order?", who: str = "ines") -> str:
    return str((await town.play("x/post", customer=who, text=text))["id"])


@pytest.mark.parametrize("kind", ["timeout_after_effect", "500html_after_effect"])
async def test_a_post_whose_answer_was_lost_is_found(town: Town, channel: TwitterChannel, kind: str) -> None:
    out = reply(await asked(town), "Let us look at this in private.")
    since = await lose(town, "x", channel, out, kind)
    (found,) = (await town.state())["x"]["posts"][2:]
    assert await channel.look_up(out, "aside:1", since) == [Sent(native_id=found["id"])]


@pytest.mark.parametrize(
    "text",
    [
        "Prices from 5 € & up: <M> is “there” &amp; 'here'",
        "Größe\u0301 👩🏽‍🚒❤️ 🇩🇪 日本語",
        "See https://wren.example/orders?id=7&lang=de#top.",
        "See www.wren-and-co.com/socks, (wren.shop/hats) or https://wren.example",
        "@WrenAndCo @ines_marlow we are on it",
        "Two  spaces\n\nand lines",
        "x" * 280,
        "日" * 140,
    ],
)
async def test_whatever_x_makes_of_a_text_it_is_found(town: Town, channel: TwitterChannel, text: str) -> None:
    question = await asked(town)
    public, private = reply(question, text), message(text)
    await town.play("x/dm", customer="ines", text="Hi")
    for out in (public, private):
        since = await lose(town, "x", channel, out)
        assert len(await channel.look_up(out, "aside:1", since)) == 1


async def test_a_post_with_its_way_in_is_found(town: Town, channel: TwitterChannel) -> None:
    way_in = WayIn(url="https://twitter.com/messages/compose?recipient_id=1", label="x", code="x")
    out = reply(await asked(town), "Let us talk.", way_in=way_in)
    since = await lose(town, "x", channel, out)
    assert len(await channel.look_up(out, "aside:1", since)) == 1


async def test_a_direct_message_whose_answer_was_lost_is_found(town: Town, channel: TwitterChannel) -> None:
    await town.play("x/dm", customer="ines", text="Hi")
    out = message("Is it this one?", buttons=(Button(title="Yes", choice="affirm"),))
    since = await lose(town, "x", channel, out)
    (found,) = (await town.state())["x"]["messages"][1:]
    assert await channel.look_up(out, "aside:1", since) == [Sent(native_id=found["id"])]


async def test_what_never_arrived_is_not_there_but_only_after_a_minute(
    town: Town, channel: TwitterChannel, clock: FakeClock
) -> None:
    public = reply(await asked(town), "Let us look at this in private.")
    await town.play("x/dm", customer="ines", text="Hi")
    for out in (public, message("Hello")):
        clock.offset = timedelta(0)
        since = await lose(town, "x", channel, out, "reset")
        with pytest.raises(SendRetryable, match="too soon") as caught:
            await channel.look_up(out, "aside:1", since)
        assert caught.value.retry_after == pytest.approx(60, abs=5)
        assert await channel.look_up(out, "aside:1", since - timedelta(seconds=61)) == []


async def test_the_same_words_sent_earlier_are_another_message(town: Town, channel: TwitterChannel) -> None:
    out = reply(await asked(town), "Thank you!")
    await town.play("x/dm", customer="ines", text="Hi")
    for earlier in (out, message("Thank you!")):
        await send(channel, earlier)
        # As if what was sent just now had been sent long before the message that is looked for.
        with pytest.raises(SendRetryable, match="too soon"):
            await channel.look_up(earlier, "aside:2", utc_now() + timedelta(seconds=30))


async def test_the_same_words_said_twice_are_shown_twice(town: Town, channel: TwitterChannel) -> None:
    """In private: the same post twice is refused by X."""
    await town.play("x/dm", customer="ines", text="Hi")
    await are_both_shown(town, "x", channel, message("Thank you!"))


async def test_the_same_words_to_somebody_else_are_another_message(town: Town, channel: TwitterChannel) -> None:
    since = utc_now() - LONG_AGO
    mine, other = await asked(town), await asked(town, who="tom")
    for who in ("ines", "tom"):
        await town.play("x/dm", customer=who, text="Hi")
    await send(channel, reply(other, "We are on it."))
    await send(channel, message("We are on it.", target=TOM.x_id))
    assert await channel.look_up(reply(mine, "We are on it."), "aside:1", since) == []
    assert await channel.look_up(message("We are on it."), "aside:1", since) == []


async def test_the_customers_own_words_are_not_ours(town: Town, channel: TwitterChannel) -> None:
    await town.play("x/dm", customer="ines", text="Thank you!")
    assert await channel.look_up(message("Thank you!"), "aside:1", utc_now() - LONG_AGO) == []


async def test_what_stands_on_a_later_page_is_found(town: Town, channel: TwitterChannel) -> None:
    first = reply(await asked(town), "The first of many.")
    await town.play("x/dm", customer="ines", text="Hi")
    since = await lose(town, "x", channel, first)
    await lose(town, "x", channel, message("The first of many."))
    for number in range(101):
        await send(channel, reply(first.target, f"Another one, number {number}."))
        await send(channel, message(f"Another one, number {number}."))
    assert len(await channel.look_up(first, "aside:1", since)) == 1
    assert len(await channel.look_up(message("The first of many."), "aside:1", since)) == 1


async def test_long_after_it_only_what_is_found_is_told(town: Town, channel: TwitterChannel, clock: FakeClock) -> None:
    out = reply(await asked(town), "We are on it.")
    with pytest.raises(SendRefused, match="too long ago"):
        await channel.look_up(out, "aside:1", utc_now() - timedelta(hours=7))
    await town.play("x/dm", customer="ines", text="Hi")
    with pytest.raises(SendRefused, match="too long ago"):
        await channel.look_up(message("Hello"), "aside:1", utc_now() - timedelta(days=30))


async def test_a_conversation_that_x_does_not_show_proves_nothing(town: Town, channel: TwitterChannel) -> None:
    with pytest.raises(SendRefused, match="nothing of this conversation"):
        await channel.look_up(message("Hello"), "aside:1", utc_now() - LONG_AGO)


@pytest.mark.parametrize("minutes", [-4, 4])
async def test_a_clock_that_is_wrong_fools_nobody(
    town: Town, channel: TwitterChannel, clock: FakeClock, minutes: int
) -> None:
    clock.offset = timedelta(minutes=minutes)
    question = await asked(town)
    await town.play("x/dm", customer="ines", text="Hi")
    for out in (reply(question, "We are on it."), message("We are on it.")):
        since = await lose(town, "x", channel, out) + clock.offset
        assert len(await channel.look_up(out, "aside:1", since)) == 1
        with pytest.raises(SendRetryable, match="too soon"):
            await channel.look_up(out, "aside:2", since + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("kind", "error", "wait"),
    [("429", SendRetryable, 9), ("500html", SendRetryable, None), ("reset", SendRetryable, None)],
)
async def test_trouble_with_asking_is_told_as_such(
    town: Town, channel: TwitterChannel, kind: str, error: type[SendRetryable], wait: int | None
) -> None:
    out = reply(await asked(town), "We are on it.")
    for question in (out, message("Hello")):
        # aiohttp asks a second time by itself where the connection breaks.
        await town.fault("x", kind, count=2 if kind == "reset" else 1, retry_after=9)
        with pytest.raises(error) as caught:
            await channel.look_up(question, "aside:1", utc_now() - LONG_AGO)
        assert caught.value.retry_after == (wait if wait is None else pytest.approx(wait, abs=2))


async def test_who_may_not_ask_is_refused(town: Town, channel: TwitterChannel) -> None:
    await town.fault("x", "403", count=1)
    with pytest.raises(SendRefused, match="not permitted"):
        await channel.look_up(message("Hello"), "aside:1", utc_now() - LONG_AGO)


async def test_a_revoked_token_can_be_renewed(town: Town) -> None:
    channel = TwitterChannel(settings_of(town, access_token_secret="revoked"))
    await channel.start()
    with pytest.raises(SendRetryable, match="401"):
        await channel.look_up(message("Hello"), "aside:1", utc_now() - LONG_AGO)
    await channel.stop()


@pytest.mark.parametrize("surface", list(Surface)[:2])
async def test_what_answers_nobody_cannot_be_looked_up(channel: TwitterChannel, surface: Surface) -> None:
    out = Outbound(channel=Channel.TWITTER, surface=surface, place="", target="../x", text="Hello", author=Author.BOT)
    with pytest.raises(SendRefused):
        await channel.look_up(out, "aside:1", utc_now())
