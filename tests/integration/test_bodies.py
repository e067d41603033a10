"""Hundreds of bodies, delivered as the platforms do, each followed to what became of it."""

import asyncio
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from sqlalchemy.engine import Connection

from gateway.messages import Author, Channel
from gateway.routing.assistant import Answer, HandoffEffect, TurnRequest
from gateway.storage import checks
from gateway.storage.tables import cases, identities, inbox, messages, threads
from tests.fakes import FakeAssistant, said_back
from tests.integration.road import road
from tests.integration.told import PAYLOADS, Played, account_of, adapter, bodies, signed
from tests.storage import ON_POSTGRES, url_in

DOCS = Path(__file__).parents[2] / "docs"
AT_ONCE = 8
pytestmark = pytest.mark.skipif(ON_POSTGRES, reason="a database for each body; what is asked of it is asked elsewhere")


def expected(channel: Channel) -> dict[str, list[dict[str, Any]]]:
    """What a person who has read them says becomes of the bodies."""
    found = yaml.safe_load((PAYLOADS / channel / "expected.yml").read_text())
    return {
        name: [{key: _plain(value) for key, value in line.items()} for line in lines] for name, lines in found.items()
    }


def _plain(value: Any) -> Any:
    return value if isinstance(value, list) else str(value)


def hands_over(request: TurnRequest) -> Answer:
    """An assistant to whom everything is our matter, also what it has overheard."""
    return said_back(request, "A person will see to it.", effects=[HandoffEffect(reason="asked")])


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied: migrating takes longer than a body does."""
    folder = tmp_path_factory.mktemp("empty")
    url_in(folder)
    return folder / "aside.db"


async def delivered(channel: Channel, body: bytes, folder: Path) -> tuple[int, list[dict[str, Any]]]:
    """Deliver a body to a gateway of its own: the answer, and what became of each of its events."""
    platform = Played(adapter(channel, account_of(channel, body)))
    async with road(folder, platform=platform, assistant=FakeAssistant(hands_over), settle_ms=0) as there:
        answer = await there.gateway.intake.receive(channel, signed(channel, body), body)
        await there.quiet(0)
        return answer.status, await there.database.read(fates)


def fates(conn: Connection) -> list[dict[str, Any]]:
    """What became of each event, in the order in which they came."""
    events = conn.execute(sa.select(inbox.c.status, inbox.c.reason, inbox.c.message_id).order_by(inbox.c.id)).all()
    found: list[dict[str, Any]] = []
    for status, reason, message_id in events:
        if status in ("ignored", "set_aside"):
            found.append({"aside" if status == "set_aside" else "ignored": reason})
            continue
        assert status == "done", (status, reason)
        found.append(_in_its_case(conn, message_id))
    return found


def _in_its_case(conn: Connection, message_id: int) -> dict[str, Any]:
    said = conn.execute(
        sa.select(messages, threads.c.native_id.label("place"))
        .join(threads, threads.c.id == messages.c.thread_id)
        .where(messages.c.id == message_id)
    ).one()
    assert said.author == Author.CUSTOMER
    whose = sa.select(identities.c.scope, identities.c.native_id).join(
        cases, cases.c.customer_id == identities.c.customer_id
    )
    scope, native_id = conn.execute(whose.where(cases.c.id == said.case_id)).one()
    by = native_id if scope == "account" else f"{scope}/{native_id}"
    line = {"in": f"{said.surface} {said.place}", "by": by, "text": said.text}
    kinds = [each["kind"] for each in said.attachments or ()]
    return {**line, "with": kinds} if kinds else line


@pytest.mark.parametrize("channel", list(Channel))
async def test_every_body_is_answered_200_and_becomes_what_a_reader_says(
    channel: Channel, tmp_path: Path, empty: Path
) -> None:
    told, found = bodies(channel), {}
    places = asyncio.Semaphore(AT_ONCE)

    async def deliver(number: int, name: str, body: bytes) -> None:
        async with places:
            folder = tmp_path / str(number)
            folder.mkdir()
            shutil.copy(empty, folder / "aside.db")
            found[name] = await delivered(channel, body, folder)

    await asyncio.gather(*(deliver(number, name, body) for number, (name, body) in enumerate(told.items())))
    wanted = {name: (200, lines) for name, lines in expected(channel).items()}
    differs = {
        name: (found.get(name), wanted.get(name)) for name in {*found, *wanted} if found.get(name) != wanted.get(name)
    }
    assert not differs, "\n".join(f"{name}: {got} instead of {want}" for name, (got, want) in sorted(differs.items()))


@pytest.mark.parametrize("channel", list(Channel))
def test_every_reason_for_which_a_body_is_ignored_is_documented(channel: Channel) -> None:
    pages = [DOCS / "channels" / f"{channel}.md", DOCS / "channels.md"]
    words = set(re.findall(r"`(\w+)`", "".join(page.read_text() for page in pages)))
    reasons = {line["ignored"] for lines in expected(channel).values() for line in lines if "ignored" in line}
    assert reasons <= words


@pytest.mark.parametrize("channel", list(Channel))
def test_only_what_nobody_documents_is_set_aside(channel: Channel) -> None:
    aside = [name for name, lines in expected(channel).items() if any("aside" in line for line in lines)]
    assert all("-without-" in name or "-of-wrong-" in name for name in aside)


def test_the_public_bodies_have_a_source_and_a_licence() -> None:
    sources = (PAYLOADS / "README.md").read_text() + (PAYLOADS / Channel.FACEBOOK / "public" / "README.md").read_text()
    for channel in Channel:
        for path in (PAYLOADS / channel / "public").glob("*.json"):
            name = re.escape(path.name)
            row = rf"\| (?:{channel}/)?{name} \|.* (MIT|Apache-2\.0|BSD-\w+) \| \S+@\w+:"
            assert re.search(row, sources), path.name


async def test_an_account_that_facebook_restricts_is_an_alarm_until_it_lifts_that(tmp_path: Path) -> None:
    blocked = bodies(Channel.FACEBOOK)["policy"]
    lifted = blocked.replace(b'"block"', b'"unblock"').replace(b"1790000000123", b"1790000000999")
    platform = Played(adapter(Channel.FACEBOOK))
    async with road(tmp_path, platform=platform) as there:
        for body, ill in ((blocked, ["policy"]), (lifted, [])):
            await there.gateway.intake.receive(Channel.FACEBOOK, signed(Channel.FACEBOOK, body), body)
            await there.quiet(0.1)
            found = await there.database.read(checks.ill)
            assert [one.name for one in found] == ill
            assert all("spam" in one.words and one.advice for one in found)
        assert [len(await there.events(kind)) for kind in ("channel.unwell", "channel.well")] == [1, 1]
