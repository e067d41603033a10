"""A public thread on its way aside: one table of states and events, for routing, which acts by it, and the desk.

    SEEN --answered where it was asked--> ANSWERED
      '--asked aside--> ACKED --our word stands--> INVITED --stale--> REMINDED --stale--> WATCHED --> CLOSED_NO_SHOW
                          '------------------------'------------------'----------------'--comes--> ARRIVED
                                                               PUBLIC_CLOSED <-- PRIVATE_RESOLVED <--'

Every open state has a due time, and what is then to be done follows from the state and some facts (`when_due`); while
people own the case, they see to it, and the thread only waits. A closed thread in which the customer speaks again, or
from which they come after all, is open again. One reminder, one offer and one closing word in a thread, for ever.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import msgspec


class MoveState(StrEnum):
    """Where a public thread of a case stands."""

    SEEN = "seen"
    """The customer has said something there, and its turn is to come."""
    ANSWERED = "answered"
    """Answered where it was asked; or a person has settled it."""
    ACKED = "acked"
    """Acknowledged, with the way in; the platform has not taken our word yet."""
    INVITED = "invited"
    """Our word stands there, with the way in."""
    REMINDED = "reminded"
    """The customer did not come, and was reminded."""
    WATCHED = "watched"
    """They still did not: a person looks."""
    ARRIVED = "arrived"
    """The customer is in private."""
    PRIVATE_RESOLVED = "private_resolved"
    """The matter has been answered in private."""
    PUBLIC_CLOSED = "public_closed"
    """And the public thread is closed, with a word where that helps."""
    CLOSED_NO_SHOW = "closed_no_show"
    """The customer never came; the thread is closed, with a word that says where to write where that helps."""


CLOSED: Final = frozenset({MoveState.ANSWERED, MoveState.PUBLIC_CLOSED, MoveState.CLOSED_NO_SHOW})
"""States in which nothing is left to be done."""

AWAITED: Final = (MoveState.ACKED, MoveState.INVITED, MoveState.REMINDED, MoveState.WATCHED)
"""States in which the customer is expected in private."""

LATE_TOO: Final = (*AWAITED, MoveState.CLOSED_NO_SHOW)
"""The same, with those who come after we had given them up: what they asked for comes along all the same."""


class Event(StrEnum):
    """What happens to a public thread."""

    HEARD = "heard"
    """The customer says something there."""
    ANSWERED = "answered"
    """We answer there."""
    INVITED = "invited"
    """We acknowledge there, with the way in."""
    TAKEN = "taken"
    """The platform has taken that word."""
    ARRIVED = "arrived"
    """The customer writes in private, on whichever channel."""
    RESOLVED = "resolved"
    """The matter is answered in private."""
    PRIVATE_FAILED = "private_failed"
    """What we say in private does not reach the customer."""
    APPROVED = "approved"
    """A person is done with the case, or wants the closing word said."""
    SETTLED = "settled"
    """A person is done with the case, and wants nothing said."""
    REMIND = "remind"
    LOOK = "look"
    GIVE_UP = "give_up"
    CLOSE = "close"
    CLOSE_SILENTLY = "close_silently"
    WAIT = "wait"


class Effect(StrEnum):
    """What is to be done along with a change of state."""

    NOTHING = "nothing"
    REMIND = "remind"
    """Remind the customer in public, with the way in."""
    HAND_OVER = "hand_over"
    """Have a person look."""
    OFFER = "offer"
    """Say in public that we could not write in private, with the way in."""
    SAY_WHERE = "say_where"
    """Close in public with a word that says where to write."""
    THANK = "thank"
    """Close in public with a word of thanks."""


class Due(StrEnum):
    """How long a state may last."""

    KEEP = "keep"
    """As long as the one before."""
    AT_ONCE = "at_once"
    ANSWER = "answer"
    REMINDER = "reminder"
    LOOK = "look"
    LAST_WORD = "last_word"
    QUIET = "quiet"
    APPROVAL = "approval"
    OWNER = "owner"


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long each `Due` is."""

    answer: timedelta = timedelta(hours=3)
    """For our first word; longer than an answer of the assistant is good for."""
    reminder: timedelta = timedelta(hours=20)
    """For the customer to come, before they are reminded."""
    look: timedelta = timedelta(hours=24)
    """After the reminder, before a person looks."""
    last_word: timedelta = timedelta(hours=48)
    """After that, before the thread is closed."""
    quiet: timedelta = timedelta(hours=72)
    """Of silence in private, after which the matter is taken for done."""
    approval: timedelta = timedelta(hours=24)
    """For a person to approve of the closing word."""
    owner: timedelta = timedelta(hours=12)
    """Between two looks while people have the case."""

    def until(self, due: Due, before: datetime | None, now: datetime) -> datetime:
        """When a state that begins now is due."""
        if due is Due.KEEP and before is not None:
            return before
        length: timedelta = getattr(self, due.value, timedelta())
        return now + length


