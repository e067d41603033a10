"""What a customer said in public just before: a number may be spread over two messages."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Author, Surface
from gateway.storage.statements import Statement, given
from gateway.storage.tables import messages

_MOST: Final = 3
_BEFORE: Final = Statement(
    sa.select(messages.c.text)
    .where(
        messages.c.case_id == given(messages.c.case_id),
        messages.c.id < given(messages.c.id, "message_id"),
        messages.c.author == Author.CUSTOMER.value,
        messages.c.surface == Surface.PUBLIC.value,
    )
    .order_by(messages.c.id.desc())
    .limit(_MOST)
)


def said(conn: Connection, case_id: str, message_id: int) -> list[str]:
    """The texts of the customer's last public messages in a case before one of them, the oldest first."""
    return [row.text for row in reversed(_BEFORE.all(conn, case_id=case_id, message_id=message_id))]
