"""The vault: the transcript holds what was said with a word in place of each piece of personal data; here is the rest.

    said -> detector -> masked: transcript, lists, API, packet   |   as it was said: vault, sealed, for some days
    an agent asks for it: `handoff.reveal` | the days are over: `gateway.storage.retention`

Open in each process that serves, with the detector of the brand. Where it is not, nothing is masked and nothing kept.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from gateway.errors import SettingsError, VaultLocked
from gateway.privacy.detect import Detector
from gateway.privacy.redact import with_words
from gateway.storage import seal
from gateway.storage.model import metadata
from gateway.storage.seal import Ring
from gateway.storage.statements import Statement, given, inserting
from gateway.storage.tables import inbox
from gateway.storage.vault_tables import vault

_REMEMBERED: Final = 512  # texts: what the assistant says is mostly the same
_SHORT: Final = 120  # characters
_BEFORE: Final = 2_000  # characters of what was said before
_DIGIT: Final = re.compile(r"\d|@|\w\.[a-z]{2}", re.IGNORECASE)
_LOOKED_AT: Final = 20  # of the newest events
_PLACES: Final = 16  # of a column in which is looked
_AROUND: Final = 500  # rows before and behind each
_LONGEST: Final = 2_000  # characters of a text that is remembered
_WRITTEN_BY_PEOPLE: Final = ("name", "words")  # of what comes along with a message


class Masker:
    """Puts a word in place of each piece of personal data."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._mask)

    def __call__(self, text: str, earlier: Sequence[str] = ()) -> str:
        """The text as it may lie open. `earlier`: what its author said just before; data may be spread over both."""
        if not earlier:
            return self._remembered(text) if len(text) <= _LONGEST else self._mask(text)
        across = self._detector.find_spread(earlier, text, _BEFORE, ours=True)
        return with_words(text, [*across, *self._detector.find(text, ours=True)])

    def _mask(self, text: str) -> str:
        # As if the brand had said it: what is whose need not be guessed, for what is masked can be shown.
        return with_words(text, self._detector.find(text, ours=True))


class _Process:
    """What this process masks with."""

    masker: Masker | None = None


def open_with(ring: Ring | None, detector: Detector) -> None:
    """Open the vault in this process; without a ring it stays shut."""
    seal.use(ring)
    _Process.masker = None if ring is None else Masker(detector)


def shut() -> None:
    """Seal and mask no more."""
    seal.use(None)
    _Process.masker = None


def is_open() -> bool:
    """Whether personal data is masked here."""
    return _Process.masker is not None


def check(engine: Engine, ring: Ring | None) -> None:
    """Raise `SettingsError` where some of what is stored cannot be opened with a ring.

    Looked at are the newest events, and each sealed column in some places: an older key may have sealed some of it, and
    sealing anew may have been stopped half-way.
    """
    before = seal.ring()
    seal.use(ring)
    try:
        with engine.connect() as conn:
            conn.execute(sa.select(inbox.c.body).order_by(inbox.c.id.desc()).limit(_LOOKED_AT)).all()
            for column in seal.columns(metadata):
                for query in _samples(conn, column):
                    conn.execute(query.limit(1)).all()
    except VaultLocked as error:
        raise SettingsError(error.message) from error
    finally:
        seal.use(before)


def _samples(conn: Connection, column: sa.Column[Any]) -> Iterator[sa.Select[Any]]:
    """Where in a column to look."""
    number = column.table.c.id
    holds = sa.select(column).where(column.is_not(sa.null()))
    if not isinstance(number.type, sa.Integer):
        yield holds.order_by(number)
        yield holds.order_by(number.desc())
        return
    first, last = conn.execute(sa.select(sa.func.min(number), sa.func.max(number))).one()
    for part in range(_PLACES + 1 if first is not None else 0):
        # Much is empty, which tells nothing; as much as is looked through has an end.
        start = first + (last - first) * part // _PLACES
        yield holds.where(number.between(start - _AROUND, start + _AROUND)).order_by(number)


def masked(text: str, earlier: Sequence[str] = ()) -> str:
    """The text as it may lie open; `earlier` as for a `Masker`."""
    masker = _Process.masker
    return text if masker is None or not text else masker(text, earlier)


def may_go_on(text: str) -> bool:
    """Whether a text may be the rest of a number that was begun in the message before."""
    return _Process.masker is not None and len(text) <= _SHORT and _DIGIT.search(text) is not None


def masked_things(things: Sequence[Any]) -> list[Any]:
    """What came along with a message, as it may lie open."""
    masker = _Process.masker
    if masker is None or not things:
        return list(things)
    return [
        {name: masker(value) if name in _WRITTEN_BY_PEOPLE and value else value for name, value in thing.items()}
        for thing in things
    ]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it was said."""

    text: str
    attachments: list[dict[str, Any]] = []


_KEEP: Final = Statement(inserting(vault, "case_id", "message_id", "sealed", "created_at"))
_DROP: Final = Statement(vault.delete().where(vault.c.message_id == given(vault.c.message_id)))
_GET: Final = Statement(vault.select().where(vault.c.message_id == given(vault.c.message_id)))


def keep(conn: Connection, case_id: str, message_id: int, kept: Kept, now: datetime) -> None:
    """Keep a message as it was said, in place of what is kept of it."""
    _DROP.run(conn, message_id=message_id)
    _KEEP.run(conn, case_id=case_id, message_id=message_id, sealed=msgspec.json.encode(kept), created_at=now)


def drop(conn: Connection, message_id: int) -> None:
    """Let go of what is kept of a message: it was removed."""
    _DROP.run(conn, message_id=message_id)


_OF_CASE: Final = Statement(vault.select().where(vault.c.case_id == given(vault.c.case_id)))


def of_case(conn: Connection, case_id: str) -> dict[int, Kept]:
    """A case's messages as they were said, by their ids; without those of which the transcript holds all."""
    rows = _OF_CASE.all(conn, case_id=case_id)
    return {row.message_id: msgspec.json.decode(row.sealed, type=Kept) for row in rows}


def of_messages(conn: Connection, message_ids: Sequence[int]) -> dict[int, Kept]:
    """These messages as they were said, by their ids; without those of which the transcript holds all."""
    if not message_ids:
        return {}
    rows = conn.execute(sa.select(vault.c.message_id, vault.c.sealed).where(vault.c.message_id.in_(message_ids)))
    return {row.message_id: msgspec.json.decode(row.sealed, type=Kept) for row in rows}


def get(conn: Connection, message_id: int) -> Kept | None:
    """A message as it was said; None where the transcript holds all of it, or it is gone."""
    row = _GET.one(conn, message_id=message_id)
    return None if row is None else msgspec.json.decode(row.sealed, type=Kept)
