"""(d) Gateway against gateway: what a message costs, what a kill loses or doubles, and what a repeated update does.

    python -m bench.rivals [--quick] [--runs 3] [--json FILE] [--only aside,chat,chat-awaited,opsdroid]

The same updates and the same pretend Telegram for all. Killed is the gateway alone (SIGKILL), while updates come in
and Telegram takes 0.1 s a call; what was not answered with 200 is delivered again, as Telegram does.
"""

import time
from collections import Counter

from bench.aside import Platform
from bench.load import Result, finish, marks_in, start
from bench.measure import Cpu, Figures, median, medians, percentile, rss
from bench.process import playing_field, running
from bench.report import Bar, Options, Row, options, say
from bench.report import finish as finish_report
from bench.rivals.contenders import ALL, NAMES, Contender, Maker, versions

_RATE = 20.0  # updates a second; Telegram lets out 30, and Aside keeps to it
_KILLS = 5
_DELAY = 0.1  # seconds of Telegram's, while there are kills


def main() -> None:
    """Run it."""
    opts = options(__doc__.split("\n")[0], [("--only", {"default": ",".join(ALL), "help": "which, by commas"})])
    say(f"versions: {versions()}")
    wanted = str(opts.extra.only).split(",")
    found = {name: compare(make, opts) for name, make in ALL.items() if name in wanted}
    rows: list[Row] = [{"gateway": NAMES[name], **row} for name, row in found.items()]
    bars = []
    if ours := found.get("aside"):
        bars = [
            Bar("Aside, lost under kills", ours["lost"], 0.0),
            Bar("Aside, doubled under kills", ours["doubled"], 0.0),
            Bar("Aside, answers to an update that came 3 times", ours["answers to 3 deliveries"], 1.0),
        ]
    finish_report("rivals", opts, rows, bars)


def compare(make: Maker, opts: Options) -> Figures:
    """One gateway: medians for the cost, sums over all runs for what was lost and doubled."""
    costs: list[Figures] = []
    kills: list[Figures] = []
    for number in range(opts.runs):
        for step, into in ((cost, costs), (killed, kills)):
            with playing_field() as folder:
                platform = Platform(folder)
                with running(platform):
                    contender = make(folder, platform.root)
                    say(f"{contender.name}: {step.__name__}, run {number + 1} of {opts.runs}")
                    with running(contender):
                        into.append(step(contender, platform, opts))
    sums = {key: sum(row[key] for row in kills) for key in kills[0]}
    return medians(costs) | sums | {"down s": median(row["down s"] for row in kills)}


def cost(contender: Contender, platform: Platform, opts: Options) -> Figures:
    """CPU and time of a message, and how many answers an update gets that is delivered three times."""
    finish(start(contender.plan("warm", 100, 50)))
    platform.until_count(100, 30)
    time.sleep(1)
    before = platform.count()
    count = int(_RATE * (8 if opts.quick else 25))
    gateway, store = Cpu(*contender.pids), Cpu(*contender.store_pids)
    result = finish(start(contender.plan("cost", count, 200, rate=_RATE)))
    platform.until_count(before + count, 30)
    time.sleep(0.5)
    row: Figures = {"CPU ms/message": gateway.per(count), "store CPU ms": store.per(count)}
    at = {mark: at for _, _, text, at in platform.sent(before) for mark in marks_in(text)}
    row["p50 ms"] = percentile([(at[mark] - due) * 1000 for mark, due in result.sent_at.items() if mark in at], 50)
    row["MB"] = rss(*contender.pids)
    before = platform.count()
    thrice = finish(start(contender.plan("thrice", 100, 50, copies=3, rate=_RATE)))
    platform.until_count(before + len(thrice.taken), 30)
    time.sleep(2)
    row["answers to 3 deliveries"] = (platform.count() - before) / 100
    return row


def killed(contender: Contender, platform: Platform, opts: Options) -> Figures:
    """Kills under load, and what became of every update that was answered with 200."""
    count = 160 if opts.quick else 400
    kills = 2 if opts.quick else _KILLS
    platform.delay(telegram=_DELAY)
    load = start(contender.plan("killed", count, count, rate=_RATE, tries=2000, connections=20))
    time.sleep(0.3)
    pause = count / _RATE / (kills + 1)
    down = []
    for _ in range(kills):
        time.sleep(pause)
        contender.kill()
        began = time.monotonic()
        contender.start()
        down.append(time.monotonic() - began)
    result = finish(load)
    platform.until_count(count, 20)
    time.sleep(3)
    return _account(result, platform, contender.flagged()) | {"down s": median(down)}


def _account(result: Result, platform: Platform, flagged: set[str]) -> Figures:
    """Lost: answered with 200, never sent, and nobody was told."""
    answers = Counter(mark for _, _, text, _ in platform.sent() for mark in marks_in(text))
    return {
        "updates": float(len(result.taken)),
        "lost": float(sum(1 for mark in result.taken if not answers[mark] and mark not in flagged)),
        "doubled": float(sum(1 for mark in result.taken if answers[mark] > 1)),
        "flagged": float(len(flagged)),
    }


if __name__ == "__main__":
    main()
