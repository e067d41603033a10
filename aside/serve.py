"""`aside serve`, `aside work`, `aside desk`: the gateway, the worker and the desk, together or apart.

    SQLite       one process does it all (the database's lock says so): webhooks, work and desk on one address
    PostgreSQL   serve: webhooks and the desk; work: drains lanes; desk: the desk alone; any number of each

settings -> database (migrated) -> Gateway + desk -> one sanic app -> until SIGTERM or SIGINT
"""

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from filelock import FileLock, Timeout
from sanic import Sanic
from sqlalchemy.engine import Engine

from aside.processes import refuse_taken_ports
from aside.slow_senders import ImpatientProtocol
from gateway import app as composition
from gateway import brand, credentials, log, opening
from gateway.brand import Brand
from gateway.clock import Clock, utc_now
from gateway.engine.distributed import DistributedCarrier, carried_by
from gateway.engine.jobs import ProcrastinateJobs
from gateway.engine.local import LocalCarrier
from gateway.errors import SettingsError
from gateway.lanes import Carrier
from gateway.messages import Channel
from gateway.routing.assistant import RasaAssistant
from gateway.settings import Settings, channel_credentials
from gateway.storage import vault
from gateway.storage.database import Database, create_engine, is_shared
from gateway.storage.migrate import migrate
from gateway.storage.postgres import PostgresDatabase
from gateway.storage.seal import Ring
from gateway.storage.sqlite import SqliteDatabase
from handoff.desk import attach

