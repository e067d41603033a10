"""What shows personal data in public is hidden or removed, where the platform lets us; or it is told why not."""

import asyncio
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from gateway.channels.base import ActKind
from gateway.errors import SendRefused, SendRetryable, SendThrottled
from gateway.happenings import Change
from gateway.messages import Attachment, Surface
from gateway.routing.assistant import LabelEffect
from gateway.storage import events as log
from gateway.storage.tables import cases, messages
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration.road import Road, road, said
from tests.integration.test_happenings import changed

LEAK = "my mail is ines@example.org, where is my parcel?"


def hiding(*kinds: ActKind) -> FakePlatform:
    platform = FakePlatform()
    platform.acts_allowed = set(kinds or {ActKind.HIDE})
    return platform


async def act_of(there: Road, native_id: str) -> dict[str, str]:
    query = sa.select(messages.c.extras).where(messages.c.native_id == native_id)
    extras = await there.database.read(lambda conn: conn.execute(query).scalar())
    act = (extras or {}).get("act") or {}
    return {name: str(value) for name, value in act.items()}


async def until_act(there: Road, native_id: str, status: str) -> dict[str, str]:
    async with asyncio.timeout(15):
        while (await act_of(there, native_id)).get("status") != status:
            await asyncio.sleep(0.05)
    return await act_of(there, native_id)


async def test_a_leak_in_public_is_hidden_at_once_and_shown_as_such(tmp_path: Path) -> None:
    async with road(tmp_path, platform=hiding(ActKind.HIDE, ActKind.REMOVE)) as there:
        leak, harmless = said(LEAK, surface=Surface.PUBLIC), said("where is my parcel?", surface=Surface.PUBLIC)
        private = said(LEAK)
        await there.hear(leak)
        await there.hear(harmless)
        await there.hear(private)
        act = await until_act(there, leak.native_id, "done")
        assert (act["kind"], act["by"]) == ("hide", "system")
        await there.quiet(1.3)
        assert there.platform.acts == [(ActKind.HIDE, leak.native_id)]
        assert [event["data"]["status"] for event in await there.events("message.act")] == ["pending", "done"]
        assert (await there.message(leak.native_id)).text == LEAK  # agents need what was said


async def test_a_number_spread_over_two_messages_is_a_leak(tmp_path: Path) -> None:
    async with road(tmp_path, platform=hiding()) as there:
        first, second = said("my booking reference is", surface=Surface.PUBLIC), said("K7PQ2M", surface=Surface.PUBLIC)
        await there.hear(first)
        await there.hear(second)
        await until_act(there, second.native_id, "done")
        assert there.platform.acts == [(ActKind.HIDE, second.native_id)]


async def test_what_intake_has_masked_is_a_leak_all_the_same(tmp_path: Path) -> None:
    async with road(tmp_path, platform=hiding()) as there:
        leak = said("charge it to [card 411111…1111]", surface=Surface.PUBLIC)
        await there.hear(leak)
        await until_act(there, leak.native_id, "done")


@pytest.mark.parametrize("wanted", [False, True], ids=["unwanted", "not let"])
async def test_nothing_is_hidden_where_nobody_wants_it_or_the_platform_does_not_let_us(
    tmp_path: Path, wanted: bool
) -> None:
    platform = FakePlatform() if wanted else hiding()
    async with road(tmp_path, platform=platform, aside_hide_leaks=wanted) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        await there.quiet(1.3)
        assert there.platform.acts == []
        assert await act_of(there, leak.native_id) == {}


async def test_what_people_say_among_themselves_is_hidden_only_if_it_is_our_matter(tmp_path: Path) -> None:
    assistant = FakeAssistant()
    async with road(tmp_path, platform=hiding(), assistant=assistant) as there:
        await there.hear(said("call me on +44 20 7946 0958, Tom", surface=Surface.PUBLIC, overheard=True))
        await there.quiet(1.3)
        assert there.platform.acts == []
        assistant.answer = lambda request: said_back(request, "Let us see", effects=[LabelEffect(name="order")])
        ours = said("my parcel, call me on +44 20 7946 0958", surface=Surface.PUBLIC, overheard=True)
        await there.hear(ours)
        await until_act(there, ours.native_id, "done")


