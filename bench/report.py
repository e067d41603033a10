"""How a benchmark is called and what it prints: one Markdown table, the bars with pass or fail, and lines of JSON."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import machine


@dataclass(frozen=True)
class Options:
    """How to run."""

    runs: int
    quick: bool
    json: Path | None
    extra: argparse.Namespace = field(default_factory=argparse.Namespace)


def options(what: str, more: Sequence[tuple[str, dict[str, object]]] = ()) -> Options:
    """Read the command line; `more` are further options as (name, argparse's keywords)."""
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--runs", type=int, default=0, help="runs of which the median counts (default 3, quick: 1)")
    parser.add_argument("--quick", action="store_true", help="small and rough: to see that it works")
    parser.add_argument("--json", type=Path, help="append each run and the medians to this file as JSON lines")
    for name, keywords in more:
        parser.add_argument(name, **keywords)  # type: ignore[arg-type]
    given = parser.parse_args()
    return Options(given.runs or (1 if given.quick else 3), given.quick, given.json, given)


Row = Mapping[str, object]
"""A line of the table: column -> what stands there."""


@dataclass(frozen=True)
class Bar:
    """What must be reached."""

    name: str
    value: float
    limit: float
    at_most: bool = True

    @property
    def passed(self) -> bool:
        return self.value <= self.limit if self.at_most else self.value >= self.limit

    def __str__(self) -> str:
        sign = "<=" if self.at_most else ">="
        return (
            f"{'pass' if self.passed else 'FAIL'}  {self.name}: {number(self.value)} (bar {sign} {number(self.limit)})"
        )


def number(value: object) -> str:
    """A figure with three digits that count; other things as they are."""
    if not isinstance(value, float):
        return str(value)
    if value != value:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def table(rows: Sequence[Row]) -> str:
    """Markdown; the columns are those of the first row."""
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    lines += ["| " + " | ".join(number(row.get(column, "")) for column in columns) + " |" for row in rows]
    return "\n".join(lines)


def say(text: str) -> None:
    """A word about progress; not part of the result."""
    print(text, file=sys.stderr, flush=True)


def finish(name: str, opts: Options, rows: Sequence[Row], bars: Sequence[Bar], runs: Sequence[object] = ()) -> None:
    """Print the table and the bars, keep all of it as JSON lines; the exit status tells whether all bars were met."""
    about = machine()
    print(
        f"\n{name}, {about['date']}, {about['cpu']}, {about['cores']} cores, load {about['load']}, {about['commit']}\n"
    )
    print(table(rows))
    print()
    for bar in bars:
        print(bar)
    if opts.json is not None:
        with opts.json.open("a", encoding="utf-8") as file:
            for run in runs:
                file.write(json.dumps({"bench": name, "run": run}) + "\n")
            result = {
                "bench": name,
                "machine": about,
                "quick": opts.quick,
                "runs": opts.runs,
                "medians": list(rows),
                "bars": [
                    {"name": bar.name, "value": bar.value, "limit": bar.limit, "passed": bar.passed} for bar in bars
                ],
            }
            file.write(json.dumps(result) + "\n")
    sys.exit(0 if all(bar.passed for bar in bars) else 1)
