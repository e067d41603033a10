"""A case: one matter of one customer, with its states, its owner and the moves between them.

    BOT --handoff--> QUEUED --claim--> ACTIVE <-> WAITING_CUSTOMER | ON_HOLD
     ^                 ^                 |
     |                 +---- transfer ---+
     +---- hand back --------------------+---- resolve ----> RESOLVED --customer writes--> BOT
                                                             RESOLVED --reopen----------> QUEUED

`epoch` rises at every change of owner. Whoever acts carries the epoch under which they decided; the store refuses an
older one in the transaction that records the effect.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final

import msgspec


class CaseState(StrEnum):
    """Where a case stands."""

    BOT = "bot"
    """The assistant answers."""
    QUEUED = "queued"
    """Waits for a person; the assistant is silent."""
    ACTIVE = "active"
    """A person has it."""
    WAITING_CUSTOMER = "waiting_customer"
    """A person has answered and waits for the customer."""
    ON_HOLD = "on_hold"
    """A person has promised to come back by the due time."""
    RESOLVED = "resolved"
    """Closed by a person; the next message opens it again."""


class Owner(StrEnum):
    """Who may speak for us in a case."""

    BOT = "bot"
    HUMAN = "human"
    NONE = "none"
    """Nobody: it is resolved."""


class HandoffReason(StrEnum):
    """Why a case was handed to people; kept on the episode."""

    ASKED = "asked"
    FALLBACK = "fallback"
    LOOP = "loop"
    NEGATIVE = "negative"
    SENSITIVE = "sensitive"
    CRISIS = "crisis"
    FORM_FAILED = "form_failed"
    LOW_CONF_HIGH_RISK = "low_conf_high_risk"
    BOT_UNHEALTHY = "bot_unhealthy"
    UNDELIVERABLE = "undeliverable"
    TAKEOVER = "takeover"
    UNREADABLE = "unreadable"
    """What the customer wrote can be read in the platform's own app only."""
    OPTED_OUT = "opted_out"
    """The customer has asked for no automatic answers."""
    AUTOMATED = "automated"
    """A program wrote it: two of them would go on for ever."""
    NO_SHOW = "no_show"
    """The customer was asked aside and reminded, and did not come."""
    LEFT_HANGING = "left_hanging"
    """A public post that got no answer in time."""


HELD_BY_A_PERSON: Final = frozenset({CaseState.ACTIVE, CaseState.WAITING_CUSTOMER, CaseState.ON_HOLD})
"""States in which the case has an agent."""

OPEN_TO_PEOPLE: Final = HELD_BY_A_PERSON | {CaseState.QUEUED}
"""States in which people own the case."""


def owner_of(state: CaseState) -> Owner:
    """Who owns a case in this state."""
    if state is CaseState.BOT:
        return Owner.BOT
    return Owner.NONE if state is CaseState.RESOLVED else Owner.HUMAN


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A case as it is stored."""

    id: str
    customer_id: int
    state: CaseState
    agent_id: int | None
    epoch: int
    reason: str
    topic: str
    severity: int
    due_at: datetime | None
    opened_at: datetime
    last_message_at: datetime
    queued_at: datetime | None
    dialogue: dict[str, object] | None
    """The assistant's dialogue state, carried with every call; Rasa keeps nothing."""
    crisis_id: int | None = None
    """The crisis in which it was given to people, the latest one."""

    @property
    def owner(self) -> Owner:
        """Who may speak for us."""
        return owner_of(self.state)
