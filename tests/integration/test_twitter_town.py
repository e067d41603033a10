"""The whole X channel against the pretend X: what no webhook brought, files, hiding, and looking after the account."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from gateway.channels.base import ActKind, Loaded
from gateway.channels.grants import Memory
from gateway.channels.supply import Receive
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.errors import FetchRefused, SendLockedOut, SendRefused
from gateway.happenings import Changed, Reached, Reacted, SaidForUs, Seen
from gateway.messages import Author, Channel, File, Outbound, RawEvent, Said, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.wall import PublicText, Wall
from playground.people import customer
from playground.testing import Gateway, Town, running
from playground.x.media import FILM, GIF
from playground.x.tokens import CLIENT_ID, FIRST_REFRESH

INES = customer("ines")
PUBLIC_URL = "https://shop.example/webhooks/twitter/webhook"


@pytest.fixture
async def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
async def town(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Town]:
    async with running(tmp_path, gateway) as town:
        secret = town.settings.twitter_consumer_secret.encode()
        gateway.crc_token = lambda token: (
            "sha256=" + base64.b64encode(hmac.digest(secret, token.encode(), hashlib.sha256)).decode()
        )
        yield town


@pytest.fixture
async def channel(town: Town) -> AsyncIterator[TwitterChannel]:
    async with opened(town) as channel:
        yield channel


@asynccontextmanager
async def opened(town: Town, grants: Memory | None = None, /, **fields: Any) -> AsyncIterator[TwitterChannel]:
    settings = town.settings
    values = {
        "consumer_key": settings.twitter_consumer_key,
        "consumer_secret": settings.twitter_consumer_secret,
        "access_token": settings.twitter_access_token,
        "access_token_secret": settings.twitter_access_token_secret,
        "user_id": settings.twitter_user_id,
        "username": settings.twitter_username,
        "api_root": f"{town.url}/x",
        **fields,
    }
    channel = TwitterChannel(TwitterSettings(**values), clock=lambda: now(town), grants=grants)
    await channel.start()
    yield channel
    await channel.stop()


def now(town: Town) -> datetime:
    return datetime.fromtimestamp(town.clock(), UTC)


OAUTH2 = {
    "access_token": "",
    "access_token_secret": "",
    "oauth2_client_id": CLIENT_ID,
    "oauth2_refresh_token": FIRST_REFRESH,
}


def message(text: str = "Hello", **fields: Any) -> Outbound:
    values = {"target": INES.x_id, "place": f"dm:{INES.x_id}", "text": text, "author": Author.AGENT, **fields}
    return Outbound(channel=Channel.TWITTER, surface=Surface.PRIVATE, **values)


def reply(target: str) -> Outbound:
    return Outbound(
        channel=Channel.TWITTER, surface=Surface.PUBLIC, target=target, place=target, text="", author=Author.BOT
    )


def public(text: str) -> PublicText:
    passed: PublicText = Wall(Detector()).check(text, Channel.TWITTER)
    return passed


def loaded(content: bytes, mime: str, kind: str = "image") -> Loaded:
    return Loaded(file=File(id="f", kind=kind, name="a", mime=mime, size=len(content)), content=content)


async def heard(gateway: Gateway, channel: TwitterChannel, count: int) -> list[Any]:
    """What the webhooks of so many deliveries are understood as."""
    bodies = await gateway.heard("twitter", count)
    return [channel.parse(event) for body in bodies for event in channel.split(msgspec.json.encode(body))]


async def supplied(channel: TwitterChannel, cursors: dict[str, str]) -> list[RawEvent]:
    """All that there is; `cursors` go on. The limits of X's quarter of an hour are over each time."""
    events: list[RawEvent] = []
    while True:
        due = {name: value for name, value in cursors.items() if not name.endswith("_due")}
        answer = await channel.supply(due)
        events += answer.events
        cursors.clear()
        cursors.update(answer.cursors)
        if not answer.more:
            return events


