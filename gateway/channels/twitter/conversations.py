"""Which conversations on X we began: only there may a reply be hidden.

what is understood of each event -> who posted a conversation's first post -> may a reply be hidden?

A conversation's id is that of its first post (X docs, fundamentals/conversation-id, Aug 2026). Kept in memory for the
newest conversations: what is not known may be ours, and X says so when it is asked.
"""

from typing import Final

from gateway.happenings import Changed, Event
from gateway.messages import Said, Surface

_KEPT: Final = 10_000


class Conversations:
    """Remembers who began the newest conversations."""

    def __init__(self) -> None:
        self._others: dict[str, None] = {}

    def note(self, event: Event) -> None:
        """Learn from what was understood of an event."""
        said = event.said if isinstance(event, Changed) else event
        if isinstance(said, Said) and said.place.surface is Surface.PUBLIC and not said.reply_to:
            # A post that answers nothing begins a conversation, and it is the customer's.
            self._others[said.place.native_id] = None
            if len(self._others) > _KEPT:
                del self._others[next(iter(self._others))]

    def may_be_ours(self, place: str, target: str) -> bool:
        """Whether a reply in this conversation may be hidden, as far as is known."""
        return not place.startswith("dm:") and target != place and place not in self._others
