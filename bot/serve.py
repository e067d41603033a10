"""Serves the assistant to the gateway: `python -m bot.serve`.

Rasa's own command would start every channel in `credentials.yml`, with an HTTP API beside them that can swap models
and read conversations. This one starts our channel and nothing else, on loopback. Settings by environment:
`ASIDE_BOT_TOKEN` (required), `RASA_PORT` (5005), `RASA_HOST` (127.0.0.1), `ACTIONS_PORT` (5055), and `ASIDE_MODEL`
(the name of a model in `bot/models`; default: the current one).
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from typing import Any

from ruamel.yaml import YAML

from bot import environment
from bot.training.manifest import Manifest, ManifestError

logger = logging.getLogger("bot.serve")

CHANNEL = "bot.channels.gateway.GatewayInput"
REQUEST_MAX_BYTES = 1024 * 1024


def channel_credentials() -> dict[str, Any]:
    """Return our channel's section of `credentials.yml` with its variables filled in; unset ones become empty.

    Rasa's reader fills in the whole file and fails on any unset variable, so on any channel that is simply off.
    """
    # Not the "safe" reader: Rasa changes that one for the whole process, so that it fails on the other channels.
    section = YAML(typ="rt").load(environment.CREDENTIALS.read_text(encoding="utf-8")).get(CHANNEL) or {}
    filled = {name: os.path.expandvars(str(value)) for name, value in section.items()}
    return {name: "" if value.startswith("$") else value for name, value in filled.items()}


def main() -> int:
    """Serve until stopped; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        manifest = Manifest.read(environment.MODELS, os.environ.get("ASIDE_MODEL"))
    except ManifestError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    environment.prepare()
    os.environ.setdefault("ACTIONS_PORT", "5055")
    # A turn multiplies little; a second thread, waiting for its share, costs more than it takes over.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    return _serve(manifest)


def _serve(manifest: Manifest) -> int:
    # Not at the top: the environment must be set before Rasa and TensorFlow are imported.
    from rasa.core.channels.channel import register
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.exceptions import RasaException
    from rasa.utils.log_utils import configure_structlog
    from sanic import Sanic

    from bot.channels.gateway import GatewayInput
    from bot.dialogue.engine import Engine

    try:
        channel = GatewayInput.from_credentials(channel_credentials())
    except RasaException as error:
        sys.stderr.write(f"{error}\n")
        return 1
    # Without this Rasa logs every message in full: it is set up by the command that we do not use.
    configure_structlog(logging.ERROR)
    endpoints = AvailableEndpoints.read_endpoints(str(environment.ENDPOINTS))

    app = Sanic("aside_bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = REQUEST_MAX_BYTES
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.engine = None
    app.ctx.failure = None
    register([channel], app, route="/webhooks/")

    async def load(app: Sanic) -> None:
        """Load the model while the port already answers "not ready"."""
        try:
            app.ctx.engine = await asyncio.get_running_loop().run_in_executor(None, Engine.load, manifest, endpoints)
            logger.info("serving %s", manifest.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, a process without a model must not stay up
            app.ctx.failure = error
            app.stop()

    app.add_task(load)
    host, port = os.environ.get("RASA_HOST", "127.0.0.1"), int(os.environ.get("RASA_PORT", "5005"))
    app.run(host=host, port=port, workers=1, access_log=False, debug=False)
    if app.ctx.failure is not None:
        sys.stderr.write(f"The model {manifest.name} cannot be loaded: {app.ctx.failure}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
