"""(b) What a message costs the gateway, without Rasa: webhook -> stub of the assistant -> real client -> platform.

    python -m bench.gateway [--quick] [--runs 3] [--json FILE] [--postgres [URL]]

Counted is the CPU of Aside's own processes only; the load, the stub and the pretend platform are processes of their
own. With `--postgres` it is `aside serve` and one `aside work`, and the database's CPU is shown apart.
"""

from collections.abc import Sequence
from pathlib import Path

from bench.aside import Platform, Product, Stub
from bench.databases import OPTION, Databases
from bench.load import finish as finish_load
from bench.load import marks_in, start
from bench.measure import Cpu, Figures, medians, percentile, rss
from bench.process import playing_field, running
from bench.report import Bar, Options, Row, finish, options, say

_LOADS = (("facebook", 20.0), ("facebook", 100.0), ("facebook", 200.0), ("telegram", 20.0))
"""Messages a second; Telegram lets out 30."""


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [OPTION])
    with Databases(opts.extra.postgres) as databases:
        found = {(channel, rate): cost(opts, channel, rate, databases) for channel, rate in _LOADS}
    rows: list[Row] = [
        {"channel": channel, "database": databases.name, "asked/s": rate} | row
        for (channel, rate), row in found.items()
    ]
    limit = 10.0 if databases.shared else 3.0
    bars = [
        *(
            Bar(f"CPU ms a message, {databases.name}, {channel} at {rate:.0f}/s", row["CPU ms/message"], limit)
            for (channel, rate), row in found.items()
        ),
        Bar("messages lost", sum(row["lost"] for row in found.values()), 0.0),
        Bar("messages doubled", sum(row["doubled"] for row in found.values()), 0.0),
    ]
    finish("gateway", opts, rows, bars)


def cost(opts: Options, channel: str, rate: float, databases: Databases) -> Figures:
    """One channel at one rate: the medians of all runs."""
    found = []
    for number in range(opts.runs):
        say(f"{channel} at {rate:.0f}/s, run {number + 1} of {opts.runs}")
        with playing_field() as folder:
            count = int(rate * (8 if opts.quick else 20))
            found.append(measure_once(folder, channel, rate, count=count, databases=databases))
    return medians(found)


def measure_once(folder: Path, channel: str, rate: float, *, count: int, databases: Databases) -> Figures:
    """A steady load through the whole road."""
    platform, stub = Platform(folder), Stub(folder)
    product = Product(folder, platform.root, stub.url, database_url=databases.fresh("gateway"))
    with running(platform, stub, product):
        return through(product, platform, channel, rate, count=count, people=200, store_pids=databases.pids)


def through(
    product: Product,
    platform: Platform,
    channel: str,
    rate: float,
    *,
    count: int,
    people: int,
    name: str = "load",
    first_person: int = 0,
    store_pids: Sequence[int] = (),
) -> Figures:
    """Send `count` messages through a running product and see what came out, when, and what it cost."""
    before = platform.count()
    warm = finish_load(start(product.plan(channel, f"warm{name}", 50, 50, first_person=900_000)))
    platform.until_count(before + len(warm.taken), 60)
    product.until_quiet(60)
    before = platform.count()
    cpu, store = Cpu(*product.pids), Cpu(*store_pids)
    result = finish_load(start(product.plan(channel, name, count, people, rate=rate, first_person=first_person)))
    platform.until_count(before + len(result.taken), 120)
    elapsed = cpu.elapsed
    product.until_quiet(60)
    spent, store_spent = cpu.seconds, store.seconds
    sent = [(mark, at) for _, _, text, at in platform.sent(before) for mark in marks_in(text)]
    arrived = dict(reversed(sent))
    took = [(arrived[mark] - due) * 1000 for mark, due in result.sent_at.items() if mark in arrived]
    return {
        "CPU ms/message": spent * 1000 / count,
        "database's CPU ms": store_spent * 1000 / count,
        "messages/s": count / elapsed,
        "p50 ms": percentile(took, 50),
        "p99 ms": percentile(took, 99),
        "200 p99 ms": result.p99,
        "MB": rss(*product.pids),
        "lost": float(sum(1 for mark in result.taken if mark not in arrived)),
        "doubled": float(len(sent) - len(arrived)),
    }


if __name__ == "__main__":
    main()
