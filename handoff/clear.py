"""In the clear: what was said in private, and noted among colleagues, reads as it was said for whoever works on cases.

messages -> private words and notes from the vault | of public ones, which of them hold more than is shown

Everybody could read what was said in public, so its masked parts are shown on a click alone (`handoff.reveal`): a page
of the desk that stands open, a list or an export repeats no leak.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy.engine import Connection

from gateway.messages import Surface
from gateway.storage import vault
from gateway.storage.transcript import Message


def read(conn: Connection, said: Sequence[Message]) -> tuple[list[Message], set[int]]:
    """The messages as they are shown, and the ids of those that are masked."""
    kept = vault.of_messages(conn, [one.id for one in said])
    masked = {one.id for one in said if one.id in kept and one.surface is Surface.PUBLIC}
    shown = [
        msgspec.structs.replace(one, text=kept[one.id].text) if one.id in kept and one.id not in masked else one
        for one in said
    ]
    return shown, masked
