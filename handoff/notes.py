"""Notes between agents. They are written to the transcript and nowhere else: nothing here knows the outbox."""

from datetime import datetime

from sqlalchemy.engine import Connection

from gateway.messages import Author, Delivery, Surface
from gateway.storage import events, transcript
from handoff.rights import Right, access_case
from handoff.users import User


def add(conn: Connection, user: User, case_id: str, text: str, now: datetime) -> int:
    """Write a note on a case, one's own or not. Returns the message's id."""
    case = access_case(conn, user, case_id, Right.WORK_CASES)
    message_id = transcript.append_ours(
        conn,
        case.id,
        thread_id=None,
        surface=Surface.NOTE,
        author=Author.AGENT,
        agent_id=user.id,
        text=text,
        now=now,
        delivery=Delivery.NONE,
    )
    events.append(
        conn,
        "note.added",
        case_id=case.id,
        actor=user.actor,
        epoch=case.epoch,
        at=now,
        data={"message_id": message_id},
    )
    return message_id
