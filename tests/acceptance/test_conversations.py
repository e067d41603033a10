"""A sample of the ten thousand: generated conversations with the whole product; nothing of anybody's comes out."""

import asyncio
from pathlib import Path

import pytest

from tests.conversations.judge import Figures
from tests.conversations.world import many, product
from tests.faults.limits import be_quiet
from tests.faults.verdict import PromiseBroken

AMOUNT = 60
SEED = 2026


async def sample(folder: Path) -> tuple[Figures, list[str]]:
    """Played, judged, and what is left behind of them."""
    async with product(folder) as made:
        figures = await many(made, SEED, AMOUNT)
        return figures, await made.left_behind(figures.outcomes, SEED)


@pytest.mark.timeout(400)
def test_nothing_is_given_away_nor_asked_for_in_public_nobody_is_left_hanging_and_nothing_stays_in_the_clear(
    tmp_path: Path,
) -> None:
    be_quiet()
    figures, left = asyncio.run(sample(tmp_path))
    if figures.count("LEAK") or figures.count("REQUEST"):
        raise PromiseBroken("\n\n".join([str(figures), *figures.faults[:5]]))
    # Known to happen once in thousands (docs/privacy.md): both halves of a number whose second half came first.
    assert not left, "\n".join(left[:20])
    assert not figures.faults, "\n\n".join([str(figures), *figures.faults[:5]])
    assert len({outcome.kind for outcome in figures.outcomes}) > 7, str(figures)
    assert figures.asked > 10
    assert figures.answered >= 0.99, figures.unanswered
    assert figures.harmless >= 0.99, figures.refused_wrongly
