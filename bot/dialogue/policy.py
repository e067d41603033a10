"""The policy table: what is answered where. Edited by trainers in `bot/domain/policy.yml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

Surface = Literal["public", "private"]
Decision = Literal["answer", "move", "person"]
#: The sections of the table.
Kind = Literal["questions", "matters", "people", "talk"]
Reason = Literal["asked", "sensitive", "crisis"]
#: What is done with a public post that carries personal details, where the table says answer.
Details = Literal["answer", "move"]
Channel = Literal["twitter", "facebook", "telegram"]
#: The section of the table that holds what is different on one channel.
CHANNELS = "channels"
_CELLS = {"public", "private", "reason", "title", "details"}
#: The cells that one channel may have otherwise.
_OVERRIDDEN = {"public", "private", "reason", "details"}

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
    #: What becomes of a public post with personal details in it; None: as its section has it.
    details: Details | None = None

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
        _check_cells(intent, cells, _CELLS)
        return cls(intent=intent, kind=kind, **cells)  # type: ignore[arg-type]

    def on_channel(self, cells: Mapping[str, Any]) -> Row:
        """Return the row as it is on a channel that has these cells otherwise.

        Raises:
            PolicyError: in words a trainer understands.
        """
        if not isinstance(cells, Mapping) or not cells:
            raise PolicyError(f"the row of intent {self.intent!r} must say what is different on the channel")
        _check_cells(self.intent, cells, _OVERRIDDEN)
        return replace(self, **cells)

    @property
    def with_details(self) -> Decision:
        """What is done in public with a post that carries personal details."""
        if self.public != "answer":
            return self.public
        # What is the same for everybody need not be, where somebody tells of themselves.
        usual: Details = "move" if self.kind in ("questions", "matters") or self.intent == FALLBACK else "answer"
        return self.details or usual


def _check_cells(intent: str, cells: Mapping[str, Any], known: set[str]) -> None:
    unknown = set(cells) - known
    if unknown:
        raise PolicyError(f"the row of intent {intent!r} has the unknown cell {sorted(unknown)[0]!r}")
    for surface, allowed in (("public", get_args(Decision)), ("private", ("answer", "person"))):
        if surface in cells and cells[surface] not in allowed:
            raise PolicyError(f"intent {intent!r} cannot be {cells[surface]!r} in {surface}")
    if cells.get("reason", "sensitive") not in get_args(Reason):
        raise PolicyError(f"intent {intent!r} has the unknown reason {cells['reason']!r}")
    if cells.get("details", "move") not in get_args(Details):
        raise PolicyError(f"intent {intent!r} with personal details in it cannot be {cells['details']!r}")


class PolicyTable:
    """All rows, by intent, and what is different on single channels."""

    def __init__(self, rows: Sequence[Row], channels: Mapping[str, Sequence[Row]] | None = None) -> None:
        self._rows = {row.intent: row for row in rows}
        self._channels = {name: {row.intent: row for row in its_own} for name, its_own in (channels or {}).items()}

    @classmethod
    def parse(cls, table: Mapping[str, Any]) -> PolicyTable:
        """Read the file's content. Raises `PolicyError`, also for an intent with two rows."""
        rows: list[Row] = []
        for kind, intents in table.items():
            if kind == CHANNELS:
                continue
            for intent, cells in (intents or {}).items():
                if intent in {row.intent for row in rows}:
                    raise PolicyError(f"intent {intent!r} has two rows")
                rows.append(Row.parse(intent, kind, cells))
        usual = {row.intent: row for row in rows}
        return cls(
            rows,
            {
                channel: [overridden(usual, channel, intent, cells) for intent, cells in (intents or {}).items()]
                for channel, intents in (table.get(CHANNELS) or {}).items()
            },
        )

    def __contains__(self, intent: str) -> bool:
        return intent in self._rows

    def __iter__(self):
        return iter(self._rows.values())

    def row(self, intent: str, channel: str = "") -> Row:
        """Return the row of `intent`, as it is on `channel`. Raises `KeyError`; training checks that there is one."""
        return self._channels.get(channel, {}).get(intent) or self._rows[intent]

    def decide(self, intent: str, surface: Surface, findings: Sequence[str], channel: str = "") -> Decision:
        """Return what is done with `intent` on `surface` of `channel`.

        A post that carries personal data (`findings`) is moved aside even where the table says answer, unless its row
        says otherwise (`details`). Hiding the leak is the gateway's business.
        """
        row = self.row(intent, channel)
        if surface == "private":
            return row.private
        return row.with_details if findings else row.public


def overridden(usual: Mapping[str, Row], channel: str, intent: str, cells: Mapping[str, Any]) -> Row:
    """Return the row of `intent` on `channel`.

    Raises:
        PolicyError: where there is no such channel, or no usual row.
    """
    if channel not in get_args(Channel):
        raise PolicyError(f"the channel {channel!r} is not one of {', '.join(get_args(Channel))}")
    if intent not in usual:
        raise PolicyError(f"the intent {intent!r} has no usual row")
    return usual[intent].on_channel(cells)
