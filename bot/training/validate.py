"""Checks the trainers' files: `python -m bot.training.validate`. One sentence per problem; exit status 1 if any."""

from __future__ import annotations

import sys

from bot import environment
from bot.training.checks import all_problems
from bot.training.sources import Problem, Sources


def read_sources() -> Sources:
    """Read all files that a model is made of."""
    return Sources.read(environment.ROOT, environment.DATA, environment.DOMAIN, environment.CONFIG)


def problems_in(sources: Sources) -> list[Problem]:
    """Return what is wrong with them."""
    return all_problems(sources, str(environment.POLICY.relative_to(environment.ROOT)))


def main() -> int:
    """Return the exit status."""
    sources = read_sources()
    problems = problems_in(sources)
    for problem in problems:
        sys.stderr.write(f"{problem}\n")
    if not problems:
        sys.stdout.write(f"{len(sources.files)} files are fine.\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
