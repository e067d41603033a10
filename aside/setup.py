"""`aside setup`: what `run` needs beyond the two environments. Each step is done only where something changed.

token in .env -> trained model (the trainer's own fingerprint decides) -> migrated database
"""

import os
import secrets
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy.engine import Engine

from gateway.errors import SettingsError
from gateway.settings import ROOT, Settings
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate

_ENV_FILE: Final = ROOT / ".env"
_TOKEN: Final = "ASIDE_BOT_TOKEN"  # noqa: S105 - the setting's name


def set_up(settings: Settings) -> None:
    """Do what is missing. Raises `SettingsError` with the sentence of the step that failed."""
    if not settings.aside_bot_token.get_secret_value():
        _write_token()
    done = subprocess.run(  # noqa: S603 - our own interpreter and module
        [str(bot_python()), "-m", "bot.training.train"],
        cwd=ROOT,
        env={**os.environ, "ASIDE_HOME": str(settings.home)},
        check=False,
    )
    if done.returncode:
        raise SettingsError("The assistant could not be trained; see above.")
    with migrated(settings):
        pass


@contextmanager
def migrated(settings: Settings) -> Iterator[Engine]:
    """The settings' database, at this version's tables, for a short while. Raises `SettingsError`."""
    settings.make_home()
    engine = create_engine(settings.database)
    try:
        migrate(engine)
        yield engine
    finally:
        engine.dispose()


def bot_python() -> Path:
    """The interpreter of the assistant's environment. Raises `SettingsError` where it is missing."""
    python = ROOT / "bot" / ".venv" / "bin" / "python"
    if not python.exists():
        raise SettingsError("The assistant's environment is missing. Run `make setup`.")
    return python


def _write_token() -> None:
    """One token for all of this checkout's processes, readable by its owner only."""
    line = f"{_TOKEN}={secrets.token_urlsafe(32)}\n"
    before = _ENV_FILE.read_text() if _ENV_FILE.exists() else ""
    descriptor = os.open(_ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(before + ("" if not before or before.endswith("\n") else "\n") + line)
