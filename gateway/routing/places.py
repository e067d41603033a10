"""Places: the customer has seen what we said in one, has shut us out of it or let us in again, or it has moved."""

from datetime import datetime

import msgspec
from sqlalchemy.engine import Connection

from gateway.happenings import Moved, Reached, Seen
from gateway.messages import Said, Surface
from gateway.sending import closed
from gateway.storage import events, threads


def narrowed(conn: Connection, said: Said) -> Said:
    """What is said, where it stands: in the narrower place if we know that it is one."""
    place = said.perhaps_at
    if place is None or threads.find(conn, said.channel, said.account, place.native_id) is None:
        return said
    return msgspec.structs.replace(said, place=place)


def see(conn: Connection, told: Seen, now: datetime) -> str | None:
    """The customer has seen what we said. What became of it in one word; None where nobody knows the place."""
    thread_id = threads.find(conn, told.channel, told.account, told.place.native_id)
    if thread_id is None:
        return None
    if not threads.seen(conn, thread_id, told.at):
        return "seen_before"
    _tell(conn, "thread.seen", thread_id, "customer", now, seen_at=told.at.isoformat())
    return "seen"


def reach(conn: Connection, told: Reached, now: datetime) -> str | None:
    """The customer shuts us out: what waits there fails at once, and agents are told. As `see`."""
    place = told.place
    thread_id = threads.find(conn, told.channel, told.account, place.native_id)
    if thread_id is None:
        return None
    why = "" if told.reachable else told.why or "closed"
    if not threads.close(conn, thread_id, why):
        return "reached_before"
    if why:
        closed.give_up(conn, told.channel, told.account, place.surface, place.native_id, why, now)
    words = closed.in_words(why, told.channel) if why else ""
    kind = "thread.closed" if why else "thread.opened"
    _tell(conn, kind, thread_id, "customer", now, why=words)
    return "reached" if told.reachable else "shut_out"


def move(conn: Connection, told: Moved, now: datetime) -> str | None:
    """A place has another key from now on. As `see`."""
    moved = threads.move(conn, told.channel, told.account, told.before, told.after)
    if moved is None:
        return None
    for surface in Surface.PUBLIC, Surface.PRIVATE:
        closed.move(conn, told.channel, told.account, surface, told.before, told.after)
    _tell(conn, "thread.moved", moved.thread_id, "system", now)
    return "moved"


def _tell(
    conn: Connection, kind: str, thread_id: int, actor: str, now: datetime, *, why: str = "", **data: object
) -> None:
    case_id = threads.case_in(conn, thread_id)
    if case_id is not None:
        told = {"thread_id": thread_id, **data}
        events.append(conn, kind, case_id=case_id, actor=actor, epoch=0, at=now, why=why, data=told)
