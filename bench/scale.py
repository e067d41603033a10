"""(f) Scale-out: 1, 2 and 4 workers on PostgreSQL, before an assistant that takes 30 ms a turn.

    python -m bench.scale [--quick] [--runs 3] [--json FILE] [--postgres [URL]] [--turns 1]

`aside serve` takes in, so many `aside work` drain the lanes. A worker takes one turn at a time (`ASIDE_TURNS`), so that
30 ms a turn, not a core, is the limit. Each run has a database of its own.
"""

from pathlib import Path

from bench.aside import Platform, Product, Stub
from bench.databases import OPTION, OWN, Databases
from bench.load import finish as finish_load
from bench.load import marks_in, start
from bench.measure import Cpu, Figures, median, medians
from bench.process import playing_field, running
from bench.report import Bar, Options, Row, finish, options, say

_THINKS = 30  # milliseconds
_WORKERS = (1, 2, 4)


def main() -> None:
    """Run it."""
    opts = options(
        __doc__.split("\n")[0],
        [
            OPTION,
            ("--turns", {"type": int, "default": 1, "help": "turns that a worker takes side by side (default 1)"}),
        ],
    )
    found: dict[int, list[Figures]] = {workers: [] for workers in _WORKERS}
    with Databases(opts.extra.postgres or OWN) as databases:
        for number in range(opts.runs):
            for workers in _WORKERS:
                say(f"run {number + 1} of {opts.runs}: {workers} worker(s)")
                with playing_field() as folder:
                    found[workers].append(once(folder, databases, opts, workers))
    middles = {workers: medians(some) for workers, some in found.items()}
    rows: list[Row] = [{"workers": workers, **row} for workers, row in middles.items()]
    pairs = zip(found[1], found[2], strict=True)
    gain = median(two["messages/s"] / one["messages/s"] for one, two in pairs)
    bars = [
        Bar("two workers against one", gain, 1.7, at_most=False),
        Bar("messages lost", sum(row["lost"] for row in middles.values()), 0.0),
        Bar("messages doubled", sum(row["doubled"] for row in middles.values()), 0.0),
    ]
    finish("scale", opts, rows, bars)


def once(folder: Path, databases: Databases, opts: Options, workers: int) -> Figures:
    """A backlog of one message each of many customers, and how fast so many workers take it."""
    settings = {"ASIDE_TURNS": opts.extra.turns}
    url = databases.fresh(f"scale_{workers}")
    platform, stub = Platform(folder), Stub(folder, _THINKS)
    product = Product(folder, platform.root, stub.url, database_url=url, workers=workers, settings=settings)
    with running(platform, stub, product):
        warm = finish_load(start(product.plan("facebook", "warm", 20 * workers, 20 * workers)))
        platform.until_count(len(warm.taken), 60)
        before = platform.count()
        count = 150 if opts.quick else 600
        cpu = Cpu(*product.pids)
        result = finish_load(start(product.plan("facebook", "scale", count, count, first_person=1000)))
        platform.until_count(before + count, 300)
        seconds = cpu.elapsed
        sent = [mark for _, _, text, _ in platform.sent(before) for mark in marks_in(text)]
        return {
            "messages/s": count / seconds,
            "CPU ms/message": cpu.per(count),
            "lost": float(len(set(result.taken) - set(sent))),
            "doubled": float(len(sent) - len(set(sent))),
        }


if __name__ == "__main__":
    main()
