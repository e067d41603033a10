"""A tracker store that stores nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker

from bot.state import snapshot


@dataclass
class Carried:
    """The state that a call brought along, and the one that it takes away."""

    before: snapshot.State | None
    surface: str
    after: snapshot.State | None = None


_carried: ContextVar[Carried] = ContextVar("carried")


@contextmanager
def carrying(state: snapshot.State | None, surface: str) -> Iterator[Carried]:
    """Let the store serve `state` in this task until the block ends."""
    carried = Carried(state, surface)
    token = _carried.set(carried)
    try:
        yield carried
    finally:
        _carried.reset(token)


class CarriedTrackerStore(TrackerStore):
    """Named in `endpoints.yml`. Works inside `carrying` only; anywhere else `LookupError` is raised."""

    def __init__(
        self, domain: Domain | None, host: str | None = None, event_broker: EventBroker | None = None, **kwargs: Any
    ) -> None:
        """Take what Rasa passes to any store; `host` and further settings mean nothing here."""
        super().__init__(domain, event_broker, **kwargs)

    async def retrieve(self, sender_id: str) -> DialogueStateTracker:
        """Return the tracker of the state that was carried in; for a new case, one without history."""
        carried = _carried.get()
        return snapshot.restore(carried.before, sender_id, self.domain, carried.surface)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Leave the state after the turn to be carried out."""
        carried = _carried.get()
        carried.after = snapshot.take(tracker, carried.before, carried.surface, self.domain)

    async def keys(self) -> Iterable[str]:
        """Return nothing: no conversation is kept."""
        return ()
