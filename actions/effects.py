"""The effects an action may ask for. The gateway performs them together with the turn, or not at all."""

from typing import Literal

from rasa_sdk.executor import CollectingDispatcher

Reason = Literal["asked", "fallback", "sensitive", "crisis", "form_failed", "loop", "negative", "low_conf_high_risk"]


def handoff(dispatcher: CollectingDispatcher, reason: Reason) -> None:
    """Ask for a person. The gateway tells the customer, once the case is really in the queue."""
    dispatcher.utter_message(json_message={"effect": {"type": "handoff", "reason": reason}})


def move_aside(dispatcher: CollectingDispatcher, intent: str, entities: dict[str, str]) -> None:
    """Ask for the private channel, where `intent` goes on with what is already known."""
    dispatcher.utter_message(json_message={"effect": {"type": "move_aside", "intent": intent, "entities": entities}})


def resolved(dispatcher: CollectingDispatcher, topic: str) -> None:
    """Say that the matter `topic` has been answered for good."""
    dispatcher.utter_message(json_message={"effect": {"type": "resolved", "topic": topic}})