async def test_the_first_time_what_is_old_is_left_alone(town: Town, channel: TwitterChannel) -> None:
    await town.play("x/post", customer="tom", text="@WrenAndCo old")
    await town.play("x/dm", customer="tom", text="old too")
    cursors: dict[str, str] = {}
    assert await supplied(channel, cursors) == []
    assert set(cursors) == {"mentions", "messages", "mentions_due", "messages_due"}


async def test_an_empty_account_is_asked_for_the_first_mention_ever(town: Town, channel: TwitterChannel) -> None:
    cursors: dict[str, str] = {}
    assert await supplied(channel, cursors) == []
    post = await town.play("x/post", customer="tom", text="@WrenAndCo first!")
    (event,) = await supplied(channel, cursors)
    assert event.native_id == f"post:{post['id']}"


async def test_what_no_webhook_brought_is_what_webhooks_would_have_brought(
    town: Town, gateway: Gateway, channel: TwitterChannel
) -> None:
    cursors: dict[str, str] = {}
    await supplied(channel, cursors)
    await town.play("x/post", customer="ines", text="@WrenAndCo my box is torn & wet", media="photo")
    await town.play("x/dm", customer="ines", text="see", media="video")
    await town.play("x/app_dm", customer="ines", text="We are on it")
    by_webhook = await heard(gateway, channel, 3)
    events = await supplied(channel, cursors)
    by_asking = [one for one in map(channel.parse, events) if isinstance(one, Said | SaidForUs)]
    assert len(by_asking) == len(events)
    assert {one.native_id for one in by_asking} == {one.native_id for one in by_webhook}
    for asked in by_asking:
        (told,) = (one for one in by_webhook if one.native_id == asked.native_id)
        assert (type(asked), asked.text, asked.place, asked.at) == (type(told), told.text, told.place, told.at)
        if isinstance(asked, Said):
            assert asked.sender == told.sender
        assert [one.kind for one in asked.attachments] == [one.kind for one in told.attachments]
    webhooks = [event.native_id for body in gateway.of("twitter") for event in channel.split(msgspec.json.encode(body))]
    assert {event.native_id for event in events} == set(webhooks)


async def test_hundreds_that_were_missed_are_all_brought_once_and_in_order(town: Town, channel: TwitterChannel) -> None:
    cursors: dict[str, str] = {}
    await supplied(channel, cursors)
    posts = [(await town.play("x/post", customer="tom", text=f"@WrenAndCo {n}"))["id"] for n in range(230)]
    messages = [(await town.play("x/dm", customer="mei", text=f"{n}"))["id"] for n in range(230)]
    events = [event.native_id for event in await supplied(channel, cursors)]
    assert len(events) == len(set(events))
    assert set(events) == {*(f"post:{one}" for one in posts), *(f"dm:{one}" for one in messages)}
    # What is young may be listed late: it is asked for again, and known by its key.
    assert set(events) == {event.native_id for event in await supplied(channel, cursors)}
    town.clock.pass_hours(1)
    later = await town.play("x/dm", customer="mei", text="later")
    assert f"dm:{later['id']}" in {event.native_id for event in await supplied(channel, cursors)}
    town.clock.pass_hours(1)
    assert [event.native_id for event in await supplied(channel, cursors)] == [f"dm:{later['id']}"]
    assert await supplied(channel, cursors) == []


async def test_a_limit_of_one_list_does_not_hold_up_the_other(town: Town, channel: TwitterChannel) -> None:
    cursors: dict[str, str] = {}
    await supplied(channel, cursors)
    await town.play("x/dm", customer="ines", text="hello?")
    await town.fault("x", "429", count=1, retry_after=300)
    answer = await channel.supply({name: value for name, value in cursors.items() if not name.endswith("_due")})
    assert [event.native_id.partition(":")[0] for event in answer.events] == ["dm"]
    assert int(answer.cursors["mentions_due"]) - town.clock() > 250
    again = await channel.supply(answer.cursors)
    assert (again.events, again.more) == ([], False)
    assert [call["path"] for call in await town.calls("x")].count("/x/2/dm_events") == 2


