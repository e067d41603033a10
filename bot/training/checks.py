"""What Rasa would only notice in mid-conversation, or say in a page of stack trace: checked before training."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.dialogue.policy import CHANNELS, FALLBACK, PolicyError, Row, overridden
from bot.training.sources import Place, Problem, Sources, place

#: A model cannot learn an intent from fewer.
FEWEST_EXAMPLES = 5
#: Characters of a public reply; X takes 280 and the customer's handle needs some of them.
LONGEST_PUBLIC_TEXT = 230

_ANNOTATION = re.compile(r"\[([^\]]+)\]\((\w+)\)")
_RESPONSE_KEYS = {"text", "buttons", "condition", "channel", "id"}


@dataclass(frozen=True)
class Domain:
    """Names that the domain's files define, with where they stand."""

    intents: dict[str, Place]
    actions: dict[str, Place]
    responses: dict[str, Place]
    forms: dict[str, Place]
    slots: dict[str, Place]

    @classmethod
    def of(cls, sources: Sources) -> Domain:
        """Collect the names."""
        kinds = ("intents", "actions", "responses", "forms", "slots")
        return cls(**{kind: dict(_names(sources, kind)) for kind in kinds})

    def can_do(self, action: str) -> bool:
        """Return whether a rule may name `action`."""
        return action in self.actions or action in self.responses or action in self.forms


@dataclass(frozen=True)
class Policy:
    """The rows that could be read, with where they stand."""

    rows: dict[str, tuple[Row, Place]]
    #: The rows that are different on a channel.
    channels: list[tuple[Row, Place]]

    def everywhere(self, intent: str) -> list[tuple[Row, Place]]:
        """Return the intent's row, and those of channels on which it is different."""
        usual = [self.rows[intent]] if intent in self.rows else []
        return usual + [found for found in self.channels if found[0].intent == intent]

    def answers_in_public(self, intent: str) -> Place | None:
        """Return where it says that `intent` is answered in public, on whichever channel."""
        return next((at for row, at in self.everywhere(intent) if row.public == "answer"), None)


def all_problems(sources: Sources, policy_file: str) -> list[Problem]:
    """Return everything wrong in the trainers' files; nothing when they may be trained.

    What is written wrongly comes first, by file and line. What is missing comes after it, because it is often the same
    mistake seen from the other side.
    """
    unreadable = sorted([*sources.problems, *_misshapen(sources, policy_file)])
    if unreadable:
        return unreadable
    domain = Domain.of(sources)
    wrong: list[Problem] = []
    policy = _policy(sources, policy_file, wrong)
    wrong += _wrong_examples(sources, domain)
    wrong += _wrong_rules(sources, domain, policy)
    wrong += _wrong_forms(sources, domain)
    wrong += _wrong_responses(sources, domain, policy)
    return sorted(wrong) + sorted(_missing(sources, domain, policy, policy_file))


def policy_table(sources: Sources, policy_file: str) -> dict[str, Any]:
    """Return the table of files without problems, as plain data for the manifest."""
    table = sources.files[policy_file]
    return {
        kind: {name: _plain(cells) for name, cells in rows.items()} for kind, rows in table.items() if rows is not None
    }


def _plain(cells: Any) -> dict[str, Any]:
    return {name: _plain(value) if isinstance(value, dict) else value for name, value in cells.items()}


def labelled_examples(sources: Sources) -> list[tuple[str, str]]:
    """Return each example's text, without annotations, with its intent."""
    blocks = [block for _, section in sources.sections("nlu") for block in section if "intent" in block]
    return [(_ANNOTATION.sub(r"\1", text), str(block["intent"])) for block in blocks for _, text in _examples(block)]


def _misshapen(sources: Sources, policy_file: str) -> Iterator[Problem]:
    """Yield the parts that are a list where names belong, or the other way round, or neither."""
    for key in ("nlu", "rules", "stories"):
        for file, section in sources.sections(key):
            if not isinstance(section, list):
                yield Place(file, 1).problem(f"what stands under {key!r} must be a list.")
                continue
            for number, item in enumerate(section):
                steps = item.get("steps", []) if isinstance(item, dict) else None
                if not isinstance(steps, list) or not all(isinstance(step, dict) for step in steps):
                    yield place(file, section, number).problem(f"this is not how an item of {key!r} is written.")
    for key in ("responses", "forms", "slots"):
        for file, section in sources.sections(key):
            if not isinstance(section, dict):
                yield Place(file, 1).problem(f"what stands under {key!r} must be names, not a list.")
    for kind, rows in sources.files.get(policy_file, {}).items():
        if not isinstance(rows, dict):
            yield Place(policy_file, 1).problem(f"the section {kind!r} must hold rows.")
    if policy_file not in sources.files and not sources.problems:
        yield Place(policy_file, 1).problem("there is no policy table.")


