"""The vault: personal data lies sealed, masked everywhere else, is shown on a click that is noted, and goes in time."""

import base64
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from aside import setup as setting_up
from gateway.clock import utc_now
from gateway.errors import SettingsError, VaultLocked
from gateway.happenings import Change, Changed
from gateway.messages import Attachment, Author, Channel, RawEvent, Surface
from gateway.privacy.brand import BrandFormats
from gateway.privacy.detect import Detector
from gateway.routing import words
from gateway.routing.assistant import Answer, MoveAsideEffect, TurnRequest
from gateway.settings import Settings
from gateway.storage import cases, reseal, retention, vault
from gateway.storage.database import create_engine
from gateway.storage.seal import Ring, SealedJson
from gateway.storage.tables import episodes, inbox, moves, outbox
from gateway.storage.vault_tables import vault as vault_table
from handoff.users import Role
from tests.factories import Story
from tests.fakes import FakeAssistant, raw_of, said_back
from tests.integration.desk import House, running
from tests.integration.road import Road, road, said
from tests.storage import ON_POSTGRES, url_in

OLD, NEW = (base64.urlsafe_b64encode(bytes([number]) * 32).decode() for number in (1, 2))
MAIL, ORDER = "ines.abascal@example.org", "104217"
CLEAR = (MAIL, ORDER)


@pytest.fixture(autouse=True)
def shut() -> Iterator[None]:
    yield
    vault.shut()


def knowing(request: TurnRequest) -> Answer:
    """An assistant that repeats what it was told, keeps it, and takes along what was told in public."""
    told = request.text or str(request.intent)
    if request.surface is Surface.PUBLIC:
        effect = MoveAsideEffect(intent="where_is_my_order", entities={"order_number": ORDER})
        return said_back(request, "Let's look at this in private.", effects=[effect], intent="where_is_my_order")
    answer = said_back(request, f"You said {told}.")
    state = {"version": 1, "slots": {"order_number": ORDER, "email": MAIL}}
    return msgspec.structs.replace(answer, state=state)


def files_of(folder: Path) -> dict[str, bytes]:
    """What lies on disk: the database and what is beside it."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def assert_nothing_clear(folder: Path) -> None:
    for name, content in files_of(folder).items():
        for clear in CLEAR:
            assert clear.encode() not in content, f"{clear} lies in {name}"


async def talk(there: Road) -> str:
    """Both in public and in private, with a handoff, an edit and an attachment; returns the case's id."""
    await there.hear(said(f"where is my order {ORDER}? mail me at {MAIL}", surface=Surface.PUBLIC))
    await there.until(lambda: len(there.platform.sent) == 2)
    first = said(f"it is order {ORDER} and {MAIL}")
    await there.hear(first)
    await there.until(lambda: any(ORDER in text for text in there.platform.texts))
    changed = Changed(
        channel=Channel.TELEGRAM, account="brand", native_id=first.native_id, change=Change.EDITED,
        at=first.at + timedelta(seconds=1), text=f"it is order {ORDER}, mail {MAIL} please",
    )  # fmt: skip
    # By an id as platforms give it; the fake's is all of the event.
    await there.record(Channel.TELEGRAM, RawEvent(native_id="edit", payload=raw_of(changed).payload))
    along = Attachment(kind="document", native_id="d1", name=f"{MAIL}.pdf", words=f"order {ORDER}")
    await there.hear(msgspec.structs.replace(said("see this"), attachments=(along,)))
    await there.quiet()
    return str((await there.the_case())["id"])


@pytest.mark.skipif(ON_POSTGRES, reason="looks at SQLite's files")
async def test_no_file_on_disk_holds_personal_data_in_the_clear_and_the_work_goes_on_with_it(tmp_path: Path) -> None:
    assistant = FakeAssistant(knowing)
    async with road(tmp_path, assistant=assistant, aside_vault_key=NEW) as there:
        case_id = await talk(there)
        assert_nothing_clear(tmp_path)
        asked = [request.text for request in assistant.asked if request.text]
        assert any(ORDER in text and MAIL in text for text in asked)
        assert any(MAIL in text for text in there.platform.texts)
        transcript = await there.transcript(case_id)
        assert {message.author for message in transcript if "[email]" in message.text} >= {Author.CUSTOMER, Author.BOT}
        kept = await there.database.read(lambda conn: vault.of_case(conn, case_id))
        assert f"it is order {ORDER}, mail {MAIL} please" in [each.text for each in kept.values()]
        case = await there.database.read(lambda conn: cases.get(conn, case_id))
        assert case.dialogue is not None
        assert case.dialogue["slots"] == {"order_number": ORDER, "email": MAIL}
    assert_nothing_clear(tmp_path)


