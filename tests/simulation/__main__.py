"""`python -m tests.simulation --seeds 100000 --start 0`: live through many seeds, and print what was found."""

import sys
import time

import click

from tests.simulation.hunt import hunt
from tests.simulation.mutations import MUTATIONS, planted
from tests.simulation.world import run


@click.command(help=__doc__)
@click.option("--seeds", default=1000, show_default=True, help="How many.")
@click.option("--start", default=0, show_default=True, help="The first one.")
@click.option("--workers", default=None, type=int, help="Processes; default: one for each core.")
@click.option("--most", default=5, show_default=True, help="Stories to print before it ends.")
@click.option("--story", is_flag=True, help="Tell the story of each seed, whatever it found.")
@click.option("--mutation", type=click.Choice(list(MUTATIONS)), help="Plant this fault into the engine first.")
def main(seeds: int, start: int, workers: int | None, most: int, story: bool, mutation: str | None) -> None:
    if story:
        for seed in range(start, start + seeds):
            click.echo(run(seed).history)
    if mutation is not None:
        with planted(mutation):
            sys.exit(_look(seeds, start, 1, most))
    sys.exit(_look(seeds, start, 1 if seeds == 1 else workers, most))


def _look(seeds: int, start: int, workers: int | None, most: int) -> int:
    began, found = time.monotonic(), []
    done = 0
    for done, find in enumerate(hunt(range(start, start + seeds), workers), 1):
        if find is not None:
            found.append(find.seed)
            click.echo(f"\n{find}\n")
        if done % 1000 == 0:
            click.echo(f"{done} seeds, {done / (time.monotonic() - began):.1f} a second, {len(found)} failed", err=True)
        if len(found) >= most:
            break
    rate = done / (time.monotonic() - began)
    click.echo(f"{done} seeds from {start}, {rate:.1f} a second: " + (f"failed: {found}" if found else "all well"))
    return 1 if found else 0


if __name__ == "__main__":
    main()
