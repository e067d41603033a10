"""The demo: what `aside run --playground` puts in the place of accounts, for its processes and for commands beside it.

what the operator has set -> platforms without an account -> settings that the playground pretends
    -> the processes' environment
    -> ASIDE_HOME/demo.json, for as long as the demo runs -> `aside doctor`, `aside channels`: the same settings

What an operator has set themselves wins everywhere.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.settings import Settings, known_environment
from playground.settings import demo_environment

_HINT: Final = "The demo shop knows the orders 104217 to 104228."
_DIRECT: Final = "400"
"""X lets out 15 direct messages in 15 minutes: six customers and one visitor of the demo would soon wait for that."""
_LOCK: Final = "run.lock"
_FILE: Final = "demo.json"
_A_MOMENT: Final = 2.0  # seconds: a command may just look whether a demo runs

_ACCESS: Final = {
    Channel.TWITTER: ("TWITTER_ACCESS_TOKEN", "TWITTER_OAUTH2_REFRESH_TOKEN"),
    Channel.FACEBOOK: ("FACEBOOK_PAGE_ACCESS_TOKEN",),
    Channel.TELEGRAM: ("TELEGRAM_ACCESS_TOKEN",),
}
"""Whoever has set one of these has an account of their own."""
_PLATFORMS: Final = {Channel.TWITTER: "x", Channel.FACEBOOK: "facebook", Channel.TELEGRAM: "telegram"}
"""What the playground calls them."""


def environment(base: Mapping[str, str]) -> dict[str, str]:
    """What the demo sets beside `base` (its home and ports) for the networks of which the operator has no account."""
    known = known_environment()
    demo = demo_environment({**os.environ, **base})
    away = real_channels(known, demo)
    pretended = [channel for channel in Channel if channel not in away]
    if Channel.TWITTER in pretended:
        demo |= {"ASIDE_LIMITS": f"twitter/private={_DIRECT}/900", "PLAYGROUND_X_MESSAGES": _DIRECT}
    theirs = tuple(map(prefix, away))
    values = {name: value for name, value in demo.items() if not name.startswith(theirs) and not known.get(name)}
    values["ASIDE_PRETEND"] = ",".join(pretended)
    values["PLAYGROUND_HINT"] = _HINT
    values["PLAYGROUND_AWAY"] = ",".join(_PLATFORMS[channel] for channel in away)
    return values


def real_channels(known: Mapping[str, str], demo: Mapping[str, str]) -> list[Channel]:
    """The channels on which the operator has an account: the playground leaves them alone."""
    return [
        channel
        for channel, names in _ACCESS.items()
        if any(known.get(name) and known.get(name) != demo.get(name) for name in names)
    ]


def prefix(channel: Channel) -> str:
    """How the names of a channel's settings begin."""
    return f"{channel.value.upper()}_"


def without_the_real(values: Mapping[str, str]) -> dict[str, str]:
    """What the playground must not see: the settings of real accounts, which are none of its business."""
    away = [channel for channel, name in _PLATFORMS.items() if name in values["PLAYGROUND_AWAY"].split(",")]
    return {name: "" for name in os.environ if name.startswith(tuple(map(prefix, away)))}


@contextmanager
def claimed(settings: Settings) -> Iterator[None]:
    """Be the only `aside run` of this home. Raises `SettingsError` where there is another."""
    lock = FileLock(settings.make_home() / _LOCK)
    try:
        lock.acquire(timeout=_A_MOMENT)
    except Timeout as error:
        raise SettingsError(
            f"Aside runs from {settings.home} already, or is just being started there. Stop that one first (Ctrl-C "
            "where it runs), or set ASIDE_HOME and other ports for a second one."
        ) from error
    try:
        (settings.home / _FILE).unlink(missing_ok=True)  # of one that was killed
        yield
    finally:
        (settings.home / _FILE).unlink(missing_ok=True)
        lock.release()


def tell(settings: Settings, values: Mapping[str, str]) -> None:
    """Let commands beside the demo know its settings, for as long as it runs."""
    path = settings.home / _FILE
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(dict(values), file)


def join(settings: Settings) -> bool:
    """Take on the settings of the demo that runs from this home, where one does. Returns whether one does."""
    values = _told(settings.home)
    known = known_environment()
    os.environ.update({name: value for name, value in values.items() if not known.get(name)})
    return bool(values)


def _told(home: Path) -> dict[str, str]:
    if not (home / _FILE).exists() or not _is_held(home / _LOCK):
        return {}
    with suppress(OSError, ValueError):
        return {str(name): str(value) for name, value in json.loads((home / _FILE).read_text()).items()}
    return {}


def _is_held(path: Path) -> bool:
    lock = FileLock(path)
    try:
        with lock.acquire(timeout=0):
            return False
    except Timeout:
        return True
