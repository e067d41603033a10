"""`python -m tests.conversations`: the figures, and every fault with its story."""

import asyncio
import sys
import tempfile
from pathlib import Path

import click
import httpx

from tests.conversations import leftovers
from tests.conversations.world import many, product
from tests.faults.limits import be_quiet, many_sockets


@click.command()
@click.option("--amount", default=10_000, show_default=True, help="Conversations.")
@click.option("--seed", default=1, show_default=True, help="Of what is said, by whom, where.")
@click.option("--side-by-side", default=24, show_default=True, help="Conversations at once.")
@click.option("--stories", default=5, show_default=True, help="Faults whose stories are printed.")
def main(amount: int, seed: int, side_by_side: int, stories: int) -> None:
    """Play generated conversations with the whole product; judge what was said in public and what is left behind."""
    many_sockets()
    be_quiet()
    sys.exit(asyncio.run(_main(amount, seed, side_by_side, stories)))


async def _main(amount: int, seed: int, side_by_side: int, stories: int) -> int:
    with tempfile.TemporaryDirectory(prefix="aside-conversations-") as folder:
        home = Path(folder) / "home"
        async with product(home) as made:
            figures = await many(made, seed, amount, side_by_side)
            async with httpx.AsyncClient(base_url=made.address, trust_env=False) as anybody:
                metrics = (await anybody.get("/metrics")).content
        personal = {each for outcome in figures.outcomes for each in outcome.personal}
        left = leftovers.found([("metrics", metrics), *leftovers.files(home)], personal)
    click.echo(str(figures))
    click.echo(f"personal data left in the clear: {len(left)}")
    for line in left[:20]:
        click.echo(f"  {line}")
    for fault in figures.faults[:stories]:
        click.echo(fault)
    wrong = {text for outcome in figures.outcomes for text in outcome.refused_wrongly}
    for text in sorted(wrong)[:10]:
        click.echo(f"refused and harmless: {text}")
    return int(bool(figures.faults or left or figures.answered < 0.99 or figures.harmless < 0.99))


if __name__ == "__main__":
    main()
