"""Closed cases that are put in by SQL are such as the road leaves behind."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bench import seed
from bench.aside import PAGE
from gateway.clock import utc_now
from gateway.messages import Channel, Sender
from gateway.storage import cases, people, threads, transcript
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate
from gateway.storage.model import metadata
from gateway.storage.tables import inbox, outbox


@pytest.fixture
def engine(tmp_path: Path) -> sa.Engine:
    url = f"sqlite:///{tmp_path / 'seeded.db'}"
    engine = create_engine(url)
    migrate(engine)
    seed.closed_cases(url, 30)
    return engine


def test_each_case_has_all_its_rows_and_every_reference_leads_somewhere(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        counts = {
            name: conn.execute(sa.select(sa.func.count()).select_from(metadata.tables[name])).scalar_one()
            for name in ("customers", "identities", "threads", "cases", "case_threads", "messages", "inbox", "outbox")
        }
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
    assert counts == dict.fromkeys(counts, 30) | {"messages": 60}


def test_nothing_of_them_is_left_to_do(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert set(conn.execute(sa.select(inbox.c.status)).scalars()) == {"done"}
        assert set(conn.execute(sa.select(outbox.c.status)).scalars()) == {"sent"}


def test_the_transcript_can_be_read_and_the_customer_is_known_by_their_messenger_id(engine: sa.Engine) -> None:
    now = utc_now()
    with engine.begin() as conn:
        sender = Sender(native_id="6500000000000007", name="", scope="messenger")
        customer = people.meet(conn, Channel.FACEBOOK, PAGE, sender, now)
        # So long ago that their next message is another matter.
        assert cases.current_of(conn, customer, now) is None
        (case_id,) = conn.execute(
            sa.select(metadata.tables["cases"].c.id).where(metadata.tables["cases"].c.customer_id == customer)
        ).scalars()
        said = transcript.page(conn, case_id)
        assert [message.author for message in said] == ["customer", "bot"]
        assert now - said[0].at > timedelta(days=3)
        places = threads.of_case(conn, case_id)
    assert [place.native_id for place in places] == ["psid:6500000000000007"]