def _names(sources: Sources, key: str) -> Iterator[tuple[str, Place]]:
    for file, section in sources.sections(key):
        if isinstance(section, dict):
            yield from ((name, place(file, section, name)) for name in section)
        else:
            for number, item in enumerate(section):
                name = next(iter(item)) if isinstance(item, dict) else item
                yield str(name), place(file, section, number)


def _policy(sources: Sources, policy_file: str, problems: list[Problem]) -> Policy:
    rows: dict[str, tuple[Row, Place]] = {}
    table = sources.files.get(policy_file, {})
    for kind, intents in table.items():
        for intent in intents if kind != CHANNELS else ():
            at = place(policy_file, intents, intent)
            if intent in rows:
                problems.append(at.problem(f"intent {intent!r} has two rows."))
                continue
            try:
                rows[intent] = (Row.parse(intent, kind, intents[intent]), at)
            except PolicyError as error:
                problems.append(at.problem(f"{error}."))
    return Policy(rows, list(_of_channels(table.get(CHANNELS) or {}, policy_file, rows, problems)))


def _of_channels(
    table: Any, policy_file: str, rows: dict[str, tuple[Row, Place]], problems: list[Problem]
) -> Iterator[tuple[Row, Place]]:
    """Yield the rows that are different on a channel."""
    usual = {intent: row for intent, (row, _) in rows.items()}
    for channel, intents in table.items():
        if not isinstance(intents, dict):
            problems.append(place(policy_file, table, channel).problem(f"the channel {channel!r} must hold rows."))
            continue
        for intent in intents:
            at = place(policy_file, intents, intent)
            try:
                yield overridden(usual, channel, intent, intents[intent]), at
            except PolicyError as error:
                problems.append(at.problem(f"{error}."))


def _missing(sources: Sources, domain: Domain, policy: Policy, policy_file: str) -> Iterator[Problem]:
    """Yield what an intent lacks: a row, examples, a rule."""
    counts = Counter(intent for _, intent in labelled_examples(sources))
    answered = {step.get("intent") for _, steps in _steps(sources) for step in steps}
    for intent, at in domain.intents.items():
        if intent not in policy.rows:
            yield at.problem(f"the intent {intent!r} has no row in {policy_file}.")
        if counts[intent] < FEWEST_EXAMPLES:
            has = f"has {counts[intent]} examples in data/nlu"
            yield at.problem(f"the intent {intent!r} {has}; it needs {FEWEST_EXAMPLES}.")
        if intent not in answered:
            yield at.problem(f"the intent {intent!r} has no rule in data/rules.")
    for intent, (_, at) in policy.rows.items():
        if intent not in domain.intents and intent != FALLBACK:
            yield at.problem(f"the intent {intent!r} is not in the domain.")
    if FALLBACK not in policy.rows:
        yield Place(policy_file, 1).problem(
            f"there is no row for {FALLBACK!r}, which stands for what is not understood."
        )


def _wrong_examples(sources: Sources, domain: Domain) -> Iterator[Problem]:
    first_use: dict[str, tuple[str, Place]] = {}
    entities = dict(_names(sources, "entities"))
    for file, section in sources.sections("nlu"):
        for block in section:
            if "intent" not in block:
                continue
            intent, at = block["intent"], place(file, block, "intent")
            if intent not in domain.intents:
                yield at.problem(f"the intent {intent!r} is not in the domain.")
                continue
            for line, text in _examples(block):
                yield from _wrong_marks(Place(file, line), text, entities)
                said = _ANNOTATION.sub(r"\1", text).strip().casefold()
                other, where = first_use.setdefault(said, (intent, Place(file, line)))
                if other != intent:
                    yield Place(file, line).problem(
                        f"{said!r} is an example of {other!r} too ({where.file}:{where.line})."
                    )


def _wrong_marks(at: Place, text: str, entities: Collection[str]) -> Iterator[Problem]:
    """Yield marks that are not whole, which Rasa would train as words, and those of entities that there are not."""
    if set("[]") & set(_ANNOTATION.sub("", text)):
        yield at.problem(f"a mark in {text!r} is not whole: it is written [words](entity).")
    for _, entity in _ANNOTATION.findall(text):
        if entity not in entities:
            yield at.problem(f"the entity {entity!r} is not in the domain.")


