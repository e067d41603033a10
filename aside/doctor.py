"""`aside doctor`: looks at everything that a running Aside needs, and says what to do about what is not well.

machine, settings, database, assistant -> each channel: secrets, account, webhook -> lines: ok, look, broken
"""

import asyncio
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import httpx
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError

from aside import misread
from aside.channels import pretend
from aside.doctor_channels import channels
from aside.findings import Line, broken, look, ok
from gateway import brand
from gateway.errors import AsideError, SettingsError
from gateway.messages import Channel
from gateway.sending.limits import limits
from gateway.settings import ROOT, Settings, channel_credentials
from gateway.storage import outages, settled, vault
from gateway.storage.database import create_engine
from gateway.storage.migrate import is_current
from gateway.storage.seal import Ring

_ROOM_TO_LOOK: Final = 2_000_000_000  # bytes free on the disk
_ROOM_TO_WORK: Final = 200_000_000
_ONE_CALL: Final = 5.0  # seconds
_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")


def examine(settings: Settings, only: Channel | None) -> list[Line]:
    """Everything; with `only`, that channel alone. Raises nothing."""
    lines: list[Line] = []
    if only is None:
        for examination in (_machine, _rules, _database, _assistant, _ports):
            lines += _safely(examination.__name__.strip("_"), lambda: examination(settings))  # noqa: B023 - called at once
    return lines + _safely("channels", lambda: asyncio.run(channels(settings, only)))


def _safely(part: str, examination: Callable[[], Iterable[Line]]) -> list[Line]:
    """One part that cannot be looked at hides none of the others."""
    try:
        return list(examination())
    except AsideError as error:
        return [broken(part, part, error.message)]
    except Exception as error:  # noqa: BLE001 - whoever is ill may well show it in ways that nobody has foreseen
        return [broken(part, part, f"It cannot be looked at: {type(error).__name__}: {error}")]


def _machine(settings: Settings) -> Iterator[Line]:
    home = settings.home
    if not home.exists():
        yield look("machine", "home", f"{home} is not there yet.", "`aside setup` makes it.")
    else:
        yield _private(home, "home", "It holds what customers say", 0o700)
        if not os.access(home, os.W_OK):
            yield broken("machine", "home", f"{home} cannot be written to.", "Give it to whoever runs Aside.")
    if (env := ROOT / ".env").exists():
        yield _private(env, ".env", "It holds secrets", 0o600)
    free = shutil.disk_usage(home if home.exists() else ROOT).free
    room = f"{free / 1e9:.1f} GB are free where state is kept."
    if free < _ROOM_TO_WORK:
        yield broken("machine", "disk", room, "Make room: what cannot be stored is not acknowledged to the platforms.")
    elif free < _ROOM_TO_LOOK:
        yield look("machine", "disk", room, "Make room soon.")
    else:
        yield ok("machine", "disk", room)


def _private(path: Path, name: str, why: str, mode: int) -> Line:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        return look("machine", name, f"{path} can be read by others. {why}.", f"chmod {mode:o} {path}")
    return ok("machine", name, f"{path} is its owner's alone.")


def _rules(settings: Settings) -> Iterator[Line]:
    for name, read in (
        ("brand.yml", brand.load),
        ("credentials.yml", channel_credentials),
        ("ASIDE_LIMITS", lambda: limits(settings.aside_limits)),
    ):
        try:
            read()
        except SettingsError as error:
            yield broken("settings", name, error.message)
        else:
            yield ok("settings", name, "It can be read.")
    with suppress(SettingsError):  # a file that cannot be read is said above
        yield from misread.everything()
    if settings.aside_bot_token.get_secret_value():
        yield ok("settings", "ASIDE_BOT_TOKEN", "It is set.")
    else:
        yield broken("settings", "ASIDE_BOT_TOKEN", "It is not set.", "`aside setup` writes one into .env.")
    yield from _vault(settings)
    public = urlsplit(settings.aside_public_url)
    if settings.aside_public_url and (public.scheme != "https" or not public.hostname):
        yield broken(
            "settings",
            "ASIDE_PUBLIC_URL",
            f"{settings.aside_public_url} is no https address.",
            "Platforms deliver by https only, with a certificate that everybody trusts.",
        )
    if settings.aside_host not in _LOOPBACK and not settings.url.startswith("https://"):
        yield look(
            "settings",
            "ASIDE_HOST",
            f"Others reach the desk at {settings.aside_host}, and by http for all that ASIDE_URL says.",
            "Put a proxy with TLS before it, and set ASIDE_URL to its https address.",
        )


