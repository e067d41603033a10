"""Runs one action the way rasa-sdk does, without a server."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions.shop import DemoShop

#: A Saturday.
TODAY = date(2026, 11, 21)
#: Our actions ask the shop, never the domain.
EMPTY = DomainDict(intents=[], entities=[], slots={}, responses={}, actions=[], forms={})


def shop() -> DemoShop:
    """Return the demo shop on a fixed day."""
    return DemoShop.from_file(today=lambda: TODAY)


@dataclass
class Played:
    """What an action said, asked for and set."""

    responses: list[str]
    filled: list[dict[str, Any]]
    effects: list[dict[str, Any]]
    slots: dict[str, Any]
    events: list[dict[str, Any]]
    buttons: list[dict[str, str]]


def heard(intent: str, text: str = "", **metadata: Any) -> dict[str, Any]:
    """Return the customer's message as the channel puts it into the tracker."""
    entities = metadata.pop("entities", {})
    return {
        "intent": {"name": intent},
        "text": text,
        "entities": [{"entity": name, "value": value} for name, value in entities.items()],
        "metadata": {"kind": "matters", "surface": "private", "reason": "sensitive", "suggestions": [], **metadata},
    }


async def play(
    action: Action,
    message: dict[str, Any],
    slots: dict[str, Any] | None = None,
    candidates: dict[str, Any] | None = None,
    events_before: list[dict[str, Any]] | None = None,
) -> Played:
    """Run `action` after `message`; `candidates` are slots that a form has just extracted."""
    events: list[dict[str, Any]] = [{"event": "user"}, *(events_before or [])]
    events += [{"event": "slot", "name": name, "value": value} for name, value in (candidates or {}).items()]
    known = {**(slots or {}), **(candidates or {})}
    tracker = Tracker("case-1", known, message, events, False, None, {}, "action_listen")
    dispatcher = CollectingDispatcher()
    returned = await action.run(dispatcher, tracker, EMPTY)
    return Played(
        responses=[sent["response"] for sent in dispatcher.messages if sent["response"]],
        filled=dispatcher.messages,
        effects=[sent["custom"]["effect"] for sent in dispatcher.messages if sent["custom"]],
        slots={event["name"]: event["value"] for event in returned if event["event"] == "slot"},
        events=returned,
        buttons=[button for sent in dispatcher.messages for button in sent["buttons"]],
    )