@pytest.mark.parametrize(
    "along",
    [
        Attachment(kind="contact", words="Ines Keller"),
        Attachment(kind="location", words="47.370000, 8.540000"),
        Attachment(kind="location", words="Home, Musterstrasse 12, 10115 Berlin, 47.370000, 8.540000"),
        Attachment(kind="other", words="Poll: mail ines.keller@example.org? yes / no"),
        Attachment(kind="document", name="ines.keller@example.org_order.pdf"),
        Attachment(kind="link", words="mail me", url="mailto:ines.keller@example.org"),
    ],
    ids=lambda along: f"{along.kind} {along.words or along.name}",
)
async def test_what_came_along_in_public_is_looked_at_as_the_words_are(tmp_path: Path, along: Attachment) -> None:
    async with road(tmp_path, platform=hiding()) as there:
        leak, harmless = said("here it is", surface=Surface.PUBLIC), said("and this", surface=Surface.PUBLIC)
        plain = Attachment(kind="image", native_id="p1", name="parcel.jpg", url="https://cdn.example/491701234567.jpg")
        await there.hear(
            msgspec.structs.replace(leak, attachments=(along,)), msgspec.structs.replace(harmless, attachments=(plain,))
        )
        await until_act(there, leak.native_id, "done")
        assert await act_of(there, harmless.native_id) == {}


@pytest.mark.parametrize("whose", ["people's from the start", "people's when its turn comes"])
async def test_what_is_overheard_while_people_have_the_case_and_stays_in_it_is_hidden(
    tmp_path: Path, whose: str
) -> None:
    assistant = FakeAssistant()
    assistant.down = True
    async with road(tmp_path, platform=hiding(), assistant=assistant, patience=0.3) as there:
        overheard = said(LEAK, surface=Surface.PUBLIC, overheard=True)
        if whose == "people's from the start":
            await there.hear(said("hello", surface=Surface.PUBLIC))
            await there.until_read(lambda conn: conn.execute(sa.select(cases.c.state)).scalar() == "queued")
        await there.hear(overheard)
        await until_act(there, overheard.native_id, "done")


async def test_a_platform_that_wants_to_wait_gets_its_time_and_a_fault_another_try(tmp_path: Path) -> None:
    platform = hiding()
    platform.act_failures = [SendThrottled("slow down", retry_after=0.5), SendRetryable("a fault")]
    async with road(tmp_path, platform=platform) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        await until_act(there, leak.native_id, "done")
        assert len(there.platform.acts) == 1


async def test_what_a_platform_refuses_is_told_to_agents_with_the_reason(tmp_path: Path) -> None:
    platform = hiding()
    platform.act_failures = [SendRefused("The comment is not the Page's to hide.")]
    async with road(tmp_path, platform=platform) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        act = await until_act(there, leak.native_id, "failed")
        assert act["why"] == "The comment is not the Page's to hide."
        assert [event["why"] for event in await there.events("message.act")][-1] == act["why"]


async def test_the_echo_of_our_own_hiding_confirms_it_and_is_no_news(tmp_path: Path) -> None:
    platform = hiding()
    platform.act_failures = [SendRetryable("no answer", retry_after=60)]
    async with road(tmp_path, platform=platform) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        await there.until(lambda: not platform.act_failures)
        await there.tell(changed(leak, Change.HIDDEN))
        await until_act(there, leak.native_id, "done")
        assert there.platform.acts == []


async def test_what_the_customer_removes_first_is_not_hidden_any_more(tmp_path: Path) -> None:
    platform = hiding()
    platform.act_failures = [SendRetryable("not now", retry_after=1.5)]
    async with road(tmp_path, platform=platform) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        await there.until(lambda: not platform.act_failures)
        await there.tell(changed(leak, Change.REMOVED))
        await there.quiet(2.5)
        assert there.platform.acts == []


async def test_an_edit_that_shows_personal_data_is_hidden(tmp_path: Path) -> None:
    async with road(tmp_path, platform=hiding()) as there:
        first = said("where is my parcel?", surface=Surface.PUBLIC)
        await there.hear(first)
        await there.quiet(0.1)
        await there.tell(changed(first, text=LEAK))
        await until_act(there, first.native_id, "done")


async def test_the_log_of_a_case_is_not_drowned_by_what_is_shown_with_messages(tmp_path: Path) -> None:
    async with road(tmp_path, platform=hiding()) as there:
        leak = said(LEAK, surface=Surface.PUBLIC)
        await there.hear(leak)
        await until_act(there, leak.native_id, "done")
        case = await there.the_case()
        told = await there.database.read(lambda conn: log.told(conn, case["id"], None, None))
        assert "message.act" not in {event.kind for event in told}
