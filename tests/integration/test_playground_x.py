"""The pretend X, spoken to by the real tweepy."""

import base64
import hashlib
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import tweepy  # type: ignore[import-untyped]
from tweepy.asynchronous import AsyncClient  # type: ignore[import-untyped]
from yarl import URL

from playground.people import customer
from playground.testing import Gateway, Town, events, running

INES = customer("ines")


class Redirected:
    """tweepy's host is fixed: the signature is made for that host, and the call is sent here."""

    def __init__(self, root: str, session: aiohttp.ClientSession) -> None:
        self._root = root
        self._session = session

    def request(self, method: str, url: Any, **options: Any) -> Any:
        here = str(url).replace("https://api.twitter.com", self._root)
        return self._session.request(method, URL(here, encoded=True), **options)


@pytest.fixture
async def town(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Town]:
    async with running(tmp_path, gateway) as town:
        secret = town.settings.twitter_consumer_secret
        gateway.crc_token = lambda token: signature(secret, token.encode())
        yield town


@pytest.fixture
async def brand(town: Town) -> AsyncIterator[AsyncClient]:
    async with client(town) as tweepy_client:
        yield tweepy_client


@asynccontextmanager
async def client(town: Town, **wrong: str) -> AsyncIterator[AsyncClient]:
    """A tweepy client with the brand's credentials, but for what is `wrong`."""
    settings = town.settings
    credentials = {
        "consumer_key": settings.twitter_consumer_key,
        "consumer_secret": settings.twitter_consumer_secret,
        "access_token": settings.twitter_access_token,
        "access_token_secret": settings.twitter_access_token_secret,
    }
    async with aiohttp.ClientSession() as session:
        tweepy_client = AsyncClient(**(credentials | wrong))
        tweepy_client.session = Redirected(f"{town.url}/x", session)
        yield tweepy_client