@pytest.mark.parametrize(("receive", "least", "most"), [(Receive.POLLING, 1, 60), (Receive.WEBHOOK, 300, 300)])
async def test_the_next_time_is_as_the_limits_allow(town: Town, receive: Receive, least: float, most: float) -> None:
    async with opened(town, receive=receive) as channel:
        assert channel.receive is receive
        answer = await channel.supply({})
        assert least <= answer.pause <= most


async def test_an_answer_that_only_stands_in_a_thread_of_ours_is_not_brought(
    town: Town, channel: TwitterChannel
) -> None:
    """X names everybody in a thread in front of an answer; webhooks tell of none of these either."""
    account = town.settings.twitter_user_id
    mention = {"start": 0, "end": 11, "username": "WrenAndCo", "id": account}
    post = {"id": "5", "author_id": "7", "text": "@WrenAndCo @tom same", "display_text_range": [17, 21]}
    implicit = {**post, "in_reply_to_user_id": "8", "entities": {"mentions": [mention]}}
    to_us = {**implicit, "id": "6", "in_reply_to_user_id": account}
    named_again = {**implicit, "id": "9", "entities": {"mentions": [mention, {**mention, "start": 18}]}}
    page = {"data": [named_again, to_us, implicit], "includes": {}}
    events = channel._supply._as_posts(page)
    assert [event.native_id for event in events] == ["post:6", "post:9"]


async def test_an_edited_post_is_a_change_of_its_first_version_and_answered_at_its_newest(
    town: Town, gateway: Gateway, channel: TwitterChannel
) -> None:
    post = await town.play("x/post", customer="ines", text="@WrenAndCo my order is late")
    edited = await town.play("x/edit", customer="ines", post=post["id"], text="@WrenAndCo my order 104217 is late")
    first, change = sorted(await heard(gateway, channel, 2), key=lambda one: isinstance(one, Changed))
    assert isinstance(change, Changed)
    assert change.native_id == first.native_id == post["id"] != edited["id"]
    assert change.said is not None
    sent = await channel.send_public(reply(change.said.target), public("We look at it."), "m")
    shown = (await town.state())["x"]["posts"][-1]
    assert (shown["id"], shown["in_reply_to"]) == (sent.native_id, edited["id"])


async def test_what_happens_around_messages_is_understood(
    town: Town, gateway: Gateway, channel: TwitterChannel
) -> None:
    await town.play("x/dm", customer="ines", text="hello")
    sent = await channel.send_private(message(), "m")
    await town.play("x/read", customer="ines")
    await town.play("x/chat", customer="ines")
    await town.play("x/app_block", customer="ines")
    own = (await town.state())["x"]["posts"][0]
    await town.play("x/like", customer="ines", post=own["id"])
    found = {(type(one), getattr(one, "unreadable", "")): one for one in await heard(gateway, channel, 6)}
    said, encrypted = found[Said, ""], found[Said, "encrypted"]
    ours, seen, blocked, liked = (found[kind, ""] for kind in (SaidForUs, Seen, Reached, Reacted))
    assert isinstance(said, Said)
    assert isinstance(ours, SaidForUs)
    assert ours.native_id == sent.native_id
    assert isinstance(seen, Seen)
    assert isinstance(encrypted, Said)
    assert encrypted.unreadable == "encrypted"
    assert isinstance(blocked, Reached)
    assert (blocked.reachable, blocked.place) == (False, said.place)
    assert isinstance(liked, Reacted)
    assert liked.native_id == own["id"]


async def test_whoever_has_blocked_us_is_told_to_the_agent_as_such(town: Town, channel: TwitterChannel) -> None:
    await town.play("x/dm", customer="ines", text="hello")
    await town.play("x/block", customer="ines")
    with pytest.raises(SendRefused, match="takes no direct messages"):
        await channel.send_private(message(), "m")
    await town.play("x/block", customer="ines", undo=True)
    assert (await channel.send_private(message(), "m")).native_id


