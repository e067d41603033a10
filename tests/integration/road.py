"""The road with its real stages and a real database between a fake platform and a fake assistant."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway import app as composition
from gateway.brand import Brand
from gateway.cases import CaseState
from gateway.clock import utc_now
from gateway.happenings import Event
from gateway.intake import inbox
from gateway.lanes import Lane
from gateway.messages import Author, Channel, Place, RawEvent, Said, Sender, Surface
from gateway.privacy.brand import BrandFormats
from gateway.sending.limits import Table
from gateway.settings import Settings
from gateway.storage import lanes, transcript
from gateway.storage.database import Database
from gateway.storage.tables import INBOX_NEW, INBOX_QUEUED, cases
from gateway.storage.tables import events as events_table
from gateway.storage.tables import inbox as inbox_table
from gateway.storage.transcript import Message
from tests.factories import Ticking
from tests.fakes import FakeAssistant, FakeClock, FakePlatform, raw_of
from tests.storage import url_in, worked

_ids = count(1000)
BRAND = Brand(name="Wren & Co", formats=BrandFormats(order_patterns=(r"\b1\d{5}\b",)))


def said(
    text: str,
    *,
    by: str = "ines",
    surface: Surface = Surface.PRIVATE,
    at: datetime | None = None,
    native_id: str = "",
    code: str = "",
    choice: str = "",
    channel: Channel = Channel.TELEGRAM,
    place: str = "",
    scope: str = "account",
    order: int | None = None,
    overheard: bool = False,
) -> Said:
    """What a customer says on the fake platform."""
    number = next(_ids)
    private = surface is Surface.PRIVATE
    return Said(
        channel=channel,
        account="brand",
        native_id=native_id or f"n{number}",
        place=Place(surface=surface, native_id=place or (f"private:{by}" if private else "square")),
        sender=Sender(native_id=by, name=by.capitalize(), scope=scope),
        text=text,
        at=at or utc_now(),
        order=number if order is None else order,
        target=by if private else f"post{number}",
        code=code,
        choice=choice,
        overheard=overheard,
    )


class Road:
    """A gateway that runs, and what one wants to ask of it."""

    def __init__(
        self,
        gateway: composition.Gateway,
        database: Database,
        platform: FakePlatform,
        assistant: FakeAssistant,
        clock: FakeClock,
    ) -> None:
        self.gateway = gateway
        self.database = database
        self.platform = platform
        self.assistant = assistant
        self.clock = clock
        self.ticking = Ticking(clock())
        """For stories that are told into the database."""

    async def until_read(self, happened: Callable[[Connection], bool], longest: float = 8.0) -> None:
        """Wait until something is so in the database."""
        async with asyncio.timeout(longest):
            while not await self.database.read(happened):
                await asyncio.sleep(0.02)

    async def count_in(self, state: CaseState) -> int:
        """How many cases are in a state."""
        return sum(case["state"] == state for case in await self.cases())

    async def hear(self, *messages: Said) -> None:
        """Have customers say something."""
        raw = [RawEvent(native_id=message.native_id, payload=msgspec.json.encode(message)) for message in messages]
        await self.record(messages[0].channel, *raw)

    async def tell(self, *told: Event, supplied: bool = False) -> None:
        """Have a platform tell of something; `supplied`: because we asked for it."""
        await self.record(told[0].channel, *map(raw_of, told), supplied=supplied)  # type: ignore[union-attr]

    async def record(self, channel: Channel, *raw: RawEvent, supplied: bool = False) -> None:
        """Have events arrive, as intake records them."""

        def record(conn: Connection) -> None:
            inbox.record(conn, channel, "brand", raw, utc_now(), supplied=supplied)
            lanes.call(conn, Lane.arrivals(channel))

        await self.database.write(record)

    async def until(self, happened: Callable[[], bool], longest: float = 8.0) -> None:
        """Wait until something is so."""
        async with asyncio.timeout(longest):
            while not happened():
                await asyncio.sleep(0.02)

    async def quiet(self, seconds: float = 0.6) -> None:
        """Wait until the inbox has nothing waiting, and a little longer."""
        async with asyncio.timeout(10):
            while await self.database.read(
                lambda conn: any(
                    conn.execute(sa.select(inbox_table.c.id).where(which).limit(1)).first()
                    for which in (INBOX_NEW, INBOX_QUEUED)
                )
            ):
                await asyncio.sleep(0.02)
        await asyncio.sleep(seconds)

    async def the_case(self) -> dict[str, Any]:
        """The only case there is."""
        rows = await self.cases()
        assert len(rows) == 1, rows
        return rows[0]

    async def cases(self) -> list[dict[str, Any]]:
        return await self.database.read(
            lambda conn: [dict(row._mapping) for row in conn.execute(sa.select(cases).order_by(cases.c.id))]
        )

    async def transcript(self, case_id: str) -> list[Message]:
        return await self.database.read(lambda conn: transcript.page(conn, case_id, limit=1000))

    async def fate_of(self, told: Event) -> tuple[str, str]:
        """The status and the reason of an event."""
        return await self.fate(raw_of(told).native_id)

    async def fate(self, native_id: str) -> tuple[str, str]:
        """The status and the reason of the event of this key."""
        query = sa.select(inbox_table.c.status, inbox_table.c.reason).where(inbox_table.c.native_id == native_id)
        row = await self.database.read(lambda conn: conn.execute(query).one())
        return row.status, row.reason

    async def events(self, kind: str) -> list[dict[str, Any]]:
        """What is in the log of one kind, oldest first."""
        query = sa.select(events_table).where(events_table.c.kind == kind).order_by(events_table.c.id)
        return await self.database.read(lambda conn: [dict(row._mapping) for row in conn.execute(query)])

    async def message(self, native_id: str) -> Message:
        """The message of this id."""
        for case in await self.cases():
            for message in await self.transcript(case["id"]):
                if message.native_id == native_id:
                    return message
        raise AssertionError(f"{native_id} stands nowhere")

    async def customer_said(self, case_id: str) -> list[str]:
        return [item.text for item in await self.transcript(case_id) if item.author is Author.CUSTOMER]


@asynccontextmanager
async def road(
    folder: Path,
    *,
    assistant: FakeAssistant | None = None,
    platform: FakePlatform | None = None,
    patience: float = 1.0,
    settle_ms: int = 20,
    others: Sequence[FakePlatform] = (),
    table: Table | None = None,
    **also: object,
) -> AsyncIterator[Road]:
    """A running gateway over the database in `folder`; leaving it stops it, the database stays.

    `table`: what the platforms let out, everything where it is not given. `also`: further settings.
    """
    settings = Settings(
        aside_home=folder,
        aside_assistant_patience=patience,
        aside_settle_ms=settle_ms,
        database_url=url_in(folder),
        _env_file=None,
        **also,  # type: ignore[arg-type]
    )
    platform = platform or FakePlatform()
    assistant = assistant or FakeAssistant()
    clock = FakeClock()
    channels = {each.name: each for each in (platform, *others)}
    database, carrier = worked(settings.database, list(channels), clock)
    gateway = composition.Gateway(settings, channels, database, assistant, BRAND, clock, carrier, table or {})
    await gateway.start()
    try:
        yield Road(gateway, database, platform, assistant, clock)
    finally:
        await gateway.stop()
