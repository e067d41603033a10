"""A person takes over."""

from typing import cast, get_args

from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import effects
from actions.understanding import understood


class Handoff(Action):
    """Ends whatever form is open, so that the case does not come back to a question from before the person."""

    def name(self) -> str:
        """See `Action`."""
        return "action_handoff"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Say nothing: the gateway announces the handoff when it has happened."""
        reason = understood(tracker).reason
        effects.handoff(dispatcher, cast(effects.Reason, reason) if reason in get_args(effects.Reason) else "sensitive")
        return [*form_left(), SlotSet("unhelped", 0), FollowupAction("action_listen")]


def form_left() -> list[EventType]:
    """Return the events that close an open form and forget its counters."""
    return [
        ActiveLoop(None),
        SlotSet("requested_slot", None),
        SlotSet("problem", None),
        SlotSet("form_failures", 0),
    ]
