"""Albums: what was sent in one go comes as several messages; one of them is answered, the others stand beside it.

head of the line, of an album -> words came with another one: that is answered | one was answered: beside it | its turn
picture without words in a group -> another of its album is in a case: taken in there | none after a while: not for us
"""

from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.intake.line import Waiting
from gateway.messages import Said
from gateway.storage import cases, people
from gateway.storage.tables import messages

WAITS: Final = timedelta(seconds=3)
"""How long the others of an album are waited for: Telegram delivers them one after another, in their order."""
_LOOKED_AT: Final = 50  # messages; a platform's album has ten at the most (Telegram Bot API 10.0, sendMediaGroup)


def stands_beside(conn: Connection, case_id: str, line: list[Waiting]) -> bool:
    """Whether the head of a case's line is answered with another message of its album."""
    head = line[0].said
    if not head.album:
        return False
    has_words = bool(head.text.strip())
    if not has_words and any(other.said.album == head.album and other.said.text.strip() for other in line[1:]):
        return True
    latest = (
        sa.select(messages.c.text, messages.c.extras)
        .where(
            messages.c.case_id == case_id,
            messages.c.understood.is_not(None),  # its turn was taken
            messages.c.id != line[0].message_id,
        )
        .order_by(messages.c.id.desc())
        .limit(_LOOKED_AT)
    )
    return any(
        (row.extras or {}).get("album") == head.album and (not has_words or row.text.strip())
        for row in conn.execute(latest)
    )


def is_with_us(conn: Connection, said: Said, now: datetime) -> bool:
    """Whether another one of an album stands in its sender's case."""
    customer = people.customer_of(conn, said.channel, said.account, said.sender)
    case = None if customer is None else cases.current_of(conn, customer, now)
    if case is None:
        return False
    latest = sa.select(messages.c.extras).where(messages.c.case_id == case.id)
    latest = latest.order_by(messages.c.id.desc()).limit(_LOOKED_AT)
    return any((extras or {}).get("album") == said.album for extras in conn.execute(latest).scalars())
