"""The dialogue state as versioned JSON: what the rules need to go on, and nothing that grows.

    {"version": 1,
     "slots":  {name: value},                 set slots
     "loop":   {"form": ..., "asks": ...},    the open form and the slot it asks for, or null
     "recent": [{"intent": ..., "actions": [...]}]}   the last turns; no texts

Its size has an end, whatever a customer writes: a text is cut, and of what does not fit together there stay the slots
of the open form, then what was said last. The rest is forgotten, and asked for again.

A form belongs to the private side of a case. While a public message is answered it is parked: not seen by the rules,
so that no form can ask its question in public, and put back into the next state.
"""

from __future__ import annotations

import json
from typing import Any

from rasa.shared.core.constants import (
    ACTION_EXTRACT_SLOTS,
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    DEFAULT_SLOT_NAMES,
    REQUESTED_SLOT,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, ActiveLoop, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

VERSION = 1
#: Turns kept. Rules look back over one at most; two more leave room for a trainer's.
RECENT_TURNS = 3
#: Characters kept of one slot that is a text; a description is the longest there is.
LONGEST_VALUE = 2_000
#: Bytes of all slots together, as JSON; an order with everything about it has some 500.
MOST_BYTES = 32_000
SURFACE_SLOT = "surface"

State = dict[str, Any]


def restore(state: State | None, sender: str, domain: Domain, surface: str) -> DialogueStateTracker:
    """Return the tracker that `state` describes, listening.

    What `domain` does not know (a form, an action, a slot of an older model) is left out; of a version that is not
    ours only the slots are taken.
    """
    state = state or {}
    events: list[Event] = [
        ActionExecuted(ACTION_SESSION_START_NAME),
        SessionStarted(),
        ActionExecuted(ACTION_LISTEN_NAME),
    ]
    known = {slot.name for slot in domain.slots} - DEFAULT_SLOT_NAMES
    slots = state.get("slots")
    if isinstance(slots, dict):
        events += [SlotSet(name, value) for name, value in slots.items() if name in known]
    if state.get("version") == VERSION:
        events += _recent_events(state["recent"], domain)
        if surface == "private":
            events += _loop_events(state["loop"], domain)
    events.append(SlotSet(SURFACE_SLOT, surface))
    return DialogueStateTracker.from_events(sender, events, slots=domain.slots, domain=domain)


def take(tracker: DialogueStateTracker, before: State | None, surface: str, domain: Domain) -> State:
    """Return the state after the turn that `tracker` has just gone through, starting from the state `before`."""
    turn = _latest_turn(tracker)
    loop = _loop(tracker) if surface == "private" else _parked_loop(turn, before)
    asked_for = domain.required_slots_for_form(loop["form"]) if loop and loop["form"] in domain.form_names else []
    said_now = [event.key for event in reversed(turn) if isinstance(event, SlotSet)]
    known = (before or {}).get("slots")
    latest_first = [*asked_for, *said_now, *(known if isinstance(known, dict) else [])]
    return {
        "version": VERSION,
        "slots": _what_fits(carried_slots(tracker), latest_first),
        "loop": loop,
        "recent": [*_recent(before), _summary(tracker, turn)][-RECENT_TURNS:],
    }


def carried_slots(tracker: DialogueStateTracker) -> dict[str, Any]:
    """Return the slots that are set, apart from Rasa's own and from what is said anew with each call. Texts are cut."""
    return {
        name: slot.value[:LONGEST_VALUE] if isinstance(slot.value, str) else slot.value
        for name, slot in tracker.slots.items()
        if slot.value is not None and name not in DEFAULT_SLOT_NAMES and name != SURFACE_SLOT
    }


def _what_fits(slots: dict[str, Any], first: list[str]) -> dict[str, Any]:
    """Return the slots that fit into `MOST_BYTES`: those named `first`, in that order, then the rest."""
    kept: dict[str, Any] = {}
    room = MOST_BYTES
    for name in dict.fromkeys([*(name for name in first if name in slots), *slots]):
        needed = len(json.dumps({name: slots[name]}))
        if needed <= room:
            kept[name] = slots[name]
            room -= needed
    return kept


def _recent_events(recent: list[dict[str, Any]], domain: Domain) -> list[Event]:
    events: list[Event] = []
    for turn in recent:
        if turn["intent"] not in domain.intents or not set(turn["actions"]) <= set(domain.action_names_or_texts):
            # A gap would show the rules a conversation that never took place.
            return []
        events.append(UserUttered(intent={"name": turn["intent"], "confidence": 1.0}))
        events += [ActionExecuted(name) for name in [*turn["actions"], ACTION_LISTEN_NAME]]
    return events


def _loop_events(loop: dict[str, Any] | None, domain: Domain) -> list[Event]:
    if loop is None or loop["form"] not in domain.form_names:
        return []
    return [ActiveLoop(loop["form"]), SlotSet(REQUESTED_SLOT, loop["asks"])]


def _loop(tracker: DialogueStateTracker) -> dict[str, Any] | None:
    if tracker.active_loop_name is None:
        return None
    return {"form": tracker.active_loop_name, "asks": tracker.get_slot(REQUESTED_SLOT)}


def _parked_loop(turn: list[Event], before: State | None) -> dict[str, Any] | None:
    """Return the form that was open before, unless the turn closed all forms (a person takes over)."""
    if before is None or before.get("version") != VERSION or any(isinstance(event, ActiveLoop) for event in turn):
        return None
    loop: dict[str, Any] | None = before["loop"]
    return loop


def _latest_turn(tracker: DialogueStateTracker) -> list[Event]:
    events = list(tracker.events)
    starts = [position for position, event in enumerate(events) if isinstance(event, UserUttered)]
    return events[starts[-1] :] if starts else []


def _recent(before: State | None) -> list[dict[str, Any]]:
    return before["recent"] if before is not None and before.get("version") == VERSION else []


def _summary(tracker: DialogueStateTracker, turn: list[Event]) -> dict[str, Any]:
    unseen = {ACTION_LISTEN_NAME, ACTION_EXTRACT_SLOTS}
    actions = [e.action_name for e in turn if isinstance(e, ActionExecuted) and e.action_name not in unseen]
    return {"intent": tracker.latest_message.intent["name"], "actions": actions}
