"""Unproven accounts: who was first at a link that stood in public, and may be somebody else than was asked aside.

joined to the customer by the code alone -> the platform tells who the customer is in private
    the same account -> proven (`people.link`)    another -> parted: a customer of its own, with no way to the case
"""

from datetime import UTC, datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel, Sender, Surface
from gateway.storage import events
from gateway.storage.people import UNPROVEN
from gateway.storage.tables import INBOX_QUEUED, case_threads, cases, customers, identities, inbox, messages, threads

_NAMELESS: Final = ""
_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


def part_others(conn: Connection, channel: Channel, account: str, proven: Sender, customer: int, now: datetime) -> None:
    """Part from a customer whoever is not `proven`; and `proven` from whomever else they were taken for.

    What they said stays where it was said, and nothing is said to them there any more. Of what the assistant knows,
    nobody can tell whose it is: it is forgotten.
    """
    on_link = (
        identities.c.channel == channel,
        identities.c.account == account,
        identities.c.scope == proven.scope,
        identities.c.linked_by == UNPROVEN,
    )
    some = sa.select(*identities.c["id", "native_id", "customer_id"]).where(*on_link)
    is_proven, is_theirs = identities.c.native_id == proven.native_id, identities.c.customer_id == customer
    # Two queries, because each has an index.
    wrong = sa.union_all(some.where(is_theirs, ~is_proven), some.where(is_proven, ~is_theirs))
    for row in conn.execute(wrong).all():
        own = conn.execute(
            customers.insert().values(name=_NAMELESS, created_at=now).returning(customers.c.id)
        ).scalar_one()
        conn.execute(
            identities.update().where(identities.c.id == row.id).values(customer_id=own, linked_by="first_contact")
        )
        _shut_out(conn, channel, account, row.native_id, row.customer_id, now)


def _shut_out(conn: Connection, channel: Channel, account: str, native_id: str, customer: int, now: datetime) -> None:
    private = sa.select(threads.c.id).where(
        threads.c.channel == channel, threads.c.account == account, threads.c.surface == Surface.PRIVATE
    )
    to_them = case_threads.c.target == native_id, case_threads.c.thread_id.in_(private)
    theirs = sa.select(cases.c.id, cases.c.epoch).where(cases.c.customer_id == customer)
    waits = (
        sa.select(inbox.c.id)
        .join_from(inbox, messages, messages.c.id == inbox.c.message_id)
        .where(INBOX_QUEUED, messages.c.thread_id == case_threads.c.thread_id)
        .exists()
    )
    for case in conn.execute(theirs).all():
        mine = case_threads.c.case_id == case.id, *to_them
        # A turn that is under way needs its thread, which is then only the last that anybody would write to.
        kept = conn.execute(case_threads.update().where(*mine, waits).values(last_at=_LONG_AGO)).rowcount
        if conn.execute(case_threads.delete().where(*mine, ~waits)).rowcount or kept:
            conn.execute(cases.update().where(cases.c.id == case.id).values(dialogue=None))
            events.append(conn, "identity.parted", case_id=case.id, actor="system", epoch=case.epoch, at=now)
