"""What becomes of messages after they were said: edited, removed, hidden, reacted to."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from gateway.clock import utc_now
from gateway.happenings import Change, Changed, Reacted
from gateway.messages import Author, Channel, Said, Sender, Surface
from gateway.storage import episodes
from gateway.storage.transcript import Message
from tests.fakes import FakeAssistant
from tests.integration.road import Road, road, said

SECOND = timedelta(seconds=1)


def changed(
    one: Said, change: Change = Change.EDITED, text: str = "", *, after: float = 1.0, order: int = 0
) -> Changed:
    """What a platform tells of a message, so many seconds after it was said."""
    return Changed(
        channel=one.channel, account="brand", at=one.at + after * SECOND, native_id=one.native_id, change=change,
        by=one.sender, text=text, order=order,
    )  # fmt: skip


def reacted(one: Said, emoji: str, *, by: str = "ines", after: float = 1.0) -> Reacted:
    return Reacted(
        channel=one.channel, account="brand", at=one.at + after * SECOND, native_id=one.native_id,
        by=Sender(native_id=by, name=by.capitalize()), emoji=emoji,
    )  # fmt: skip


def was(message: Message) -> list[str]:
    """What it said before."""
    return [one["text"] for one in msgspec.convert(message.extras["was"], list[dict[str, str]])]


async def reactions(there: Road, one: Said) -> dict[str, str]:
    """Who shows what, by name."""
    shown = (await there.message(one.native_id)).extras["reactions"]
    return {each["name"]: each["emoji"] for each in msgspec.convert(shown, dict[str, dict[str, str]]).values()}


async def settled(there: Road) -> None:
    await there.quiet(0.1)


async def test_an_edit_is_shown_with_what_was_said_before_masked_and_is_not_answered_again(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("my mail is ines@example.org, hello")
        await there.hear(first)
        await there.until(lambda: len(there.platform.sent) == 1)
        edit = changed(first, text="hello there")
        await there.tell(edit)
        await settled(there)
        message = await there.message(first.native_id)
        assert message.text == "hello there"
        assert message.extras["was"] == [{"text": "my mail is [email], hello", "until": edit.at.isoformat()}]
        assert message.extras["edited"] == edit.at.isoformat()
        assert await there.fate_of(edit) == ("done", "edited")
        told = await there.events("message.changed")
        assert [event["data"] for event in told] == [{"message_id": message.id, "change": "edited"}]
        assert len(there.platform.sent) == len(there.assistant.asked) == 1


async def test_a_message_that_waits_for_its_turn_is_answered_as_it_reads_now(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=1500) as there:
        first = said("hello")
        await there.hear(first)
        await there.tell(changed(first, text="good evening"))
        await there.until(lambda: bool(there.platform.sent))
        assert there.platform.texts == ["You said good evening"]


async def test_a_message_that_is_edited_while_its_answer_is_being_found_is_answered_as_it_reads_now(
    tmp_path: Path,
) -> None:
    assistant = FakeAssistant()
    assistant.delay = 0.6
    async with road(tmp_path, assistant=assistant) as there:
        first = said("hello")
        await there.hear(first)
        await there.until(lambda: len(assistant.asked) == 1)
        await there.tell(changed(first, text="good evening"))
        await there.until(lambda: bool(there.platform.sent))
        await settled(there)
        assert there.platform.texts == ["You said good evening"]


@pytest.mark.parametrize("settle_ms", [1500, 20], ids=["before its turn", "while its answer is being found"])
async def test_a_message_that_is_removed_before_it_is_answered_is_never_answered(
    tmp_path: Path, settle_ms: int
) -> None:
    assistant = FakeAssistant()
    assistant.delay = 0.6
    async with road(tmp_path, assistant=assistant, settle_ms=settle_ms) as there:
        first = said("call me on +44 20 7946 0958")
        await there.hear(first)
        if settle_ms == 20:
            await there.until(lambda: len(assistant.asked) == 1)
        await there.tell(changed(first, Change.REMOVED))
        await there.quiet(1.0)
        assert there.platform.sent == []
        message = await there.message(first.native_id)
        assert (message.text, was(message)) == ("", ["call me on [phone]"])
        assert "removed" in message.extras
        assert await there.fate(first.native_id) == ("done", "removed")
        assert len(assistant.asked) == (1 if settle_ms == 20 else 0)


async def test_what_was_removed_does_not_hold_up_what_was_said_after_it(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=1500) as there:
        first, second = said("one"), said("two")
        await there.hear(first, second)
        await there.tell(changed(first, Change.REMOVED))
        await there.until(lambda: bool(there.platform.sent))
        await settled(there)
        assert there.platform.texts == ["You said two"]


@pytest.mark.parametrize("late", [False, True], ids=["a moment later", "after it was given up"])
@pytest.mark.parametrize("change", [Change.EDITED, Change.REMOVED])
async def test_a_change_that_comes_before_its_message_is_not_lost(tmp_path: Path, change: Change, late: bool) -> None:
    async with road(tmp_path, settle_ms=200) as there:
        first = said("hello", native_id="m1")
        text = "good evening" if change is Change.EDITED else ""
        early = changed(first, change, text)
        await there.tell(early)
        if late:
            await settled(there)
            assert (await there.fate_of(early))[0] == "ignored"
        await there.hear(first)
        await there.quiet(1.0)
        message = await there.message("m1")
        assert message.text == text
        assert there.platform.texts == (["You said good evening"] if text else [])
        assert (await there.fate_of(early))[0] == "done"


async def test_an_edit_that_makes_a_message_one_for_us_is_taken_for_it_once(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("@brand hello", native_id="m1")
        edit = msgspec.structs.replace(changed(first, text="@brand hello"), said=first)
        await there.tell(edit)
        await there.until(lambda: bool(there.platform.sent))
        await settled(there)
        message = await there.message("m1")
        assert (message.text, message.extras["edited"]) == ("@brand hello", edit.at.isoformat())
        # What it said at first comes as well, late.
        original = msgspec.structs.replace(first, text="hello")
        await there.hear(original)
        await there.quiet(0.3)
        assert len(there.platform.sent) == 1
        message = await there.message("m1")
        assert (message.text, was(message)) == ("@brand hello", ["hello"])
        assert len(await there.transcript(message.case_id)) == 2


async def test_what_is_said_by_an_edit_is_answered_where_the_message_is_now(tmp_path: Path) -> None:
    async with road(tmp_path, settle_ms=1500) as there:
        first = said("hello", surface=Surface.PUBLIC)
        await there.hear(first)
        now = msgspec.structs.replace(first, target="post-edited")
        await there.tell(msgspec.structs.replace(changed(first, text="good evening"), said=now))
        await there.until(lambda: bool(there.platform.sent))
        assert there.platform.sent[0][0].target == "post-edited"


async def test_a_program_that_writes_to_us_is_answered_by_nobody_but_people(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(msgspec.structs.replace(said("beep"), automated=True))
        await there.quiet(0.3)
        case = await there.the_case()
        assert (case["state"], case["reason"]) == ("queued", "automated")
        assert (there.platform.sent, there.assistant.asked) == ([], [])


async def test_of_several_edits_the_latest_stands_in_whatever_order_they_come(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first, counted = said("one"), said("uno")
        await there.hear(first, counted)
        await settled(there)
        await there.tell(changed(first, text="three", after=3), changed(first, text="two", after=2))
        # Where a platform counts its edits, its clock decides nothing.
        await there.tell(changed(counted, text="tre", after=2, order=3), changed(counted, text="due", after=2, order=2))
        await settled(there)
        assert (await there.message(counted.native_id)).text == "tre"
        message = await there.message(first.native_id)
        assert message.text == "three"
        assert was(message) == ["one", "two"]


async def test_removed_is_removed_whatever_comes_after_it(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("hello")
        await there.hear(first)
        await settled(there)
        await there.tell(changed(first, Change.REMOVED, after=2))
        late, again = changed(first, text="hello again", after=3), changed(first, Change.REMOVED, after=4)
        await there.tell(late)
        await there.tell(again)
        await settled(there)
        assert (await there.message(first.native_id)).text == ""
        assert await there.fate_of(late) == await there.fate_of(again) == ("done", "change_of_removed")


async def test_an_edit_that_changes_no_word_is_none(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("see https://example.org")
        await there.hear(first)
        await settled(there)
        preview = changed(first, text="see https://example.org")
        await there.tell(preview)
        await settled(there)
        assert await there.fate_of(preview) == ("done", "edit_without_change")
        assert "edited" not in (await there.message(first.native_id)).extras


async def test_what_is_told_of_a_message_that_nobody_knows_is_ignored_with_a_reason(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        nobody = said("never heard")
        told: list[Changed | Reacted] = [
            changed(nobody, text="x"),
            changed(nobody, Change.REMOVED),
            reacted(nobody, "👍"),
        ]
        await there.tell(*told)
        await settled(there)
        assert [await there.fate_of(one) for one in told] == [
            ("ignored", "edit_of_unknown"),
            ("ignored", "removed_of_unknown"),
            ("ignored", "reaction_to_unknown"),
        ]
        assert await there.cases() == []


async def test_a_removed_message_is_masked_in_what_was_handed_over_as_well(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        there.assistant.down = True
        first = said("reach me at ines@example.org")
        await there.hear(first)
        await settled(there)
        case = await there.the_case()
        assert case["state"] == "queued"
        await there.tell(changed(first, Change.REMOVED))
        await settled(there)
        packet = await there.database.read(lambda conn: episodes.latest_packet(conn, case["id"]))
        assert "ines@example.org" not in str(packet)
        assert "[email]" in str(packet)


async def test_our_own_message_may_be_edited_and_removed_past_us(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("hello")
        await there.hear(first)
        await there.until(lambda: bool(there.platform.sent))
        await settled(there)
        ours = Changed(
            channel=Channel.TELEGRAM, account="brand", at=utc_now(), native_id="m1", change=Change.REMOVED
        )  # fmt: skip
        await there.tell(ours)
        await settled(there)
        message = await there.message("m1")
        assert (message.author, message.text) == (Author.BOT, "")
        assert was(message) == ["You said hello"]


async def test_hidden_and_shown_again_stand_with_the_message(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("hello", surface=Surface.PUBLIC)
        await there.hear(first)
        await settled(there)
        await there.tell(changed(first, Change.HIDDEN, after=1))
        await settled(there)
        message = await there.message(first.native_id)
        assert (message.text, "hidden" in message.extras) == ("hello", True)
        await there.tell(changed(first, Change.SHOWN, after=3))
        await there.tell(changed(first, Change.HIDDEN, after=2))  # late
        await settled(there)
        assert "hidden" not in (await there.message(first.native_id)).extras


async def test_reactions_stand_with_the_message_until_they_are_taken_back(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        first = said("hello")
        await there.hear(first)
        await settled(there)
        await there.tell(reacted(first, "👍", by="ines"), reacted(first, "🎉", by="tom"))
        await settled(there)
        assert await reactions(there, first) == {"Ines": "👍", "Tom": "🎉"}
        await there.tell(reacted(first, "", by="ines", after=3))
        await there.tell(reacted(first, "👍", by="ines", after=2))  # late: it was taken back since
        await settled(there)
        assert await reactions(there, first) == {"Ines": "", "Tom": "🎉"}
        assert len(await there.events("message.reacted")) == 3
        assert len(there.platform.sent) == 1
