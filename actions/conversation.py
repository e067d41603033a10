"""Turns that change what the conversation is about."""

from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.forms import FORMS
from actions.handoff import form_left


class LeaveMatter(Action):
    """ "Never mind": closes the open form and forgets the topic. The words for it are in the rule."""

    def name(self) -> str:
        """See `Action`."""
        return "action_leave_matter"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Leave what the customer told us in place: they need not say it again should they come back to it."""
        return [*form_left(), SlotSet("topic", None)]


class TakeUp(Action):
    """An order number or address out of the blue: goes on with the last matter, or asks what it is about."""

    def name(self) -> str:
        """See `Action`."""
        return "action_take_up"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Start the form of the last matter, which knows the value already."""
        topic = tracker.get_slot("topic")
        if topic in FORMS:
            return [FollowupAction(f"{topic}_form")]
        dispatcher.utter_message(response="utter_take_up")
        return []
