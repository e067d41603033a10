"""The policy table: what is answered where. Edited by trainers in `bot/domain/policy.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

Surface = Literal["public", "private"]
Decision = Literal["answer", "move", "person"]
#: The sections of the table.
Kind = Literal["questions", "matters", "people", "talk"]
Reason = Literal["asked", "sensitive", "crisis"]


#: What Rasa calls a text that it did not understand. Has a row like any intent, but no examples.
FALLBACK = "nlu_fallback"


class PolicyError(ValueError):
    """A row of the table is wrong."""


@dataclass(frozen=True)
class Row:
    """What the table says about one intent."""

    intent: str
    kind: Kind
    public: Decision
    private: Decision
    #: Why a person takes over, where one does.
    reason: Reason = "sensitive"
    #: What a button says; None where the intent is never offered.
    title: str | None = None

    @classmethod
    def parse(cls, intent: str, kind: str, cells: Mapping[str, Any]) -> Row:
        """Read one row of the file.

        Raises:
            PolicyError: in words a trainer understands.
        """
        if kind not in get_args(Kind):
            raise PolicyError(f"the section {kind!r} is not one of {', '.join(get_args(Kind))}")
        if not isinstance(cells, Mapping) or not {"public", "private"} <= set(cells):
            raise PolicyError(f"the row of intent {intent!r} must say both public and private")
        unknown = set(cells) - {"public", "private", "reason", "title"}
        if unknown:
            raise PolicyError(f"the row of intent {intent!r} has the unknown cell {sorted(unknown)[0]!r}")
        for surface, allowed in (("public", get_args(Decision)), ("private", ("answer", "person"))):
            if cells[surface] not in allowed:
                raise PolicyError(f"intent {intent!r} cannot be {cells[surface]!r} in {surface}")
        if cells.get("reason", "sensitive") not in get_args(Reason):
            raise PolicyError(f"intent {intent!r} has the unknown reason {cells['reason']!r}")
        return cls(intent=intent, kind=kind, **cells)  # type: ignore[arg-type]


class PolicyTable:
    """All rows, by intent."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = {row.intent: row for row in rows}

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> PolicyTable:
        """Read the file's content. Raises `PolicyError`, also for an intent with two rows."""
        rows: list[Row] = []
        for kind, intents in table.items():
            for intent, cells in (intents or {}).items():
                if intent in {row.intent for row in rows}:
                    raise PolicyError(f"intent {intent!r} has two rows")
                rows.append(Row.parse(intent, kind, cells))
        return cls(rows)

    def __contains__(self, intent: str) -> bool:
        return intent in self._rows

    def __iter__(self):
        return iter(self._rows.values())

    def row(self, intent: str) -> Row:
        """Return the row of `intent`. Raises `KeyError`; training checks that every intent has one."""
        return self._rows[intent]

    def decide(self, intent: str, surface: Surface, findings: Sequence[str]) -> Decision:
        """Return what is done with `intent` on `surface`.

        A customer who shows personal data in public (`findings`) about a matter of their own, or in a post that was not
        understood, is moved aside even where the table says answer. Anything else has the same answer for everybody;
        hiding the leak is the gateway's business.
        """
        row = self._rows[intent]
        if surface == "private":
            return row.private
        if findings and row.public == "answer" and (row.kind == "matters" or intent == FALLBACK):
            return "move"
        return row.public