class Rule(msgspec.Struct, frozen=True):
    """What an event does in a state."""

    to: MoveState
    due: Due | None = None
    """None: nothing is left to be done."""
    effect: Effect = Effect.NOTHING


_S, _E, _D = MoveState, Event, Due
_SEEN: Final = Rule(_S.SEEN, _D.ANSWER)
_ACKED: Final = Rule(_S.ACKED, _D.REMINDER)
_ARRIVED: Final = Rule(_S.ARRIVED, _D.QUIET)
_OFFERED: Final = Rule(_S.ACKED, _D.REMINDER, Effect.OFFER)
_ANSWERED: Final = Rule(_S.ANSWERED)
_NO_SHOW: Final = Rule(_S.CLOSED_NO_SHOW)
_CLOSED: Final = Rule(_S.PUBLIC_CLOSED)
_LOOKED_AT: Final = Rule(_S.WATCHED, _D.LAST_WORD, Effect.HAND_OVER)
_LAST_WORD: Final = Rule(_S.CLOSED_NO_SHOW, None, Effect.SAY_WHERE)


def _while_awaited(state: MoveState) -> dict[tuple[MoveState, Event], Rule]:
    return {
        (state, _E.INVITED): _ACKED,
        (state, _E.ARRIVED): _ARRIVED,
        (state, _E.APPROVED): _NO_SHOW,
        (state, _E.SETTLED): _NO_SHOW,
        (state, _E.LOOK): _LOOKED_AT,
        (state, _E.CLOSE_SILENTLY): _NO_SHOW,
        (state, _E.WAIT): Rule(state, _D.OWNER),
    }


TABLE: Final[Mapping[tuple[MoveState, Event], Rule]] = {
    (_S.SEEN, _E.HEARD): _SEEN,
    (_S.SEEN, _E.ANSWERED): _ANSWERED,
    (_S.SEEN, _E.INVITED): _ACKED,
    (_S.SEEN, _E.APPROVED): _ANSWERED,
    (_S.SEEN, _E.SETTLED): _ANSWERED,
    (_S.SEEN, _E.CLOSE_SILENTLY): _ANSWERED,
    (_S.SEEN, _E.LOOK): Rule(_S.SEEN, _D.OWNER, Effect.HAND_OVER),
    (_S.SEEN, _E.WAIT): Rule(_S.SEEN, _D.OWNER),
    (_S.ANSWERED, _E.HEARD): _SEEN,
    (_S.ANSWERED, _E.INVITED): _ACKED,
    **_while_awaited(_S.ACKED),
    (_S.ACKED, _E.TAKEN): Rule(_S.INVITED, _D.KEEP),
    **_while_awaited(_S.INVITED),
    (_S.INVITED, _E.REMIND): Rule(_S.REMINDED, _D.LOOK, Effect.REMIND),
    **_while_awaited(_S.REMINDED),
    **_while_awaited(_S.WATCHED),
    (_S.WATCHED, _E.LOOK): Rule(_S.WATCHED, _D.OWNER),
    (_S.WATCHED, _E.APPROVED): Rule(_S.WATCHED, _D.AT_ONCE),
    (_S.WATCHED, _E.GIVE_UP): _LAST_WORD,
    (_S.ARRIVED, _E.INVITED): _ACKED,
    (_S.ARRIVED, _E.RESOLVED): Rule(_S.PRIVATE_RESOLVED, _D.APPROVAL),
    (_S.ARRIVED, _E.APPROVED): Rule(_S.PRIVATE_RESOLVED, _D.AT_ONCE),
    (_S.ARRIVED, _E.SETTLED): _CLOSED,
    (_S.ARRIVED, _E.PRIVATE_FAILED): _OFFERED,
    (_S.ARRIVED, _E.CLOSE_SILENTLY): _CLOSED,
    (_S.ARRIVED, _E.WAIT): Rule(_S.ARRIVED, _D.OWNER),
    (_S.PRIVATE_RESOLVED, _E.HEARD): _SEEN,
    (_S.PRIVATE_RESOLVED, _E.INVITED): _ACKED,
    (_S.PRIVATE_RESOLVED, _E.APPROVED): Rule(_S.PRIVATE_RESOLVED, _D.AT_ONCE),
    (_S.PRIVATE_RESOLVED, _E.SETTLED): _CLOSED,
    (_S.PRIVATE_RESOLVED, _E.PRIVATE_FAILED): _OFFERED,
    (_S.PRIVATE_RESOLVED, _E.CLOSE): Rule(_S.PUBLIC_CLOSED, None, Effect.THANK),
    (_S.PRIVATE_RESOLVED, _E.CLOSE_SILENTLY): _CLOSED,
    (_S.PUBLIC_CLOSED, _E.HEARD): _SEEN,
    (_S.PUBLIC_CLOSED, _E.INVITED): _ACKED,
    (_S.CLOSED_NO_SHOW, _E.HEARD): _SEEN,
    (_S.CLOSED_NO_SHOW, _E.INVITED): _ACKED,
    (_S.CLOSED_NO_SHOW, _E.ARRIVED): _ARRIVED,
}
"""What each event does in each state; where nothing stands, nothing changes."""