def signature(secret: str, body: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


async def test_a_mention_is_delivered_signed_and_can_be_answered(
    town: Town, gateway: Gateway, brand: AsyncClient
) -> None:
    post = await town.play("x/post", customer="ines", text="@WrenAndCo where is my order? Größe <M> & L")
    (body,) = await gateway.heard("twitter")
    call = gateway.received[0]
    assert call.headers["x-twitter-webhooks-signature"] == signature(town.settings.twitter_consumer_secret, call.body)
    data = body["data"]
    assert (data["event_type"], data["filter"]) == ("post.mention.create", {"user_id": town.settings.twitter_user_id})
    assert data["payload"]["id"] == post["id"]
    assert data["payload"]["text"] == "@WrenAndCo where is my order? Größe &lt;M&gt; &amp; L"
    assert data["payload"]["author_id"] == data["includes"]["users"][0]["id"] == INES.x_id

    link = f"https://twitter.com/messages/compose?recipient_id={town.settings.twitter_user_id}&text=AB12"
    answer = await brand.create_tweet(
        text="Let us look at this in private.", in_reply_to_tweet_id=post["id"], direct_message_deep_link=link
    )
    shown = (await town.state())["x"]["posts"][-1]
    assert shown["id"] == answer.data["id"]
    assert shown["in_reply_to"] == shown["conversation_id"] == post["id"]
    assert int(answer.data["id"]) > int(post["id"])

    way_in = await town.play("x/follow_way_in", customer="ines", post=answer.data["id"])
    assert way_in == {"composer": {"text": "AB12"}}


async def test_a_post_that_is_mention_and_reply_makes_two_events_with_one_payload(
    town: Town, gateway: Gateway, brand: AsyncClient
) -> None:
    root = await brand.create_tweet(text="We are open on Sunday.")
    post = await town.play("x/post", customer="tom", text="@WrenAndCo until when?", in_reply_to=root.data["id"])
    bodies = await gateway.heard("twitter", 2)
    assert sorted(events(bodies)) == ["post.mention.create", "post.reply.create"]
    assert {body["data"]["payload"]["id"] for body in bodies} == {post["id"]}
    assert len({body["data"]["event_uuid"] for body in bodies}) == 2


async def test_a_post_between_customers_is_not_told_to_the_brand(town: Town) -> None:
    first = await town.play("x/post", customer="tom", text="@WrenAndCo hello?")
    second = await town.play("x/post", customer="mei", text="same here", in_reply_to=first["id"])
    assert (first["events"], second["events"]) == (["post.mention.create"], [])


async def test_the_brand_may_not_write_a_direct_message_first(town: Town, gateway: Gateway, brand: AsyncClient) -> None:
    with pytest.raises(tweepy.Forbidden, match="do not have permission to DM"):
        await brand.create_direct_message(participant_id=INES.x_id, text="Hello!")
    assert (await brand.get_user(id=INES.x_id, user_fields=["receives_your_dm"], user_auth=True)).data.data == {
        "id": INES.x_id,
        "name": INES.name,
        "username": INES.x_username,
        "receives_your_dm": False,
    }

    received = await town.play("x/dm", customer="ines", text="Hi ❤")
    (body,) = await gateway.heard("twitter")
    event = body["data"]["payload"]["direct_message_events"][0]
    assert (body["data"]["event_type"], event["id"]) == ("dm.received", received["id"])
    assert event["message_create"]["message_data"]["text"] == "Hi ❤"
    assert body["data"]["payload"]["users"][INES.x_id]["data"]["username"] == INES.x_username

    sent = await brand.create_direct_message(participant_id=INES.x_id, text="Hello Ines!")
    listed = await brand.get_direct_message_events(
        participant_id=INES.x_id, dm_event_fields=["sender_id", "created_at", "dm_conversation_id"], user_auth=True
    )
    assert [event.id for event in listed.data] == [int(sent.data["dm_event_id"]), int(received["id"])]
    assert listed.data[0].text == "Hello Ines!"


async def test_only_who_was_summoned_may_reply(town: Town, brand: AsyncClient) -> None:
    stranger = await town.play("x/post", customer="mei", text="I do not like socks")
    with pytest.raises(tweepy.Forbidden, match="not been mentioned"):
        await brand.create_tweet(text="But ours are warm!", in_reply_to_tweet_id=stranger["id"])


async def test_quoting_the_brand_summons_it(town: Town, gateway: Gateway, brand: AsyncClient) -> None:
    root = await brand.create_tweet(text="New mugs.")
    quote = await town.play("x/post", customer="mei", text="nice ones", quote_of=root.data["id"])
    assert events(await gateway.heard("twitter")) == ["post.quote.create"]
    await brand.create_tweet(text="Thank you!", in_reply_to_tweet_id=quote["id"])


async def test_the_same_words_to_the_same_post_are_refused_soon_after(town: Town, brand: AsyncClient) -> None:
    post = await town.play("x/post", customer="tom", text="@WrenAndCo hey")
    other = await town.play("x/post", customer="mei", text="@WrenAndCo hey you")
    await brand.create_tweet(text="How can we help?", in_reply_to_tweet_id=post["id"])
    with pytest.raises(tweepy.Forbidden, match="duplicate content"):
        await brand.create_tweet(text="How can we help?", in_reply_to_tweet_id=post["id"])
    await brand.create_tweet(text="How can we help?", in_reply_to_tweet_id=other["id"])
    town.clock.pass_hours(0.3)
    await brand.create_tweet(text="How can we help?", in_reply_to_tweet_id=post["id"])


async def test_more_than_280_weighted_characters_are_refused(brand: AsyncClient) -> None:
    await brand.create_tweet(text="🙂" * 140)
    with pytest.raises(tweepy.BadRequest, match="too long"):
        await brand.create_tweet(text="🙂" * 141)


@pytest.mark.parametrize("part", ["consumer_key", "consumer_secret", "access_token", "access_token_secret"])
async def test_a_wrong_key_is_refused(town: Town, part: str) -> None:
    async with client(town, **{part: "wrong"}) as stranger:
        with pytest.raises(tweepy.Unauthorized):
            await stranger.create_tweet(text="hello")
        with pytest.raises(tweepy.Unauthorized):
            await stranger.get_me(user_auth=True)


async def test_a_call_without_signature_is_refused(town: Town) -> None:
    response = await town.client.post("/x/2/tweets", json={"text": "hello"})
    assert response.status_code == 401
    assert response.json() == {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}


async def test_a_reply_can_be_hidden_only_in_the_brands_own_conversation(town: Town, brand: AsyncClient) -> None:
    own = await brand.create_tweet(text="New hats.")
    leak = await town.play("x/post", customer="ines", text="my card is 4111...", in_reply_to=own.data["id"])
    await brand.hide_reply(leak["id"])
    assert (await town.state())["x"]["posts"][-1]["hidden"] is True
    await brand.unhide_reply(leak["id"])
    assert (await town.state())["x"]["posts"][-1]["hidden"] is False
    elsewhere = await town.play("x/post", customer="ines", text="@WrenAndCo my card is 4111...")
    with pytest.raises(tweepy.Forbidden, match="conversations you started"):
        await brand.hide_reply(elsewhere["id"])


async def test_mentions_and_own_posts_can_be_read_page_by_page(town: Town, brand: AsyncClient) -> None:
    asked = [(await town.play("x/post", customer="tom", text=f"@WrenAndCo {n}"))["id"] for n in range(7)]
    me = (await brand.get_me(user_auth=True)).data.id
    first = await brand.get_users_mentions(
        me, max_results=5, tweet_fields=["author_id", "created_at"], expansions=["author_id"], user_auth=True
    )
    second = await brand.get_users_mentions(
        me, max_results=5, pagination_token=first.meta["next_token"], user_auth=True
    )
    assert [str(post.id) for post in [*first.data, *second.data]] == asked[::-1]
    assert first.includes["users"][0].username == "tom_brandt"
    newer = await brand.get_users_mentions(me, since_id=asked[4], user_auth=True)
    assert [str(post.id) for post in newer.data] == [asked[6], asked[5]]
    mine = await brand.create_tweet(text="Hello 7", in_reply_to_tweet_id=asked[6])
    assert str((await brand.get_users_tweets(me, user_auth=True)).data[0].id) == mine.data["id"]
    read = await brand.get_tweet(asked[0], tweet_fields=["conversation_id"], user_auth=True)
    assert str(read.data.conversation_id) == asked[0]
    await brand.delete_tweet(mine.data["id"])
    with pytest.raises(tweepy.Forbidden):
        await brand.delete_tweet(asked[0])


async def test_a_429_names_when_to_come_back(town: Town, brand: AsyncClient) -> None:
    await town.fault("x", "429", count=1, retry_after=9)
    with pytest.raises(tweepy.TooManyRequests) as refused:
        await brand.create_tweet(text="hello")
    headers = refused.value.response.headers
    assert headers["x-rate-limit-remaining"] == "0"
    assert headers["retry-after"] == "9"
    accepted = await brand.create_tweet(text="hello")
    assert accepted.data["text"] == "hello"


async def test_without_the_crc_nothing_is_delivered(tmp_path: Path) -> None:
    gateway = Gateway(crc_token=lambda token: "sha256=wrong")
    async with running(tmp_path, gateway) as town:
        await town.play("x/post", customer="tom", text="@WrenAndCo hello?")
        given_up = await town.delivery("x", "given_up")
        assert (given_up["attempts"], given_up["error"]) == (4, "CRC check: wrong response_token")
        assert gateway.received == []


async def test_a_reply_is_shown_with_whom_it_addresses_and_with_short_links(town: Town, brand: AsyncClient) -> None:
    question = await town.play("x/post", customer="ines", text="@WrenAndCo where is my order?")
    text = "See https://wren.example/a?b=1&c=2, or wren.shop/help."
    await brand.create_tweet(text=text, in_reply_to_tweet_id=question["id"])
    me = town.settings.twitter_user_id
    (shown, *_) = (
        await brand.get_users_tweets(me, tweet_fields=["entities", "referenced_tweets", "created_at"], user_auth=True)
    ).data
    one, other = shown.entities["urls"]
    assert shown.text == f"@{INES.x_username} See {one['url']}, or {other['url']}."
    assert [one["expanded_url"], other["expanded_url"]] == ["https://wren.example/a?b=1&c=2", "http://wren.shop/help"]
    assert shown.text[one["start"] : one["end"]] == one["url"]
    assert one["url"].startswith("https://t.co/")
    assert [(reference.type, str(reference.id)) for reference in shown.referenced_tweets] == [
        ("replied_to", question["id"])
    ]


async def test_a_timeline_can_be_asked_for_by_time_and_without_replies(town: Town, brand: AsyncClient) -> None:
    me = town.settings.twitter_user_id
    question = await town.play("x/post", customer="ines", text="@WrenAndCo hello?")
    first = await brand.create_tweet(text="Hello!", in_reply_to_tweet_id=question["id"])
    town.clock.pass_hours(2)
    second = await brand.create_tweet(text="New hats.")
    between = datetime.fromtimestamp(town.clock() - 3600, UTC)

    async def listed(**query: Any) -> list[str]:
        answer = await brand.get_users_tweets(me, user_auth=True, **query)
        return [str(post.id) for post in answer.data or ()]

    assert await listed(start_time=between) == [second.data["id"]]
    assert (await listed(end_time=between))[0] == first.data["id"]
    assert first.data["id"] not in await listed(exclude=["replies"])
    with pytest.raises(tweepy.BadRequest):
        await listed(max_results=4)
    with pytest.raises(tweepy.BadRequest):
        await listed(start_time="yesterday")


async def test_links_in_direct_messages_are_shortened_and_their_goals_told(town: Town, brand: AsyncClient) -> None:
    await town.play("x/dm", customer="ines", text="Hi")
    await brand.create_direct_message(participant_id=INES.x_id, text="See https://wren.example/a")
    listed = await brand.get_direct_message_events(
        participant_id=INES.x_id, event_types="MessageCreate", dm_event_fields=["entities", "sender_id"], user_auth=True
    )
    (url,) = listed.data[0].data["entities"]["urls"]
    assert listed.data[0].text == f"See {url['url']}"
    assert url["expanded_url"] == "https://wren.example/a"
    joined = await brand.get_direct_message_events(
        participant_id=INES.x_id, event_types="ParticipantsJoin", user_auth=True
    )
    assert (joined.data, joined.meta) == (None, {"result_count": 0})


async def test_answers_carry_the_platforms_time_and_what_is_left(town: Town) -> None:
    town.clock.pass_hours(1)
    async with aiohttp.ClientSession() as session:
        tweepy_client = AsyncClient(
            consumer_key=town.settings.twitter_consumer_key,
            consumer_secret=town.settings.twitter_consumer_secret,
            access_token=town.settings.twitter_access_token,
            access_token_secret=town.settings.twitter_access_token_secret,
            return_type=aiohttp.ClientResponse,
        )
        tweepy_client.session = Redirected(f"{town.url}/x", session)
        response = await tweepy_client.get_direct_message_events(participant_id=INES.x_id)
    assert (response.headers["x-rate-limit-limit"], response.headers["x-rate-limit-remaining"]) == ("15", "14")
    assert abs(parsedate_to_datetime(response.headers["date"]).timestamp() - town.clock()) < 3
