"""Rasa's message processor, without the two habits that hide failures: logging them, and stopping in mid-turn.

And without what it does for logs that nobody reads and for warnings that training has given: a sixth of a turn's rules.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rasa.core.actions.action import Action, ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.policies.policy import PolicyPrediction
from rasa.core.processor import MessageProcessor
from rasa.engine import loader
from rasa.engine.runner.interface import GraphRunner
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.storage import ModelMetadata
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecutionRejected, Event, SlotSet
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.common import TempDirectoryPath, get_temp_dir_name

from bot.dialogue.errors import TurnError, TurnFailedError
from bot.dialogue.runner import PlannedRunner


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

    @staticmethod
    def _load_model(model_path: Path | str) -> tuple[str, ModelMetadata, GraphRunner]:
        """Load it as Rasa does, to be run by our runner."""
        with TempDirectoryPath(get_temp_dir_name()) as folder:
            metadata, runner = loader.load_predict_graph_runner(
                Path(folder), Path(model_path), LocalModelStorage, PlannedRunner
            )
            return Path(model_path).name, metadata, runner

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

    def _log_action_on_tracker(
        self, tracker: DialogueStateTracker, action: Action, events: list[Event] | None, prediction: PolicyPrediction
    ) -> None:
        """Put an action and its events on the tracker. Rasa copies all of them besides, for a line at level debug."""
        events = events or []
        if not any(isinstance(event, ActionExecutionRejected) for event in events):
            tracker.update_with_events(prediction.events, self.domain)
            tracker.update(action.event_for_successful_execution(prediction))
        tracker.update_with_events(events, self.domain)

    def _check_for_unseen_features(self, parse_data: dict[str, Any]) -> None:
        """Nothing to warn of: what is not in the domain is not trained (`bot.training.validate`)."""


def _give_up(tracker: DialogueStateTracker, output_channel: OutputChannel, nlg: NaturalLanguageGenerator) -> None:
    """Called by Rasa when the rules go in circles."""
    raise TurnFailedError(f"The rules went in circles after {tracker.latest_action_name}.")
