"""Happened: what platforms tell of besides what customers say changes what is known of a case, each event once.

Changed, Reacted -> changes     SaidForUs -> takeover     Seen, Reached, Moved -> places
what became of it, in one word -> inbox DONE | nobody knows what it is about -> IGNORED | too early -> waits
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.engine import Connection

from gateway.happenings import Changed, Moved, Reached, Reacted, SaidForUs, Seen
from gateway.intake import changes as waiting
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus, Recorded
from gateway.messages import Said
from gateway.routing import places
from gateway.routing.changes import Changes
from gateway.routing.takeover import Takeovers
from gateway.storage import afterwards

Told = Changed | Reacted | Seen | SaidForUs | Reached | Moved

_SOON: Final = timedelta(milliseconds=500)
_UNKNOWN: Final = {
    Reacted: "reaction_to_unknown",
    Seen: "seen_of_unknown",
    Reached: "reached_by_unknown",
    Moved: "moved_unknown",
}
_NOTHING_NEW: Final = frozenset({"said_by_us", "own_echo"})


class Happened:
    """Settles what platforms tell of."""

    def __init__(self, changes: Changes, takeovers: Takeovers, *, history: timedelta) -> None:
        """`history`: how old something may be, when we ask for it ourselves, to count as going on."""
        self._changes = changes
        self._takeovers = takeovers
        self._history = history

    def settle(self, conn: Connection, recorded: Recorded, told: Told, now: datetime) -> bool:
        """Give it its effect. False to come back to it later."""
        match told:
            case Changed() | Reacted():
                return self._about_a_message(conn, recorded, told, now)
            case SaidForUs():
                word = self._takeovers.keep(conn, recorded, told, now, old=self.is_history(recorded, told.at))
                if word is None:
                    inbox.wait(conn, recorded.id, now + _SOON)
                    return False
            case Seen():
                word = places.see(conn, told, now)
            case Reached():
                word = places.reach(conn, told, now)
            case Moved():
                word = places.move(conn, told, now)
        if word is None or word in _NOTHING_NEW:
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, word or _UNKNOWN[type(told)])
        else:
            inbox.settle(conn, recorded.id, InboxStatus.DONE, word)
        return True

    def is_history(self, recorded: Recorded, at: datetime) -> bool:
        """Whether something that we asked for is too old to act upon."""
        return recorded.supplied and recorded.received_at - at > self._history

    def whole_of(self, conn: Connection, recorded: Recorded, told: Changed) -> Said | None:
        """All of an edited message that nobody had told us of: in its first wording it was not for us, say."""
        if told.said is None or recorded.about is None:
            return None  # the message may be just behind
        return told.said if afterwards.find(conn, told.channel, told.account, told.native_id) is None else None

    def overtaken(self, conn: Connection, recorded: Recorded, said: Said) -> None:
        """A message comes after its own edit, which stands in its place."""
        self._changes.keep_older(conn, said)
        inbox.settle(conn, recorded.id, InboxStatus.DONE, "edit_overtaken")
        waiting.forget_body(conn, recorded.id)

    def _about_a_message(self, conn: Connection, recorded: Recorded, told: Changed | Reacted, now: datetime) -> bool:
        if isinstance(told, Changed):
            word = self._changes.change(conn, told, now)
            unknown = "edit_of_unknown" if told.change == "edited" else f"{told.change.value}_of_unknown"
        else:
            word, unknown = self._changes.react(conn, told, now), _UNKNOWN[Reacted]
        if word is not None:
            inbox.settle(conn, recorded.id, InboxStatus.DONE, word)
            waiting.found(conn, recorded)
            if isinstance(told, Changed):
                waiting.forget_body(conn, recorded.id)
        elif recorded.about is None:
            waiting.wait_for(conn, recorded.id, told.native_id, now + _SOON)
            return False
        else:
            inbox.settle(conn, recorded.id, InboxStatus.IGNORED, unknown)
        return True