@pytest.mark.parametrize(
    ("content", "mime", "kind"),
    [(b"\x89PNG" + bytes(2_500_000), "image/png", "image"), (GIF, "image/gif", "image"), (FILM, "video/mp4", "video")],
)
async def test_a_file_goes_along_with_a_direct_message(
    town: Town, channel: TwitterChannel, content: bytes, mime: str, kind: str
) -> None:
    await town.play("x/dm", customer="ines", text="a picture?")
    await channel.send_private(message(""), "m", [loaded(content, mime, kind)])
    shown = (await town.state())["x"]["messages"][-1]
    assert shown["text"] == ""
    assert (await town.client.get(f"/x/media/{shown['medium']}.x")).content == content


@pytest.mark.parametrize(
    ("content", "mime"),
    [(bytes(5_000_001), "image/png"), (bytes(15_000_001), "image/gif"), (b"%PDF-", "application/pdf")],
)
async def test_a_file_that_x_does_not_take_never_leaves(
    town: Town, channel: TwitterChannel, content: bytes, mime: str
) -> None:
    await town.play("x/dm", customer="ines", text="a picture?")
    with pytest.raises(SendRefused):
        await channel.send_private(message(""), "m", [loaded(content, mime)])
    assert await town.calls("x") == []


async def test_nobody_can_look_for_a_file_by_its_words(channel: TwitterChannel) -> None:
    file = loaded(GIF, "image/gif").file
    with pytest.raises(SendRefused, match="Please look"):
        await channel.look_up(message("", files=(file,)), "m", datetime.now(UTC))


@pytest.mark.parametrize("grant", [{}, OAUTH2])
async def test_what_came_along_is_brought(town: Town, gateway: Gateway, grant: dict[str, Any]) -> None:
    async with opened(town, **grant) as channel:
        await town.play("x/post", customer="ines", text="@WrenAndCo torn!", media="photo")
        await town.play("x/dm", customer="ines", text="and inside", media="photo")
        in_public, in_private = sorted(await heard(gateway, channel, 2), key=lambda one: one.place.native_id[:2])
        for said in (in_public, in_private):
            fetched = await channel.fetch(said.attachments[0])
            assert (fetched.mime, fetched.content[:4]) == ("image/png", b"\x89PNG")
        with pytest.raises(FetchRefused):
            await channel.fetch(replace(in_private.attachments[0], url=""))
        elsewhere = replace(in_private.attachments[0], url="http://127.0.0.1:9/1.1/ton/data/dm/1/2/x.png")
        with pytest.raises(FetchRefused):
            await channel.fetch(elsewhere)
        # The archive is asked at X, whatever host an address names.
        assert all(call["path"].startswith("/x/") for call in await town.calls("x"))


async def test_a_leak_below_our_own_post_is_hidden_and_nowhere_else(
    town: Town, gateway: Gateway, channel: TwitterChannel
) -> None:
    own = (await town.state())["x"]["posts"][0]
    leak = await town.play("x/post", customer="ines", text="my card is ...", in_reply_to=own["id"])
    theirs = await town.play("x/post", customer="ines", text="@WrenAndCo my card is ...")
    below = await town.play("x/post", customer="tom", text="@WrenAndCo mine too", in_reply_to=theirs["id"])
    await heard(gateway, channel, 3)
    assert channel.can(ActKind.HIDE, own["id"], leak["id"])
    assert not channel.can(ActKind.REMOVE, own["id"], leak["id"])
    assert not channel.can(ActKind.HIDE, theirs["id"], theirs["id"])
    assert not channel.can(ActKind.HIDE, theirs["id"], below["id"])
    assert not channel.can(ActKind.HIDE, f"dm:{INES.x_id}", "5")
    for _ in range(2):
        await channel.act(ActKind.HIDE, leak["id"])
    (hidden,) = (post["id"] for post in (await town.state())["x"]["posts"] if post["hidden"])
    assert hidden == leak["id"]
    with pytest.raises(SendRefused, match="conversations that we began"):
        await channel.act(ActKind.HIDE, below["id"])
    with pytest.raises(SendRefused):
        await channel.act(ActKind.REMOVE, leak["id"])


