"""`python -m tests.faults NUMBER`: play a fault of the list, say whether the promise held. Exit status 1: it did not.

The seed is printed first. It draws what is killed when and what goes wrong; how processes interleave, nobody draws.
"""

import asyncio
import importlib
import random
import sys
from typing import Final

import click

from tests.faults.deployment import KINDS
from tests.faults.limits import be_quiet, many_sockets
from tests.faults.options import Options
from tests.faults.verdict import Verdict

SCENARIOS: Final = {
    1: "kills",
    2: "repeats",
    3: "disorder",
    4: "database_outages",
    5: "power_cuts",
    6: "assistant_outages",
    7: "model_swaps",
    8: "platform_troubles",
    10: "clock_jumps",
    11: "full_disks",
    12: "hostile_bodies",
    14: "slow_sockets",
    15: "poison",
    19: "rolling_restarts",
    22: "soak",
}


def play(number: int, options: Options) -> Verdict:
    """Play one fault."""
    many_sockets()
    be_quiet()
    scenario = importlib.import_module(f"tests.faults.scenarios.{SCENARIOS[number]}")
    verdict: Verdict = asyncio.run(scenario.run(options))
    return verdict


@click.command(epilog="Numbers: " + ", ".join(f"{number} {name}" for number, name in SCENARIOS.items()))
@click.argument("number", type=click.Choice([str(number) for number in SCENARIOS]))
@click.option("--amount", type=int, help="How much of the fault: kills, messages, bodies; default as in the list.")
@click.option("--rate", type=float, help="Messages a second.")
@click.option("--minutes", type=float, help="How long, for what is measured in time.")
@click.option("--seed", type=int, help="For the same draws again; default drawn.")
@click.option("--deployment", type=click.Choice(KINDS), default="sqlite", show_default=True)
def main(
    number: str, amount: int | None, rate: float | None, minutes: float | None, seed: int | None, deployment: str
) -> None:
    """Play fault NUMBER of the list against real processes."""
    seed = random.SystemRandom().randrange(10**6) if seed is None else seed
    click.echo(f"seed {seed}")
    verdict = play(int(number), Options(seed=seed, amount=amount, rate=rate, minutes=minutes, deployment=deployment))
    click.echo(str(verdict))
    sys.exit(0 if verdict.passed else 1)


if __name__ == "__main__":
    main()
