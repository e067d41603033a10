"""What agents say: in private, and then, wrongly or rightly, in public.

facts of a case -> a private answer, from a template or by hand -> tries in public: it whole, in part, reworded, a
request, a confirmation, harmless words
"""

import random
import re
from dataclasses import dataclass
from typing import Final

from tests.conversations import shapes
from tests.conversations.asking import confirmation, harmless, request
from tests.conversations.personal import Personal


@dataclass(frozen=True)
class Try:
    """What an agent tries to say in public, and why the wall should refuse it; empty where it should not."""

    text: str
    wrong: str = ""


@dataclass(frozen=True)
class Desk:
    """What an agent knows of a case, and says of it."""

    private: str
    knows: tuple[Personal, ...]
    """What is in the private answer."""
    tries: tuple[Try, ...]


@dataclass(frozen=True)
class Facts:
    """What stands in the shop about a customer."""

    order: Personal
    address: Personal
    email: Personal
    name: Personal
    amount: Personal
    tracking: Personal
    day: str

    def by_slot(self) -> dict[str, Personal]:
        """What fills which slot of a template."""
        named = (self.order, self.address, self.email, self.name, self.amount, self.tracking)
        return dict(zip(("order", "address", "email", "name", "amount", "tracking"), named, strict=True))


_TEMPLATES: Final = (
    "Hi {first}, I have looked into it: order {order}, {amount}, goes to {address}. It will be with you on {day}.",
    "I've refunded {amount} for {order}, {first}. We wrote to {email}, and the new one is sent to {address}.",
    "Thanks {first}. Your order {order} for {amount} was left at {address}; the confirmation went to {email}.",
    "Dear {name}, your parcel {tracking} left us on {day} and is addressed to {address}.",
    "The name on the order is {name}, it cost {amount}, and the receipt is at {email}.",
    "{order} / {tracking} / {address}: the driver comes on {day}, {first}.",
)
"""Canned texts with slots, as a desk fills them in."""

_ECHOES: Final[dict[str, tuple[str, ...]]] = {
    "order": ("Good news: order {it} is on its way!", "It went out today, {it}.", "We have sorted {it} for you."),
    "address": ("We've sent it to {it}.", "Left at {it}, have a look there.", "It waits for you: {it}"),
    "email": ("We wrote to {it} just now.", "Have a look at {it}, it should be there."),
    "name": ("All done for {it}.", "{it}, we're on it!", "It's under {it}."),
    "amount": ("All sorted, {it} is on its way back.", "It comes to {it} in all.", "You get {it} back."),
    "tracking": ("You can follow it with {it}.", "{it} is moving again."),
    "day": ("It will be with you on {it}.", "{it} it is!"),
}


def _spellings(dice: random.Random, slot: str, value: str) -> str:
    """The same, reformatted."""
    digits = "".join(each for each in value if each.isdigit())
    match slot:
        case "order":
            ways = [
                value,
                f"#{value}",
                f"W-{value}",
                " ".join(value),
                f"{value[:3]} {value[3:]}",
                shapes.spelled(value),
            ]
            ways += [shapes.wide(value), f"the one ending in {value[-4:]}", f"...{value[-4:]}"]
        case "tracking":
            ways = [value, value.lower(), f"the number ending {digits[-4:]}", f"{value[:2]}-{digits}",
                    shapes.wide(value), f"{value[:2]} {digits} {value[-2:]}"]  # fmt: skip
        case "address":
            street, _, town = value.partition(", ")
            code = " ".join(town.split(" ")[-2:])
            short = street.replace("Road", "Rd").replace("Street", "St.").replace("Lane", "Ln")
            ways = [value, value.upper(), street, street.lower(), code, code.replace(" ", "").lower(), short]
            ways.append(f"{town}, {street}")
        case "email":
            ways = [value, value.upper(), shapes.aloud(value), shapes.wide(value), value.replace("@", "(at)")]
        case "name":
            first, _, last = value.partition(" ")
            ways = [value, f"Ms {last}", f"{last}, {first}", value.upper(), f"{first[0]}. {last}"]
        case "amount":
            pounds = value.removeprefix("£")
            ways = [value, f"{pounds} pounds", f"{pounds} GBP", f"GBP {pounds}", f"£ {pounds}", pounds,
                    pounds.replace(".", ",") + " pounds", shapes.wide(value)]  # fmt: skip
        case _:
            number, month = value.split(" ")
            ways = [value, f"{month} {number}", f"the {number}th of {month}", f"{number} {month[:3]}"]
    return dice.choice(ways)


def at_the_desk(dice: random.Random, facts: Facts, asked_for: Personal) -> Desk:
    """An agent's private answer, and what they then paste, reword or ask in public.

    `asked_for`: what the customer has told in private.
    """
    slots = {slot: personal.value for slot, personal in facts.by_slot().items()} | {"day": facts.day}
    template = dice.choice(_TEMPLATES)
    private = template.format(**slots, first=facts.name.value.partition(" ")[0])
    used = [slot for slot in slots if f"{{{slot}}}" in template]
    slot, other = dice.choice(used), dice.choice(used)
    part = dice.choice([piece for piece in re.split(r"(?<=[.,:;/]) ", private) if _tells(piece, slots)])
    tries = [
        Try(private, "the private answer itself"),
        Try(f"{dice.choice(('Hi!', 'Update:', 'As I said:'))} {part}", f"a part of the private answer ({part})"),
        Try(dice.choice(_ECHOES[slot]).format(it=_spellings(dice, slot, slots[slot])), f"an echo of the {slot}"),
        Try(dice.choice(_ECHOES[other]).format(it=_spellings(dice, other, slots[other])), f"an echo of the {other}"),
        Try(
            f"We'll use {shapes.shaped(dice, asked_for.kind, asked_for.value)} then.",
            f"the customer's {asked_for.kind}",
        ),
        Try(request(dice), "a request"),
        Try(request(dice), "a request"),
        Try(confirmation(dice), "a confirmation"),
        *(Try(text) for text in harmless(dice, 2)),
    ]
    dice.shuffle(tries)
    knows = tuple(personal for name, personal in facts.by_slot().items() if name in used)
    return Desk(private, (*knows, asked_for), tuple(tries))


def _tells(piece: str, slots: dict[str, str]) -> bool:
    """Whether a piece of the answer holds a fact whole."""
    return any(value in piece for value in slots.values())
