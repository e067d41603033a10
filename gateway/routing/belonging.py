"""Which case a message belongs to: by a one-use code, else by who says it.

code of a way in, in the right hands -> the case that it names | a known account -> its customer's case | a new one
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.intake.inbox import Recorded
from gateway.messages import Channel, Said, Surface
from gateway.public_thread import MoveState
from gateway.sending import outbox
from gateway.storage import cases, events, moves, people, threads

_JOIN_WAIT: Final = timedelta(seconds=15)  # for the answer that tells whom a private reply has reached


def case_of(conn: Connection, said: Said, now: datetime) -> tuple[Case, bool]:
    """The case of what is said, and whether its sender wants no automatic answers."""
    if said.code:
        joined = _join_by_code(conn, said, now)
        if joined is not None:
            return joined, people.opted_out(conn, said.channel, said.account, said.sender)
    met = people.greet(conn, said.channel, said.account, said.sender, now)
    people.lock(conn, met.customer)  # two of a customer's messages at once must not open two cases
    case = cases.current_of(conn, met.customer, now) or cases.open_case(conn, met.customer, now)
    return case, met.opted_out


def _join_by_code(conn: Connection, said: Said, now: datetime) -> Case | None:
    """The case that a good code names. A code in somebody else's hands joins nothing, and we say nothing of it.

    A code stands in public, where everybody can read it: it leads, and proves little. Where the platform knows a person
    by one id in public and in private (X, Telegram), that id must be the same. Where it does not (Facebook's link for
    who could not be written to), the code joins an account that we have never met to a case of which nothing is private
    yet; what is said there later is the newcomer's own.
    """
    move = moves.by_code(conn, said.code, now)
    if move is None:
        return None
    case = cases.get(conn, move.case_id, lock=True)
    if moves.by_code(conn, said.code, now) is None:
        return None  # somebody else was first, a moment ago
    known = people.customer_of(conn, said.channel, said.account, said.sender)
    if known == case.customer_id:
        moves.spend(conn, move, now)
        return case
    its_threads = threads.of_case(conn, case.id)
    asked_here = any(
        thread.id == move.thread_id and (thread.channel, thread.account) == (said.channel, said.account)
        for thread in its_threads
    )
    if (
        known is not None
        or not asked_here
        or people.somebody_else(conn, said.channel, said.account, said.sender, case.customer_id)
        or len(people.identities_of(conn, case.customer_id)) > 1
        or any(thread.surface is Surface.PRIVATE for thread in its_threads)
        or outbox.may_be_opening(conn, case.id)
    ):
        return None
    moves.spend(conn, move, now)
    # Whoever was first at a link that stands in public hears nothing of what is known of the customer, and nothing of
    # what they have said in public either: that may be hidden by now.
    cases.keep_dialogue(conn, case.id, None)
    for one in moves.of_case(conn, case.id, *MoveState):
        moves.bring_only(conn, one, {})
    people.link(conn, said.channel, said.account, said.sender, case.customer_id, people.UNPROVEN, now)
    events.append(conn, "identity.linked", case_id=case.id, actor="system", epoch=case.epoch, at=now, why="code")
    return cases.get(conn, case.id)


def may_be_joined_soon(conn: Connection, recorded: Recorded, said: Said, now: datetime) -> bool:
    """Whether a stranger in private may be whom a private reply reaches whose result is still on its way.

    They may answer it, or follow the link that stands in public beside it, before the platform has told who they are.
    """
    if (
        said.channel is not Channel.FACEBOOK
        or said.place.surface is not Surface.PRIVATE
        or now - recorded.received_at >= _JOIN_WAIT
        or people.customer_of(conn, said.channel, said.account, said.sender) is not None
    ):
        return False
    if not said.code:
        return outbox.opening_in_flight(conn)
    move = moves.by_code(conn, said.code, now)
    return move is not None and outbox.may_be_opening(conn, move.case_id)
