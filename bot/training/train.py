"""Trains the assistant: `python -m bot.training.train [--force]`.

Does nothing where nothing changed since the current model. What is wrong in a trainer's file is said in one sentence
with file and line, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import sys
import time

from bot import environment
from bot.training.checks import policy_table
from bot.training.fingerprint import fingerprint
from bot.training.manifest import Manifest, ManifestError
from bot.training.validate import problems_in, read_sources

_MADE_OF = (environment.DATA, environment.DOMAIN, environment.CONFIG, environment.COMPONENTS)


class TrainingError(Exception):
    """Rasa refuses the files for a reason that our checks do not know."""


def main(arguments: list[str] | None = None) -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bot.training.train", description="Train the assistant.")
    parser.add_argument("--force", action="store_true", help="train although nothing changed")
    force = parser.parse_args(arguments).force

    _say("1/4 reading and checking the training files")
    sources = read_sources()
    problems = problems_in(sources)
    if problems:
        sys.stderr.write(f"{problems[0]}\n")
        return 1

    made_of = fingerprint(_MADE_OF)
    if not force and _is_current(made_of):
        _say("    nothing changed since the current model")
        return 0

    name = f"aside-{made_of[:12]}"
    _say(f"2/4 training {name}")
    started = time.monotonic()
    try:
        _train(name)
    except TrainingError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    _say(f"3/4 trained in {time.monotonic() - started:.0f} s")

    table = policy_table(sources, str(environment.POLICY.relative_to(environment.ROOT)))
    manifest = Manifest.of_trained(environment.MODELS / f"{name}.tar.gz", made_of, table)
    manifest.write()
    _say(f"4/4 {name} is the current model (sha256 {manifest.sha256[:12]})")
    return 0


def _is_current(made_of: str) -> bool:
    try:
        manifest = Manifest.read(environment.MODELS)
        manifest.verify()
    except ManifestError:
        return False
    return manifest.fingerprint == made_of


def _train(name: str) -> None:
    """Let Rasa write `models/<name>.tar.gz`.

    Raises:
        TrainingError: in one sentence, as Rasa's exceptions have a page.
    """
    environment.prepare()
    # Not at the top: the environment must be set before TensorFlow is imported, and a broken file is found without it.
    from rasa.model_training import train
    from rasa.shared.exceptions import RasaException

    environment.MODELS.mkdir(parents=True, exist_ok=True)
    chatter = io.StringIO()
    try:
        with contextlib.redirect_stdout(chatter), contextlib.redirect_stderr(chatter):
            result = train(
                domain=str(environment.DOMAIN),
                config=str(environment.CONFIG),
                training_files=[str(environment.DATA)],
                output=str(environment.MODELS),
                fixed_model_name=name,
                force_training=True,
            )
    except (RasaException, ValueError, SystemExit) as error:
        raise TrainingError(f"Rasa refuses the training files: {_first_sentence(str(error))}") from error
    if result.model is None:
        raise TrainingError(f"Rasa trained nothing: {_first_sentence(chatter.getvalue())}")


def _first_sentence(text: str) -> str:
    """Return the text up to its second paragraph, in one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
