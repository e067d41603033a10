"""Refusals: why platforms did not take messages of ours, in a sentence for whoever works on the case.

failed messages -> the outbox's error -> what it means, without the platform's own diagnosis where our words say it
"""

import re
from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.messages import Delivery
from gateway.storage.tables import outbox
from gateway.storage.transcript import Message
from handoff import words

_DIAGNOSIS: Final = re.compile(r"\s(?:Facebook|X) answered \d{3}\b.*", re.DOTALL)
_LONGEST: Final = 300  # characters


def told(conn: Connection, said: Sequence[Message]) -> dict[int, str]:
    """Why each of these messages that failed was refused, by its id."""
    failed = [one.id for one in said if one.delivery is Delivery.FAILED]
    if not failed:
        return {}
    rows = conn.execute(sa.select(outbox.c.message_id, outbox.c.error).where(outbox.c.message_id.in_(failed)))
    return {message_id: words_of(error) for message_id, error in rows}


def words_of(error: str) -> str:
    """An outbox's error for an agent."""
    meaning = _DIAGNOSIS.sub("", error).strip()
    if not meaning:
        return words.DELIVERIES_AT_LENGTH[Delivery.FAILED]
    return meaning if len(meaning) <= _LONGEST else f"{meaning[:_LONGEST]}…"