async def test_what_was_kept_for_long_enough_is_gone_and_the_masked_transcript_stays(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing), aside_vault_key=NEW) as there:
        case_id = await talk(there)
        before = [message.text for message in await there.transcript(case_id)]
        later = there.clock() + timedelta(days=31)
        while await there.database.write(lambda conn: retention.sweep(conn, later - timedelta(days=30))):
            pass
        assert [message.text for message in await there.transcript(case_id)] == before

        def left(conn: sa.Connection) -> list[object]:
            of_case = moves.c.case_id == case_id
            return [
                conn.execute(sa.select(sa.func.count()).select_from(vault_table)).scalar_one(),
                cases.get(conn, case_id).dialogue,
                {row.entities.get("order_number") for row in conn.execute(sa.select(moves.c.entities).where(of_case))},
                {row.payload["text"] for row in conn.execute(sa.select(outbox.c.payload))},
                {row.said for row in conn.execute(sa.select(inbox.c.said))},
                {row.packet["slots"] for row in conn.execute(sa.select(episodes.c.packet))},
            ]

        assert await there.database.read(left) == [0, None, {None}, {""}, {None}, set()]


async def test_younger_data_stays(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing), aside_vault_key=NEW) as there:
        case_id = await talk(there)
        kept = await there.database.read(lambda conn: vault.of_case(conn, case_id))
        before = there.clock() - timedelta(days=1)
        assert not await there.database.write(lambda conn: retention.sweep(conn, before))
        assert await there.database.read(lambda conn: vault.of_case(conn, case_id)) == kept


async def test_a_removed_message_is_gone_from_the_vault(tmp_path: Path) -> None:
    async with road(tmp_path, aside_vault_key=NEW) as there:
        leak = said(f"mail me at {MAIL}")
        await there.hear(leak)
        await there.until(lambda: len(there.platform.sent) == 1)
        message = await there.message(leak.native_id)
        gone = Changed(
            channel=Channel.TELEGRAM, account="brand", native_id=leak.native_id, change=Change.REMOVED, at=there.clock()
        )
        await there.tell(gone)
        await there.quiet()
        assert await there.database.read(lambda conn: vault.get(conn, message.id)) is None


def test_an_older_key_opens_and_the_newest_seals() -> None:
    old, both, new = (Ring.of(written) for written in (OLD, f"{NEW},{OLD}", NEW))
    assert old is not None
    assert both is not None
    assert new is not None
    sealed = old.seal(b"words")
    assert both.open(sealed) == b"words"
    assert not both.is_of_the_first(sealed)
    assert new.open(both.seal(b"words")) == b"words"
    with pytest.raises(VaultLocked):
        new.open(sealed)
    with pytest.raises(VaultLocked):
        old.open(sealed[:-1] + bytes([sealed[-1] ^ 1]))


@pytest.mark.parametrize("written", ["short", "AAAA", f"{OLD},AAAA"])
def test_a_key_that_is_none_is_refused_in_a_sentence(written: str) -> None:
    with pytest.raises(SettingsError, match="ASIDE_VAULT_KEY"):
        Ring.of(written)


def test_what_was_written_before_there_was_a_key_reads_as_it_stands() -> None:
    vault.open_with(Ring.of(NEW), Detector())
    column = SealedJson()
    assert column.process_result_value({"slots": {}}, None) == {"slots": {}}  # type: ignore[arg-type]
    assert column.process_result_value("sealed with a kiss", None) == "sealed with a kiss"  # type: ignore[arg-type]