async def test_oauth_2_is_renewed_before_it_ends_and_when_x_says_so(town: Town) -> None:
    grants = Memory()
    async with opened(town, grants, **OAUTH2) as channel:
        await town.play("x/dm", customer="ines", text="hello")
        await channel.send_private(message("one"), "m")
        first = await grants.read()
        await channel.send_private(message("two"), "m")
        assert await grants.read() == first
        town.clock.pass_hours(1.95)
        await channel.send_private(message("three"), "m")
        second = await grants.read()
        assert second is not None
        assert first is not None
        assert second.refresh != first.refresh
        # Revoked from elsewhere: X says 401, and is asked with a new one at once.
        channel._client._access._grant = replace(second, access="revoked")  # type: ignore[union-attr]
        await channel.send_private(message("four"), "m")
        texts = [one["text"] for one in (await town.state())["x"]["messages"]]
        assert texts == ["hello", "one", "two", "three", "four"]


async def test_many_requests_at_once_renew_once(town: Town) -> None:
    async with opened(town, **OAUTH2) as channel:
        await town.play("x/dm", customer="ines", text="hello")
        await asyncio.gather(*(channel.send_private(message(f"{n}"), "m") for n in range(5)))
        paths = [call["path"] for call in await town.calls("x")]
        assert paths.count("/x/2/oauth2/token") == 1


async def test_of_two_processes_that_renew_at_once_the_later_takes_what_the_earlier_has_kept(town: Town) -> None:
    grants = Memory()
    async with opened(town, grants, **OAUTH2) as one, opened(town, grants, **OAUTH2) as other:
        await town.play("x/dm", customer="ines", text="hello")
        await one.send_private(message("one"), "m")
        kept = await grants.read()
        reads = iter([None, kept])  # it looked before the other one kept it

        class Late(Memory):
            async def read(self) -> Any:
                return next(reads)

        other._client._access._grants = Late()  # type: ignore[union-attr]
        await other.send_private(message("two"), "m")
        assert await grants.read() == kept


async def test_a_grant_that_x_takes_back_is_the_operators_matter(town: Town) -> None:
    async with opened(town, **{**OAUTH2, "oauth2_refresh_token": "wrong"}) as channel:
        with pytest.raises(SendLockedOut, match="TWITTER_OAUTH2_REFRESH_TOKEN"):
            await channel.send_private(message(), "m")


async def test_a_new_first_grant_in_the_settings_begins_anew(town: Town) -> None:
    grants = Memory()
    async with opened(town, grants, **OAUTH2) as channel:
        await town.play("x/dm", customer="ines", text="hello")
        await channel.send_private(message("one"), "m")
        kept = await grants.read()
        assert kept is not None
    async with opened(town, grants, **{**OAUTH2, "oauth2_refresh_token": kept.refresh}) as channel:
        await channel.send_private(message("two"), "m")
        newest = await grants.read()
        assert newest is not None
        assert newest.origin != kept.origin


async def test_an_account_is_connected_once_however_often_it_is_asked_for(town: Town, channel: TwitterChannel) -> None:
    down = await channel.disconnect()
    assert all(step.done for step in down)
    assert [step.words for step in await channel.disconnect()] == ["There was nothing to take down."]
    lost = {check.name: check.well for check in await channel.checks(PUBLIC_URL)}
    assert (lost["token"], lost["webhook"], lost["subscriptions"]) == (True, False, False)
    first = await channel.connect(PUBLIC_URL)
    assert all(step.done for step in first), first
    again = await channel.connect(PUBLIC_URL)
    assert all(step.done and "already" in step.words for step in again), again
    checks = await channel.checks(PUBLIC_URL)
    assert {check.name: check.well for check in checks} == {
        "token": True,
        "webhook": True,
        "subscriptions": True,
    }
    assert all(check.advice for check in checks if check.well is not True)


