"""Trouble on demand: what a platform does to its callers on a bad day."""

import random
from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What goes wrong."""

    TOO_MANY = "429"
    """Refused by the platform's rate limit; nothing happened."""
    HTML_ERROR = "500html"
    """A 500 with a page of HTML instead of JSON, as load balancers send it; nothing happened."""
    FORBIDDEN = "403"
    """Refused for good; nothing happened."""
    RESET = "reset"
    """The connection breaks before anything happened."""
    TIMEOUT_AFTER_EFFECT = "timeout_after_effect"
    """It happened, and the answer never comes: the caller cannot know."""
    ERROR_AFTER_EFFECT = "500html_after_effect"
    """It happened, and the answer is a 500 with a page of HTML."""


AFTER_EFFECT = frozenset({Kind.TIMEOUT_AFTER_EFFECT, Kind.ERROR_AFTER_EFFECT})
"""Taken, and then the answer is lost."""


class Fault(msgspec.Struct):
    """One kind of trouble on one platform, for a share of the calls and for `count` of them."""

    platform: str
    kind: Kind
    share: float = 1.0
    count: int | None = None
    retry_after: int = 5
    """Seconds a 429 asks to wait."""
    hold: float = 30.0
    """Seconds `timeout_after_effect` stays silent before the connection closes."""


class Faults:
    """The faults that are switched on."""

    def __init__(self) -> None:
        self.active: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Switch a fault on."""
        self.active.append(fault)

    def clear(self) -> None:
        """Switch all faults off."""
        self.active.clear()

    def draw(self, platform: str) -> Fault | None:
        """The fault that strikes the next call to `platform`, if any."""
        for fault in self.active:
            if fault.platform == platform and random.random() < fault.share:
                if fault.count is not None:
                    fault.count -= 1
                    if fault.count <= 0:
                        self.active.remove(fault)
                return fault
        return None
