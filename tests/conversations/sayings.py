"""What is said: by customers, from the trainers' own examples; by agents, right and wrong; and what the bot may answer.

data/nlu, bot/domain -> intent to its examples, to its answers, to its row of the policy
"""

import random
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conversations.personal import Personal, written
from tests.stack import ROOT

_ENTITY: Final = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_SLOT: Final = re.compile(r"\{\w+\}")


def _files(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text()) for path in sorted(Path(ROOT / folder).glob("*.yml"))]


@cache
def examples() -> dict[str, list[str]]:
    """Intent to what customers say who mean it; nothing that holds an entity."""
    found: dict[str, list[str]] = {}
    for file in _files("data/nlu"):
        for block in file.get("nlu", ()):
            if "intent" in block:
                lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
                found[block["intent"]] = [line for line in lines if line and not _ENTITY.search(line)]
    return found


@cache
def _policy() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "bot/domain/policy.yml").read_text())
    return told


@cache
def questions() -> list[str]:
    """Intents that are answered where they are asked, with an answer that is the same for everybody."""
    return [each for each in _policy()["questions"] if each in answers() and examples().get(each)]


@cache
def matters() -> list[str]:
    """Intents that are moved aside."""
    return [each for each in _policy()["matters"] if examples().get(each)]


@cache
def answers() -> dict[str, list[re.Pattern[str]]]:
    """Intent to what the bot says to it."""
    found: dict[str, list[re.Pattern[str]]] = {}
    for file in _files("bot/domain"):
        for name, variants in (file.get("responses") or {}).items():
            texts = [variant["text"] for variant in variants if "text" in variant]
            parts = [".+".join(re.escape(part) for part in _SLOT.split(text)) for text in texts]
            found[name.removeprefix("utter_")] = [re.compile(part, re.DOTALL) for part in parts]
    return found


def is_answer(text: str, intent: str) -> bool:
    """Whether this answers that question."""
    return any(pattern.search(text) for pattern in answers()[intent])


# --- customers ---

_ALONG: Final = (
    "{said} my {word} is {value}",
    "{said} ({word}: {value})",
    "{word} {value}. {said}",
    "{said} It's {word} {value}, thanks",
    "{said} I'm on {value} if you need my {word}",
)


def along(dice: random.Random, said: str, personal: Personal) -> str:
    """What is said, with a value in it."""
    line = dice.choice(_ALONG)
    if personal.kind in ("order_number", "tracking", "card", "iban", "birth_date") and "I'm on" in line:
        line = _ALONG[0]
    return line.format(said=said, word=personal.word, value=written(dice, personal))


# --- agents ---


@dataclass(frozen=True)
class Try:
    """What an agent tries to say in public, and why the wall should refuse it; empty where it should not."""

    text: str
    wrong: str = ""


_PRIVATE: Final = (
    "Hi {first}, I have looked into it: order {order}, {amount}, goes to {address}. It will be with you on {day}.",
    "I've refunded {amount} for {order}, {first}. We wrote to {email}, and the new one is sent to {address}.",
    "Thanks {first}. Your order {order} for {amount} was left at {address}; the confirmation went to {email}.",
)
_ECHOES: Final = (
    "All sorted, the refund of {amount} is done.",
    "Good news: order {order} is on its way!",
    "We've sent it to {address}.",
    "It went out today, the number ends in {tail}.",
    "We wrote to {email} just now.",
    "Hi {first}, we've sent it to {street}.",
    "It's {spelled}, and it ships today.",
)
_REQUESTS: Final = (
    "What's your order number?",
    "Could you tell us your email address and postcode please?",
    "Please reply with your phone number so we can call you.",
    "Can you confirm the last four digits of your card?",
    "Which address should it go to?",
    "Just need your surname and booking reference to check.",
    "Order number?",
    "May I have your date of birth to verify the account?",
    "Reply here with the name on the account and we'll have a look.",
    "Send over the tracking number and I'll chase it.",
)
_CONFIRMATIONS: Final = (
    "I can see your account, and your order has shipped.",
    "Your refund has been processed.",
    "We've cancelled your order as you asked.",
)
_HARMLESS: Final = (
    "Thanks for your patience, we have written to you in private.",
    "Sorry about that! We've sent you a private message.",
    "We're on it, and will get back to you there.",
    "Thank you for letting us know. Our stores are open until 7pm today.",
    "Glad that helped! Have a lovely day.",
    "Sorry for the wait today, our team is busier than usual.",
    "Standard delivery takes 2-4 working days.",
    "You can return anything within 30 days, in any store.",
    "Please don't post personal details here, we'll go on in private.",
    "Thanks for the kind words, we'll pass them on to the team.",
)
_MONTHS: Final = ("January", "March", "June", "September", "November")
_NAMES: Final = ("Marta", "Jonas", "Ines", "Aylin", "Pavel", "Kofi", "Sanne")
_SPELLED: Final = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Desk:
    """What an agent knows of a case, and says of it in private."""

    private: str
    knows: tuple[Personal, ...]
    tries: tuple[Try, ...]


def at_the_desk(dice: random.Random, order: Personal, address: Personal, email: Personal) -> Desk:
    """An agent's private answer, and what they then paste, reword or ask in public."""
    first = dice.choice(_NAMES)
    amount = f"£{dice.randrange(11, 980)}.{dice.randrange(10, 99)}"
    facts = {
        "first": first,
        "amount": amount,
        "order": order.value,
        "address": address.value,
        "street": address.value.partition(",")[0],
        "email": email.value,
        "tail": order.value[-4:],
        "day": f"{dice.randrange(2, 28)} {dice.choice(_MONTHS)}",
        "spelled": " ".join(_SPELLED[int(each)] for each in order.value),
    }
    private = dice.choice(_PRIVATE).format(**facts)
    said = {name for name in facts if f"{facts[name]}" in private}
    said |= {"street"} if "address" in said else set()
    said |= {"tail", "spelled"} if "order" in said else set()
    fitting = [line for line in _ECHOES if set(re.findall(r"\{(\w+)\}", line)) <= said]
    echo = dice.choice(fitting).format(**facts)
    tries = [
        Try(private, "the private answer itself"),
        Try(echo, "an echo"),
        Try(dice.choice(_REQUESTS), "a request"),
        Try(dice.choice(_CONFIRMATIONS), "a confirmation"),
        Try(dice.choice(_HARMLESS)),
    ]
    dice.shuffle(tries)
    knows = (order, address, email, Personal("amount", amount, "amount"))
    return Desk(private, tuple(each for each in knows if each.value in private), tuple(tries))
