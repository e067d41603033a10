"""Rasa's message processor, without the two habits that hide failures: logging them, and stopping in mid-turn."""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker

from bot.dialogue.errors import TurnError, TurnFailedError


class Watched(Action):
    """An action that remembers the error it raised, because `MessageProcessor._run_action` only logs it."""

    def __init__(self, action: Action) -> None:
        self._action = action
        self.error: Exception | None = None

    def name(self) -> str:
        """See `Action`."""
        return self._action.name()

    def event_for_successful_execution(self, prediction: PolicyPrediction) -> Event:
        """See `Action`."""
        return self._action.event_for_successful_execution(prediction)

    async def run(
        self,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        tracker: DialogueStateTracker,
        domain: Domain,
    ) -> list[Event]:
        """See `Action`. A rejection is part of how forms work, not an error."""
        try:
            return await self._action.run(output_channel, nlg, tracker, domain)
        except ActionExecutionRejection:
            raise
        except Exception as error:
            self.error = error
            raise


class StrictProcessor(MessageProcessor):
    """Runs a turn, or raises `TurnError`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, on_circuit_break=_give_up, **kwargs)

    async def handle_turn(self, message: UserMessage, directive: str | None, understood: bool) -> DialogueStateTracker:
        """Run the turn of `message`, whose `parse_data` must be set, and return the tracker after it.

        Args:
            message: what was said.
            directive: the action that the policy table demands; None to let the rules decide.
            understood: whether the message ends a row of messages that were of no use.
        """
        tracker = await self.log_message(message, should_save_tracker=False)
        if understood:
            tracker.update(SlotSet("unhelped", 0), self.domain)
        tracker = await self.run_action_extract_slots(message.output_channel, tracker)
        if directive:
            tracker.trigger_followup_action(directive)
        await self._run_prediction_loop(message.output_channel, tracker)
        await self.save_tracker(tracker)
        return tracker

    async def _run_action(
        self,
        action: Action,
        tracker: DialogueStateTracker,
        output_channel: OutputChannel,
        nlg: NaturalLanguageGenerator,
        prediction: PolicyPrediction,
    ) -> bool:
        watched = Watched(action)
        goes_on = await super()._run_action(watched, tracker, output_channel, nlg, prediction)
        if isinstance(watched.error, TurnError):
            raise watched.error
        if watched.error is not None:
            raise TurnFailedError(f"The action {action.name()} failed.") from watched.error
        return goes_on


def _give_up(tracker: DialogueStateTracker, output_channel: OutputChannel, nlg: NaturalLanguageGenerator) -> None:
    """Called by Rasa when the rules go in circles."""
    raise TurnFailedError(f"The rules went in circles after {tracker.latest_action_name}.")
