"""What agents say: in private, in public through the wall, and as notes that have no way out."""

import asyncio

import httpx
import pytest
import sqlalchemy as sa

from gateway.messages import Channel, Surface
from gateway.sending.parcels import OutboxStatus
from gateway.storage.tables import messages, outbox
from tests.factories import Story
from tests.integration.desk import House


def both_surfaces(story: Story) -> None:
    story.says("where is my order??", Surface.PUBLIC)
    story.says("it is me")
    story.hands_over()


def only_public(story: Story) -> None:
    story.says("where is my order??", Surface.PUBLIC)
    story.hands_over()


async def claimed(house: House, client: httpx.AsyncClient, plot: object, **options: object) -> str:
    case_id = await house.tell(plot, **options)  # type: ignore[arg-type]
    answer = await client.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})
    assert answer.status_code == 200
    return case_id


async def say(client: httpx.AsyncClient, case_id: str, text: str, surface: str = "private", key: str | None = None,
              **more: object) -> httpx.Response:  # fmt: skip
    headers = {} if key is None else {"Idempotency-Key": key}
    body = {"text": text, "surface": surface, **more}
    return await client.post(f"/api/v1/cases/{case_id}/messages", json=body, headers=headers)


async def parcels(house: House) -> list[dict[str, object]]:
    return await house.read(
        lambda conn: [dict(row._mapping) for row in conn.execute(sa.select(outbox).order_by(outbox.c.id))]
    )


