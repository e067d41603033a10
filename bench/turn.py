"""(c) A whole turn with Rasa: Aside beside bare Rasa over HTTP and beside stock Rasa with its own connector.

    python -m bench.turn [--quick] [--runs 3] [--json FILE] [--postgres [URL]]

The same questions for all. Aside: Messenger's webhook (Telegram lets out 30 messages a second, and Aside keeps to it)
-> gateway -> its Rasa -> real client -> pretend platform. Bare
Rasa: the same assistant asked directly, over our channel's HTTP. Stock: `rasa run` with `rasa init`'s configuration
(30 epochs) trained on the same examples, and Rasa's own Telegram connector; once more with rules alone, without the
two policies that learn from stories. CPU is that of all their processes.
"""

import asyncio
import time
from pathlib import Path

import httpx

from bench.aside import BOT_TOKEN, TELEGRAM_SECRET, Platform, Product
from bench.databases import OPTION, Databases
from bench.load import Plan, addressee, start
from bench.load import finish as finish_load
from bench.measure import Cpu, Figures, median, medians, percentile, rss
from bench.process import playing_field, running
from bench.rasa import Assistant, StockRasa
from bench.report import Bar, Row, finish, options, say
from bench.understanding import QUESTIONS

_STOCK = "stock Rasa, default configuration"
_LIGHT = "stock Rasa, without the policies that learn"
_SIDE_BY_SIDE = 8  # conversations at a time before bare Rasa


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [OPTION])
    found: dict[str, list[Figures]] = {"Aside": [], "bare Rasa": [], _STOCK: [], _LIGHT: []}
    count = 120 if opts.quick else 1_000  # at the rates of these, some seconds: what begins and ends weighs little
    with Databases(opts.extra.postgres) as databases:
        for number in range(opts.runs):
            with playing_field() as folder:
                say(f"run {number + 1} of {opts.runs}: Aside and bare Rasa")
                ours, bare = aside_and_bare(folder, databases, count)
                found["Aside"].append(ours)
                found["bare Rasa"].append(bare)
            for name in (_STOCK, _LIGHT):
                with playing_field() as folder:
                    say(f"run {number + 1} of {opts.runs}: {name}")
                    found[name].append(stock(folder, count, light=name == _LIGHT))
    middles = {name: medians(some) for name, some in found.items()}
    rows: list[Row] = [{"": name, **row} for name, row in middles.items()]
    pairs = list(zip(found["Aside"], found["bare Rasa"], found[_STOCK], strict=True))
    rate = median(ours["turns/s"] / bare["turns/s"] for ours, bare, _ in pairs)
    cpu = median(ours["CPU ms/turn"] / its["CPU ms/turn"] for ours, _, its in pairs)
    bars = [
        Bar("turns a second, against bare Rasa", rate, 0.9, at_most=False),
        Bar("CPU of a turn, against stock Rasa", cpu, 0.5),
        Bar("turns without an answer (Aside)", middles["Aside"]["unanswered"], 0.0),
    ]
    finish("turn", opts, rows, bars)


def aside_and_bare(folder: Path, databases: Databases, count: int) -> tuple[Figures, Figures]:
    """The same Rasa, once directly and once behind the gateway."""
    platform, assistant = Platform(folder), Assistant(folder)
    product = Product(folder, platform.root, assistant.url, database_url=databases.fresh("bench"))
    with running(platform, assistant, product):
        asyncio.run(_ask_bare(assistant.url, "warm", 40))
        cpu = Cpu(*assistant.pids)
        took, seconds = asyncio.run(_ask_bare(assistant.url, "bare", count))
        bare: Figures = {
            "turns/s": count / seconds,
            "CPU ms/turn": cpu.per(count),
            "p50 ms": percentile(took, 50),
            "p99 ms": percentile(took, 99),
            "MB": rss(*assistant.pids),
            "unanswered": 0,
        }
        pids = [*product.pids, *assistant.pids]
        plan = product.plan("facebook", "turn", count, count, texts=QUESTIONS)
        return through(platform, plan, pids), bare


def stock(folder: Path, count: int, *, light: bool) -> Figures:
    """`rasa run` with its Telegram connector; Telegram keeps up to 40 connections open, so does the load."""
    platform = Platform(folder)
    with running(platform):
        rasa = StockRasa(folder, platform.root, light=light)
        with running(rasa):
            for number in range(10):
                rasa.say(f"warm-{number}", QUESTIONS[number])
            plan = Plan(
                port=rasa.port,
                channel="telegram",
                path="/webhooks/telegram/webhook",
                secret=TELEGRAM_SECRET,
                name="stock",
                count=count,
                people=count,
                texts=QUESTIONS,
            )
            return through(platform, plan, rasa.pids)


def through(platform: Platform, plan: Plan, pids: list[int]) -> Figures:
    """All updates at once, 40 connections: how fast the answers come, and what they cost. One customer each."""
    before = platform.count()
    cpu = Cpu(*pids)
    load = start(Plan(**{name: getattr(plan, name) for name in Plan.__struct_fields__} | {"connections": 40}))
    platform.until_count(before + plan.count, 300)
    time.sleep(0.5)
    spent = cpu.seconds
    result = finish_load(load)
    sent = platform.sent(before)
    answered = {who for _, who, _, _ in sent}
    at = {who: moment for _, who, _, moment in reversed(sent)}
    due = {addressee(plan, int(mark.rpartition("-")[2])): moment for mark, moment in result.sent_at.items()}
    took = [(at[who] - moment) * 1000 for who, moment in due.items() if who in at]
    # From the first request to the last answer: not the time in which the load's own process starts.
    seconds = max(at.values()) - min(result.sent_at.values())
    return {
        "turns/s": plan.count / seconds,
        "CPU ms/turn": spent * 1000 / plan.count,
        "p50 ms": percentile(took, 50),
        "p99 ms": percentile(took, 99),
        "MB": rss(*pids),
        "unanswered": plan.count - len(answered),
    }


async def _ask_bare(url: str, name: str, count: int) -> tuple[list[float], float]:
    """Ask our channel inside Rasa directly. Milliseconds of each turn, and seconds for all."""
    numbers = iter(range(count))
    took: list[float] = []
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60, trust_env=False) as client:

        async def worker() -> None:
            for number in numbers:
                began = time.monotonic()
                answer = await client.post("/webhooks/gateway/turn", json=turn(name, number, None))
                answer.raise_for_status()
                took.append((time.monotonic() - began) * 1000)

        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for _ in range(_SIDE_BY_SIDE):
                group.create_task(worker())
    return took, time.monotonic() - began


def turn(name: str, number: int, state: object) -> dict[str, object]:
    """A turn as the gateway asks for it."""
    return {
        "contract": 1,
        "message_id": f"{name}:{number}",
        "sender": f"{name}-{number}",
        "text": QUESTIONS[number % len(QUESTIONS)],
        "intent": None,
        "surface": "private",
        "channel": "telegram",
        "findings": [],
        "state": state,
    }


if __name__ == "__main__":
    main()
