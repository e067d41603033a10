"""The real Facebook adapter against the pretend Facebook: catching up, files, hiding, thread control, looking after."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gateway.channels.base import ActKind, Loaded, Sign, SignKind
from gateway.channels.facebook import FacebookChannel, FacebookSettings, supply
from gateway.channels.facebook.payloads import messenger_account
from gateway.channels.supply import Supplied
from gateway.clock import utc_now
from gateway.errors import FetchRefused, SendLockedOut, SendRefused
from gateway.happenings import Change, Changed, Event, Reacted, SaidForUs, Seen
from gateway.messages import Author, Channel, File, Ignored, Outbound, RawEvent, Said, Surface
from playground.facebook.conversations import Conversations
from playground.facebook.events import APP_ID
from playground.people import customer
from playground.testing import Clock, Gateway, Town, running, until

INES, TOM = customer("ines"), customer("tom")
OTHER_APP = "778899"


class Office:
    """The adapter, and what the webhook would have heard."""

    def __init__(self, town: Town, gateway: Gateway) -> None:
        self.town = town
        self.gateway = gateway
        self.now: datetime | None = None
        self.channel = self.open()

    def open(self, **changes: Any) -> FacebookChannel:
        settings = self.town.settings
        given = FacebookSettings(
            verify=settings.facebook_verify,
            page_access_token=settings.facebook_page_access_token,
            secret=settings.facebook_secret,
            page_id=settings.facebook_page_id,
            app_id=str(APP_ID),
            api_root=f"{self.town.url}/facebook",
            pace=0.0,
        )
        return FacebookChannel(replace(given, **changes), lambda: self.now or utc_now())

    async def heard(self) -> list[RawEvent]:
        """All events that the webhook has brought."""
        deliveries = await self.town.deliveries("facebook")
        await until(
            lambda: len(self.gateway.of("facebook")) >= len(deliveries), f"{len(deliveries)} deliveries on facebook"
        )
        bodies = [call.body for call in self.gateway.received if call.channel == "facebook"]
        return [event for body in bodies for event in self.channel.split(body)]

    async def last(self) -> Event:
        """The last event that the webhook has brought, understood."""
        return self.channel.parse((await self.heard())[-1])


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def office(tmp_path: Path, clock: Clock) -> AsyncIterator[Office]:
    gateway = Gateway()
    async with running(tmp_path, gateway, clock) as town:
        office = Office(town, gateway)
        yield office
        await office.channel.stop()


def message(text: str = "Hello", author: Author = Author.BOT, **fields: Any) -> Outbound:
    return Outbound(
        channel=Channel.FACEBOOK,
        surface=Surface.PRIVATE,
        place=f"psid:{INES.psid}",
        target=INES.psid,
        text=text,
        author=author,
        **fields,
    )


# Catching up


def cursors(ago: timedelta) -> Mapping[str, str]:
    since = (datetime.now(UTC) - ago).isoformat()
    return {"conversations": since, "feed": since}


async def test_the_first_time_what_is_old_is_left_alone(office: Office) -> None:
    await office.town.play("facebook/message", customer="ines", text="Long ago")
    await office.town.play("facebook/comment", customer="ines", text="Long ago as well")
    first = await office.channel.supply({})
    assert first.events == []
    assert set(first.cursors) == {"conversations", "feed"}


async def test_what_no_webhook_brought_comes_under_the_same_keys_and_reads_the_same(office: Office) -> None:
    play = office.town.play
    await play("facebook/message", customer="ines", text="Where is my parcel?")
    await play("facebook/send", customer="tom", kind="image")
    await play("facebook/send", customer="tom", kind="file", text="My receipt")
    await play("facebook/post", customer="tom", text="Nobody answers me!")
    comment = await play("facebook/comment", customer="ines", text="Open on Sunday?", photo=True)
    await play("facebook/comment", customer="tom", text="I wonder too", parent=comment["id"])
    heard = {event.native_id: office.channel.parse(event) for event in await office.heard()}

    supplied = await office.channel.supply(cursors(timedelta(hours=1)))
    caught = {event.native_id: office.channel.parse(event) for event in supplied.events}
    assert caught.keys() == heard.keys()
    for key, event in caught.items():
        other = heard[key]
        assert isinstance(event, Said)
        assert isinstance(other, Said)
        assert (event.text, event.place, event.sender, event.target) == (
            other.text,
            other.place,
            other.sender,
            other.target,
        )
        assert [(each.kind, each.url) for each in event.attachments] == [
            (each.kind, each.url) for each in other.attachments
        ]
        assert abs(event.at - other.at) <= timedelta(seconds=1)


async def test_what_lies_before_the_cursor_is_not_asked_for_again(office: Office, clock: Clock) -> None:
    clock.pass_hours(-2)
    await office.town.play("facebook/message", customer="ines", text="Two hours ago")
    await office.town.play("facebook/comment", customer="ines", text="Two hours ago")
    clock.pass_hours(2)
    await office.town.play("facebook/message", customer="tom", text="Now")
    supplied = await office.channel.supply(cursors(timedelta(hours=1)))
    assert [_said(office, event).text for event in supplied.events] == ["Now"]
    assert supplied.cursors["feed"] > cursors(timedelta(minutes=1))["feed"]


async def test_what_we_said_ourselves_is_left_to_its_answer_for_a_while(office: Office) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    await office.channel.send_private(message("Hello Ines"), "aside:1")
    soon = await office.channel.supply(cursors(timedelta(hours=1)))
    assert [_said(office, event).text for event in soon.events] == ["Hi"]
    office.now = utc_now() + timedelta(minutes=3)
    later = await office.channel.supply(cursors(timedelta(hours=1)))
    ours = [office.channel.parse(event) for event in later.events][-1]
    assert isinstance(ours, SaidForUs)
    assert ours.text == "Hello Ines"
    keys = {event.native_id for event in await office.heard()}
    assert {event.native_id for event in later.events} <= keys


async def test_a_long_list_is_read_over_several_calls(office: Office) -> None:
    for number in range(12):
        await office.town.play("facebook/message", customer="ines", text=f"message {number}")
        await office.town.play("facebook/message", customer="tom", text=f"message {number}")
    state = dict(cursors(timedelta(hours=1)))
    supplied = Supplied(events=[], cursors=state, more=True)
    texts: list[str] = []
    while supplied.more:
        supplied = await office.channel.supply(supplied.cursors)
        texts += [_said(office, event).text for event in supplied.events]
    assert sorted(texts) == sorted(2 * [f"message {number}" for number in range(12)])


@pytest.mark.parametrize(("at_once", "pages"), [(1, 1), (1, 4), (2, 1)])
async def test_conversations_of_several_pages_are_read_to_the_last_one(
    office: Office, monkeypatch: pytest.MonkeyPatch, at_once: int, pages: int
) -> None:
    monkeypatch.setattr(supply, "_AT_ONCE", at_once)
    monkeypatch.setattr(supply, "_PAGES", pages)
    people = ("ines", "tom", "mei")
    for name in people:
        await office.town.play("facebook/message", customer=name, text=f"{name} asks")
    supplied = Supplied(events=[], cursors=dict(cursors(timedelta(hours=1))), more=True)
    texts: list[str] = []
    calls = 0
    while supplied.more:
        supplied = await office.channel.supply(supplied.cursors)
        texts += [_said(office, event).text for event in supplied.events]
        calls += 1
    assert sorted(texts) == sorted(f"{name} asks" for name in people)
    assert calls == -(-3 // (at_once * pages))
    assert set(supplied.cursors) == {"conversations", "feed"}, "no place to go on is left behind"


async def test_messages_of_a_conversation_come_also_where_graph_gives_few_at_a_time(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conversations, "MOST", 3)
    for number in range(24):
        await office.town.play("facebook/message", customer="ines", text=f"message {number}")
    caught = await office.channel.supply(cursors(timedelta(hours=1)))
    assert [_said(office, event).text for event in caught.events] == [f"message {number}" for number in range(4, 24)]


async def test_what_is_said_in_another_applications_thread_is_caught_up_with_as_its_matter(office: Office) -> None:
    await office.town.play("facebook/give_thread", customer="ines", app=OTHER_APP)
    await office.town.play("facebook/message", customer="ines", text="Hi, other app")
    (heard,) = await office.heard()
    supplied = await office.channel.supply(cursors(timedelta(hours=1)))
    assert [event.native_id for event in supplied.events] == [heard.native_id]
    assert office.channel.parse(supplied.events[0]) == Ignored(reason="other_app_owns_thread")


def _said(office: Office, event: RawEvent) -> Said:
    said = office.channel.parse(event)
    assert isinstance(said, Said)
    return said


# What happens besides


async def test_edits_removals_reactions_and_reads_are_understood_as_they_come(office: Office) -> None:
    sent = await office.town.play("facebook/message", customer="ines", text="My card is 4111")
    await office.town.play("facebook/edit", customer="ines", mid=sent["mid"], text="My card is lost")
    edited = await office.last()
    assert isinstance(edited, Changed)
    assert (edited.native_id, edited.text, edited.order) == (sent["mid"], "My card is lost", 1)
    await office.town.play("facebook/react", customer="ines", mid=sent["mid"], emoji="👍")
    assert isinstance(await office.last(), Reacted)
    await office.town.play("facebook/read", customer="ines")
    assert isinstance(await office.last(), Seen)
    await office.town.play("facebook/unsend", customer="ines", mid=sent["mid"])
    gone = await office.last()
    assert isinstance(gone, Changed)
    assert gone.change is Change.REMOVED


async def test_comments_are_edited_liked_hidden_and_deleted(office: Office) -> None:
    comment = await office.town.play("facebook/comment", customer="ines", text="My number is 0170")
    await office.town.play("facebook/edit_comment", customer="ines", comment=comment["id"], text="Never mind")
    edited = await office.last()
    assert isinstance(edited, Changed)
    assert (edited.native_id, edited.text) == (comment["id"], "Never mind")
    await office.town.play("facebook/like", customer="tom", comment=comment["id"], reaction="love")
    liked = await office.last()
    assert isinstance(liked, Reacted)
    assert (liked.native_id, liked.emoji) == (comment["id"], "love")
    await office.town.play("facebook/page_hide", customer="ines", comment=comment["id"])
    hidden = await office.last()
    assert isinstance(hidden, Changed)
    assert hidden.change is Change.HIDDEN
    await office.town.play("facebook/delete_comment", customer="ines", comment=comment["id"])
    gone = await office.last()
    assert isinstance(gone, Changed)
    assert gone.change is Change.REMOVED


async def test_a_colleague_in_the_page_inbox_and_one_below_the_comment_speak_for_us(office: Office) -> None:
    await office.town.play("facebook/page_inbox", customer="ines", text="Kim here.")
    inbox = await office.last()
    assert isinstance(inbox, SaidForUs)
    assert inbox.via == "Page inbox"
    comment = await office.town.play("facebook/comment", customer="ines", text="?")
    await office.town.play("facebook/page_comment", customer="ines", comment=comment["id"], text="Kim again.")
    public = await office.last()
    assert isinstance(public, SaidForUs)
    assert (public.place.native_id, public.text) == (comment["id"], "Kim again.")


# Hiding and removing


@pytest.mark.parametrize("act", [ActKind.HIDE, ActKind.REMOVE])
@pytest.mark.parametrize("deed", ["facebook/comment", "facebook/post"])
async def test_a_comment_and_a_visitors_post_are_hidden_or_removed_however_often(
    office: Office, act: ActKind, deed: str
) -> None:
    made = await office.town.play(deed, customer="ines", text="My number is 0170")
    for _ in range(2):
        await office.channel.act(act, made["id"])
    state = (await office.town.state())["facebook"]
    there = [each for each in (*state["comments"], *state["posts"]) if each["id"] == made["id"]]
    assert [each["hidden"] for each in there] == ([True] if act is ActKind.HIDE else [])


async def test_what_is_gone_needs_no_hiding(office: Office) -> None:
    await office.channel.act(ActKind.HIDE, "700_1")


async def test_what_facebook_does_not_let_us_hide_is_refused(office: Office) -> None:
    ours = await office.town.play("facebook/comment", customer="ines", text="?")
    answered = await office.town.play("facebook/page_comment", customer="ines", comment=ours["id"], text="!")
    with pytest.raises(SendRefused, match="cannot hide"):
        await office.channel.act(ActKind.HIDE, answered["id"])


# Windows, threads, files


async def test_a_person_may_write_for_a_week_and_under_a_persons_name(office: Office, clock: Clock) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    heard = utc_now()
    clock.pass_hours(30)
    office.now = heard + timedelta(hours=30)
    with pytest.raises(SendRefused, match="24 hours"):
        await office.channel.send_private(message(heard_at=heard), "aside:1")
    await office.channel.send_private(message("Kim here", Author.AGENT, heard_at=heard), "aside:2")
    (call,) = await office.town.calls("facebook")
    assert (call["body"]["messaging_type"], call["body"]["tag"]) == ("MESSAGE_TAG", "HUMAN_AGENT")


async def test_where_nobody_knew_of_the_window_a_person_comes_through_at_the_second_try(
    office: Office, clock: Clock
) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    clock.pass_hours(30)
    with pytest.raises(SendRefused, match="2018278"):
        await office.channel.send_private(message(), "aside:1")
    assert (await office.channel.send_private(message("Kim here", Author.AGENT), "aside:2")).native_id


async def test_a_person_takes_the_thread_that_another_application_has_and_the_assistant_does_not(
    office: Office,
) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    await office.town.play("facebook/give_thread", customer="ines", app=OTHER_APP)
    with pytest.raises(SendRefused, match="Another application answers in this thread"):
        await office.channel.send_private(message(), "aside:1")
    assert (await office.channel.send_private(message("Kim here", Author.AGENT), "aside:2")).native_id
    assert (await office.channel.send_private(message(), "aside:3")).native_id


async def test_a_thread_that_is_not_given_up_is_refused_in_plain_words(office: Office) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    await office.town.play("facebook/give_thread", customer="ines", app=OTHER_APP, holds_fast=True)
    with pytest.raises(SendRefused, match="Answer in the Page inbox"):
        await office.channel.send_private(message("Kim here", Author.AGENT), "aside:2")


PAPER = b"%PDF-1.4\r\n--not a boundary--\r\n%%EOF\n" + bytes(range(256)) * 40


@pytest.mark.parametrize(("kind", "asset"), [("image", "image"), ("voice", "audio"), ("document", "file")])
async def test_a_file_arrives_as_it_was_sent(office: Office, kind: str, asset: str) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    file = File(id="f1", kind=kind, name='re"ceipt\r\n.pdf', mime="application/pdf", size=len(PAPER))
    sent = await office.channel.send_private(
        message("", Author.AGENT, files=(file,)), "aside:5", [Loaded(file=file, content=PAPER)]
    )
    kept = (await office.town.state())["facebook"]["messages"][-1]
    assert (kept["mid"], kept["metadata"], kept["along"][0]["type"]) == (sent.native_id, "aside:5", asset)
    home = office.town.settings.aside_home / "playground-files"
    assert (home / f"facebook-{kept['along'][0]['file']}").read_bytes() == PAPER


async def test_two_files_in_one_message_are_refused_before_anything_is_sent(office: Office) -> None:
    file = File(id="f1", kind="image", name="a", mime="image/png", size=1)
    with pytest.raises(SendRefused, match="one file"):
        await office.channel.send_private(message(""), "aside:1", [Loaded(file=file, content=b"x")] * 2)
    assert await office.town.calls("facebook") == []


@pytest.mark.parametrize("kind", ["image", "video", "audio", "file"])
async def test_what_a_customer_sends_is_fetched_and_once_its_link_has_expired_by_a_new_one(
    office: Office, kind: str
) -> None:
    await office.town.play("facebook/send", customer="ines", kind=kind)
    said = await office.last()
    assert isinstance(said, Said)
    (attachment,) = said.attachments
    first = await office.channel.fetch(attachment)
    assert first.content
    await office.town.play("facebook/expire_links", customer="ines")
    assert (await office.channel.fetch(attachment)).content == first.content


async def test_the_photo_of_a_comment_is_fetched_in_the_same_way(office: Office) -> None:
    await office.town.play("facebook/comment", customer="ines", text="Look", photo=True)
    said = await office.last()
    assert isinstance(said, Said)
    first = await office.channel.fetch(said.attachments[0])
    await office.town.play("facebook/expire_links", customer="ines")
    assert (await office.channel.fetch(said.attachments[0])).content == first.content


async def test_what_was_taken_back_cannot_be_fetched_any_more(office: Office) -> None:
    sent = await office.town.play("facebook/send", customer="ines", kind="image")
    said = await office.last()
    assert isinstance(said, Said)
    await office.town.play("facebook/unsend", customer="ines", mid=sent["mid"])
    await office.town.play("facebook/expire_links", customer="ines")
    with pytest.raises(FetchRefused):
        await office.channel.fetch(said.attachments[0])


# Names


async def test_who_writes_in_messenger_is_asked_for_by_name(office: Office) -> None:
    with pytest.raises(SendRefused):
        await office.channel.name_of(messenger_account(INES.psid))
    await office.town.play("facebook/message", customer="ines", text="Hello")
    said = await office.last()
    assert isinstance(said, Said)
    assert (said.sender.name, await office.channel.name_of(said.sender)) == ("", "Ines Marlow")


# Signs


@pytest.mark.parametrize(
    ("kind", "action"), [(SignKind.TYPING, "typing_on"), (SignKind.SEEN, "mark_seen"), (SignKind.PRESSED, None)]
)
async def test_small_signs_are_given_in_messenger(office: Office, kind: SignKind, action: str | None) -> None:
    await office.town.play("facebook/message", customer="ines", text="Hi")
    await office.channel.sign(Sign(kind=kind, place=f"psid:{INES.psid}", target=INES.psid))
    await office.channel.sign(Sign(kind=kind, place="700_801", target="700_801"))
    calls = await office.town.calls("facebook")
    assert [call["body"]["sender_action"] for call in calls] == ([action] if action else [])


async def test_a_sign_that_goes_wrong_is_nobodys_trouble(office: Office) -> None:
    await office.channel.sign(Sign(kind=SignKind.TYPING, place="psid:1", target="1"))
    await office.town.fault("facebook", "reset")
    await office.channel.sign(Sign(kind=SignKind.TYPING, place="psid:1", target="1"))


# Looking after


def by_name(checks: list[Any]) -> dict[str, bool | None]:
    return {check.name: check.well for check in checks}


async def test_a_page_that_is_set_up_is_well(office: Office) -> None:
    url = office.town.settings.webhook("facebook")
    assert by_name(await office.channel.checks(url)) == {
        "token": True,
        "rights": True,
        "subscription": True,
        "webhook": True,
        "profile": True,
        "privacy": True,
    }


@pytest.mark.parametrize("app_id", ["", str(APP_ID)])
async def test_what_cannot_be_told_is_no_alarm(office: Office, app_id: str) -> None:
    channel = office.open(app_id=app_id)
    assert False not in by_name(await channel.checks("")).values()
    await channel.stop()


async def test_a_token_that_is_not_good_any_more_is_named(office: Office) -> None:
    channel = office.open(page_access_token="EAAB-other")
    (token,) = await channel.checks("")
    assert (token.name, token.well) == ("token", False)
    assert "EAAB-other" not in token.words
    with pytest.raises(SendLockedOut):
        await channel.supply(cursors(timedelta(hours=1)))
    await channel.stop()


async def test_what_is_disconnected_is_not_well_and_is_connected_again_however_often(office: Office) -> None:
    url = office.town.settings.webhook("facebook")
    await office.channel.disconnect()
    assert by_name(await office.channel.checks(url))["subscription"] is False
    for _ in range(2):
        steps = await office.channel.connect(url)
        assert [step.done for step in steps] == [True, True, True]
    assert False not in by_name(await office.channel.checks(url)).values()


async def test_a_webhook_elsewhere_is_seen_and_brought_here(office: Office) -> None:
    url = office.town.settings.webhook("facebook")
    await office.channel.connect("http://127.0.0.1:1/elsewhere")
    found = next(check for check in await office.channel.checks(url) if check.name == "webhook")
    assert found.well is False
    assert "connect facebook" in found.advice
    await office.channel.connect(url)
    assert by_name(await office.channel.checks(url))["webhook"] is True


async def test_without_the_applications_id_the_webhook_is_told_how_to_be_set_by_hand(office: Office) -> None:
    channel = office.open(app_id="")
    first, *others = await channel.connect("https://desk.example/webhooks/facebook/webhook")
    assert not first.done
    assert "https://desk.example/webhooks/facebook/webhook" in first.words
    assert all(step.done for step in others)
    await channel.stop()


async def test_messenger_gets_what_it_lacks_and_keeps_what_it_has(office: Office) -> None:
    token = {"access_token": office.town.settings.facebook_page_access_token}
    path = "/facebook/v26.0/me/messenger_profile"
    await office.town.client.request("DELETE", path, params=token, json={"fields": ["get_started", "greeting"]})
    assert by_name(await office.channel.checks(""))["profile"] is False
    await office.channel.connect(office.town.settings.webhook("facebook"))
    profile = (await office.town.client.get(path, params=token)).json()["data"][0]
    assert profile["get_started"] == {"payload": "get_started"}
    assert len(profile["greeting"][0]["text"]) <= 160


async def test_what_cannot_be_reached_raises_nothing(office: Office) -> None:
    channel = office.open(api_root="http://127.0.0.1:9/facebook")
    assert by_name(await channel.checks("https://x.example/")) | {"token": None} == by_name(
        await channel.checks("https://x.example/")
    )
    assert not any(step.done for step in await channel.connect("https://x.example/"))
    assert not any(step.done for step in await channel.disconnect())
    await channel.stop()
