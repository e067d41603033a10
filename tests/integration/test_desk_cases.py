"""Cases by the API: lists, claims, and the ways from state to state."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa

from gateway.cases import CaseState
from gateway.messages import Author, Channel, Surface
from gateway.public_thread import MoveState
from gateway.storage import cases, moves
from gateway.storage.tables import cases as cases_table
from gateway.storage.tables import episodes, events, identities, outbox, timers
from handoff import queue
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import House


@pytest.fixture
async def ben(house: House) -> AsyncIterator[httpx.AsyncClient]:
    async with await house.user("Ben") as client:
        yield client


def asks_for_a_person(story: Story) -> None:
    story.says("I want a human")
    story.hands_over(topic="human")


async def act(client: httpx.AsyncClient, case_id: str, verb: str, **body: object) -> httpx.Response:
    return await client.post(f"/api/v1/cases/{case_id}/{verb}", json=body)


async def epoch_of(client: httpx.AsyncClient, case_id: str) -> int:
    return int((await client.get(f"/api/v1/cases/{case_id}")).json()["epoch"])


async def claimed(client: httpx.AsyncClient, case_id: str) -> int:
    answer = await act(client, case_id, "claim", epoch=await epoch_of(client, case_id))
    assert answer.status_code == 200, answer.text
    return int(answer.json()["epoch"])


async def test_a_row_shows_what_a_person_said_last_and_not_what_is_said_by_itself(
    house: House, ada: httpx.AsyncClient
) -> None:
    def plot(story: Story) -> None:
        asks_for_a_person(story)
        story.answers("Which order is it about?")
        story.answers("I'm passing you to one of our team.", author=Author.SYSTEM)

    await house.tell(plot)
    [listed] = (await house.read(lambda conn: queue.listing(conn, queue.Wanted(), limit=9))).rows
    assert listed.preview is not None
    assert (listed.preview.author, listed.preview.text) == ("customer", "I want a human")
    assert "passing you" not in (await ada.get("/desk?list=queue")).text


async def test_a_queued_case_is_listed_in_the_form_that_the_design_fixes(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    body = (await ada.get("/api/v1/cases?state=queued")).json()
    assert body["next"] is None
    [case] = body["cases"]
    assert set(case) == {
        "id", "state", "owner", "agent", "epoch", "channels", "customer", "topic", "reason", "due_at", "opened_at",
        "last_message_at",
    }  # fmt: skip
    assert case["id"] == case_id
    assert (case["state"], case["owner"], case["agent"], case["epoch"]) == ("queued", "human", None, 2)
    assert case["channels"] == ["telegram"]
    assert case["customer"]["name"] == "Ines Abascal"
    assert (case["topic"], case["reason"]) == ("human", "asked")
    assert case["due_at"] == "2026-11-21T10:00:08Z"


async def test_the_queue_is_ordered_by_due_time_then_severity_then_age(house: House, ada: httpx.AsyncClient) -> None:
    start = house.clock()

    async def due(minutes: int, severity: int = 0) -> str:
        def plot(story: Story) -> None:
            story.says("help")
            handed_over = house.clock() + timedelta(seconds=1)
            story.hands_over(due_in=start + timedelta(minutes=minutes) - handed_over, severity=severity)

        return await house.tell(plot)

    late, mild, grave, mild_and_younger = await due(90), await due(60), await due(60, severity=2), await due(60)
    listed: list[str] = []
    params: dict[str, str | int] = {"state": "queued", "limit": 1}
    while True:
        page = (await ada.get("/api/v1/cases", params=params)).json()
        listed += [case["id"] for case in page["cases"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert listed == [grave, mild, mild_and_younger, late]


async def test_pages_of_all_cases_hold_each_case_once_with_the_latest_word_first(
    house: House, ada: httpx.AsyncClient
) -> None:
    told = [await house.tell(lambda story: story.says("hello")) for _ in range(7)]
    seen: list[str] = []
    params: dict[str, str | int] = {"limit": 3}
    while True:
        page = (await ada.get("/api/v1/cases", params=params)).json()
        seen += [case["id"] for case in page["cases"]]
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == told[::-1]


async def test_a_search_for_few_among_many_goes_on_from_page_to_page(
    house: House, ada: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_LOOKED_AT", 5)
    wanted = []
    for number in range(23):
        channel = Channel.TWITTER if number % 9 == 0 else Channel.TELEGRAM
        case_id = await house.tell(lambda story: story.says("hello"), channel=channel)
        if channel is Channel.TWITTER:
            wanted.append(case_id)
    seen: list[str] = []
    sizes = []
    params: dict[str, str | int] = {"limit": 2, "channel": "twitter"}
    while True:
        page = (await ada.get("/api/v1/cases", params=params)).json()
        seen += [case["id"] for case in page["cases"]]
        sizes.append(len(page["cases"]))
        if page["next"] is None:
            break
        params["cursor"] = page["next"]
    assert seen == wanted[::-1]
    assert 0 in sizes
    assert len(sizes) <= 23 // 5 + 1


async def test_cases_are_filtered_by_state_channel_owner_and_topic(house: House, ada: httpx.AsyncClient) -> None:
    queued = await house.tell(asks_for_a_person)
    bots = await house.tell(lambda story: story.says("hi"), channel=Channel.TWITTER)

    async def found(query: str) -> list[str]:
        return [case["id"] for case in (await ada.get(f"/api/v1/cases?{query}")).json()["cases"]]

    assert await found("state=queued") == [queued]
    assert await found("state=queued,bot") == [bots, queued]
    assert await found("state=bot&state=queued") == [bots, queued]
    assert await found("channel=twitter") == [bots]
    assert await found("owner=human") == [queued]
    assert await found("owner=none") == []
    assert await found("state=queued&owner=bot") == await found("state=bot&owner=human") == []
    assert await found("state=queued&topic=human&channel=telegram") == [queued]
    assert await found("state=bot&topic=human") == []
    assert await found("topic=human") == [queued]
    for wrong in ("state=asleep", "channel=fax", "owner=me", "limit=0", "limit=201", "limit=x", "cursor=nonsense"):
        answer = await ada.get(f"/api/v1/cases?{wrong}")
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid"), wrong


async def test_a_case_comes_with_its_packet_threads_and_moves(house: House, ada: httpx.AsyncClient) -> None:
    def plot(story: Story) -> None:
        story.says("where is my order??", Surface.PUBLIC)
        story.answers("Let's sort this out in private.", Surface.PUBLIC)
        story.invites(arrived=True)
        story.says("it is me")
        story.hands_over()

    case_id = await house.tell(plot, channel=Channel.TWITTER)
    case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
    assert case["packet"]["reason"] == "asked"
    assert case["packet"]["transcript_ref"]["count"] == 3
    assert [thread["surface"] for thread in case["threads"]] == ["private", "public"]
    assert [(move["state"], move["intent"]) for move in case["moves"]] == [("arrived", "where_is_my_order")]
    assert case["identities"][0]["handle"] == "ines.a"


async def test_of_two_agents_who_claim_at_once_one_wins_and_the_other_is_told_who(
    house: House, ada: httpx.AsyncClient, ben: httpx.AsyncClient
) -> None:
    for _ in range(5):
        case_id = await house.tell(asks_for_a_person)
        answers = await asyncio.gather(act(ada, case_id, "claim", epoch=2), act(ben, case_id, "claim", epoch=2))
        won = next(answer for answer in answers if answer.status_code == 200).json()
        lost = next(answer for answer in answers if answer.status_code == 409).json()
        assert (won["state"], won["epoch"], won["owner"]) == ("active", 3, "human")
        assert (lost["error"], lost["agent"]) == ("taken", won["agent"])
        assert won["agent"] in lost["message"]


async def test_claiming_again_what_one_has_is_answered_alike(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    first = await act(ada, case_id, "claim", epoch=2)
    again = await act(ada, case_id, "claim", epoch=2)
    with_the_new_epoch = await act(ada, case_id, "claim", epoch=3)
    assert first.json() == again.json() == with_the_new_epoch.json()
    taken = await house.read(
        lambda conn: conn.execute(
            sa.select(sa.func.count()).where(events.c.case_id == case_id, events.c.kind == "case.claimed")
        ).scalar_one()
    )
    assert taken == 1


async def test_an_act_on_a_case_that_moved_on_is_stale(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    answer = await act(ada, case_id, "claim", epoch=1)
    assert (answer.status_code, answer.json()["error"]) == (409, "stale")
    await claimed(ada, case_id)
    for verb in ("transfer", "return", "resolve"):
        answer = await act(ada, case_id, verb, epoch=2)
        assert (answer.status_code, answer.json()["error"]) == (409, "stale"), verb
    answer = await act(ada, case_id, "hold", epoch=2, minutes=5)
    assert answer.json()["error"] == "stale"


async def test_only_the_agent_who_has_a_case_can_act_on_it(
    house: House, ada: httpx.AsyncClient, ben: httpx.AsyncClient
) -> None:
    case_id = await house.tell(asks_for_a_person)
    not_held = await act(ben, case_id, "resolve", epoch=2)
    assert (not_held.status_code, not_held.json()["error"]) == (409, "not_owner")
    epoch = await claimed(ada, case_id)
    for verb in ("claim", "transfer", "return", "resolve", "reopen"):
        answer = await act(ben, case_id, verb, epoch=epoch)
        assert (answer.status_code, answer.json()["error"], answer.json()["agent"]) == (409, "taken", "Ada"), verb


async def test_a_case_of_the_assistant_can_be_taken_over(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(lambda story: story.says("hi"))
    case = (await act(ada, case_id, "claim", epoch=1)).json()
    assert (case["state"], case["agent"], case["epoch"], case["reason"]) == ("active", "Ada", 2, "takeover")
    packet = (await ada.get(f"/api/v1/cases/{case_id}")).json()["packet"]
    assert (packet["reason"], packet["episode"], packet["transcript_ref"]["count"]) == ("takeover", 1, 1)


async def test_a_case_is_given_to_another_agent_with_a_note(
    house: House, ada: httpx.AsyncClient, ben: httpx.AsyncClient
) -> None:
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    given = await act(ada, case_id, "transfer", epoch=epoch, to="Ben", note="He speaks Spanish.")
    assert (given.json()["agent"], given.json()["state"], given.json()["epoch"]) == ("Ben", "active", epoch + 1)
    assert given.json()["due_at"] == "2026-11-21T10:00:08Z"
    assert (await act(ada, case_id, "transfer", epoch=epoch, to="Ben")).json() == given.json()
    said = (await ben.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"][-1]
    assert (said["surface"], said["text"], said["agent"]) == ("note", "He speaks Spanish.", "Ada")
    assert (await act(ada, case_id, "resolve", epoch=epoch + 1)).json()["error"] == "taken"


async def test_a_case_goes_back_to_the_queue_with_a_due_time(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(lambda story: story.says("hi"))
    epoch = await claimed(ada, case_id)
    case = (await act(ada, case_id, "transfer", epoch=epoch)).json()
    assert (case["state"], case["agent"], case["epoch"]) == ("queued", None, epoch + 1)
    assert case["due_at"] == "2026-11-21T10:00:07Z"


async def test_a_case_is_not_given_to_somebody_who_cannot_take_it(house: House, ada: httpx.AsyncClient) -> None:
    await house.user("Tess", Role.TRAINER)
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    for name in ("Nobody", "Tess", "Ada"):
        answer = await act(ada, case_id, "transfer", epoch=epoch, to=name)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid"), name


async def test_a_case_on_hold_stays_with_its_agent_until_a_time(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    case = (await act(ada, case_id, "hold", epoch=epoch, minutes=30)).json()
    assert (case["state"], case["agent"], case["epoch"], case["due_at"]) == (
        "on_hold", "Ada", epoch, "2026-11-21T09:30:08Z",
    )  # fmt: skip
    later = (await act(ada, case_id, "hold", epoch=epoch, due_at="2026-11-22T09:00:00+01:00")).json()
    assert later["due_at"] == "2026-11-22T08:00:00Z"
    both = {"minutes": 5, "due_at": "2026-11-22T09:00:00Z"}
    times = ["2026-11-20T09:00:00Z", "2027-11-20T09:00:00Z", "2026-11-22T09:00:00", "soon"]
    unfit: list[dict[str, object]] = [{}, {"minutes": 0}, both]
    unfit += [{"due_at": time} for time in times]
    for wrong in unfit:
        answer = await act(ada, case_id, "hold", epoch=epoch, **wrong)
        assert (answer.status_code, answer.json()["error"]) == (422, "invalid"), wrong


async def test_who_wants_no_automatic_answers_is_not_told_that_they_are_back_with_the_assistant(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    await house.db.write(lambda conn: conn.execute(identities.update().values(opted_out_at=house.clock())))
    assert (await act(ada, case_id, "return", epoch=epoch, reason="answered")).status_code == 200
    said = (await ada.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]
    assert [one["author"] for one in said] == ["customer"]


async def test_handing_back_mutes_the_agent_clears_the_failures_and_tells_the_customer(
    house: House, ada: httpx.AsyncClient
) -> None:
    def plot(story: Story) -> None:
        asks_for_a_person(story)
        cases.keep_dialogue(
            story.conn, story.case_id, {"version": 1, "slots": {"unhelped": 1.0, "email": "a@b.example"}}
        )

    case_id = await house.tell(plot)
    epoch = await claimed(ada, case_id)
    case = (await act(ada, case_id, "return", epoch=epoch, reason="answered")).json()
    assert (case["state"], case["owner"], case["agent"], case["epoch"]) == ("bot", "bot", None, epoch + 1)
    assert (case["due_at"], case["reason"]) == (None, "")
    assert (await act(ada, case_id, "return", epoch=epoch)).json() == case
    stored = await house.read(lambda conn: cases.get(conn, case_id))
    assert stored.dialogue == {"slots": {"email": "a@b.example"}}
    said = (await ada.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]
    assert [(one["author"], one["surface"]) for one in said] == [("customer", "private"), ("system", "private")]
    assert "assistant" in said[-1]["text"]
    marker = await house.read(
        lambda conn: conn.execute(
            sa.select(events.c.data).where(events.c.case_id == case_id, events.c.kind == "case.returned")
        ).scalar_one()
    )
    assert marker["last_message_id"] == said[0]["id"]
    ended = await house.read(lambda conn: conn.execute(sa.select(episodes.c.outcome)).scalar_one())
    assert ended == "returned"
    late = await ada.post(f"/api/v1/cases/{case_id}/messages", json={"text": "one more thing", "surface": "private"})
    assert late.json()["error"] == "not_owner"


async def test_handing_back_a_case_that_is_public_only_says_nothing_in_public(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await house.tell(lambda story: story.says("hello", Surface.PUBLIC))
    epoch = await claimed(ada, case_id)
    await act(ada, case_id, "return", epoch=epoch)
    assert await house.read(lambda conn: conn.execute(sa.select(outbox.c.id)).all()) == []


@pytest.mark.parametrize(
    ("public_close", "wanted"), [(True, ("private_resolved", True)), (False, ("public_closed", False))]
)
async def test_resolving_closes_in_public_unless_told_not_to(
    house: House, ada: httpx.AsyncClient, public_close: bool, wanted: tuple[str, bool]
) -> None:
    def plot(story: Story) -> None:
        story.says("where is my order??", Surface.PUBLIC)
        story.invites(arrived=True)
        story.says("it is me")
        story.hands_over()

    case_id = await house.tell(plot, channel=Channel.TWITTER)
    epoch = await claimed(ada, case_id)
    case = (await act(ada, case_id, "resolve", epoch=epoch, public_close=public_close)).json()
    assert (case["state"], case["owner"], case["agent"], case["epoch"]) == ("resolved", "none", None, epoch + 1)
    assert (await act(ada, case_id, "resolve", epoch=epoch)).json() == case
    (move,) = await house.read(lambda conn: moves.of_case(conn, case_id, *MoveState))
    assert (move.state, move.approved) == wanted
    # What is left to be done is due at once, and has no time where nothing is.
    assert move.due_at == (house.clock() if public_close else None)


async def test_resolving_a_case_that_was_never_public_sets_no_timer(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    await act(ada, case_id, "resolve", epoch=await claimed(ada, case_id))
    assert await house.read(lambda conn: conn.execute(sa.select(timers.c.id)).all()) == []


async def test_a_resolved_case_is_reopened_by_an_agent_or_into_the_queue(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    resolved = (await act(ada, case_id, "resolve", epoch=await claimed(ada, case_id))).json()["epoch"]
    refused = await act(ada, case_id, "claim", epoch=resolved)
    assert (refused.status_code, refused.json()["error"]) == (409, "wrong_state")
    mine = (await act(ada, case_id, "reopen", epoch=resolved)).json()
    assert (mine["state"], mine["agent"], mine["epoch"]) == ("active", "Ada", resolved + 1)
    again = (await act(ada, case_id, "resolve", epoch=mine["epoch"])).json()["epoch"]
    queued = (await act(ada, case_id, "reopen", epoch=again, to="queue")).json()
    assert (queued["state"], queued["agent"]) == ("queued", None)
    assert queued["due_at"] is not None
    numbers = await house.read(lambda conn: list(conn.execute(sa.select(episodes.c.number)).scalars()))
    assert numbers == [1, 2, 3]


async def test_a_case_that_is_open_cannot_be_reopened(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    answer = await act(ada, case_id, "reopen", epoch=2)
    assert (answer.status_code, answer.json()["error"]) == (409, "wrong_state")


async def test_every_change_of_hands_raises_the_epoch(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    epochs = [epoch]
    for verb in ("resolve", "reopen", "return"):
        epochs.append((await act(ada, case_id, verb, epoch=epochs[-1])).json()["epoch"])
    assert epochs == [3, 4, 5, 6]


async def test_a_case_that_does_not_exist_is_not_found(house: House, ada: httpx.AsyncClient) -> None:
    for answer in (await ada.get("/api/v1/cases/nope"), await ada.get("/api/v1/cases/nope/messages"),
                   await act(ada, "nope", "claim", epoch=1)):  # fmt: skip
        assert (answer.status_code, answer.json()["error"]) == (404, "not_found")


async def test_of_a_refused_transfer_nothing_is_kept(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await house.tell(asks_for_a_person)
    epoch = await claimed(ada, case_id)
    await act(ada, case_id, "transfer", epoch=epoch, to="Nobody", note="lost?")
    said = (await ada.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]
    assert [one["surface"] for one in said] == ["private"], "the note of a refused transfer is not kept"
    state = await house.read(
        lambda conn: conn.execute(sa.select(cases_table.c.state).where(cases_table.c.id == case_id)).scalar_one()
    )
    assert state == CaseState.ACTIVE
