"""Whom a public word is for: on X it begins with the customer's handle.

It also keeps the same answer to two customers from being one text twice, which X refuses ("You are not allowed to
create a Tweet with duplicate content", X API v2, Aug 2026).
"""

from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.messages import Channel
from gateway.storage import people


def addressed(conn: Connection, case: Case, channel: Channel, text: str) -> str:
    """The text as it is said in public."""
    if channel is not Channel.TWITTER or not text:
        return text
    handle = people.handle_of(conn, case.customer_id, channel)
    return f"@{handle} {text}" if handle else text
