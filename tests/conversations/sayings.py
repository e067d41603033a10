"""What customers say, from the trainers' own examples, with personal data in it; and what the bot may answer.

data/nlu, bot/domain, actions -> intent to its examples, to its answers, to its row of the policy; orders of the shop
"""

import random
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from tests.conversations.personal import Personal, draw, written
from tests.stack import ROOT

_ENTITY: Final = re.compile(r"\[(?P<text>[^\]]+)\]\((?P<name>[^)]+)\)")
_SLOT: Final = re.compile(r"\{\w+\}")


def _files(folder: str) -> list[dict[str, Any]]:
    return [yaml.safe_load(path.read_text()) for path in sorted(Path(ROOT / folder).glob("*.yml"))]


@cache
def _lines() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for file in _files("data/nlu"):
        for block in file.get("nlu", ()):
            if "intent" in block:
                lines = [line.removeprefix("- ").strip() for line in block["examples"].splitlines()]
                found[block["intent"]] = [line for line in lines if line]
    return found


@cache
def examples() -> dict[str, list[str]]:
    """Intent to what customers say who mean it; nothing that holds an entity."""
    return {intent: [line for line in lines if not _ENTITY.search(line)] for intent, lines in _lines().items()}


@cache
def filled() -> list[str]:
    """What customers say who name their order or address in the same breath, with places for them."""
    return [line for intent in matters() for line in _lines()[intent] if _ENTITY.search(line)]


@cache
def _policy() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "bot/domain/policy.yml").read_text())
    return told


@cache
def questions() -> list[str]:
    """Intents that are answered where they are asked, with an answer that is the same for everybody."""
    return [each for each in _policy()["questions"] if each in answers() and examples().get(each)]


@cache
def answered_with_details() -> list[str]:
    """Those among them that are answered in public even where the post holds personal data."""
    return [each for each in questions() if _policy()["questions"][each].get("details") == "answer"]


@cache
def matters() -> list[str]:
    """Intents that are moved aside."""
    return [each for each in _policy()["matters"] if examples().get(each)]


@cache
def for_people() -> list[str]:
    """Intents that a person sees to."""
    return [each for each in _policy()["people"] if examples().get(each)]


@cache
def talk() -> list[str]:
    """Intents of small talk."""
    return [each for each in _policy()["talk"] if examples().get(each)]


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


@cache
def email_of(order: str) -> str:
    """With which address an order of the shop was made."""
    shop = yaml.safe_load((ROOT / "actions/demo_orders.yml").read_text())
    return str(shop["orders"][order]["email"])


# --- what is said along with it ---

_ALONG: Final = (
    "{said} my {word} is {value}",
    "{said} ({word}: {value})",
    "{word} {value}. {said}",
    "{said} It's {word} {value}, thanks",
    "{said} you can have my {word}, {value}",
    "{said}\n{word}: {value}",
    "my {word} = {value}, {said}",
    "hi, {word} is {value}. {said}",
)
_OWN_WAYS: Final[dict[str, tuple[str, ...]]] = {
    "phone": ("{said} call me on {value}", "{said} I'm on {value} if you need me", "ring {value}. {said}"),
    "email": ("{said} I'm on {value} if you need my email", "{said} {value}", "{said} write to {value} please"),
    "address": ("{said} I live at {value}", "{said} it should go to {value}", "deliver to {value}. {said}"),
    "birth_date": ("{said} born {value}", "{said} DOB {value}", "{said} i was born on {value}"),
    "order_number": ("{said} {value}", "{said} #{value}", "order {value}: {said}", "{said} order no. {value}"),
    "card": ("{said} I paid with card {value}", "{said} {value} is the card"),
    "iban": ("{said} refund it to {value}", "{said} {value}"),
    "tracking": ("{said} tracking {value}", "{said} {value}"),
    "security_code": ("{said} my cvv is {value}", "{said} security code {value}", "{said} cvc: {value}"),
    "password": ("{said} my password is {value}", "{said} pw: {value}"),
    "one_time_code": ("{said} the code you sent me is {value}", "{said} my one-time code is {value}"),
    "national": ("{said} my NI number is {value}", "{said} national insurance no {value}"),
    "plate": ("{said} my reg is {value}", "{said} number plate {value}"),
    "ip": ("{said} my IP address is {value}",),
    "booking": ("{said} booking ref {value}", "{said} my booking reference is {value}"),
}


def along(dice: random.Random, said: str, personal: Personal, shape: str) -> str:
    """What is said, with a value in it as it is written."""
    own = _OWN_WAYS.get(personal.kind, ())
    line = dice.choice(own) if own and dice.random() < 0.5 else dice.choice(_ALONG)
    return line.format(said=said, word=personal.word, value=shape)


def fill(dice: random.Random, line: str) -> tuple[str, list[tuple[Personal, str]]]:
    """An example with values in its places, and the values as they are written there."""
    carried: list[tuple[Personal, str]] = []

    def put(match: re.Match[str]) -> str:
        if match["name"] not in ("order_number", "email"):
            return match["text"]
        personal = draw(dice, match["name"])
        carried.append((personal, written(dice, personal)))
        return carried[-1][1]

    return _ENTITY.sub(put, line), carried


GIBBERISH: Final = (
    "asdf qwer zxcv", "the purple of seventeen sings", "???", "lorem ipsum dolor sit amet", "🙈🙈🙈", "blorp fnord",
)  # fmt: skip
THANKS: Final = ("thanks", "thank you!", "great, cheers", "ok thx", "perfect, thank you so much")
