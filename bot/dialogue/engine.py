"""One turn: understand, look up the policy table, let Rasa act, hand everything back as data."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import NaturalLanguageGenerator
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints

from bot.channels.replies import Replies
from bot.dialogue.actions import ActionServer
from bot.dialogue.errors import TurnError, TurnFailedError, UnknownIntentError
from bot.dialogue.policy import FALLBACK, Decision, PolicyTable, Row
from bot.dialogue.processor import StrictProcessor
from bot.state.snapshot import carried_slots
from bot.state.tracker_store import carrying
from bot.training.manifest import Manifest

CONTRACT = 1
_USELESS = {FALLBACK, "out_of_scope"}
_DIRECTIVES: dict[Decision, str | None] = {"answer": None, "move": "action_move_aside", "person": "action_handoff"}
#: How many intents are offered when a message was not understood, and how much must speak for each.
_OFFERED = 2
_WORTH_OFFERING = 0.1
#: What the gateway says in place of files that came without words.
_WORDLESS = re.compile(r"(?:\[[a-z]+\] ?)+")
#: Rasa takes a text that begins so for a command that picks an intent and fills slots.
_COMMAND = re.compile(r"^[\s/\u200b]+")

Request = dict[str, Any]
Understanding = dict[str, Any]


class Engine:
    """A loaded model that answers turns, one at a time."""

    def __init__(self, processor: StrictProcessor, policy: PolicyTable, model_id: str) -> None:
        self._processor = processor
        self._policy = policy
        self.model_id = model_id
        self._one_at_a_time = asyncio.Lock()

    @classmethod
    def load(cls, manifest: Manifest, endpoints: AvailableEndpoints) -> Engine:
        """Load a model. Blocks for some seconds.

        Raises:
            ManifestError: the model's file is not the one that was trained.
        """
        manifest.verify()
        store = TrackerStore.create(endpoints.tracker_store)
        responses = NaturalLanguageGenerator.create(endpoints.nlg, None)
        processor = StrictProcessor(
            model_path=manifest.model_path,
            tracker_store=store,
            lock_store=InMemoryLockStore(),
            generator=responses,
            action_endpoint=ActionServer(endpoints.action.url, **endpoints.action.kwargs),
        )
        store.domain = processor.domain
        responses.responses = processor.domain.responses
        return cls(processor, PolicyTable.parse(manifest.policy), manifest.name)

    async def turn(self, request: Request) -> dict[str, Any]:
        """Answer a request that fits the contract's schema.

        Raises:
            UnknownIntentError: the request chooses an intent that this model does not have.
            ActionServerError: the action server failed.
            TurnFailedError: anything else went wrong, or there was nothing to say.
        """
        async with self._one_at_a_time:
            try:
                return await self._turn(request)
            except TurnError:
                raise
            except Exception as error:
                raise TurnFailedError(f"The engine raised {type(error).__name__}.") from error

    async def _turn(self, request: Request) -> dict[str, Any]:
        understanding = await self._understand(request)
        intent = understanding["intent"]["name"]
        row = self._policy.row(intent, request["channel"])
        decision = self._policy.decide(intent, request["surface"], request["findings"], request["channel"])
        output = Replies(request["channel"])
        message = UserMessage(
            text=understanding["text"],
            output_channel=output,
            sender_id=request["sender"],
            parse_data=understanding,
            input_channel=request["channel"],
            message_id=request["message_id"],
            metadata=self._metadata(row, request["surface"], understanding),
        )
        with carrying(request["state"], request["surface"]) as carried:
            tracker = await self._processor.handle_turn(message, _DIRECTIVES[decision], intent not in _USELESS)
        if not output.replies and not output.effects:
            raise TurnFailedError(f"Nothing was said to the intent {intent}.")
        slots = carried_slots(tracker)
        return {
            "contract": CONTRACT,
            "message_id": request["message_id"],
            "model_id": self.model_id,
            "intent": _named(understanding["intent"]),
            "intent_ranking": [_named(ranked) for ranked in understanding["intent_ranking"]],
            "entities": understanding["entities"],
            "policy": decision,
            "replies": output.replies,
            "effects": [*output.effects, *_label(row, slots)],
            "slots": slots,
            "state": carried.after,
        }

    async def _understand(self, request: Request) -> Understanding:
        if request["intent"] is not None:
            return self._chosen(request["intent"], request["text"])
        text = _COMMAND.sub("", request["text"] or "").strip()
        if not _WORDLESS.sub("", text):
            # A picture, a sticker, a lone slash: there is nothing to understand, and nothing to break the model with.
            fallback = {"name": FALLBACK, "confidence": 1.0}
            return {"text": text, "intent": fallback, "intent_ranking": [fallback], "entities": []}
        parsed = await self._processor.parse_message(UserMessage(text))
        return {
            "text": text,
            "intent": parsed["intent"],
            "intent_ranking": parsed["intent_ranking"],
            "entities": [
                {key: entity[key] for key in ("entity", "value", "start", "end")} for entity in parsed["entities"]
            ],
        }

    def _chosen(self, choice: dict[str, Any], text: str | None) -> Understanding:
        if choice["name"] not in self._policy:
            raise UnknownIntentError(f"The intent {choice['name']} is not one of this model's.")
        intent = {"name": choice["name"], "confidence": 1.0}
        entities = [
            {"entity": name, "value": value, "start": None, "end": None}
            for name, value in choice["entities"].items()
            if name in self._processor.domain.entities
        ]
        return {"text": text or "", "intent": intent, "intent_ranking": [intent], "entities": entities}

    def _metadata(self, row: Row, surface: str, understanding: Understanding) -> dict[str, Any]:
        """Return what the actions are told about the message; read by `actions/understanding.py`."""
        likely = [one["name"] for one in understanding["intent_ranking"] if one["confidence"] >= _WORTH_OFFERING]
        # A person is on offer anyway.
        offered = [other for other in map(self._policy.row, likely) if other.title and other.kind != "people"][
            :_OFFERED
        ]
        return {
            "kind": row.kind,
            "surface": surface,
            "reason": row.reason,
            "suggestions": [{"intent": other.intent, "title": other.title} for other in offered],
        }


def _named(intent: dict[str, Any]) -> dict[str, Any]:
    return {"name": intent["name"], "confidence": min(1.0, float(intent["confidence"]))}


def _label(row: Row, slots: dict[str, Any]) -> list[dict[str, str]]:
    """Return the label for the case's topic.

    A question in passing does not rename a case that is about a matter, and "a person, please" is no topic.
    """
    named = row.kind == "matters" or (row.kind == "people" and row.reason != "asked")
    if named or (row.kind == "questions" and not slots.get("topic")):
        return [{"type": "label", "name": row.intent}]
    return []
