"""(a) Intake: signed webhooks that are stored with fsync before the 200, beside the least that could do the same.

    python -m bench.intake [--quick] [--runs 3] [--json FILE] [--postgres [URL]]

In turns, on the same disk: Aside with its whole road at work behind the intake, and a bare sanic with HMAC and group
commit on SQLite (bench/bare.py). Then a burst of 10,000 in 10 s, after which each acknowledged event must be in the
inbox. With `--postgres`, `aside serve` takes in and no worker runs: the intake alone.
"""

from pathlib import Path

from bench.aside import Platform, Product, Stub
from bench.databases import OPTION, Databases
from bench.load import Result, run
from bench.measure import Cpu, Figures, median, medians, rss
from bench.process import PYTHON, Process, environment, free_port, playing_field, running
from bench.report import Bar, finish, options, say

_NAN = float("nan")


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [OPTION])
    count = 3000 if opts.quick else 20_000
    burst_size = 2000 if opts.quick else 10_000
    ours: list[Figures] = []
    bare: list[Figures] = []
    with Databases(opts.extra.postgres) as databases:
        for number in range(opts.runs):
            with playing_field() as folder:
                say(f"run {number + 1} of {opts.runs}: Aside")
                ours.append(aside(folder, databases, count))
            with playing_field() as folder:
                say(f"run {number + 1} of {opts.runs}: bare sanic")
                bare.append(bare_sanic(folder, count))
        with playing_field() as folder:
            say(f"burst of {burst_size} in 10 s")
            burst = aside(folder, databases, burst_size, rate=burst_size / 10, drain=True)
    name = "Aside, PostgreSQL, intake alone" if databases.shared else "Aside, SQLite, road at work"
    rows = [{"": name} | medians(ours), {"": "bare sanic"} | medians(bare), {"": "Aside, burst in 10 s"} | burst]
    ratio = median(our["rate/s"] / its["rate/s"] for our, its in zip(ours, bare, strict=True))
    bars = [
        Bar("intake, rate against bare", ratio, 0.7, at_most=False),
        Bar("acknowledged and not in the inbox", sum(row["lost"] for row in [*ours, burst]), 0.0),
        Bar("burst, answers other than 200", burst["errors"], 0.0),
        Bar("burst, MB of memory gained", burst["MB after"] - burst["MB before"], 50.0),
    ]
    finish("intake", opts, rows, bars, [*ours, *bare, burst])


def aside(folder: Path, databases: Databases, count: int, rate: float = 0.0, *, drain: bool = False) -> Figures:
    """The product: one load, what it cost, and what is in the inbox afterwards.

    `drain`: wait until the road behind has done its work, too, and say how fast it did.
    """
    platform, stub = Platform(folder), Stub(folder)
    product = Product(folder, platform.root, stub.url, database_url=databases.fresh("intake"), workers=0)
    with running(platform, stub, product):
        run(product.plan("facebook", "warm", 100, 100))
        if not databases.shared:
            product.until_quiet(60)
        before = rss(*product.pids)
        cpu = Cpu(*product.pids)
        result = run(product.plan("facebook", "load", count, 1000, rate=rate, connections=50))
        spent = cpu.per(count) * 1000
        figures = _figures(result, spent) | {"MB before": before, "MB after": rss(*product.pids)}
        drained = _NAN
        if drain and not databases.shared:
            product.until_quiet(600)
            drained = count / cpu.elapsed
        kept = {str(key) for (key,) in product.ask("SELECT native_id FROM inbox")}
        return figures | {"lost": lost(result, kept), "road, messages/s": drained}


def bare_sanic(folder: Path, count: int) -> Figures:
    """The comparison."""
    port = free_port()
    command = [PYTHON, "-m", "bench.bare", str(port), str(folder / "bare.db")]
    server = Process(command, environment(), folder / "bare.log")
    # The same plan as for the product, but for the port.
    product = Product(folder, "http://127.0.0.1:1", "http://127.0.0.1:1")
    product.port = port
    try:
        server.start().until_answers(f"http://127.0.0.1:{port}/healthz")
        run(product.plan("facebook", "warm", 100, 100))
        before = rss(server.pid)
        cpu = Cpu(server.pid)
        result = run(product.plan("facebook", "load", count, 1000, connections=50))
        figures = _figures(result, cpu.per(count) * 1000) | {"MB before": before, "MB after": rss(server.pid)}
        return figures | {"lost": 0.0, "road, messages/s": _NAN}
    finally:
        server.stop()


def _figures(result: Result, spent: float) -> Figures:
    errors = sum(times for status, times in result.statuses.items() if status != "200")
    return {
        "rate/s": result.rate,
        "p50 ms": result.p50,
        "p99 ms": result.p99,
        "CPU us/request": spent,
        "errors": float(errors),
    }


def lost(result: Result, kept: set[str]) -> float:
    """How many events were answered with 200 of which the inbox, by its platform's ids, knows nothing."""
    # The id is `m_<name>_<number>`, perhaps behind a word of our own; the mark is `ref-<name>-<number>`.
    names = {key[key.rfind("m_") + 2 :].replace("_", "-") for key in kept}
    return float(sum(1 for mark in result.taken if mark.removeprefix("ref-") not in names))


if __name__ == "__main__":
    main()
