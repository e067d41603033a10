"""`aside serve`: gateway, worker and desk in one process, on one address.

settings -> database (one process's lock, migrated) -> Gateway + desk -> one sanic app -> until SIGTERM or SIGINT
"""

import os
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from sanic import Sanic

from aside.processes import refuse_taken_ports
from gateway import app as composition
from gateway import brand, log
from gateway.clock import Clock, utc_now
from gateway.errors import SettingsError
from gateway.routing.assistant import RasaAssistant
from gateway.settings import Settings, channel_credentials
from gateway.storage.database import SqliteDatabase, create_engine
from gateway.storage.migrate import migrate
from handoff.desk import attach

_log = log.get(__name__)


def build(settings: Settings, clock: Clock = utc_now, name: str = "aside") -> Sanic[Any, Any]:
    """Put everything together. Nothing is opened before the app starts. Raises `SettingsError`."""
    credentials = channel_credentials()
    channels = composition.open_channels(credentials, clock)
    for channel, lacking in composition.missing_secrets(credentials).items():
        _log.warning("channel_off", channel=channel.value, lacking=lacking)
    token = settings.aside_bot_token.get_secret_value()
    if not token:
        raise SettingsError("ASIDE_BOT_TOKEN is not set. `make setup` writes one into .env.")
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=settings.aside_max_body,
        REQUEST_TIMEOUT=20,  # seconds; sanic's 60 lets slow senders hold a connection for long
        RESPONSE_TIMEOUT=30,
        KEEP_ALIVE_TIMEOUT=65,
        GRACEFUL_SHUTDOWN_TIMEOUT=10,
        ACCESS_LOG=False,
        MOTD=False,
    )
    database = SqliteDatabase(settings.database)
    assistant = RasaAssistant(settings.assistant, token, settings.aside_assistant_timeout)
    its_brand = brand.load()
    gateway = composition.Gateway(settings, channels, database, assistant, its_brand, clock)
    for blueprint in gateway.blueprints:
        app.blueprint(blueprint)
    bell = attach(app, database, gateway.wall, settings, clock, gateway.wake, its_brand.name)
    database.on_commit(bell.ring)

    @app.before_server_start
    async def start(_app: Sanic[Any, Any]) -> None:
        await gateway.start()

    @app.after_server_stop
    async def stop(_app: Sanic[Any, Any]) -> None:
        await gateway.stop()

    return app


def claim_database(settings: Settings) -> FileLock:
    """Migrate, and make sure that no other process serves this database. Raises `SettingsError`."""
    settings.make_home()
    engine = create_engine(settings.database)
    path = engine.url.database
    if not path:
        raise SettingsError("DATABASE_URL must name a file, as in sqlite:///PATH.")
    if not Path(path).parent.is_dir():
        raise SettingsError(f"DATABASE_URL names {path}, but there is no such folder.")
    migrate(engine)
    engine.dispose()
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SettingsError(f"Another Aside is serving {path}. Stop it first.") from error
    return lock


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    os.umask(0o077)  # what customers say is for its owner's eyes only, wherever the database lies
    log.configure()
    refuse_taken_ports({"ASIDE_PORT": settings.aside_port}, settings.aside_host)
    lock = claim_database(settings)
    try:
        app = build(settings)
        app.run(host=settings.aside_host, port=settings.aside_port, single_process=True, motd=False, access_log=False)
    finally:
        lock.release()
