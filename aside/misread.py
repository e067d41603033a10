"""What is written into `credentials.yml` and `.env` that nothing reads: misspelt, forgotten, or in the wrong place.

files -> names that are known (settings, the channels' keys) -> lines: which one, what was probably meant, the way out

Nothing of what a setting holds is ever said.
"""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click
import yaml
from dotenv.parser import parse_stream

from aside.findings import Line, broken, look
from gateway import opening
from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.settings import ROOT, Settings, channel_setting_names

_CREDENTIALS: Final = ROOT / "credentials.yml"
_ENV: Final = ROOT / ".env"
_ASSISTANT: Final = "bot.channels.gateway.GatewayInput"
_REFERENCE: Final = re.compile(r"\$\{[A-Z0-9_]+\}")
_OPEN: Final = {"api_root", "app_id", "bot_username", "page_id", "receive", "user_id", "username"}
"""Keys of a channel that are no secret."""
_OURS: Final = (*(f"{channel.value.upper()}_" for channel in Channel), "ASIDE_")
_NAMES_OF_TOOLS: Final = {
    *("ASIDE_MODEL", "ASIDE_SIMULATION_SEEDS", "ASIDE_TEST_ON", "ASIDE_TEST_POSTGRES"),
    *("RASA_HOST", "RASA_CACHE_DIRECTORY", "RASA_MAX_CACHE_SIZE", "RASA_TELEMETRY_ENABLED"),
    *("PLAYGROUND_AWAY", "PLAYGROUND_HINT", "PLAYGROUND_PACE", "PLAYGROUND_X_MESSAGES"),
}


def everything() -> list[Line]:
    """All of it, in this checkout. Raises `SettingsError` where a file cannot be read."""
    return [*in_credentials(), *in_env()]


def say(*, with_assistant: bool = False) -> None:
    """Say it all once, as something starts. Raises `SettingsError` where the assistant is to start, and could not."""
    grave = list(in_assistant()) if with_assistant else []
    for line in everything():
        if line not in grave:
            click.echo(f"{line.name}: {line.words} {line.advice}", err=True)
    for line in grave:
        raise SettingsError(f"{line.name}: {line.words} {line.advice}")


def in_credentials(path: Path = _CREDENTIALS) -> Iterator[Line]:
    """What is wrong in `credentials.yml`. Raises `SettingsError` where it cannot be read."""
    sections = _sections(path)
    known = [*(channel.value for channel in Channel), _ASSISTANT]
    for name in map(str, sections):
        if name not in known:
            yield _unknown_section(name, [one for one in known if one not in sections])
    for channel in Channel:
        section = sections.get(channel.value)
        if isinstance(section, dict):
            yield from _in_channel(channel, section)
    yield from in_assistant(path)


def in_assistant(path: Path = _CREDENTIALS) -> Iterator[Line]:
    """What keeps the assistant from starting. Raises `SettingsError` where `credentials.yml` cannot be read."""
    section = _sections(path).get(_ASSISTANT)
    if isinstance(section, dict) and section.get("token"):
        return
    lacks = f"the section `{_ASSISTANT}`" if section is None else f"a token in the section `{_ASSISTANT}`"
    yield _wrong(
        f"It lacks {lacks}, without which the assistant does not start.",
        f"Write, at the left edge, {_ASSISTANT}: and on the next line, two spaces in, token: ${{ASIDE_BOT_TOKEN}}.",
    )


def _sections(path: Path) -> dict[Any, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise SettingsError(f"{path.name} cannot be read: {error}") from error
    return document if isinstance(document, dict) else {}


def _unknown_section(name: str, absent: Collection[str]) -> Line:
    if meant := _close(name, absent):
        return _wrong(f"Nothing reads the section `{name}`. Did you mean `{meant}`?", "Correct its name.")
    words = f"Nothing reads the section `{name}`: Aside serves {', '.join(channel.value for channel in Channel)}."
    return look("settings", "credentials.yml", words, "Take it out.")


def _in_channel(channel: Channel, section: Mapping[object, object]) -> Iterator[Line]:
    known = opening.keys(channel)
    present = {str(key).replace("-", "_") for key in section}
    for key, value in ((str(key), str(value or "")) for key, value in section.items()):
        where, name = f"`{channel.value}: {key}`", key.replace("-", "_")
        if name not in known:
            meant = _close(name, known - present)
            hint = f" Did you mean `{meant}`?" if meant else ""
            yield _wrong(f"Nothing reads {where}.{hint}", "Correct its name." if meant else "Take it out.")
        elif "${" in value and not _REFERENCE.fullmatch(value):
            yield _wrong(
                f"{where} does not name one setting, as in ${{{_setting(channel, name)}}}, in capitals.",
                f"Write {key}: ${{{_setting(channel, name)}}}.",
            )
        elif value and name not in _OPEN and "${" not in value:
            yield look(
                "settings",
                "credentials.yml",
                f"{where} holds the secret itself, where everybody sees it who sees this checkout.",
                f"Put it into .env as {_setting(channel, name)}=..., and write {key}: ${{{_setting(channel, name)}}}.",
            )


def in_env(path: Path = _ENV, environ: Mapping[str, str] = os.environ) -> Iterator[Line]:
    """What is wrong in `.env`, and what in the environment looks misspelt. Raises `SettingsError`."""
    known = {name.upper() for name in Settings.model_fields} | _NAMES_OF_TOOLS
    for names in channel_setting_names().values():
        known |= set(names.values())
    given: list[str] = []
    if path.exists():
        with path.open(encoding="utf-8") as file:
            for binding in parse_stream(file):
                if binding.error:
                    number = binding.original.line
                    yield _unread(
                        f"Line {number} of .env is not of the form NAME=value, and is skipped.", "Correct it."
                    )
                elif binding.key:
                    given.append(binding.key)
    for name in dict.fromkeys([*given, *environ]):
        if name in known or not name.startswith((*_OURS, "RASA_", "PLAYGROUND_")):
            continue
        if meant := _close(name, known):
            yield _unread(f"Nothing reads {name}. Did you mean {meant}?", "Correct its name.")
        elif name in given and name.startswith(_OURS):
            yield _unread(f"Nothing reads {name}.", "Take it out of .env, or look for its name in docs/operations.md.")


def _unread(words: str, advice: str) -> Line:
    return look("settings", ".env", words, advice)


def _wrong(words: str, advice: str) -> Line:
    return broken("settings", "credentials.yml", words, advice)


def _setting(channel: Channel, key: str) -> str:
    return f"{channel.value}_{key}".upper()


def _close(name: str, known: Collection[str]) -> str:
    """What was probably meant; empty where nothing is like it."""
    return next(iter(get_close_matches(name, sorted(known), n=1, cutoff=0.8)), "")