async def test_a_key_that_does_not_open_what_is_stored_stops_the_start(tmp_path: Path) -> None:
    async with road(tmp_path, aside_vault_key=OLD) as there:
        await there.hear(said("hello"))
        await there.hear(said(f"mail me at {MAIL}"))
        await there.until(lambda: len(there.platform.sent) == 2)
    engine = create_engine(url_in(tmp_path))
    vault.check(engine, Ring.of(f"{NEW},{OLD}"))
    for ring in (Ring.of(NEW), None):
        with pytest.raises(SettingsError, match="ASIDE_VAULT_KEY"):
            vault.check(engine, ring)
    engine.dispose()


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    vault.open_with(Ring.of(NEW), Detector(BrandFormats(order_patterns=(r"\b1\d{5}\b",))))
    async with running(tmp_path) as house:
        yield house


async def leaked(house: House) -> str:
    def plot(story: Story) -> None:
        story.says(f"where is order {ORDER}? {MAIL}", Surface.PUBLIC)
        story.says(f"hello, {MAIL} here")
        cases.keep_dialogue(story.conn, story.case_id, {"slots": {"order_number": ORDER, "colour": "red"}})
        story.hands_over()

    return await house.tell(plot)


async def test_an_agent_sees_masks_and_on_a_click_that_is_noted_what_was_said(house: House) -> None:
    case_id = await leaked(house)
    async with await house.user("Ada") as ada:
        answer = await ada.get(f"/api/v1/cases/{case_id}/messages")
        leak, hello = answer.json()["messages"]
        assert leak["text"] == "where is order [order number]? [email]"
        assert hello["text"] == f"hello, {MAIL} here"  # said to us alone: whoever works on the case reads it
        assert (leak["masked"], hello["masked"]) == (True, False)
        case = await ada.get(f"/api/v1/cases/{case_id}")
        assert case.json()["packet"]["slots"] == {"order_number": "[order number]", "colour": "red"}
        lists = await ada.get("/api/v1/cases")
        page = await ada.get(f"/desk/cases/{case_id}/parts", headers={"Accept": "text/html"})
        for shown in (case, lists):
            assert all(clear not in shown.text for clear in CLEAR), shown.url
        assert ORDER not in answer.text + page.text
        assert answer.text.count(MAIL) == page.text.count(MAIL) == 1
        said_once = await ada.post(f"/api/v1/cases/{case_id}/messages/{leak['id']}/reveal")
        assert said_once.json()["text"] == f"where is order {ORDER}? {MAIL}"
        assert said_once.headers["cache-control"] == "no-store"
        noted = await ada.post(f"/api/v1/cases/{case_id}/reveal")
        assert noted.json() == {"slots": {"order_number": ORDER, "colour": "red"}}
    told = await house.read(
        lambda conn: [
            (row.actor, row.data)
            for row in conn.execute(sa.text("SELECT actor, data FROM events WHERE kind = 'data.revealed' ORDER BY id"))
        ]
    )
    assert [actor for actor, _ in told] == ["agent:Ada", "agent:Ada"]


async def test_who_may_not_see_cases_sees_nothing_clear(house: House) -> None:
    case_id = await leaked(house)
    async with await house.user("Tom", Role.TRAINER) as tom:
        assert (await tom.post(f"/api/v1/cases/{case_id}/messages/1/reveal")).status_code == 403
        assert (await tom.post(f"/api/v1/cases/{case_id}/reveal")).status_code == 403


async def test_a_message_of_another_case_is_not_shown(house: House) -> None:
    first, second = await leaked(house), await leaked(house)
    async with await house.user("Ada") as ada:
        leak = (await ada.get(f"/api/v1/cases/{first}/messages")).json()["messages"][0]
        assert (await ada.post(f"/api/v1/cases/{second}/messages/{leak['id']}/reveal")).status_code == 404


