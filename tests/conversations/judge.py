"""The judge: what a conversation came to. It knows the script, and nothing of the product's own detector and wall."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.conversations.personal import Personal, shows

_DATA: Final = (
    r"(?:(?:order|booking|account|tracking|card|phone|mobile|reference|customer|membership) ?(?:number|reference|no\b)"
    r"|e-?mail(?: address)?|(?:postal |delivery |billing )?address|post ?code|(?:full |sur)?name|date of birth"
    r"|last four digits|pass ?word|pin\b)"
)
_ASKS: Final = re.compile(
    r"\b(?:what(?:'s| is| was)|tell (?:us|me)|send (?:us|me)|send over|give us|give me|giving us|reply with|confirm"
    r"|share|we need|i need|just need|have you got|do you have|provide|which|may i have|can i (?:get|have)|drop|post"
    rf"|comment|let us know|use)[^.!?]{{0,25}}\b(?:your|the|and) {_DATA}"
    rf"|\byour {_DATA}[^.!?]{{0,30}}\?|^{_DATA}\?",
    re.IGNORECASE,
)
_ASIDE: Final = re.compile(r"private|\bDMs?\b|direct message|message us", re.IGNORECASE)
"""Where it is asked for in private, it may be announced in public."""
_ONCE: Final = (
    "We'd still like to help",
    "We'll leave it here for now",
    "Thanks for your patience. We've picked this up",
)
"""What is said once in a thread: the reminder, and two closings."""


@dataclass
class Outcome:
    """Of one conversation."""

    kind: str
    said: list[str] = field(default_factory=list)
    """Its story: who said what where."""
    people: list[str] = field(default_factory=list)
    """Under which names the desk knows them."""
    personal: list[Personal] = field(default_factory=list)
    written: dict[str, str] = field(default_factory=dict)
    """Data as it was written, each with its kind."""
    faults: list[str] = field(default_factory=list)
    """Leaks, requests in public, a person left hanging."""
    asked: int = 0
    """Questions that may be answered in public."""
    answered: int = 0
    unanswered: list[str] = field(default_factory=list)
    refused_rightly: int = 0
    passed_wrongly: list[str] = field(default_factory=list)
    refused_wrongly: list[str] = field(default_factory=list)
    passed_rightly: int = 0
    split: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Data that was spread over two messages: its kind, its halves."""
    once: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Where it was said how often what is said once in a thread."""

    def count_question(self, said: str, *, answered: bool) -> None:
        """One more question that may be answered in public."""
        self.asked += 1
        self.answered += answered
        if not answered:
            self.unanswered.append(said)

    def hear_public(self, text: str, thread: str) -> None:
        """Judge what was said in public, in which thread."""
        self.said.append(f"us, in public: {text}")
        for personal in self.personal:
            if shows(text, personal):
                self.faults.append(f"LEAK of {personal.kind}: {text}")
        if _ASKS.search(text) and not _ASIDE.search(text):
            self.faults.append(f"REQUEST in public: {text}")
        for words in _ONCE:
            self.once[words, thread] += words in text
            if words in text and self.once[words, thread] > 1:
                self.faults.append(f"FAULT: said twice: {text}")

    def hear_of_others(self, text: str, others: list[Personal]) -> None:
        """Judge what was said in private to one customer: nothing of somebody else's."""
        for personal in others:
            if shows(text, personal):
                self.faults.append(f"LEAK of somebody else's {personal.kind}: {text}")


@dataclass
class Figures:
    """Of all conversations."""

    outcomes: list[Outcome]

    @property
    def faults(self) -> list[str]:
        """All that must not be, with their stories."""
        return [
            f"{outcome.kind}: {fault}\n    " + "\n    ".join(outcome.said)
            for outcome in self.outcomes
            for fault in outcome.faults
        ]

    def count(self, word: str) -> int:
        """Faults that begin with a word."""
        return sum(fault.startswith(word) for outcome in self.outcomes for fault in outcome.faults)

    @property
    def asked(self) -> int:
        """Public questions that may be answered in public."""
        return sum(outcome.asked for outcome in self.outcomes)

    @property
    def unanswered(self) -> list[str]:
        """Those that are not, with their stories."""
        return [
            f"{outcome.kind}, not answered: {said}\n    " + "\n    ".join(outcome.said)
            for outcome in self.outcomes
            for said in outcome.unanswered
        ]

    @property
    def refused_wrongly(self) -> list[str]:
        """What agents may say in public, and the wall refused."""
        return sorted({text for outcome in self.outcomes for text in outcome.refused_wrongly})

    @property
    def answered(self) -> float:
        """Of those, the share that is."""
        return sum(outcome.answered for outcome in self.outcomes) / max(self.asked, 1)

    @property
    def harmless(self) -> float:
        """Of what agents may say in public, the share that the wall let through."""
        passed = sum(outcome.passed_rightly for outcome in self.outcomes)
        return passed / max(passed + sum(len(outcome.refused_wrongly) for outcome in self.outcomes), 1)

    @property
    def refused(self) -> float:
        """Of what agents may not say in public, the share that the wall refused."""
        refused = sum(outcome.refused_rightly for outcome in self.outcomes)
        return refused / max(refused + sum(len(outcome.passed_wrongly) for outcome in self.outcomes), 1)

    def __str__(self) -> str:
        kinds = Counter(outcome.kind for outcome in self.outcomes)
        counts = ", ".join(f"{kind} {count}" for kind, count in sorted(kinds.items()))
        wrong = sum(outcome.refused_rightly + len(outcome.passed_wrongly) for outcome in self.outcomes)
        right = sum(outcome.passed_rightly + len(outcome.refused_wrongly) for outcome in self.outcomes)
        return (
            f"{len(self.outcomes)} conversations: {counts}\n"
            f"leaks in public {self.count('LEAK')}, requests in public {self.count('REQUEST')}, "
            f"left hanging {self.count('SILENCE')}, other faults {self.count('FAULT')}\n"
            f"public questions answered in public {self.answered:.2%} of {self.asked}\n"
            f"agents' wrong public texts refused {self.refused:.2%} of {wrong}, harmless ones passed "
            f"{self.harmless:.2%} of {right}"
        )
