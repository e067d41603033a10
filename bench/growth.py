"""(g) Growth: what 1,000,000 closed cases cost a message, and the desk, against 1,000.

    python -m bench.growth [--quick] [--runs 3] [--json FILE] [--postgres [URL]] [--cases 1000000]

The closed cases, with their customers, threads, messages, inbox and outbox rows and events, are put into the tables
by SQL. Then the same load as in `bench.gateway`, by customers with a closed case each, and the desk's first page.
"""

import time
from pathlib import Path

import httpx

from bench import seed
from bench.aside import Platform, Product, Stub
from bench.databases import OPTION, Databases
from bench.gateway import through
from bench.measure import Figures, medians, percentile
from bench.process import playing_field, running
from bench.report import Bar, Options, Row, finish, options, say

_SMALL = 1000
_RATE = 25.0
_LISTS = (
    "/cases?limit=50",
    "/cases?limit=50&state=queued",
    "/cases?limit=50&state=bot",
    "/cases?limit=50&channel=facebook",
)


def main() -> None:
    """Run it."""
    opts = options(
        __doc__.split("\n")[0],
        [
            OPTION,
            ("--cases", {"type": int, "default": 0, "help": "closed cases of the large database (default 1,000,000)"}),
        ],
    )
    large = opts.extra.cases or (100_000 if opts.quick else 1_000_000)
    with Databases(opts.extra.postgres) as databases, playing_field() as small_folder, playing_field() as large_folder:
        middles = compare(opts, databases, {_SMALL: small_folder, large: large_folder})
    small, big = middles[_SMALL], middles[large]
    rows: list[Row] = [{"closed cases": f"{size:,}", **row} for size, row in middles.items()]
    bars = [
        Bar(f"{name}, {large:,} against {_SMALL:,} closed cases", big[name] / small[name], 1.2)
        for name in ("CPU ms/message", "p99 ms", "list p99 ms", "desk p99 ms")
    ]
    finish("growth", opts, rows, bars)


def compare(opts: Options, databases: Databases, folders: dict[int, Path]) -> dict[int, Figures]:
    """Both databases side by side, in turns; only one is asked at a time."""
    found: dict[int, list[Figures]] = {size: [] for size in folders}
    fields = {}
    for size, folder in folders.items():
        platform, stub = Platform(folder), Stub(folder)
        product = Product(folder, platform.root, stub.url, database_url=databases.fresh(f"growth_{size}"))
        began = time.monotonic()
        product.run("migrate")
        seed.closed_cases(product.database_url, size)
        say(f"{size:,} closed cases put in within {time.monotonic() - began:.0f} s")
        fields[size] = platform, stub, product
    for number in range(opts.runs):
        for size, (platform, stub, product) in fields.items():
            say(f"{size:,} closed cases, run {number + 1} of {opts.runs}")
            with running(platform, stub, product):
                found[size].append(once(product, platform, opts, number))
    return {size: medians(runs) for size, runs in found.items()}


def once(product: Product, platform: Platform, opts: Options, number: int) -> Figures:
    """The road and the desk over one database."""
    count = int(_RATE * (8 if opts.quick else 30))
    # Each run by other customers: the cases of the last ones are open now.
    road = through(
        product, platform, "facebook", _RATE, count=count, people=200, name=f"run{number}", first_person=number * 200
    )
    token = product.run("agent", "add", f"Kim {number}", "--role", "supervisor", "--print-token").strip()
    lists = look(product, {"Authorization": f"Bearer {token}"}, [f"/api/v1{path}" for path in _LISTS], opts)
    desk = look(product, {"Authorization": f"Bearer {token}"}, ["/desk/"], opts)
    return {
        "CPU ms/message": road["CPU ms/message"],
        "p50 ms": road["p50 ms"],
        "p99 ms": road["p99 ms"],
        "list p50 ms": percentile(lists, 50),
        "list p99 ms": percentile(lists, 99),
        "desk p50 ms": percentile(desk, 50),
        "desk p99 ms": percentile(desk, 99),
    }


def look(product: Product, headers: dict[str, str], paths: list[str], opts: Options) -> list[float]:
    """Ask for pages, one after the other; milliseconds each."""
    took = []
    with httpx.Client(
        base_url=f"http://127.0.0.1:{product.port}", headers=headers, trust_env=False, timeout=60
    ) as client:
        for _ in range(25 if opts.quick else 50):
            for path in paths:
                began = time.perf_counter()
                client.get(path).raise_for_status()
                took.append((time.perf_counter() - began) * 1000)
    return took


if __name__ == "__main__":
    main()
