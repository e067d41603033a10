"""Where a reply goes: the thread it belongs to, as the planner finds it by what each channel lets a brand do."""

from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.messages import Surface
from gateway.sending import planner
from gateway.sending.planner import Way
from gateway.storage import threads
from gateway.storage.threads import CaseThread
from handoff.errors import Invalid, NoPrivateThread, NoPublicThread


class Destination(msgspec.Struct, frozen=True, kw_only=True):
    """Where a reply goes."""

    thread: CaseThread
    opens_private: bool = False
    """The first private message to somebody who has only commented, anchored on the comment."""
    no_files: str | None = None
    """Why no files can go along, in a sentence; None where they can."""


def destination(conn: Connection, case: Case, surface: Surface, wanted: str | None, now: datetime) -> Destination:
    """The thread for a reply on a surface: the one named `wanted`, else the latest. Call it where one may write.

    Raises `NoPublicThread`, `NoPrivateThread`, or `Invalid` where `wanted` is none of this case's.
    """
    every = [way for way in planner.ways(conn, case, now) if way.surface is surface]
    ways = every if wanted is None else [way for way in every if way.thread.native_id == wanted]
    if wanted is not None and not ways:
        there = next((thread for thread in threads.of_case(conn, case.id) if thread.native_id == wanted), None)
        if there is None:
            raise Invalid("This case has no such thread.")
        # A private answer to what was said in public goes to where that talk goes on in private.
        ways = [way for way in every if way.thread.channel is there.channel] if surface is Surface.PRIVATE else []
    way = next((way for way in ways if way.window.can_send), None)
    if way is None:
        why = ways[0].window.why if ways else None
        raise NoPublicThread(why) if surface is Surface.PUBLIC else NoPrivateThread(why)
    no_files = None if way.window.files else way.window.why or "No files can go along there."
    if way.started is None:
        return Destination(thread=way.thread, opens_private=way.opens_private, no_files=no_files)
    return Destination(thread=_joined(conn, case, way, way.started), no_files=no_files)


def _joined(conn: Connection, case: Case, way: Way, started: int) -> CaseThread:
    """The chat that the customer began in an earlier case, as one of this case's."""
    threads.join(conn, case.id, started, threads.native_id_of(conn, started), way.thread.last_at)
    return next(thread for thread in threads.of_case(conn, case.id) if thread.id == started)