def _examples(block: Any) -> Iterator[tuple[int, str]]:
    """Yield the line and text of each example of one intent."""
    if not block.get("examples"):
        return
    first_line = block.lc.key("examples")[0] + 2  # the block's text begins in the line after its key
    for offset, line in enumerate(str(block["examples"]).splitlines()):
        if line.strip().startswith("- "):
            yield first_line + offset, line.strip()[2:]


def _steps(sources: Sources) -> Iterator[tuple[str, Any]]:
    """Yield file and steps of each rule and story."""
    for key in ("rules", "stories"):
        for file, section in sources.sections(key):
            for rule in section:
                yield file, rule.get("steps") or []


def _wrong_rules(sources: Sources, domain: Domain, policy: Policy) -> Iterator[Problem]:
    for file, steps in _steps(sources):
        begins: str | None = None
        for number, step in enumerate(steps):
            at = place(file, steps, number)
            intent, action = step.get("intent"), step.get("action")
            if intent is not None:
                begins = intent
                if intent not in domain.intents and intent != FALLBACK:
                    yield at.problem(f"the intent {intent!r} is not in the domain.")
            if action is not None and not domain.can_do(action):
                kind = "response" if action.startswith("utter_") else "action or form"
                yield at.problem(f"the {kind} {action!r} is not in the domain.")
            wrong = policy.answers_in_public(begins) if action in domain.forms and begins is not None else None
            if wrong is not None:
                sentence = f"the intent {begins!r} starts a form, so it cannot be answered in public: set it to move."
                yield wrong.problem(sentence)


def _wrong_forms(sources: Sources, domain: Domain) -> Iterator[Problem]:
    for file, section in sources.sections("forms"):
        for form, content in section.items():
            at = place(file, section, form)
            for slot in content.get("required_slots") or []:
                if slot not in domain.slots:
                    yield at.problem(f"the form {form!r} asks for the slot {slot!r}, which is not in the domain.")
                elif not {f"utter_ask_{form}_{slot}", f"utter_ask_{slot}"} & set(domain.responses):
                    yield at.problem(f"there is no response 'utter_ask_{slot}' for the form {form!r} to ask with.")
            if f"validate_{form}" not in domain.actions:
                yield at.problem(f"the form {form!r} has no action 'validate_{form}'.")


def _wrong_responses(sources: Sources, domain: Domain, policy: Policy) -> Iterator[Problem]:
    public = _said_in_public(sources, policy)
    for file, section in sources.sections("responses"):
        for name, variations in section.items():
            at = place(file, section, name)
            if not variations:
                yield at.problem(f"the response {name!r} says nothing.")
                continue
            for number, variation in enumerate(variations):
                here = place(file, variations, number)
                yield from _wrong_variation(name, variation, here, domain, name in public)
    if "utter_default" not in domain.responses:
        yield Place("bot/domain", 1).problem("there is no response 'utter_default', which Rasa needs.")


def _wrong_variation(name: str, variation: Any, at: Place, domain: Domain, public: bool) -> Iterator[Problem]:
    unknown = set(variation) - _RESPONSE_KEYS
    if unknown:
        yield at.problem(f"the response {name!r} has {sorted(unknown)[0]!r}; only texts and buttons can be sent.")
    text = variation.get("text")
    silent = text == "" and name.startswith("utter_ask_") and "condition" in variation
    if not text and not silent:  # a form may wait without a word, where that is said with a condition
        yield at.problem(f"the response {name!r} has no text.")
    elif public and not _private_only(variation) and len(text) > LONGEST_PUBLIC_TEXT:
        sentence = f"the response {name!r} is said in public and has {len(text)} characters; {LONGEST_PUBLIC_TEXT} fit."
        yield at.problem(sentence)
    for button in variation.get("buttons") or []:
        intent = str(button.get("payload", "")).removeprefix("/")
        if intent not in domain.intents:
            yield at.problem(f"a button of {name!r} stands for {intent!r}, which is no intent of the domain.")


def _said_in_public(sources: Sources, policy: Policy) -> set[str]:
    """Return the responses that a public post can get: rules of intents answered there, and the acknowledgements."""
    names = {name for name, _ in _names(sources, "responses") if name.startswith("utter_move_aside")}
    names |= {"utter_fallback", "utter_out_of_scope", "utter_default"}
    for _, steps in _steps(sources):
        intents = [step["intent"] for step in steps if step.get("intent")]
        if any(policy.answers_in_public(intent) is not None for intent in intents):
            names |= {step["action"] for step in steps if step.get("action")}
    return names


def _private_only(variation: Any) -> bool:
    conditions: Iterable[Any] = variation.get("condition") or []
    return any(one.get("name") == "surface" and one.get("value") == "private" for one in conditions)
