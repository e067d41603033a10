"""Checks what customers fill into a form, and says what is wrong in terms that the domain has words for."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher
from rasa_sdk.interfaces import Action, Tracker
from rasa_sdk.types import DomainDict

from actions import effects, spelling
from actions.shop import Shop
from actions.understanding import Understood, understood

#: After so many useless answers in a row, a person takes over.
MOST_FAILURES = 2

#: The forms of the domain, by the intent that starts them, with what they require in the order in which it is asked.
FORMS: dict[str, tuple[str, ...]] = {
    "where_is_my_order": ("order_number",),
    "change_address": ("order_number", "email"),
    "cancel_order": ("order_number", "email"),
    "refund_status": ("order_number", "email"),
    "invoice_copy": ("order_number", "email"),
    "charged_twice": ("order_number", "email"),
    "damaged_parcel": ("order_number", "description"),
    "missing_item": ("order_number", "description"),
    "account_locked": ("email",),
}

#: How an answer is read in which the assistant has found no value.
_READ = {"order_number": spelling.order_number, "email": spelling.email}
#: Said while a value is asked for, these are attempts to give it; any other intent is a matter of its own.
_ATTEMPTS = {"inform", "nlu_fallback", "out_of_scope"}
#: And these may be the description of what is wrong with a parcel.
_DESCRIPTIONS = _ATTEMPTS | {"damaged_parcel", "missing_item", "complaint", "where_is_my_order"}
_SHORTEST_DESCRIPTION = 2  # words
#: An opening message this long has said what is wrong; asking again would be asking twice.
_TELLING_OPENING = 12  # words


@dataclass(frozen=True)
class Checked:
    """A value that may be kept, or the problem with it."""

    value: str | None
    problem: str | None = None


class FormCheck(Action):
    """Validates one form: `validate_<intent>_form`."""

    def __init__(self, intent: str, shop: Shop) -> None:
        """Check the form of `intent`, one of `FORMS`, against `shop`."""
        self._intent = intent
        self._required = FORMS[intent]
        self._shop = shop

    def name(self) -> str:
        """See `Action`."""
        return f"validate_{self._intent}_form"

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: DomainDict) -> list[EventType]:
        """Return the slots to keep or clear. No slot at all lets another rule answer, and the form asks again."""
        message = understood(tracker)
        given = self._given(tracker, message)
        if not given:
            if _interrupted(tracker, self.name().removeprefix("validate_")):
                return _reminded(tracker)
            return self._without_value(dispatcher, tracker, message)
        return await self._with_values(dispatcher, tracker, given)

    def _given(self, tracker: Tracker, message: Understood) -> dict[str, str]:
        """Return the values said in this message or known from before, of the slots this form needs."""
        candidates = {slot: value for slot, value in tracker.slots_to_validate().items() if value is not None}
        given = {slot: str(candidates[slot]) for slot in self._required if slot in candidates}
        asked = tracker.get_slot("requested_slot")
        if asked in _READ and asked not in given and (value := _READ[asked](message.text)) is not None:
            given[asked] = value
        if "description" in self._required and "description" not in given:
            description = self._description(tracker, message)
            if description:
                given["description"] = description
        return given

    def _description(self, tracker: Tracker, message: Understood) -> str | None:
        if tracker.get_slot("description"):
            return None
        words = len(message.text.split())
        if tracker.get_slot("requested_slot") == "description":
            wanted = message.intent in _DESCRIPTIONS and words >= _SHORTEST_DESCRIPTION
        else:
            wanted = message.intent == self._intent and words >= _TELLING_OPENING
        return message.text if wanted else None

    async def _with_values(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, given: dict[str, str]
    ) -> list[EventType]:
        events: list[EventType] = [SlotSet("topic", self._intent)]
        order_number = given.get("order_number") or tracker.get_slot("order_number")
        if (
            _said_before(tracker, "email")
            and "email" in given
            and await self._is_of_another(given["email"], order_number)
        ):
            # An address that was given for another order is no answer to "which e-mail" for this one.
            del given["email"]
            events.append(SlotSet("email", None))
        for slot in self._required:
            if slot not in given:
                continue
            checked = await self._check(slot, given[slot], order_number)
            events.append(SlotSet(slot, checked.value))
            if checked.problem:
                return events + self._failed(dispatcher, tracker, checked.problem)
        return [*events, SlotSet("problem", None), SlotSet("form_failures", 0)]

    def _without_value(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, message: Understood
    ) -> list[EventType]:
        asked = tracker.get_slot("requested_slot")
        begins = [SlotSet("topic", self._intent), SlotSet("problem", None)]
        if tracker.get_slot("topic") != self._intent:
            # Another form was left for this one; its failures are not held against it.
            begins.append(SlotSet("form_failures", 0))
        if message.intent in (self._intent, "affirm"):
            # The form begins, the customer insists on the matter, or says "ok" and has not looked yet.
            return begins
        if asked and message.is_wordless:
            return self._shown(dispatcher, tracker)
        attempts = _DESCRIPTIONS if asked == "description" else _ATTEMPTS
        if asked and message.intent in attempts:
            return self._failed(dispatcher, tracker, f"no_{asked}")
        return [] if asked else begins

    def _shown(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """A picture in place of an answer: say that we cannot see it; the form waits, and adds nothing."""
        events = self._failed(dispatcher, tracker, "waiting")
        if SlotSet("problem", "waiting") in events:
            dispatcher.utter_message(response="utter_attachment")
        return events

    def _failed(self, dispatcher: CollectingDispatcher, tracker: Tracker, problem: str) -> list[EventType]:
        failures = int(tracker.get_slot("form_failures") or 0) + 1
        if failures < MOST_FAILURES:
            return [SlotSet("problem", problem), SlotSet("form_failures", failures)]
        effects.handoff(dispatcher, "form_failed")
        # No slot is requested any more: that ends the form.
        return [SlotSet("problem", None), SlotSet("form_failures", 0), SlotSet("requested_slot", None)]

    async def _check(self, slot: str, value: str, order_number: str | None) -> Checked:
        if slot == "order_number":
            return await self._checked_order_number(value)
        if slot == "email":
            return await self._checked_email(value, order_number)
        return Checked(value)

    async def _is_of_another(self, email: str, order_number: str | None) -> bool:
        return bool(order_number) and (await self._checked_email(email, order_number)).problem == "other_email"

    async def _checked_order_number(self, value: str) -> Checked:
        number = re.sub(r"\D", "", value)
        order = await self._shop.order(number)
        return Checked(number) if order else Checked(None, "unknown_order")

    async def _checked_email(self, value: str, order_number: str | None) -> Checked:
        email = value.strip().lower()
        if "order_number" not in self._required:
            account = await self._shop.account(email)
            return Checked(email) if account else Checked(None, "unknown_email")
        order = await self._shop.order(order_number) if order_number else None
        if order is not None and order.email != email:
            return Checked(None, "other_email")
        return Checked(email)


def _said_before(tracker: Tracker, entity: str) -> bool:
    """Return whether a value was known before the customer's last message, which did not answer the question for it."""
    if tracker.get_slot("requested_slot") == entity:
        return False
    entities = (tracker.latest_message or {}).get("entities") or []
    return all(found.get("entity") != entity for found in entities)


def _reminded(tracker: Tracker) -> list[EventType]:
    """Ask again once. Whoever goes on with something else is not nagged: the form waits, and says nothing."""
    reminded = tracker.get_slot("problem") in ("interrupted", "waiting")
    return [SlotSet("problem", "waiting" if reminded else "interrupted")]


def _interrupted(tracker: Tracker, form: str) -> bool:
    """Return whether something else was answered since the customer's last message."""
    for event in reversed(tracker.events):
        if event["event"] == "user":
            return False
        if event["event"] == "action" and event["name"] not in (form, "action_listen"):
            return True
    return False