_ONCE: Final = {Effect.REMIND: "reminded", Effect.OFFER: "offered", Effect.SAY_WHERE: "closed", Effect.THANK: "closed"}
"""Words that are said once in a thread, with the flag that says so."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """How a public thread stands."""

    state: MoveState
    due_at: datetime | None
    reminded: bool = False
    offered: bool = False
    closed: bool = False
    """Whether a closing word was said there, ever."""
    approved: bool = False
    """Whether a person has asked for the closing word."""


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a thread."""

    standing: Standing
    effect: Effect


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be known when a thread is due."""

    people_own: bool = False
    """People have the case."""
    nobody_owns: bool = False
    """The case is resolved."""
    asks: bool = True
    """The customer's latest word there stands, and has not been answered."""
    on_its_way: bool = False
    """Our word with the way in has not gone out yet."""
    spoken_lately: bool = False
    """Somebody has said something in the case, within the patience for silence."""
    a_word_helps: bool = True
    automatic: bool = True
    """The closing word needs nobody's approval."""


def step(before: Standing, event: Event, patience: Patience, now: datetime) -> Step | None:
    """What an event does to a thread; None where it changes nothing. What is said once is not said again."""
    rule = TABLE.get((before.state, event))
    if rule is None:
        return None
    flag = _ONCE.get(rule.effect)
    if rule.effect is Effect.OFFER and before.offered:
        return None
    said_before = flag is not None and getattr(before, flag)
    after = msgspec.structs.replace(
        before,
        state=rule.to,
        due_at=None if rule.due is None else patience.until(rule.due, before.due_at, now),
        approved=event is Event.APPROVED or (before.approved and rule.to is before.state),
        **({} if flag is None else {flag: True}),
    )
    return Step(standing=after, effect=Effect.NOTHING if said_before else rule.effect)


def when_due(standing: Standing, facts: Facts) -> Event:
    """What is to happen to an open thread whose time has come."""
    state = standing.state
    if facts.people_own and state is not MoveState.PRIVATE_RESOLVED:
        return Event.WAIT  # whoever has the case sees the thread
    match state:
        case MoveState.SEEN:
            return Event.LOOK if facts.asks and not facts.nobody_owns else Event.CLOSE_SILENTLY
        case MoveState.WATCHED:
            wanted = not facts.nobody_owns or standing.approved
            return Event.GIVE_UP if wanted and facts.a_word_helps and not standing.closed else Event.CLOSE_SILENTLY
        case MoveState.ARRIVED:
            return Event.WAIT if facts.spoken_lately else Event.CLOSE_SILENTLY
        case MoveState.PRIVATE_RESOLVED:
            wanted = facts.automatic or standing.approved
            return Event.CLOSE if wanted and facts.a_word_helps and not standing.closed else Event.CLOSE_SILENTLY
    if facts.nobody_owns:
        return Event.CLOSE_SILENTLY
    if state is MoveState.ACKED and facts.on_its_way:
        return Event.WAIT
    remind = state is MoveState.INVITED and facts.a_word_helps and not standing.reminded
    return Event.REMIND if remind else Event.LOOK
