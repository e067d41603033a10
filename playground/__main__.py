"""`python -m playground`: one process, on 127.0.0.1 only."""

import logging

from sanic import Sanic

from playground.app import create_app
from playground.settings import Settings


def main() -> None:
    """Serve until SIGTERM or SIGINT."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel(logging.WARNING)
    settings = Settings.from_environment()
    app = create_app(settings)
    app.prepare(host="127.0.0.1", port=settings.playground_port, single_process=True, motd=False)
    logging.getLogger("playground").info("open http://127.0.0.1:%d", settings.playground_port)
    Sanic.serve_single(app)


if __name__ == "__main__":
    main()