async def test_a_webhook_that_x_gave_up_is_proved_anew(town: Town, gateway: Gateway, channel: TwitterChannel) -> None:
    await channel.disconnect()
    await channel.connect(PUBLIC_URL)
    right, gateway.crc_token = gateway.crc_token, lambda token: "sha256=wrong"
    await channel._client.ask_as_app("PUT", f"/2/webhooks/{await webhook_id(channel)}")
    (given_up,) = (check for check in await channel.checks(PUBLIC_URL) if check.name == "webhook")
    assert given_up.well is False
    (step,) = await channel.connect(PUBLIC_URL)
    assert not step.done
    gateway.crc_token = right
    assert all(step.done for step in await channel.connect(PUBLIC_URL))


async def webhook_id(channel: TwitterChannel) -> str:
    (webhook,) = await channel._care._webhooks()
    return webhook


@pytest.mark.parametrize("url", ["", "http://shop.example/webhook", "https://shop.example:8443/webhook", "nonsense"])
async def test_an_address_that_x_would_not_take_is_not_offered(channel: TwitterChannel, url: str) -> None:
    (step,) = await channel.connect(url)
    assert not step.done


async def test_what_x_refuses_is_explained(town: Town, gateway: Gateway, channel: TwitterChannel) -> None:
    (full,) = await channel.connect("https://another.example/webhook")
    assert not full.done
    assert "disconnect the one that it has" in full.words
    await channel.disconnect()
    gateway.crc_token = lambda token: "sha256=wrong"
    (unproved,) = await channel.connect(PUBLIC_URL)
    assert not unproved.done
    assert "the gateway must be running" in unproved.words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"user_id": "5"}, "TWITTER_USER_ID is 5"),
        ({"username": "SomebodyElse"}, "TWITTER_USERNAME is SomebodyElse"),
        ({"access_token_secret": "wrong"}, "does not let us in"),
    ],
)
async def test_a_wrong_account_is_noticed(town: Town, fields: dict[str, str], words: str) -> None:
    async with opened(town, **fields) as channel:
        (token,) = (check for check in await channel.checks("") if check.name == "token")
        assert token.well is False
        assert words in token.words
        assert token.advice


async def test_checks_of_an_address_that_is_not_known_alarm_nobody(channel: TwitterChannel) -> None:
    assert [check.name for check in await channel.checks("") if check.well is False] == []


async def test_where_x_is_asked_nothing_is_delivered(town: Town) -> None:
    async with opened(town, receive=Receive.POLLING) as channel:
        (step,) = await channel.connect("")
        assert step.done
        assert [check.name for check in await channel.checks("") if check.well is False] == []


@pytest.mark.parametrize(
    ("scheme", "looked_at"),
    [
        ("http", ["token", "webhook"]),
        ("https", ["token", "webhook", "direct messages", "privacy link"]),  # of X itself, a person looks at the rest
    ],
)
async def test_an_x_that_is_away_makes_no_check_fail_loudly(town: Town, scheme: str, looked_at: list[str]) -> None:
    async with opened(town, api_root=f"{scheme}://127.0.0.1:9") as channel:
        checks = await channel.checks(PUBLIC_URL)
        assert [(check.name, check.well) for check in checks] == [(name, None) for name in looked_at]
        assert [step.done for step in await channel.connect(PUBLIC_URL)] == [False]
        assert [step.done for step in await channel.disconnect()] == [False]


async def test_the_clock_of_a_limit_that_was_put_forward_by_days_is_not_waited_for(
    town: Town, channel: TwitterChannel
) -> None:
    far = str(int(town.clock() + timedelta(days=3).total_seconds()))
    await town.play("x/post", customer="tom", text="@WrenAndCo hello")
    answer = await channel.supply({"mentions": "1", "messages": "1", "mentions_due": far, "messages_due": far})
    assert len(answer.events) == 1
