"""A message to Facebook whose answer was lost is looked up: the real client against the pretend Facebook."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.clock import utc_now
from gateway.errors import SendRefused, SendRetryable
from gateway.messages import Author, Channel, Echoed, Outbound, Place, Sender, Sent, Surface, WayIn
from playground.people import customer
from playground.testing import Gateway, Town
from tests.fakes import FakeClock
from tests.integration.lost import LONG_AGO, are_both_shown, lose, send

INES, TOM = customer("ines"), customer("tom")
WORDS = "Let us look at this: https://wren.example/orders?id=7&lang=de"


@pytest.fixture
async def channel(town: Town, clock: FakeClock) -> AsyncIterator[FacebookChannel]:
    channel = channel_to(town, clock)
    yield channel
    await channel.stop()


def channel_to(town: Town, clock: FakeClock, token: str = "") -> FacebookChannel:
    settings = town.settings
    return FacebookChannel(
        FacebookSettings(
            verify=settings.facebook_verify,
            page_access_token=token or settings.facebook_page_access_token,
            secret=settings.facebook_secret,
            page_id=settings.facebook_page_id,
            api_root=f"{town.url}/facebook",
            total_timeout=1.0,
        ),
        clock,
    )


def message(text: str = WORDS, target: str = INES.psid, **fields: Any) -> Outbound:
    return Outbound(
        channel=Channel.FACEBOOK,
        surface=Surface.PRIVATE,
        place=f"psid:{target}",
        target=target,
        text=text,
        author=Author.BOT,
        **fields,
    )


def comment(target: str, text: str = WORDS, place: str = "", **fields: Any) -> Outbound:
    return Outbound(
        channel=Channel.FACEBOOK,
        surface=Surface.PUBLIC,
        place=place or target,
        target=target,
        text=text,
        author=Author.BOT,
        **fields,
    )


async def commented(town: Town, who: str = "ines", **more: str) -> str:
    return str((await town.play("facebook/comment", customer=who, text="Where is my order?", **more))["id"])


async def written(town: Town, who: str = "ines") -> None:
    await town.play("facebook/message", customer=who, text="Hello?")


@pytest.mark.parametrize("kind", ["timeout_after_effect", "500html_after_effect"])
async def test_a_message_whose_answer_was_lost_is_found(town: Town, channel: FacebookChannel, kind: str) -> None:
    await written(town)
    since = await lose(town, "facebook", channel, message(), kind)
    (_, found) = (await town.state())["facebook"]["messages"]
    assert await channel.look_up(message(), "aside:1", since) == [Sent(native_id=found["mid"])]


@pytest.mark.parametrize(
    "text",
    ["5 € & up: <M> “there” &amp;", "Größe\u0301 👩🏽‍🚒❤️ 🇩🇪", "Two  spaces\n\nand lines ", "x" * 2000, "🧦" * 2000],
)
async def test_whatever_the_text_it_is_found(town: Town, channel: FacebookChannel, text: str) -> None:
    await written(town)
    for out in (message(text), comment(await commented(town), text)):
        since = await lose(town, "facebook", channel, out)
        assert len(await channel.look_up(out, "aside:1", since)) == 1


async def test_a_comment_whose_answer_was_lost_is_found_with_its_way_in(town: Town, channel: FacebookChannel) -> None:
    way_in = WayIn(url="https://m.me/104?ref=REF-A", label="x", code="REF-A")
    out = comment(await commented(town), way_in=way_in)
    since = await lose(town, "facebook", channel, out)
    found = (await town.state())["facebook"]["comments"][-1]
    assert await channel.look_up(out, "aside:1", since) == [Sent(native_id=found["id"])]


async def test_an_answer_to_an_answer_is_found_where_facebook_puts_it(town: Town, channel: FacebookChannel) -> None:
    first = await commented(town)
    nested = await commented(town, parent=first)
    out = comment(nested, place=first)
    since = await lose(town, "facebook", channel, out)
    assert (await town.state())["facebook"]["comments"][-1]["parent_id"] == first
    assert len(await channel.look_up(out, "aside:1", since)) == 1


async def test_a_private_reply_is_found_with_whom_it_has_reached(town: Town, channel: FacebookChannel) -> None:
    out = message(target=await commented(town), opens_private=True)
    since = await lose(town, "facebook", channel, out)
    (sent,) = (await town.state())["facebook"]["messages"]
    (found,) = await channel.look_up(out, "aside:1", since)
    assert found == Sent(
        native_id=sent["mid"],
        opened=Place(surface=Surface.PRIVATE, native_id=f"psid:{INES.psid}"),
        opened_by=Sender(native_id=INES.psid, scope="messenger"),
    )


async def test_a_private_reply_that_somebody_else_has_written_is_not_ours(town: Town, channel: FacebookChannel) -> None:
    out = message(target=await commented(town), opens_private=True)
    since = utc_now() - LONG_AGO
    await send(channel, message("Something else.", target=out.target, opens_private=True))
    with pytest.raises(SendRefused, match="another private reply"):
        await channel.look_up(out, "aside:1", since)


async def test_what_never_arrived_is_not_there_but_only_after_a_minute(town: Town, channel: FacebookChannel) -> None:
    await written(town)
    anchor = await commented(town)
    for out in (message(), message(target=anchor, opens_private=True), comment(anchor)):
        since = await lose(town, "facebook", channel, out, "reset")
        with pytest.raises(SendRetryable, match="too soon") as caught:
            await channel.look_up(out, "aside:1", since)
        assert caught.value.retry_after == pytest.approx(60, abs=5)
        assert await channel.look_up(out, "aside:1", since - timedelta(seconds=61)) == []


async def test_the_same_words_sent_earlier_are_another_message(town: Town, channel: FacebookChannel) -> None:
    await written(town)
    for out in (message(), comment(await commented(town))):
        await send(channel, out)
        with pytest.raises(SendRetryable, match="too soon"):
            await channel.look_up(out, "aside:2", utc_now() + timedelta(seconds=30))


async def test_the_same_words_said_twice_are_shown_twice(town: Town, channel: FacebookChannel) -> None:
    await written(town)
    for out in (message(), comment(await commented(town))):
        await are_both_shown(town, "facebook", channel, out)


async def test_the_same_words_to_somebody_else_are_another_message(town: Town, channel: FacebookChannel) -> None:
    since = utc_now() - LONG_AGO
    mine, other = await commented(town), await commented(town, who="tom")
    for who in ("ines", "tom"):
        await written(town, who)
    await send(channel, message(target=TOM.psid))
    await send(channel, comment(other))
    assert await channel.look_up(message(), "aside:1", since) == []
    assert await channel.look_up(comment(mine), "aside:1", since) == []


async def test_the_customers_own_words_are_not_ours(town: Town, channel: FacebookChannel) -> None:
    since = utc_now() - LONG_AGO
    first = await commented(town)
    await town.play("facebook/message", customer="ines", text=WORDS)
    await town.play("facebook/comment", customer="ines", text=WORDS, parent=first)
    assert await channel.look_up(message(), "aside:1", since) == []
    assert await channel.look_up(comment(first), "aside:1", since) == []


async def test_a_comment_on_a_later_page_is_found(town: Town, channel: FacebookChannel) -> None:
    first = await commented(town)
    since = await lose(town, "facebook", channel, comment(first))
    for number in range(101):
        await send(channel, comment(first, f"Another one, number {number}."))
    assert len(await channel.look_up(comment(first), "aside:1", since)) == 1


async def test_of_a_conversation_only_the_twenty_newest_messages_can_be_asked_for(
    town: Town, channel: FacebookChannel
) -> None:
    await written(town)
    since = await lose(town, "facebook", channel, message())
    for number in range(19):
        await send(channel, message(f"Another one, number {number}."))
    assert len(await channel.look_up(message(), "aside:1", since)) == 1
    await send(channel, message("One too many."))
    with pytest.raises(SendRefused, match="20 newest"):
        await channel.look_up(message(), "aside:1", since)


async def test_a_conversation_that_is_not_shown_proves_nothing(town: Town, channel: FacebookChannel) -> None:
    with pytest.raises(SendRefused, match="no conversation"):
        await channel.look_up(message(), "aside:1", utc_now() - LONG_AGO)


async def test_a_comment_that_is_gone_cannot_be_asked_about(town: Town, channel: FacebookChannel) -> None:
    for out in (comment("1_2"), message(target="1_2", opens_private=True)):
        with pytest.raises(SendRefused, match="does not exist"):
            await channel.look_up(out, "aside:1", utc_now() - LONG_AGO)


@pytest.mark.parametrize("minutes", [-8, 8])
async def test_a_clock_that_is_wrong_fools_nobody(
    town: Town, channel: FacebookChannel, clock: FakeClock, minutes: int
) -> None:
    clock.offset = timedelta(minutes=minutes)
    await written(town)
    for out in (message(), comment(await commented(town))):
        since = await lose(town, "facebook", channel, out) + clock.offset
        assert len(await channel.look_up(out, "aside:1", since)) == 1
        with pytest.raises(SendRetryable, match="too soon"):
            await channel.look_up(out, "aside:2", since + timedelta(seconds=30))


@pytest.mark.parametrize(
    ("kind", "error"),
    [("429", SendRetryable), ("500html", SendRetryable), ("reset", SendRetryable), ("403", SendRefused)],
)
async def test_trouble_with_asking_is_told_as_such(
    town: Town, channel: FacebookChannel, kind: str, error: type[Exception]
) -> None:
    for out in (message(), message(target="1_2", opens_private=True), comment("1_2")):
        # A GET that finds its connection broken is sent once more.
        await town.fault("facebook", kind, count=2 if kind == "reset" else 1, retry_after=9)
        with pytest.raises(error) as caught:
            await channel.look_up(out, "aside:1", utc_now() - LONG_AGO)
        assert getattr(caught.value, "retry_after", None) == (9 if kind == "429" else None)


async def test_a_token_that_was_withdrawn_can_be_renewed(town: Town, clock: FakeClock) -> None:
    channel = channel_to(town, clock, token="withdrawn")
    with pytest.raises(SendRetryable) as caught:
        await channel.look_up(message(), "aside:1", utc_now() - LONG_AGO)
    assert caught.value.retry_after == 300
    await channel.stop()


async def test_the_echo_of_a_message_tells_its_reference_and_where_it_stands(
    town: Town, gateway: Gateway, channel: FacebookChannel
) -> None:
    gateway.verify = lambda mode, token: token == town.settings.facebook_verify
    out = message(target=await commented(town), opens_private=True)
    since = await lose(town, "facebook", channel, out)
    await gateway.heard("facebook", 2)
    parsed = [channel.parse(event) for call in gateway.received for event in channel.split(call.body)]
    (echoed,) = [each for each in parsed if isinstance(each, Echoed)]
    (found,) = await channel.look_up(out, "aside:1", since)
    assert found == Sent(native_id=echoed.native_id, opened=echoed.place, opened_by=echoed.correspondent)
    assert echoed.reference == "aside:1"


async def test_what_is_written_in_the_page_inbox_is_an_echo_of_nothing_of_ours(
    town: Town, gateway: Gateway, channel: FacebookChannel
) -> None:
    await town.play("facebook/page_inbox", customer="ines", text="Kim here.")
    await gateway.heard("facebook", 1)
    (event,) = channel.split(gateway.received[0].body)
    assert not isinstance(channel.parse(event), Echoed)