async def test_a_private_reply_goes_to_the_private_thread_and_waits_for_the_customer(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    called = len(house.called)
    answer = await say(ada, case_id, "Hello, this is Ada.")
    assert answer.status_code == 201
    said = answer.json()
    assert set(said) == {
        "id", "at", "author", "agent", "surface", "channel", "thread", "text", "masked", "attachments", "delivery",
        "native_id",
        "edited_at", "removed_at", "hidden", "was", "reactions", "via", "act",
    }  # fmt: skip
    assert (said["author"], said["agent"], said["surface"], said["channel"]) == ("agent", "Ada", "private", "telegram")
    assert (said["delivery"], said["native_id"]) == ("queued", None)
    [parcel] = await parcels(house)
    assert parcel["payload"]["text"] == "Hello, this is Ada."  # type: ignore[index]
    assert (parcel["author"], parcel["epoch"]) == ("agent", 3)
    case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert (case["state"], case["agent"], case["epoch"], case["due_at"]) == ("waiting_customer", "Ada", 3, None)
    assert len(house.called) == called + 1


async def test_a_public_reply_goes_to_the_latest_public_thread_through_the_wall(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces, channel=Channel.TWITTER)
    said = (await say(ada, case_id, "Thanks for your patience, we are on it.", "public")).json()
    assert (said["surface"], said["channel"], said["delivery"]) == ("public", "twitter", "queued")


async def test_what_the_wall_refuses_is_not_said_and_the_findings_tell_why(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    text = "Please send us your e-mail address, or write to marta@example.com"
    answer = await say(ada, case_id, text, "public", key="k1")
    body = answer.json()
    assert (answer.status_code, body["error"]) == (422, "wall")
    assert {finding["kind"] for finding in body["findings"]} == {"identifier", "request"}
    identifier = next(finding for finding in body["findings"] if finding["kind"] == "identifier")
    assert text[identifier["start"] : identifier["end"]] == "marta@example.com"
    assert await parcels(house) == []
    preview = await ada.post("/api/v1/wall", json={"text": text, "channel": "telegram"})
    assert preview.json()["findings"] == body["findings"]
    instead = await say(ada, case_id, text, "private", key="k2")
    assert instead.status_code == 201


async def test_a_message_can_be_sent_to_a_thread_by_name(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    threads = {one["surface"]: one["id"] for one in (await ada.get(f"/api/v1/cases/{case_id}")).json()["threads"]}
    said = await say(ada, case_id, "Hello.", "private", thread=threads["private"])
    assert said.json()["thread"] == threads["private"]
    for wrong in ("somewhere", "u1"):
        answer = await say(ada, case_id, "Hello.", "private", thread=wrong)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid")
    aside = await say(ada, case_id, "Hello.", "private", thread=threads["public"])
    assert aside.json()["thread"] == threads["private"], "answered aside, not where everybody reads"


@pytest.mark.parametrize("channel", [Channel.TWITTER, Channel.TELEGRAM])
async def test_nobody_who_never_wrote_in_private_is_written_to_on_x_and_telegram(
    house: House, ada: httpx.AsyncClient, channel: Channel
) -> None:
    case_id = await claimed(house, ada, only_public, channel=channel)
    answer = await say(ada, case_id, "Hello.")
    assert (answer.status_code, answer.json()["error"]) == (422, "no_private_thread")
    assert "never written" in answer.json()["message"]
    assert await parcels(house) == []


async def test_a_telegram_customer_who_started_the_bot_before_is_written_to_there(
    house: House, ada: httpx.AsyncClient
) -> None:
    await house.tell(lambda story: story.says("hi"), native_id="77")
    house.clock.pass_by(hours=100)
    case_id = await claimed(house, ada, only_public, native_id="77")
    said = (await say(ada, case_id, "Hello.")).json()
    assert (said["surface"], said["thread"]) == ("private", "private:77")


async def test_a_facebook_comment_is_answered_in_private_once(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, only_public, channel=Channel.FACEBOOK)
    first = await say(ada, case_id, "Hello, let's look at this here.")
    assert (first.status_code, first.json()["surface"]) == (201, "private")
    [parcel] = await parcels(house)
    assert parcel["payload"]["opens_private"] is True  # type: ignore[index]
    second = await say(ada, case_id, "And another thing.")
    assert (second.status_code, second.json()["error"]) == (422, "no_private_thread")
    assert "once" in second.json()["message"]


async def test_a_private_reply_that_facebook_refused_may_be_tried_again(house: House, ada: httpx.AsyncClient) -> None:
    stories: list[Story] = []

    def plot(story: Story) -> None:
        only_public(story)
        stories.append(story)

    case_id = await claimed(house, ada, plot, channel=Channel.FACEBOOK)
    await say(ada, case_id, "Hello.")

    def refuse(conn: sa.Connection) -> None:
        stories[0].conn = conn
        stories[0].deliver(OutboxStatus.FAILED, "no")

    await house.db.write(refuse)
    page = (await ada.get(f"/desk/cases/{case_id}")).text
    assert '<span class="delivery-help">no</span>' in page, "the desk says why"
    assert (await say(ada, case_id, "Hello again.")).status_code == 201


async def test_a_facebook_comment_older_than_seven_days_is_not_answered_in_private(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, only_public, channel=Channel.FACEBOOK)
    house.clock.pass_by(days=7, seconds=30)
    answer = await say(ada, case_id, "Hello.")
    assert answer.json()["error"] == "no_private_thread"
    assert "7 days" in answer.json()["message"]


async def test_a_case_without_a_public_part_has_no_public_reply(house: House, ada: httpx.AsyncClient) -> None:
    def plot(story: Story) -> None:
        story.says("hi")
        story.hands_over()

    case_id = await claimed(house, ada, plot)
    answer = await say(ada, case_id, "Hello.", "public")
    assert (answer.status_code, answer.json()["error"]) == (422, "no_public_thread")


async def test_only_the_agent_who_has_the_case_can_speak(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(both_surfaces)
    for surface in ("private", "public"):
        answer = await say(ada, case_id, "Hello.", surface)
        assert (answer.status_code, answer.json()["error"]) == (409, "not_owner")
    async with await house.user("Ben") as ben:
        await ben.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})
        answer = await say(ada, case_id, "Hello.")
        assert (answer.json()["error"], answer.json()["agent"]) == ("not_owner", "Ben")
    assert await parcels(house) == []


async def test_a_note_may_be_written_by_anybody_at_the_desk_and_never_reaches_the_outbox(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await house.tell(both_surfaces)
    before = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    said = (await say(ada, case_id, "She called twice: marta@example.com", "note")).json()
    assert (said["surface"], said["delivery"], said["channel"], said["thread"]) == ("note", "none", None, None)
    assert await parcels(house) == []
    after = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert after == before, "a note changes nothing of the case"


async def test_the_same_key_says_the_same_message_once(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    for surface in ("private", "public", "note"):
        key = f"key-{surface}"
        first = await say(ada, case_id, "Hello.", surface, key=key)
        again = await say(ada, case_id, "Hello.", surface, key=key)
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        other = await say(ada, case_id, "Good-bye.", surface, key=key)
        assert (other.status_code, other.json()["error"]) == (422, "idempotency_conflict")
    assert len(await parcels(house)) == 2


async def test_the_same_key_at_once_says_one_message(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    answers = await asyncio.gather(*(say(ada, case_id, "Hello.", key="k") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await parcels(house)) == 1


async def test_a_repeat_is_answered_also_after_the_case_has_gone(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    first = await say(ada, case_id, "Bye.", key="k")
    await ada.post(f"/api/v1/cases/{case_id}/resolve", json={"epoch": 3})
    assert (await say(ada, case_id, "Bye.", key="k")).json()["id"] == first.json()["id"]


async def test_a_key_belongs_to_whoever_used_it(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(both_surfaces)
    first = await say(ada, case_id, "Ada's note", "note", key="same")
    async with await house.user("Ben") as ben:
        second = await say(ben, case_id, "Ben's note", "note", key="same")
    assert (first.status_code, second.status_code) == (201, 201)


@pytest.mark.parametrize(
    ("body", "status", "error"),
    [
        (b"", 422, "invalid"),
        (b"{", 400, "bad_request"),
        (b"\xff\xfe", 400, "bad_request"),
        (b"[]", 422, "invalid"),
        (b'{"text": "hi"}', 422, "invalid"),
        (b'{"text": 5, "surface": "private"}', 422, "invalid"),
        (b'{"text": "hi", "surface": "loud"}', 422, "invalid"),
        (b'{"text": "  ", "surface": "private"}', 422, "invalid"),
        (b'{"text": "' + b"x" * 10_001 + b'", "surface": "private"}', 422, "invalid"),
        (b'{"text": "' + b"x" * 300_000 + b'", "surface": "private"}', 413, "too_large"),
    ],
)
async def test_a_body_that_is_none_is_refused_with_a_sentence(
    house: House, ada: httpx.AsyncClient, body: bytes, status: int, error: str
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    answer = await ada.post(f"/api/v1/cases/{case_id}/messages", content=body)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert answer.json()["message"]
    assert len((await ada.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]) == 2


async def test_the_longest_text_is_taken_in_private(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    assert (await say(ada, case_id, "ü" * 10_000)).status_code == 201


async def test_the_transcript_is_paged_without_gap_or_double(house: House, ada: httpx.AsyncClient) -> None:
    def plot(story: Story) -> None:
        for number in range(23):
            story.says(f"line {number}")

    case_id = await house.tell(plot)
    texts: list[str] = []
    params: dict[str, str | int] = {"limit": 5}
    while True:
        page = (await ada.get(f"/api/v1/cases/{case_id}/messages", params=params)).json()
        texts += [one["text"] for one in page["messages"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert texts == [f"line {number}" for number in range(23)]
    bad = await ada.get(f"/api/v1/cases/{case_id}/messages", params={"cursor": "WzFd"})
    assert (bad.status_code, bad.json()["error"]) == (422, "invalid")


async def test_the_wall_is_not_asked_about_channels_that_do_not_exist(ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/api/v1/wall", json={"text": "hi", "channel": "fax"})
    assert (answer.status_code, answer.json()["error"]) == (422, "invalid")


async def test_notes_have_no_thread_in_the_store(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(both_surfaces)
    await say(ada, case_id, "hm", "note")
    rows = await house.read(
        lambda conn: conn.execute(sa.select(messages.c.thread_id).where(messages.c.surface == "note")).scalars().all()
    )
    assert list(rows) == [None]
