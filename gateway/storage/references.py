"""References: what identifies a transcript as it was handed over, so that nobody can change it unseen.

the reference before, if any -> its SHA-256, then every message since, by id -> the next link of the chain
"""

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Surface
from gateway.storage.tables import messages

_COVERED: Final = (
    messages.c.id,
    messages.c.author,
    messages.c.surface,
    sa.type_coerce(messages.c.said_at, sa.BigInteger),
    messages.c.said_order,
    messages.c.text,
)
"""What a reference vouches for."""


def reference(conn: Connection, case_id: str, before: Mapping[str, object] | None = None) -> dict[str, object]:
    """What identifies the whole transcript as it stands: first and last id, count, and a SHA-256 over all of it.

    The SHA-256 is a link of a chain: over that of the case's reference `before`, then over what was taken down since,
    in the order of the ids, with the platform's time of each, which is what its place follows from. So a message is
    read for one handoff only, and one that comes late and stands further up breaks no reference that was given out.
    Notes are left out: they are ours, not the story that is handed over.
    """
    # What another version gave out may not be a chain: then this begins a new one.
    known = before if before is not None and "after" in before else {}
    first, last, count, after = (known.get(name) for name in ("first_id", "last_id", "count", "sha256"))
    digest = hashlib.sha256(str(after or "").encode())
    query = (
        sa.select(*_COVERED)
        .where(messages.c.case_id == case_id, messages.c.surface != Surface.NOTE)
        .order_by(messages.c.id)
    )
    number = int(str(count or 0))
    for row in conn.execute(query if last is None else query.where(messages.c.id > last)):
        digest.update(msgspec.json.encode(list(row)))
        first, last = first or row.id, row.id
        number += 1
    return {"first_id": first, "last_id": last, "count": number, "sha256": digest.hexdigest(), "after": after}
