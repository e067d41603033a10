"""(e) One conversation from turn 1 to turn 1,000: what a turn costs at its beginning, and later.

    python -m bench.length [--quick] [--runs 3] [--json FILE] [--postgres [URL]]

One customer asks, waits for the answer at the pretend platform, and asks again. Aside with its Rasa goes to turn 1,000
(by Messenger: Telegram lets out one message a second in a chat, and Aside keeps to it); stock Rasa, with its own
Telegram connector and SQLite tracker store, to turn 300. Each figure is that of 20 turns.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from bench.aside import TELEGRAM_SECRET, Platform, Product
from bench.databases import OPTION, Databases
from bench.load import Plan, request
from bench.measure import Cpu, Figures, medians, percentile
from bench.process import playing_field, running
from bench.rasa import Assistant, StockRasa
from bench.report import Bar, Options, Row, finish, options, say
from bench.understanding import QUESTIONS
from bench.wire import Connection, connect

Name = tuple[str, int]
_WINDOW = 20  # turns
_OURS = (1, 100, 500, 1000)
_STOCK = (1, 100, 200, 300)


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [OPTION])
    found: dict[Name, list[Figures]] = {}
    with Databases(opts.extra.postgres) as databases:
        for number in range(opts.runs):
            with playing_field() as folder:
                say(f"run {number + 1} of {opts.runs}: Aside")
                ours(folder, databases, opts, lambda turn, row: found.setdefault(("Aside", turn), []).append(row))
            with playing_field() as folder:
                say(f"run {number + 1} of {opts.runs}: stock Rasa")
                stock(folder, opts, lambda turn, row: found.setdefault(("stock Rasa", turn), []).append(row))
    middles = {name: medians(runs) for name, runs in found.items()}
    first = {who: middles[who, 1]["CPU ms/turn"] for who in ("Aside", "stock Rasa")}
    rows: list[Row] = [
        {"": who, "turn": turn, **row, "against turn 1": row["CPU ms/turn"] / first[who]}
        for (who, turn), row in middles.items()
    ]
    bars = [
        Bar(f"CPU of turn {turn} against turn 1", middles["Aside", turn]["CPU ms/turn"] / first["Aside"], limit)
        for turn, limit in ((500, 1.2), (1000, 1.3))
        if ("Aside", turn) in middles
    ]
    finish("length", opts, rows, bars)


def ours(folder: Path, databases: Databases, opts: Options, note: Callable[[int, Figures], None]) -> None:
    """The whole road; the quiet before each turn is cut short, as it is a wait and no work."""
    platform, assistant = Platform(folder), Assistant(folder)
    product = Product(
        folder, platform.root, assistant.url, database_url=databases.fresh("bench"),
        settings={"ASIDE_SETTLE_MS": 10}, channels=("facebook",),
    )  # fmt: skip
    with running(platform, assistant, product):
        plan = product.plan("facebook", "length", 1, 1, texts=QUESTIONS)
        windows = _OURS[:3] if opts.quick else _OURS
        asyncio.run(_talk(platform, plan, [*product.pids, *assistant.pids], windows, note))


def stock(folder: Path, opts: Options, note: Callable[[int, Figures], None]) -> None:
    """`rasa run` with its own Telegram connector."""
    platform = Platform(folder)
    with running(platform):
        rasa = StockRasa(folder, platform.root)
        with running(rasa):
            plan = Plan(
                port=rasa.port, channel="telegram", path="/webhooks/telegram/webhook", secret=TELEGRAM_SECRET,
                name="length", count=1, people=1, texts=QUESTIONS,
            )  # fmt: skip
            windows = _STOCK[:2] if opts.quick else _STOCK
            asyncio.run(_talk(platform, plan, rasa.pids, windows, note))


async def _talk(
    platform: Platform, plan: Plan, pids: list[int], windows: tuple[int, ...], note: Callable[[int, Figures], None]
) -> None:
    """Turn after turn; at each of `windows`, the cost of the turns around it."""
    connection = await connect(plan.port)
    # Somebody else speaks first: what is done once a process is nobody's first turn.
    for number in range(_WINDOW):
        await _turn(platform, plan, connection, 1_000_000 + number, person=7_000 + number)
    turn = 1
    for middle in windows:
        begin = max(1, middle - _WINDOW // 2) if middle < max(windows) else middle - _WINDOW + 1
        while turn < begin:
            await _turn(platform, plan, connection, turn)
            turn += 1
        cpu, took = Cpu(*pids), []
        for _ in range(_WINDOW):
            took.append(await _turn(platform, plan, connection, turn))
            turn += 1
        await asyncio.sleep(0.3)  # what comes after the answer belongs to the turn
        note(middle, {"CPU ms/turn": cpu.per(_WINDOW), "p50 ms": percentile(took, 50), "max ms": max(took)})
        say(f"turn {middle}: {cpu.per(_WINDOW):.1f} CPU ms")
    connection.close()


async def _turn(platform: Platform, plan: Plan, connection: Connection, number: int, person: int = 0) -> float:
    """One question and its answer, in milliseconds."""
    before = platform.count()
    began = time.monotonic()
    raw = request(_of(plan, number, person), number)
    status = asyncio.create_task(connection.request(raw))
    answered = await asyncio.to_thread(platform.until_count, before + 1, 60)
    assert await status == 200
    assert answered, f"turn {number} was not answered"
    return (platform.sent(before)[0][3] - began) * 1000


def _of(plan: Plan, number: int, person: int) -> Plan:
    values = {name: getattr(plan, name) for name in Plan.__struct_fields__}
    # One person, whose messages go through all questions.
    return Plan(**values | {"first_person": person, "people": 1, "count": number + 1})


if __name__ == "__main__":
    main()
