"""`aside setup`: what `run` needs beyond the two environments. Each step is done only where something changed.

token and key of the vault in .env -> trained model (the trainer's own fingerprint decides) -> migrated database
"""

import base64
import os
import secrets
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click
from filelock import FileLock, Timeout
from sqlalchemy.engine import Engine

from gateway import brand, public_answers
from gateway.errors import SettingsError
from gateway.settings import ROOT, Settings
from gateway.storage.database import create_engine
from gateway.storage.migrate import migrate

_ENV_FILE: Final = ROOT / ".env"
_MODELS: Final = ROOT / "bot" / "models"
_TOKEN: Final = "ASIDE_BOT_TOKEN"  # noqa: S105 - the setting's name
_VAULT: Final = "ASIDE_VAULT_KEY"


def set_up(settings: Settings) -> None:
    """Do what is missing. Raises `SettingsError` with the sentence of the step that failed."""
    if not settings.aside_bot_token.get_secret_value():
        _write(_TOKEN, secrets.token_urlsafe(32))
    if not settings.aside_vault_key.get_secret_value():
        # The form of a key of Fernet: 32 bytes in URL-safe base64.
        _write(_VAULT, base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
    public_answers.must_pass(brand.load())
    if train({"ASIDE_HOME": str(settings.home)}):
        raise SettingsError("The assistant could not be trained; see above.")
    with migrated(settings):
        pass


def train(environment: Mapping[str, str]) -> int:
    """Train what changed, one process of this checkout at a time; the trainer's exit status. Raises `SettingsError`."""
    command = [str(bot_python()), "-m", "bot.training.train"]
    _MODELS.mkdir(parents=True, exist_ok=True)
    lock = FileLock(_MODELS / "train.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:  # with a model trained beside it, ours is current, and this takes seconds
        click.echo("Somebody else trains the assistant in this checkout: waiting until that is done …")
        lock.acquire()
    try:
        done = subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=False)  # noqa: S603 - our own
        return done.returncode
    finally:
        lock.release()


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


def _write(name: str, secret: str) -> None:
    """One secret for all of this checkout's processes, readable by its owner only."""
    line = f"{name}={secret}\n"
    before = _ENV_FILE.read_text() if _ENV_FILE.exists() else ""
    descriptor = os.open(_ENV_FILE, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.fchmod(descriptor, 0o600)  # also where the file was there, for others to read
    with os.fdopen(descriptor, "w") as file:
        file.write(before + ("" if not before or before.endswith("\n") else "\n") + line)
