"""A platform that is slow or hangs: what still goes out on it, and whether the other channel notices.

    python -m bench.slow_platform [--quick] [--runs 3] [--json FILE] [--postgres [URL]]

Each API in turn answers after 200 ms: Telegram must still get its 30 messages/s, Messenger at least 100/s. Then
Telegram hangs for 30 s while customers go on writing there: Messenger's p99 must be what it was.
"""

import time
from collections.abc import Callable
from pathlib import Path

from bench.aside import Platform, Product, Stub
from bench.databases import OPTION, Databases
from bench.load import finish as finish_load
from bench.load import marks_in, start
from bench.measure import Figures, medians, percentile
from bench.process import playing_field, running
from bench.report import Bar, Options, Row, finish, options, say

_SLOW = 0.2  # seconds
_HANGS = 30.0  # seconds
_ASKED = {"telegram": 36.0, "facebook": 120.0}
"""Messages a second: a little more than must go out."""
_BESIDE = 20.0  # messages a second on the channel beside the one that hangs


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [OPTION])
    found: dict[str, list[Figures]] = {}
    scenes: dict[str, Callable[[Field], Figures]] = {
        "Telegram answers in 200 ms": lambda field: slow(field, "telegram"),
        "Messenger answers in 200 ms": lambda field: slow(field, "facebook"),
        "Messenger, all well": lambda field: beside(field, 0.0),
        "Messenger, while Telegram hangs": lambda field: beside(field, _HANGS),
    }
    with Databases(opts.extra.postgres) as databases:
        for number in range(opts.runs):
            for name, once in scenes.items():
                say(f"run {number + 1} of {opts.runs}: {name}")
                with playing_field() as folder:
                    found.setdefault(name, []).append(once(Field(folder, opts, databases)))
    middles = {name: medians(some) for name, some in found.items()}
    rows: list[Row] = [{"": name, **row} for name, row in middles.items()]
    telegram, messenger, well, hanging = middles.values()
    bars = [
        Bar("Telegram at 200 ms, messages/s", telegram["sent/s"], 29.5, at_most=False),
        Bar("Messenger at 200 ms, messages/s", messenger["sent/s"], 100.0, at_most=False),
        Bar(
            "Messenger's p99 while Telegram hangs, against all well",
            hanging["p99 ms"] / well["p99 ms"],
            1.25,
        ),
        Bar("messages lost", sum(row["lost"] for row in middles.values()), 0.0),
    ]
    finish("slow platform", opts, rows, bars)


class Field:
    """What one run is made of."""

    def __init__(self, folder: Path, opts: Options, databases: Databases) -> None:
        self.seconds = 8 if opts.quick else 20
        self.platform, stub = Platform(folder), Stub(folder)
        self.product = Product(folder, self.platform.root, stub.url, database_url=databases.fresh("bench"))
        self.parts = self.platform, stub, self.product


def slow(field: Field, channel: str) -> Figures:
    """The rate that goes out on a channel whose API takes its time; a new customer each message."""
    with running(*field.parts):
        field.platform.delay(**{channel: _SLOW})
        count = int(_ASKED[channel] * field.seconds)
        return _went(field, channel, finish_load_of(field, channel, count, _ASKED[channel]))


def beside(field: Field, hangs: float) -> Figures:
    """Messenger's road while Telegram's customers write as well and Telegram takes so long to answer."""
    with running(*field.parts):
        field.platform.delay(telegram=hangs)
        other = start(field.product.plan("telegram", "other", int(10 * field.seconds), 2000, rate=10.0))
        count = int(_BESIDE * field.seconds)
        row = _went(field, "facebook", finish_load_of(field, "facebook", count, _BESIDE))
        finish_load(other)
        return row


def finish_load_of(field: Field, channel: str, count: int, rate: float) -> dict[str, float]:
    """Send and wait for all of it to come out; when each event was due."""
    result = finish_load(start(field.product.plan(channel, "load", count, count, rate=rate)))
    field.platform.until_count(count, 60)
    return {mark: result.sent_at[mark] for mark in result.taken}


def _went(field: Field, channel: str, due: dict[str, float]) -> Figures:
    wanted = set(due)
    for _ in range(60):
        sent = {mark: at for name, _, text, at in field.platform.sent() if name == channel for mark in marks_in(text)}
        if wanted <= set(sent):
            break
        time.sleep(0.1)  # the other channel's messages are counted as well: time tells, not the count
    moments = sorted(sent.values())
    took = [(sent[mark] - at) * 1000 for mark, at in due.items() if mark in sent]
    return {
        "sent/s": (len(moments) - 1) / (moments[-1] - moments[0]) if len(moments) > 1 else 0.0,
        "p50 ms": percentile(took, 50),
        "p99 ms": percentile(took, 99),
        "lost": float(len(wanted - set(sent))),
    }


if __name__ == "__main__":
    main()
