"""`python -m tests.conversations`: the figures, and every fault with its story."""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import click

from tests.conversations.world import many, product
from tests.faults.limits import be_quiet, many_sockets

_MOST_LEFT = 40  # lines


@click.command()
@click.option("--amount", default=1_000, show_default=True, help="Conversations.")
@click.option("--seed", default=1, show_default=True, help="Of what is said, by whom, where.")
@click.option("--side-by-side", default=24, show_default=True, help="Conversations at once.")
@click.option("--stories", default=5, show_default=True, help="Faults whose stories are printed.")
def main(amount: int, seed: int, side_by_side: int, stories: int) -> None:
    """Play generated conversations with the whole product; judge what was said in public and what is left behind."""
    many_sockets()
    be_quiet()
    sys.exit(asyncio.run(_main(amount, seed, side_by_side, stories)))


async def _main(amount: int, seed: int, side_by_side: int, stories: int) -> int:
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="aside-conversations-") as folder:
        async with product(Path(folder)) as made:
            figures = await many(made, seed, amount, side_by_side)
            click.echo(f"seed {seed}: {figures}")
            for story in [*figures.faults[:stories], *figures.unanswered[:stories]]:
                click.echo(story)
            for text in figures.refused_wrongly[:stories]:
                click.echo(f"refused and harmless: {text}")
            left = await made.left_behind(figures.outcomes, seed)
    click.echo(f"personal data left in the clear: {len(left)}")
    for line in left[:_MOST_LEFT]:
        click.echo(f"  {line}")
    click.echo(f"{time.monotonic() - began:.0f} s")
    return int(bool(figures.faults or left or figures.answered < 0.99 or figures.harmless < 0.99))


if __name__ == "__main__":
    main()
