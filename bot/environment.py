"""What must be set before Rasa and TensorFlow are imported: where things are, and what stays quiet."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
DOMAIN = ROOT / "bot" / "domain"
POLICY = DOMAIN / "policy.yml"
CONFIG = ROOT / "bot" / "config.yml"
COMPONENTS = ROOT / "bot" / "components"
MODELS = ROOT / "bot" / "models"
ENDPOINTS = ROOT / "endpoints.yml"
CREDENTIALS = ROOT / "credentials.yml"

_SETTINGS = {
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "RASA_TELEMETRY_ENABLED": "false",
    "LOG_LEVEL": "ERROR",
    "LOG_LEVEL_LIBRARIES": "ERROR",
    # None: whether anything changed, `bot.training.fingerprint` knows, and two processes must not share Rasa's cache.
    "RASA_MAX_CACHE_SIZE": "0",
}


def prepare() -> None:
    """Set the environment of this process. Call it before anything of Rasa is imported."""
    for name, value in _SETTINGS.items():
        os.environ.setdefault(name, value)
    # Rasa 3.6 is the last of its line and stands on libraries that deprecate what it uses. Sanic's import switches
    # those warnings on again, so it comes first.
    import sanic.app  # noqa: F401

    warnings.simplefilter("ignore")
