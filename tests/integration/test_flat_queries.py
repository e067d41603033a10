"""What the road, the desk, the API and /metrics ask of the database costs the same after a long past."""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.clock import utc_now
from gateway.messages import Channel, Surface
from gateway.routing import words
from gateway.routing.assistant import Answer, HandoffEffect, TurnRequest
from gateway.storage import queues
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate
from handoff import users
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration import desk, past
from tests.integration.road import Road, road, said
from tests.integration.test_road import moving
from tests.integration.witness import plan_of, postgres_plan_of, watching
from tests.postgres import Cluster

BIG = {
    "cases", "case_threads", "customers", "episodes", "events", "identities", "idempotency", "inbox", "messages",
    "moves", "outbox", "sessions", "threads", "timers",
}  # fmt: skip
"""Tables that grow with every message, case or customer."""
WAITING = {
    "ix_cases_crisis", "ix_cases_queue", "ix_cases_with_people", "ix_inbox_new", "ix_inbox_case", "ix_inbox_set_aside",
    "ix_outbox_outlet", "ix_outbox_sending", "ix_outbox_undecided", "ix_outbox_unsettled", "ix_timers_due",
    "ix_moves_due", "ix_moves_timeless",
}  # fmt: skip
"""Indexes that hold only what waits, or belongs to a crisis: they may be read whole."""
NEWEST_FIRST = {"ix_cases_recent"}
"""Indexes that are walked from the newest case until a page is full, or a search has looked at enough."""
SLACK = 200
KEPT = 10_000
"""Days for which the past is kept: letting go of it costs what there is to let go, once."""
ABOUT_CHANNELS = re.compile(r"\b(FROM|UPDATE|INTO) (cursors|checks|pulse)\b")
"""Steps that a statement may take more: the next of two messages has come in already. Each row takes some three."""

ASKED = "What's your order number?"


def answering(request: TurnRequest) -> Answer:
    """Moves aside in public, hands over who wants a person, and answers everybody else."""
    if request.text and "human" in request.text:
        return said_back(request, "Of course.", effects=[HandoffEffect(reason="asked")])
    return moving(request)


async def go_the_road(there: Road) -> None:
    """A message that is answered, one that comes late, one in public that moves aside, and a handoff."""
    now = utc_now()
    sent = len(there.platform.sent)

    async def answered(number: int) -> None:
        await there.until(lambda: len(there.platform.sent) >= sent + number, 30)
        await there.quiet(0.2)

    await there.hear(said("hello", by="ines", at=now))
    await answered(1)
    await there.hear(said("earlier", by="ines", at=now - timedelta(minutes=1)))
    await answered(2)
    await there.hear(said("where is my order??", by="tom", surface=Surface.PUBLIC))
    await answered(3)
    invitation = next(out for out, _, _ in reversed(there.platform.sent) if out.way_in is not None)
    assert invitation.way_in
    await there.hear(said("", by="tom", code=invitation.way_in.code))
    await answered(4)
    await there.hear(said("it is 104217", by="tom"))
    await answered(6)
    await there.hear(said("I want a human", by="ines"))
    await answered(8)
    await there.hear(said("are you there?", by="ines"))
    await there.quiet(0.2)
    await there.database.read(lambda conn: (queues.waiting(conn, now), queues.set_aside(conn)))


async def work_at_the_desk(house: desk.House, ada: httpx.AsyncClient) -> None:
    """The first pages, lists with filters, and every act on a case."""

    async def ok(method: str, path: str, **options: Any) -> Any:
        answer = await ada.request(method, path, **options)
        assert answer.status_code in (200, 201), (path, answer.text)
        return answer

    waiting = (await ok("GET", "/api/v1/cases?state=queued&limit=1")).json()
    case_id = waiting["cases"][0]["id"]
    for which in ("queue", "mine", "open", "resolved"):
        await ok("GET", f"/desk/?list={which}")
        await ok("GET", f"/desk/cases/{case_id}/parts?list={which}")
    for query in (
        "", "state=bot,resolved", "state=resolved", "owner=bot", "owner=human", "channel=facebook", "topic=rare",
        "state=bot&channel=twitter", "state=queued&topic=human", "state=bot&owner=human",
    ):  # fmt: skip
        page = (await ok("GET", f"/api/v1/cases?limit=2&{query}")).json()
        if page["next"]:
            await ok("GET", "/api/v1/cases", params=[*httpx.QueryParams(query).multi_items(), ("cursor", page["next"])])
    page = (await ok("GET", f"/api/v1/cases/{case_id}/messages?limit=2")).json()
    await ok("GET", f"/api/v1/cases/{case_id}/messages", params={"cursor": page["next"]})
    await ok("GET", f"/desk/cases/{case_id}", params={"before": page["next"]})
    case = f"/api/v1/cases/{case_id}"

    async def act(verb: str, **body: Any) -> None:
        epoch = (await ok("GET", case)).json()["epoch"]
        await ok("POST", f"{case}/{verb}", json={"epoch": epoch, **body})
        if verb in ("claim", "resolve", "return", "transfer", "reopen"):
            await ok("POST", f"{case}/{verb}", json={"epoch": epoch, **body})  # the answer was lost: asked again

    await act("claim")
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        await ok("POST", f"{case}/messages", json={"text": "Hello", "surface": "private"}, headers=key)
    await ok("POST", f"{case}/messages", json={"text": "For us", "surface": "note"})
    await act("hold", minutes=5)
    await act("resolve", outcome="done")
    await act("reopen", to="me")
    await act("return", reason="all well")


