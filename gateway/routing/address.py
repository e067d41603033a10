"""Whom a public word is for: on X it begins with the customer's handle, unless the wall refuses the handle itself.

It also keeps the same answer to two customers from being one text twice, which X refuses ("You are not allowed to
create a Tweet with duplicate content", X API v2, Aug 2026).
"""

from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.errors import WallRefusal
from gateway.messages import Author, Channel
from gateway.privacy.wall import NOTHING_TOLD, PublicText, Told, Wall
from gateway.sending import split
from gateway.storage import people


def addressed(conn: Connection, case: Case, channel: Channel, text: str) -> str:
    """The text as it is said in public."""
    if channel is not Channel.TWITTER or not text:
        return text
    handle = people.handle_of(conn, case.customer_id, channel)
    return f"@{handle} {text}" if handle else text


def in_public(
    conn: Connection,
    case: Case,
    channel: Channel,
    text: str,
    wall: Wall,
    author: Author = Author.SYSTEM,
    told: Told = NOTHING_TOLD,
) -> list[PublicText]:
    """The text as the public messages that it makes, as `split.in_public` does and with whom it is for.

    Customers choose their handles, and some look like a bank account: then the text goes out without. Raises
    `WallRefusal` where the wall refuses the text itself, which it does with none of our fixed words.
    """
    whole = addressed(conn, case, channel, text)
    try:
        return split.in_public(wall, whole, channel, author, told)
    except WallRefusal:
        if whole == text:
            raise
        return split.in_public(wall, text, channel, author, told)
