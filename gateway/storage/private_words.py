"""Private words: what has been told in a case, for the wall, which lets none of it be said again in public.

messages of the case as they were said, its slots -> `Told`
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Surface
from gateway.privacy.repeats import Told
from gateway.storage import vault
from gateway.storage.statements import Statement, given
from gateway.storage.tables import cases, identities, messages

_LATEST: Final = 400  # messages of a case that are looked at
_POSTED_WITHIN: Final = timedelta(hours=24)  # X names no time; older words of ours have been taken again
_LONGEST_SLOT: Final = 2000

_SAID: Final = Statement(
    sa.select(messages.c.id, messages.c.surface, messages.c.author, messages.c.text, messages.c.said_at)
    .where(messages.c.case_id == given(messages.c.case_id), messages.c.surface != Surface.NOTE.value)
    .order_by(messages.c.id.desc())
    .limit(_LATEST)
)
_SEEN_AS: Final = Statement(
    sa.select(identities.c.name, identities.c.handle, cases.c.dialogue)
    .join_from(cases, identities, identities.c.customer_id == cases.c.customer_id, isouter=True)
    .where(cases.c.id == given(cases.c.id, "case_id"))
)


def told(conn: Connection, case_id: str, now: datetime, *, except_message: int | None = None) -> Told:
    """What has been told in a case. `except_message`: the one that is about to be said, which is no word before it."""
    private: list[str] = []
    public: list[str] = []
    posted: list[str] = []
    rows = _SAID.all(conn, case_id=case_id)
    kept = vault.of_case(conn, case_id) if any(row.surface == Surface.PRIVATE.value for row in rows) else {}
    for row in rows:
        text = kept[row.id].text if row.id in kept else row.text
        if row.id == except_message or not text:
            continue
        if row.surface == Surface.PRIVATE.value:
            private.append(text)
        elif row.author == Author.CUSTOMER.value:
            public.append(text)
        elif now - row.said_at < _POSTED_WITHIN:
            posted.append(text)
    seen = _SEEN_AS.all(conn, case_id=case_id)
    slots = dict((seen[0].dialogue or {}).get("slots") or {}) if seen else {}
    return Told(
        private=(*private, *_slots(slots)),
        public=tuple(public),
        names=tuple(name for row in seen for name in (row.name, row.handle) if name),
        posted=tuple(posted),
    )


def _slots(slots: Mapping[str, object]) -> Iterator[str]:
    """What the assistant keeps, as it would be said: `name: Marta Keller`."""
    for name, value in slots.items():
        if isinstance(value, str) and not name.startswith("_"):
            yield f"{name.replace('_', ' ')}: {value[:_LONGEST_SLOT]}"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{name.replace('_', ' ')}: {value}"
