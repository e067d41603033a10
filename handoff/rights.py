"""Who may do what: the one place that decides, and the one function through which every case is reached."""

from enum import StrEnum
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.storage import cases
from handoff.errors import Forbidden
from handoff.users import Role, User


class Right(StrEnum):
    """What somebody may want to do."""

    SEE_CASES = "see_cases"
    WORK_CASES = "work_cases"
    """Claim, answer, note and everything that follows."""
    SEE_CLEAR = "see_clear"
    """See personal data that is masked, one by one, each time in the log of the case."""
    MIND_CHANNELS = "mind_channels"
    """See what was set aside on a channel, and have it understood once more."""
    OVERRIDE_WALL = "override_wall"
    """Say in public what the wall refuses for its wording, with a reason; never what shows or repeats personal data."""


_PEOPLE_WHO_ANSWER: Final = frozenset({Role.AGENT, Role.SUPERVISOR, Role.ADMIN})

# Trainers see no cases: what they teach from is scrubbed before it reaches them.
_RIGHTS: Final = {
    Right.SEE_CASES: _PEOPLE_WHO_ANSWER,
    Right.WORK_CASES: _PEOPLE_WHO_ANSWER,
    Right.SEE_CLEAR: _PEOPLE_WHO_ANSWER,
    Right.MIND_CHANNELS: frozenset({Role.SUPERVISOR, Role.ADMIN}),
    Right.OVERRIDE_WALL: frozenset({Role.SUPERVISOR, Role.ADMIN}),
}


def may(user: User, right: Right) -> bool:
    """Whether the user's role gives the right."""
    return user.role in _RIGHTS[right]


def require(user: User, right: Right) -> None:
    """Raise `Forbidden` unless the user has the right."""
    if not may(user, right):
        raise Forbidden


def access_case(conn: Connection, user: User, case_id: str, right: Right = Right.SEE_CASES) -> Case:
    """A case, for somebody who may. Raises `Forbidden` before it says whether there is such a case, then `NotFound`.

    Whoever is about to work on it has it alone until the transaction ends, so that of two one sees what the other did.
    """
    require(user, right)
    return cases.get(conn, case_id, lock=right is Right.WORK_CASES)
