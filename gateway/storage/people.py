"""Customers and their identities: a person, and that person's accounts on the channels."""

from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Channel, Sender
from gateway.storage.statements import Row, Statement, given, inserting
from gateway.storage.tables import cases, customers, identities

_KNOWN: Final = Statement(
    sa.select(*identities.c["customer_id", "name", "handle", "opted_out_at"]).where(
        identities.c.channel == given(identities.c.channel),
        identities.c.account == given(identities.c.account),
        identities.c.scope == given(identities.c.scope),
        identities.c.native_id == given(identities.c.native_id),
    )
)


def _known(conn: Connection, channel: Channel, account: str, sender: Sender) -> Row | None:
    return _KNOWN.one(conn, channel=channel.value, account=account, scope=sender.scope, native_id=sender.native_id)


def customer_of(conn: Connection, channel: Channel, account: str, sender: Sender) -> int | None:
    """The customer behind an account, if we have met before."""
    known = _known(conn, channel, account, sender)
    return None if known is None else int(known.customer_id)


_NEW: Final = Statement(inserting(customers, "name", "created_at").returning(customers.c.id))
_ADD: Final = Statement(
    inserting(
        identities, "customer_id", "channel", "account", "scope", "native_id", "name", "handle", "linked_by",
        "created_at",
    )
)  # fmt: skip


def opted_out(conn: Connection, channel: Channel, account: str, sender: Sender) -> bool:
    """Whether the person behind an account wants no automatic answers on the channel."""
    known = _known(conn, channel, account, sender)
    return known is not None and known.opted_out_at is not None


def has_opted_out(conn: Connection, customer: int, channel: Channel, account: str) -> bool:
    """Whether a customer wants no automatic answers on a channel."""
    theirs = identities.c.customer_id == customer, identities.c.opted_out_at.is_not(None)
    there = identities.c.channel == channel, identities.c.account == account
    return conn.execute(sa.select(identities.c.id).where(*theirs, *there).limit(1)).first() is not None


def opt_out(conn: Connection, channel: Channel, account: str, sender: Sender, at: datetime | None) -> None:
    """Note since when they want no automatic answers; None: that they do."""
    conn.execute(identities.update().where(*_is(channel, account, sender)).values(opted_out_at=at))


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """Whom we hear from."""

    customer: int
    opted_out: bool
    """Whether they want no automatic answers on this channel."""


def meet(conn: Connection, channel: Channel, account: str, sender: Sender, at: datetime) -> int:
    """The customer behind an account; a new one at the first contact."""
    return greet(conn, channel, account, sender, at).customer


def greet(conn: Connection, channel: Channel, account: str, sender: Sender, at: datetime) -> Met:
    """The customer behind an account, with what is to be known of them; a new one at the first contact."""
    known = _known(conn, channel, account, sender)
    if known is not None:
        if (sender.name or known.name, sender.handle or known.handle) != (known.name, known.handle):
            _refresh(conn, channel, account, sender, known.customer_id)
        return Met(customer=int(known.customer_id), opted_out=known.opted_out_at is not None)
    customer = int(_NEW.scalar(conn, name=sender.name or sender.handle, created_at=at))
    _add(conn, channel, account, sender, customer, "first_contact", at)
    return Met(customer=customer, opted_out=False)


def is_nameless(conn: Connection, channel: Channel, account: str, sender: Sender) -> bool:
    """Whether we have met who has this account, and do not know what to call them."""
    customer = customer_of(conn, channel, account, sender)
    return customer is not None and not name_of(conn, customer)


def learn_name(conn: Connection, channel: Channel, account: str, sender: Sender) -> int | None:
    """Keep what the platform calls who has this account. Returns the customer; None where we have never met."""
    customer = customer_of(conn, channel, account, sender)
    if customer is not None:
        _refresh(conn, channel, account, sender, customer)
    return customer