_log = log.get(__name__)


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What one process does."""

    webhooks: bool = True
    works: bool = True
    desk: bool = True


ALL: Final = Parts()


def build(settings: Settings, parts: Parts = ALL, clock: Clock = utc_now, name: str = "aside") -> Sanic[Any, Any]:
    """Put everything together. Nothing is opened before the app starts. Raises `SettingsError`."""
    its_brand = brand.load()
    gateway, database = _compose(settings, its_brand, clock)
    app: Sanic[Any, Any] = Sanic(name, configure_logging=False)
    app.config.update(
        REQUEST_MAX_SIZE=settings.aside_max_body,
        PROXIES_COUNT=settings.aside_proxies or None,
        REQUEST_TIMEOUT=20,  # seconds for a head; from its first byte, as for a body (`ImpatientProtocol`)
        RESPONSE_TIMEOUT=30,  # seconds for a body and its answer
        KEEP_ALIVE_TIMEOUT=65,
        GRACEFUL_SHUTDOWN_TIMEOUT=3,  # seconds for requests; sends have their own time after it, and 15 is all
        ACCESS_LOG=False,
        AUTO_EXTEND=False,  # sanic-ext would look at each request for what is to be injected; nothing of ours is
        MOTD=False,
    )
    app.blueprint(gateway.health)
    if parts.webhooks:
        app.blueprint(gateway.webhooks)
    if parts.desk:
        attach(app, database, gateway.wall, settings, clock, its_brand.name, credentials.accounts(settings.pretended))

    @app.before_server_start
    async def start(_app: Sanic[Any, Any]) -> None:
        await gateway.start(works=parts.works)

    @app.after_server_stop
    async def stop(_app: Sanic[Any, Any]) -> None:
        await gateway.stop()

    return app


def _compose(settings: Settings, its_brand: Brand, clock: Clock) -> tuple[composition.Gateway, Database]:
    sections = channel_credentials()
    for channel, lacking in credentials.missing_secrets(sections).items():
        _log.warning("channel_off", channel=channel.value, lacking=lacking)
    if not settings.aside_vault_key.get_secret_value():
        _log.warning("vault_off", lacking="ASIDE_VAULT_KEY")
    token = settings.aside_bot_token.get_secret_value()
    if not token:
        raise SettingsError("ASIDE_BOT_TOKEN is not set. `make setup` writes one into .env.")
    database, carrier = _storage(settings, credentials.usable(sections), clock)
    channels = opening.open_channels(sections, clock, database)
    assistant = RasaAssistant(settings.assistant, token, settings.aside_assistant_timeout)
    return composition.Gateway(settings, channels, database, assistant, its_brand, clock, carrier), database


def _storage(settings: Settings, channels: list[Channel], clock: Clock) -> tuple[Database, Carrier]:
    if is_shared(settings.database):
        jobs = ProcrastinateJobs(
            settings.database, channels, cases=settings.aside_turns, threads=settings.aside_sends, clock=clock
        )
        shared = PostgresDatabase(settings.database, carried_by(jobs, clock))
        return shared, DistributedCarrier(shared, jobs, channels, clock)
    database = SqliteDatabase(settings.database)
    local = LocalCarrier(database, channels, clock)
    database.on_call(local.kick)
    return database, local


@contextmanager
def claimed_database(settings: Settings) -> Iterator[None]:
    """Migrate, and make sure that nobody else serves a database that only one process can. Raises `SettingsError`."""
    settings.make_home()
    engine = create_engine(settings.database)
    lock = None if is_shared(settings.database) else _lock(engine)
    try:
        try:
            migrate(engine)
            vault.check(engine, Ring.of(settings.aside_vault_key.get_secret_value()))
        except SettingsError:
            if lock is not None:  # what is no database of ours gets no file of ours beside it
                Path(lock.lock_file).unlink(missing_ok=True)
            raise
        finally:
            engine.dispose()
        yield
    finally:
        if lock is not None:
            lock.release()


def is_served(settings: Settings) -> bool:
    """Whether a process serves the SQLite database of these settings."""
    path = settings.database_file
    if path is None or not Path(f"{path}.lock").exists():
        return False
    try:
        with FileLock(f"{path}.lock", timeout=0):
            return False
    except Timeout:
        return True


def _lock(engine: Engine) -> FileLock:
    path = engine.url.database
    if not path:
        raise SettingsError("DATABASE_URL must name a file, as in sqlite:///PATH.")
    if not Path(path).parent.is_dir():
        raise SettingsError(f"DATABASE_URL names {path}, but there is no such folder.")
    lock = FileLock(f"{path}.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise SettingsError(f"Another Aside is serving {path}. Stop it first.") from error
    return lock


def serve(settings: Settings, parts: Parts) -> None:
    """Serve until told to stop. Raises `SettingsError`."""
    log.configure()
    _listen(settings, parts, "ASIDE_PORT", settings.aside_port)


def work(settings: Settings) -> None:
    """Drain lanes until told to stop; listens only where ASIDE_WORK_PORT asks for it. Raises `SettingsError`."""
    log.configure()
    if settings.aside_work_port:
        _listen(settings, Parts(webhooks=False, desk=False), "ASIDE_WORK_PORT", settings.aside_work_port)
    else:
        with claimed_database(settings):
            asyncio.run(_work(settings))


def refuse_to_share(settings: Settings, command: str) -> None:
    """Raise `SettingsError` where the database cannot be shared between processes."""
    if not is_shared(settings.database):
        raise SettingsError(
            f"SQLite is served by one process: `aside serve` does what `aside {command}` would. "
            "For several processes set DATABASE_URL=postgresql+psycopg://USER:PASSWORD@HOST:PORT/NAME."
        )


def _listen(settings: Settings, parts: Parts, setting: str, port: int) -> None:
    refuse_taken_ports({setting: port}, settings.aside_host)
    with claimed_database(settings):
        app = build(settings, parts)
        app.run(
            host=settings.aside_host,
            port=port,
            single_process=True,
            motd=False,
            access_log=False,
            protocol=ImpatientProtocol,
        )


async def _work(settings: Settings) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    gateway, _ = _compose(settings, brand.load(), utc_now)
    await gateway.start()
    await stop.wait()
    await gateway.stop()
