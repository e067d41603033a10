"""What was begun in public goes on in private."""

from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import effects
from actions.understanding import understood

#: Intents with an acknowledgement of their own in bot/domain/aside.yml; the others share one.
_OWN_WORDS = {"complaint", "damaged_parcel", "where_is_my_order"}


class MoveAside(Action):
    """Acknowledges in public, and takes along what the customer said so that nobody is asked twice."""

    def name(self) -> str:
        """See `Action`."""
        return "action_move_aside"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Start no form: the first question is asked in private."""
        message = understood(tracker)
        suffix = f"_{message.intent}" if message.intent in _OWN_WORDS else ""
        dispatcher.utter_message(response=f"utter_move_aside{suffix}")
        effects.move_aside(dispatcher, message.intent, message.entities)
        topic = [SlotSet("topic", message.intent)] if message.kind == "matters" else []
        return [*topic, FollowupAction("action_listen")]
