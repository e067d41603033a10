"""When the assistant does not understand, or understands that it is no help."""

from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import effects
from actions.handoff import form_left
from actions.understanding import Understood, understood

#: So many messages in a row without help, and a person takes over.
MOST_UNHELPED = 2
_PERSON_BUTTON = {"title": "Talk to a person", "payload": "/human"}


class _Unhelpful(Action):
    """Counts; the count is cleared by the channel whenever something was understood."""

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say so the first time, hand over the second time."""
        unhelped = int(tracker.get_slot("unhelped") or 0) + 1
        if unhelped >= MOST_UNHELPED:
            effects.handoff(dispatcher, "fallback")
            return [*form_left(), SlotSet("unhelped", 0), FollowupAction("action_listen")]
        self.say(dispatcher, understood(tracker))
        return [SlotSet("unhelped", unhelped)]

    def say(self, dispatcher: CollectingDispatcher, message: Understood) -> None:
        """Say what there is to say the first time."""
        raise NotImplementedError


class Fallback(_Unhelpful):
    """Offers the two likeliest intents in private; in public, where buttons would be spam, asks for other words."""

    def name(self) -> str:
        """See `Action`."""
        return "action_fallback"

    def say(self, dispatcher: CollectingDispatcher, message: Understood) -> None:
        """See `_Unhelpful`."""
        if message.is_wordless:
            buttons = [] if message.surface == "public" else [_PERSON_BUTTON]
            dispatcher.utter_message(response="utter_attachment", buttons=buttons)
            return
        if message.surface == "public":
            dispatcher.utter_message(response="utter_fallback")
            return
        offered = [{"title": one.title, "payload": f"/{one.intent}"} for one in message.suggestions]
        response = "utter_fallback_offer" if offered else "utter_fallback"
        dispatcher.utter_message(response=response, buttons=[*offered, _PERSON_BUTTON])


class OutOfScope(_Unhelpful):
    """Is honest about what a shop's assistant is no help with."""

    def name(self) -> str:
        """See `Action`."""
        return "action_out_of_scope"

    def say(self, dispatcher: CollectingDispatcher, message: Understood) -> None:
        """See `_Unhelpful`."""
        dispatcher.utter_message(response="utter_out_of_scope")