def link(
    conn: Connection, channel: Channel, account: str, sender: Sender, customer: int, proof: str, at: datetime
) -> int | None:
    """Join an account to a customer on proof.

    An account that belonged to somebody else by our records moves with its cases; returns that former customer, so
    that the joining can be undone.
    """
    known = customer_of(conn, channel, account, sender)
    if known is None:
        _add(conn, channel, account, sender, customer, proof, at)
        return None
    if known == customer:
        conn.execute(
            identities.update()
            .where(*_is(channel, account, sender), identities.c.linked_by == UNPROVEN)
            .values(linked_by=proof)
        )
        return None
    conn.execute(
        identities.update().where(*_is(channel, account, sender)).values(customer_id=customer, linked_by=proof)
    )
    conn.execute(cases.update().where(cases.c.customer_id == known).values(customer_id=customer))
    return known


_LOCK: Final = Statement(
    sa.select(customers.c.id).where(customers.c.id == given(customers.c.id, "customer")).with_for_update(key_share=True)
)


def lock(conn: Connection, customer: int) -> None:
    """Let nobody else decide about this customer's cases until the transaction ends."""
    if conn.dialect.name != "sqlite":  # whose writers are alone anyway
        _LOCK.scalar(conn, customer=customer)


def somebody_else(conn: Connection, channel: Channel, account: str, sender: Sender, customer: int) -> bool:
    """Whether `customer` is known by another account in the same id space: then `sender` is another person."""
    others = conn.execute(
        sa.select(sa.func.count())
        .select_from(identities)
        .where(
            identities.c.customer_id == customer,
            identities.c.channel == channel,
            identities.c.account == account,
            identities.c.scope == sender.scope,
            identities.c.native_id != sender.native_id,
        )
    ).scalar_one()
    return bool(others)


def name_of(conn: Connection, customer: int) -> str:
    """What to call the customer in the desk."""
    return str(conn.execute(sa.select(customers.c.name).where(customers.c.id == customer)).scalar_one())


UNPROVEN: Final = "code"
"""The proof of an account that was first at a link which stood in public: see `gateway.storage.unproven`."""
_UNPROVEN: Final = Statement(
    sa.select(identities.c.id)
    .where(identities.c.customer_id == given(identities.c.customer_id, "customer"), identities.c.linked_by == UNPROVEN)
    .limit(1)
)


def has_unproven(conn: Connection, customer: int) -> bool:
    """Whether an account of a customer's is perhaps somebody else's."""
    return _UNPROVEN.scalar(conn, customer=customer) is not None


_HANDLE: Final = Statement(
    sa.select(identities.c.handle)
    .where(
        identities.c.customer_id == given(identities.c.customer_id),
        identities.c.channel == given(identities.c.channel),
        identities.c.handle != "",
    )
    .order_by(identities.c.id)
    .limit(1)
)


def handle_of(conn: Connection, customer: int, channel: Channel) -> str:
    """The name by which the customer is called on a channel; empty where it has none."""
    return str(_HANDLE.scalar(conn, customer_id=customer, channel=channel.value) or "")


def identities_of(conn: Connection, customer: int) -> list[dict[str, object]]:
    """The customer's accounts, oldest first."""
    rows = conn.execute(
        sa.select(
            identities.c.channel,
            identities.c.scope,
            identities.c.native_id,
            identities.c.name,
            identities.c.handle,
            identities.c.linked_by,
        )
        .where(identities.c.customer_id == customer)
        .order_by(identities.c.id)
    )
    return [{str(name): value for name, value in row._mapping.items()} for row in rows]


def _is(channel: Channel, account: str, sender: Sender) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        identities.c.channel == channel,
        identities.c.account == account,
        identities.c.scope == sender.scope,
        identities.c.native_id == sender.native_id,
    )


def _add(
    conn: Connection, channel: Channel, account: str, sender: Sender, customer: int, proof: str, at: datetime
) -> None:
    _ADD.run(
        conn,
        customer_id=customer,
        channel=channel.value,
        account=account,
        scope=sender.scope,
        native_id=sender.native_id,
        name=sender.name,
        handle=sender.handle,
        linked_by=proof,
        created_at=at,
    )


def _refresh(conn: Connection, channel: Channel, account: str, sender: Sender, customer: int) -> None:
    """People change their names; an event without a name says nothing about it."""
    changed = {key: value for key, value in (("name", sender.name), ("handle", sender.handle)) if value}
    if changed:
        conn.execute(identities.update().where(*_is(channel, account, sender)).values(**changed))
    if sender.name:
        conn.execute(
            customers.update().where(customers.c.id == customer, customers.c.name == "").values(name=sender.name)
        )
