"""The judge: what a conversation came to. It knows the script, and nothing of the product's own detector and wall."""

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from tests.conversations.personal import Personal, shows

_DATA: Final = r"(?:order|booking|account|tracking|card|phone|reference) ?(?:number|no\b)"
_ASKS: Final = re.compile(
    rf"(?:what(?:'s| is)|tell us|send us|give us|reply with|confirm|share|need|have|provide|which)"
    rf"[^.!?]{{0,40}}\b{_DATA}|"
    r"your (?:e-?mail|address|postcode|phone)\b[^.!]{0,30}\?|\b(?:date of birth|last four digits)\b",
    re.IGNORECASE,
)


@dataclass
class Outcome:
    """Of one conversation."""

    kind: str
    said: list[str] = field(default_factory=list)
    """Its story: who said what where."""
    personal: list[Personal] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """Leaks, requests in public, a person left hanging."""
    answerable: bool = False
    """Whether it is a question that may be answered in public."""
    answered: bool = False
    refused_rightly: int = 0
    passed_wrongly: list[str] = field(default_factory=list)
    refused_wrongly: list[str] = field(default_factory=list)
    passed_rightly: int = 0

    def hear_public(self, text: str) -> None:
        """Judge what was said in public."""
        self.said.append(f"us, in public: {text}")
        for personal in self.personal:
            if shows(text, personal):
                self.faults.append(f"LEAK of {personal.kind}: {text}")
        if _ASKS.search(text):
            self.faults.append(f"REQUEST in public: {text}")


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
    def answered(self) -> float:
        """Of the public questions that may be answered in public, the share that is."""
        may = [outcome for outcome in self.outcomes if outcome.answerable]
        return sum(outcome.answered for outcome in may) / max(len(may), 1)

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
        return (
            f"{len(self.outcomes)} conversations: {counts}\n"
            f"leaks in public {self.count('LEAK')}, requests in public {self.count('REQUEST')}, "
            f"left hanging {self.count('SILENCE')}, other faults {self.count('FAULT')}\n"
            f"public questions answered in public {self.answered:.2%}\n"
            f"agents' wrong public texts refused {self.refused:.2%}, harmless ones passed {self.harmless:.2%}"
        )
