"""The common part of all answers to a customer's own matter."""

from __future__ import annotations

from abc import abstractmethod

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import effects
from actions.forms import FORMS
from actions.shop import Order, Shop


class Matter(Action):
    """Runs when its form is done: `action_<topic>`."""

    #: The intent that the matter begins with; also the topic of the case.
    topic: str

    def __init__(self, shop: Shop) -> None:
        """Answer from `shop`."""
        self._shop = shop

    def name(self) -> str:
        """See `Action`."""
        return f"action_{self.topic}"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Answer, and say that the matter is resolved unless the answer hands it over."""
        required = FORMS.get(self.topic, ())
        known = {slot: str(value) for slot in required if (value := tracker.get_slot(slot))}
        if len(known) < len(required):
            return []  # The form gave up and has handed the case over; there is nothing to add.
        if await self.answer(dispatcher, known):
            effects.resolved(dispatcher, self.topic)
        # A description belongs to one parcel; the order and the address may be asked about again.
        return [SlotSet("topic", self.topic), SlotSet("description", None)]

    @abstractmethod
    async def answer(self, dispatcher: CollectingDispatcher, known: dict[str, str]) -> bool:
        """Say what there is to say, given the form's slots; return whether that settles the matter."""


class OrderMatter(Matter):
    """A matter about one order, whose number the form has checked."""

    async def answer(self, dispatcher: CollectingDispatcher, known: dict[str, str]) -> bool:
        """See `Matter`."""
        order = await self._shop.order(known["order_number"])
        if order is None:
            # It was there when the form checked it. A person finds out; a guess would be worse.
            effects.handoff(dispatcher, "sensitive")
            return False
        return self.answer_for(dispatcher, order)

    @abstractmethod
    def answer_for(self, dispatcher: CollectingDispatcher, order: Order) -> bool:
        """Say what there is to say about `order`; return whether that settles the matter."""
