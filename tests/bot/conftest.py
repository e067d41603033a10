"""The real model, served once per session, with the real actions beside it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tests.bot.assistant import (
    BOT_PYTHON,
    ROOT,
    ROOT_PYTHON,
    TOKEN,
    Assistant,
    Conversation,
    NewCase,
    free_port,
    started,
)


@pytest.fixture(scope="session")
def model() -> None:
    """Train unless the current model is up to date."""
    subprocess.run([str(BOT_PYTHON), "-m", "bot.training.train"], cwd=ROOT, check=True)


@pytest.fixture(scope="session")
def assistant(model: None) -> Iterator[Assistant]:
    """Return the running assistant."""
    actions_port = free_port()
    actions = started(
        [str(ROOT_PYTHON), "-m", "actions.serve"],
        actions_port,
        "/health",
        {},
        ACTIONS_PORT=str(actions_port),
        ASIDE_BOT_TOKEN=TOKEN,
    )
    try:
        served, bot = Assistant.start(actions_port)
    except RuntimeError:
        actions.terminate()
        raise
    yield served
    for process in (bot, actions):
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def conversation(assistant: Assistant) -> NewCase:
    """Return a maker of new cases."""

    def new(surface: str = "private", channel: str = "twitter") -> Conversation:
        return Conversation(assistant, surface, channel)

    return new