def _vault(settings: Settings) -> Iterator[Line]:
    try:
        ring = Ring.of(settings.aside_vault_key.get_secret_value())
    except SettingsError as error:
        yield broken("settings", "ASIDE_VAULT_KEY", error.message)
        return
    if ring is None:
        unsealed = "It is not set: what customers say lies unsealed and unmasked in the database."
        yield broken("settings", "ASIDE_VAULT_KEY", unsealed, "`aside setup` writes one into .env. Keep a copy of it.")
    else:
        yield ok("settings", "ASIDE_VAULT_KEY", "It is set. Without it nobody can read what is sealed: keep a copy.")


def _database(settings: Settings) -> Iterator[Line]:
    path = settings.database_file
    if path is not None and not path.exists():
        yield look("database", "tables", f"{path} is not there yet.", "`aside setup` makes it.")
        return
    engine = create_engine(settings.database)
    try:
        if not is_current(engine):
            yield look("database", "tables", "The tables are of an older version.", "`aside migrate`, or start Aside.")
            return
        yield ok("database", "tables", f"{engine.dialect.name}: the tables are this version's.")
        yield from _sealed(settings, engine)
        with engine.connect() as conn:
            failing, waiting = outages.all_of(conn), settled.set_aside(conn)
        for outage in failing:
            yield broken(
                outage.channel.value, "sending", outage.why, "What is to be said there waits, and goes out by itself."
            )
        for channel, reasons in waiting.items():
            yield look(
                channel.value,
                "set aside",
                f"{sum(reasons.values())} event(s) were not understood{pretend(settings, channel)}.",
                f"See /desk/channels; after an update: `aside replay --channel {channel}`.",
            )
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or type(error).__name__).splitlines()[0]
        yield broken("database", "tables", f"The database does not answer: {said}", "See DATABASE_URL.")
    finally:
        engine.dispose()


def _sealed(settings: Settings, engine: Engine) -> Iterator[Line]:
    with suppress(SettingsError):  # a key that is none is said above
        ring = Ring.of(settings.aside_vault_key.get_secret_value())
        try:
            vault.check(engine, ring)
        except SettingsError as error:
            yield broken("database", "sealed", error.message, "Put back the key that was used before: see your copy.")
        else:
            yield ok("database", "sealed", "ASIDE_VAULT_KEY opens what is stored.")


def _assistant(settings: Settings) -> Iterator[Line]:
    current = ROOT / "bot" / "models" / "current"
    name = current.read_text().strip() if current.exists() else ""
    if settings.rasa_url:
        pass  # it runs elsewhere, with a model of its own
    elif name and (current.parent / f"{name}.tar.gz").exists():
        yield ok("assistant", "model", f"{name} is the current model.")
    else:
        yield broken("assistant", "model", "There is no trained model.", "`aside setup` trains one, in some minutes.")
    token = settings.aside_bot_token.get_secret_value()
    code = _status(f"{settings.assistant}/webhooks/gateway/ready", token)
    if code == 200:
        yield ok("assistant", "Rasa", f"It answers at {settings.assistant}.")
    elif code in (401, 403):
        yield broken(
            "assistant", "Rasa", "It does not take our token.", "Give gateway and Rasa the same ASIDE_BOT_TOKEN."
        )
    elif _runs(settings):
        yield broken(
            "assistant", "Rasa", f"Nothing answers at {settings.assistant}.", "`aside assistant`; see RASA_URL."
        )
    else:
        yield look("assistant", "Rasa", f"Nothing answers at {settings.assistant}.", "`aside run` starts it.")


def _ports(settings: Settings) -> Iterator[Line]:
    code = _status(f"http://{settings.aside_host}:{settings.aside_port}/healthz")
    if code == 200:
        yield ok("machine", "ASIDE_PORT", f"Aside answers on port {settings.aside_port}.")
    elif code:
        yield broken(
            "machine",
            "ASIDE_PORT",
            f"Something else answers on port {settings.aside_port}.",
            "Stop it, or set ASIDE_PORT to another port.",
        )
    else:
        yield look("machine", "ASIDE_PORT", f"Nothing runs on port {settings.aside_port}.", "`aside run` starts Aside.")


def _runs(settings: Settings) -> bool:
    return _status(f"http://{settings.aside_host}:{settings.aside_port}/healthz") == 200


def _status(url: str, token: str = "") -> int:
    """The status of an answer; 0 where there is none."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with suppress(httpx.HTTPError, httpx.InvalidURL):
        return httpx.get(url, headers=headers, timeout=_ONE_CALL, trust_env=False).status_code
    return 0