@asynccontextmanager
async def at_the_desk(folder: Path) -> AsyncIterator[tuple[desk.House, httpx.AsyncClient]]:
    async with desk.running(folder) as house:
        name = f"Ada {len(await house.read(users.list_all))}"
        async with await house.user(name) as ada:
            yield house, ada


async def everything(folder: Path) -> None:
    async with road(folder, assistant=FakeAssistant(answering), aside_vault_days=KEPT) as there:
        await go_the_road(there)
    async with at_the_desk(folder) as (house, ada):
        await work_at_the_desk(house, ada)


@contextmanager
def written(folder: Path) -> Iterator[Connection]:
    """A database that nobody runs on, to write into."""
    engine = create_engine(f"sqlite:///{folder / 'aside.db'}")
    migrate(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def read_whole(plan: list[str], statement: str) -> list[str]:
    """The lines of SQLite's plan that read a whole big table, or a whole index of one."""
    found = []
    for line in plan:
        match = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", line)
        if match is None or match[1] not in BIG or match[2] in WAITING:
            continue
        if match[2] in NEWEST_FIRST and "LIMIT" in statement:
            continue
        found.append(line)
    return found


async def test_no_statement_reads_a_whole_table_that_grows(tmp_path: Path) -> None:
    with written(tmp_path) as conn:
        past.closed_cases(conn, 40)
    with watching() as witness:
        await everything(tmp_path)
    engine = create_engine(f"sqlite:///{tmp_path / 'aside.db'}")
    guilty = {}
    with engine.connect() as connection:
        for statement, (element, parameters) in list(witness.seen.items()):
            if isinstance(element, sa.Select | sa.Update | sa.Delete | sa.CompoundSelect) and (
                lines := read_whole(plan_of(connection, statement, parameters), statement)
            ):
                guilty[statement] = lines
    engine.dispose()
    assert len(witness.seen) > 80
    assert guilty == {}


async def test_no_statement_reads_a_whole_table_that_grows_on_postgresql(tmp_path: Path, postgres: Cluster) -> None:
    with watching() as witness:
        await everything(tmp_path)
    url = postgres.database()
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    guilty = {}
    with engine.connect() as connection:
        past.closed_cases(connection, 5_000)
        connection.exec_driver_sql("ANALYZE")
        connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, (element, _) in list(witness.seen.items()):
            if isinstance(element, sa.Select | sa.Update | sa.Delete | sa.CompoundSelect) and (
                nodes := read_whole_by_postgres(connection, element, statement)
            ):
                guilty[statement] = nodes
    engine.dispose()
    postgres.drop(url)
    assert guilty == {}


def read_whole_by_postgres(connection: Connection, element: Any, statement: str) -> list[str]:
    """The nodes of PostgreSQL's plan that read a whole big table, or a whole index of one."""
    found = []
    nodes = [postgres_plan_of(connection, element)]
    while nodes:
        node = nodes.pop()
        nodes += node.get("Plans", [])
        table, index = node.get("Relation Name"), node.get("Index Name")
        if node["Node Type"] == "Bitmap Heap Scan" and table in BIG:
            nodes = [{**below, "Relation Name": table} for below in nodes]
        bounded = index in WAITING or (index in NEWEST_FIRST and "LIMIT" in statement)
        if table in BIG and (node["Node Type"] == "Seq Scan" or (index and "Index Cond" not in node and not bounded)):
            found.append(f"{node['Node Type']} on {table} by {index}")
    return found


async def test_four_times_the_past_costs_no_statement_more(tmp_path: Path) -> None:
    # Both longer than what is counted of open cases, and looked at for a page of those that fit.
    short, long = tmp_path / "short", tmp_path / "long"
    costs = []
    for folder, number in ((short, 2_500), (long, 10_000)):
        folder.mkdir()
        with written(folder) as conn:
            past.closed_cases(conn, number)
        with watching() as witness:
            await everything(folder)
        costs.append(dict(witness.most))
    assert dearer(*costs) == {}


def dearer(before: dict[str, int], after: dict[str, int]) -> dict[str, tuple[int, int]]:
    """Statements that take more steps than before; but for those about a channel, which know nothing of cases.

    They run by the clock, and their first time on a connection also reads the schema.
    """
    return {
        statement: (before[statement], steps)
        for statement, steps in after.items()
        if statement in before and steps > before[statement] * 1.2 + SLACK and not ABOUT_CHANNELS.search(statement)
    }


async def test_turn_1000_of_a_conversation_costs_no_statement_more_than_turn_20(tmp_path: Path) -> None:
    costs, counts = [], []
    async with road(tmp_path, assistant=FakeAssistant(answering), aside_vault_days=KEPT) as first:
        await first.hear(said("hello"))
        await first.quiet()
        case_id = (await first.the_case())["id"]
    for length in (40, 1_960):
        with written(tmp_path) as conn:
            past.conversation(conn, case_id, length)
        await hand_over_and_back(tmp_path, case_id)
        with watching() as witness:
            async with road(tmp_path, assistant=FakeAssistant(answering), aside_vault_days=KEPT) as there:
                witness.begin_anew()
                now = utc_now()
                await there.hear(said("hello", at=now))
                await there.until(lambda: there.platform.texts.count(ASKED) == 1, 30)
                await there.hear(said("earlier", at=now - timedelta(seconds=30)))
                await there.until(lambda: there.platform.texts.count(ASKED) == 2, 30)
                await there.quiet(0.2)
            await hand_over_and_back(tmp_path, case_id)
        costs.append(dict(witness.most))
        counts.append(
            {name: number for name, number in witness.runs.items() if name.startswith("INSERT INTO messages")}
        )
    assert dearer(*costs) == {}
    assert set(costs[1]) <= set(costs[0])
    assert counts[0] == counts[1]


async def hand_over_and_back(folder: Path, case_id: str) -> None:
    """The customer wants a person, who claims the case and hands it back."""
    async with road(folder, assistant=FakeAssistant(answering), aside_vault_days=KEPT) as there:
        await there.hear(said("I want a human"))
        await there.until(lambda: words.HANDED_OVER_PRIVATE in there.platform.texts, 30)
        await there.quiet(0.2)
    async with at_the_desk(folder) as (_, ada):
        for verb, more in (("claim", {}), ("return", {"reason": "all well"})):
            epoch = (await ada.get(f"/api/v1/cases/{case_id}")).json()["epoch"]
            answer = await ada.post(f"/api/v1/cases/{case_id}/{verb}", json={"epoch": epoch, **more})
            assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("channel", [Channel.TELEGRAM, Channel.TWITTER])  # X charges for each message
async def test_a_conversation_of_5000_messages_is_opened_and_paged_at_the_cost_of_one_of_400(
    channel: Channel, tmp_path: Path
) -> None:
    costs = []
    assistant, platform = FakeAssistant(answering), FakePlatform(channel)
    async with road(tmp_path, assistant=assistant, platform=platform, aside_vault_days=KEPT) as there:
        await there.hear(said("hello", channel=channel))
        await there.quiet()
        case_id = (await there.the_case())["id"]
    for more in (450, 4_550):
        with written(tmp_path) as conn:
            past.conversation(conn, case_id, more)
        with watching() as witness:
            async with at_the_desk(tmp_path) as (_, ada):
                latest = (await ada.get(f"/desk/cases/{case_id}")).text
                earlier = re.search(r"before=([\w-]+)", latest)
                assert earlier, "no way to earlier messages"
                page = (await ada.get(f"/desk/cases/{case_id}?before={earlier[1]}")).text
                assert latest.count('<li class="message') == page.count('<li class="message') == 200
                assert not set(re.findall(r'id="m(\d+)"', latest)) & set(re.findall(r'id="m(\d+)"', page))
                await ada.get(f"/api/v1/cases/{case_id}/messages?limit=50")
                case = (await ada.get(f"/api/v1/cases/{case_id}")).json()
                assert bool(case["cost_usd"]) is (channel is Channel.TWITTER)
        costs.append(dict(witness.most))
    assert dearer(*costs) == {}