async def test_what_an_agent_says_and_notes_is_masked_where_it_lies_and_sent_as_it_was_written(
    house: House, tmp_path: Path
) -> None:
    case_id = await leaked(house)
    async with await house.user("Ada") as ada:
        epoch = (await ada.get(f"/api/v1/cases/{case_id}")).json()["epoch"]
        await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": epoch})
        for surface in ("private", "note"):
            text = f"I see {MAIL} and order {ORDER}."
            answer: httpx.Response = await ada.post(
                f"/api/v1/cases/{case_id}/messages", json={"text": text, "surface": surface}
            )
            assert (answer.status_code, answer.json()["text"]) == (201, text)
    payloads = await house.read(lambda conn: [row.payload["text"] for row in conn.execute(sa.select(outbox.c.payload))])
    assert payloads == [f"I see {MAIL} and order {ORDER}."]
    if not ON_POSTGRES:
        assert_nothing_clear(tmp_path)


async def test_who_shows_personal_data_in_public_is_told_once_how_to_delete_it(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing)) as there:
        await there.hear(said(f"where is order {ORDER}? {MAIL}", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 2)
        told = words.LEAK_PUBLIC.format(how=words.HOW_TO_DELETE[Channel.TELEGRAM])
        assert there.platform.texts[0] == told
        await there.hear(said(f"again: {MAIL}", surface=Surface.PUBLIC))
        await there.until(lambda: len(there.platform.sent) == 3)
        await there.quiet()
        assert there.platform.texts.count(told) == 1
        assert all(clear not in text for text in there.platform.texts for clear in CLEAR)


async def test_who_can_be_written_to_in_private_is_told_there(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing)) as there:
        await there.hear(said("hello"))
        await there.until(lambda: len(there.platform.sent) == 1)
        await there.hear(said(f"where is order {ORDER}? {MAIL}", surface=Surface.PUBLIC))
        told = words.LEAK_PRIVATE.format(how=words.HOW_TO_DELETE[Channel.TELEGRAM])
        await there.until(lambda: told in there.platform.texts)
        (out,) = [out for out, text, _ in there.platform.sent if text == told]
        assert out.surface is Surface.PRIVATE


@pytest.mark.skipif(ON_POSTGRES, reason="looks at SQLite's files")
async def test_what_lay_open_or_under_an_older_key_is_sealed_anew(tmp_path: Path) -> None:
    async with road(tmp_path, assistant=FakeAssistant(knowing)) as there:
        case_id = await talk(there)
    assert any(MAIL.encode() in content for content in files_of(tmp_path).values())
    engine = create_engine(url_in(tmp_path))
    for written in (OLD, f"{NEW},{OLD}"):
        ring = Ring.of(written)
        assert ring is not None
        vault.open_with(ring, Detector(BrandFormats(order_patterns=(r"\b1\d{5}\b",))))
        changed: dict[str, int] = {}
        reseal.seal_all(engine, ring, utc_now(), changed.__setitem__)
        assert changed["outbox.payload"] > 0
    engine.dispose()
    assert_nothing_clear(tmp_path)
    async with road(tmp_path, assistant=FakeAssistant(knowing), aside_vault_key=NEW) as there:
        case = await there.database.read(lambda conn: cases.get(conn, case_id))
        assert case.dialogue is not None
        assert case.dialogue["slots"] == {"order_number": ORDER, "email": MAIL}
        kept = await there.database.read(lambda conn: vault.of_case(conn, case_id))
        assert any(MAIL in each.text for each in kept.values())


def test_setup_writes_a_key_once_that_only_its_owner_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / ".env"
    file.write_text("ASIDE_PORT=8081")
    monkeypatch.setattr(setting_up, "_ENV_FILE", file)
    monkeypatch.setattr(setting_up, "train", lambda _: 0)
    monkeypatch.delenv("ASIDE_VAULT_KEY", raising=False)
    settings = Settings(_env_file=None, aside_home=tmp_path, aside_bot_token="known")
    setting_up.set_up(settings)
    first, line = file.read_text().splitlines()
    assert first == "ASIDE_PORT=8081"
    name, _, key = line.partition("=")
    assert name == "ASIDE_VAULT_KEY"
    assert Ring.of(key) is not None
    assert file.stat().st_mode & 0o077 == 0
    setting_up.set_up(Settings(_env_file=None, aside_home=tmp_path, aside_bot_token="known", aside_vault_key=key))
    assert file.read_text().splitlines() == [first, line]
