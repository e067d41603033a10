"""Private words: what a customer has been told and has told us, for the wall, which lets none of it be said in public.

messages of their cases as they were said, slots -> `Told`
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Surface
from gateway.privacy.repeats import Told
from gateway.storage import vault
from gateway.storage.statements import Statement, given
from gateway.storage.tables import cases, identities, messages

_LATEST: Final = 400  # messages of a case that are looked at
_EARLIER: Final = 20  # cases of the same customer that are looked at as well
_POSTED_WITHIN: Final = timedelta(hours=24)  # X names no time; older words of ours have been taken again
_LONGEST_SLOT: Final = 2000

_SAID: Final = Statement(
    sa.select(*messages.c["id", "surface", "author", "text", "attachments", "extras", "said_at"])
    .where(messages.c.case_id == given(messages.c.case_id), messages.c.surface != Surface.NOTE.value)
    .order_by(messages.c.id.desc())
    .limit(_LATEST)
)
_HIDING: Final = ("pending", "done")  # acts upon a message after which nobody else reads it any more
_NOT_PUBLIC: Final = "messenger"  # the scope of accounts that nobody is seen under in public
_SEEN_AS: Final = Statement(
    sa.select(identities.c.name, identities.c.handle, identities.c.scope, cases.c.customer_id)
    .join_from(cases, identities, identities.c.customer_id == cases.c.customer_id, isouter=True)
    .where(cases.c.id == given(cases.c.id, "case_id"))
)
_CASES: Final = Statement(
    sa.select(cases.c.id, cases.c.dialogue)
    .where(cases.c.customer_id == given(cases.c.customer_id))
    .order_by(cases.c.last_message_at.desc(), cases.c.id)
    .limit(_EARLIER)
)


def told(conn: Connection, case_id: str, now: datetime, *, except_message: int | None = None) -> Told:
    """What has been told in a case, and in the others of its customer.

    `except_message`: the one that is about to be said, which is no word before it.
    """
    seen = _SEEN_AS.all(conn, case_id=case_id)
    theirs = _CASES.all(conn, customer_id=seen[0].customer_id) if seen else []
    private, public, posted = _said(conn, case_id, now, except_message)
    for case in theirs:
        if case.id != case_id:
            before = _said(conn, case.id, now, except_message)
            private += before[0]
            public += before[1]
    slots = [text for case in theirs for text in _slots(dict((case.dialogue or {}).get("slots") or {}))]
    return Told(
        private=(*slots, *private),
        public=tuple(public),
        names=tuple(name for row in seen if row.scope != _NOT_PUBLIC for name in (row.name, row.handle) if name),
        posted=tuple(posted),
    )


def _said(
    conn: Connection, case_id: str, now: datetime, except_message: int | None
) -> tuple[list[str], list[str], list[str]]:
    """What was said in a case, the newest first: in private, by the customer in public, lately by us in public."""
    private: list[str] = []
    public: list[str] = []
    posted: list[str] = []
    rows = _SAID.all(conn, case_id=case_id)
    secret = {row.id for row in rows if row.surface == Surface.PRIVATE.value or _is_hidden(row.extras or {})}
    kept = vault.of_case(conn, case_id) if secret else {}
    for row in rows:
        if row.id == except_message:
            continue
        as_said = kept.get(row.id)
        text = row.text if as_said is None else as_said.text
        if row.id in secret:
            private += filter(None, (text, *_along(row.attachments if as_said is None else as_said.attachments)))
        elif row.author == Author.CUSTOMER.value:
            public.append(text)
        elif now - row.said_at < _POSTED_WITHIN:
            posted.append(text)
    return private, list(filter(None, public)), list(filter(None, posted))


def _is_hidden(extras: Mapping[str, Any]) -> bool:
    """Whether a public message is out of sight, or about to be: what it says is no more for everybody."""
    return "hidden" in extras or (extras.get("act") or {}).get("status") in _HIDING


def _along(attachments: Sequence[Mapping[str, Any]] | None) -> Iterator[str]:
    """What there is to read of what came along: a contact's name, a place, a file's name."""
    for one in attachments or ():
        for word in ("words", "name"):
            if one.get(word):
                yield str(one[word])[:_LONGEST_SLOT].replace("_", " ")


def _slots(slots: Mapping[str, object]) -> Iterator[str]:
    """What the assistant keeps, as it would be said: `name: Marta Keller`."""
    for name, value in slots.items():
        if isinstance(value, str) and not name.startswith("_"):
            yield f"{name.replace('_', ' ')}: {value[:_LONGEST_SLOT]}"
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield f"{name.replace('_', ' ')}: {value}"
