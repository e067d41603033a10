"""`aside channels`: set up on the platforms what the channels need, see how they are, take it down again.

credentials -> adapters, opened for a moment -> connect | disconnect: step by step   status: what the database knows
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

import click
from sqlalchemy.engine import Connection

from gateway import credentials, opening
from gateway.channels.base import ChannelAdapter
from gateway.channels.care import Care, Step
from gateway.channels.supply import Receive
from gateway.clock import utc_now
from gateway.errors import SettingsError
from gateway.intake.lookout import Lookout
from gateway.intake.silence import spoken
from gateway.messages import Channel
from gateway.settings import Settings, channel_credentials
from gateway.storage import checks, cursors, outages, pulse, settled
from gateway.storage.database import Database, is_shared
from gateway.storage.postgres import PostgresDatabase
from gateway.storage.sqlite import SqliteDatabase

_LOOPBACK: Final = ("127.0.0.1", "localhost", "::1")
NAMES: Final = {Channel.TWITTER: "X", Channel.FACEBOOK: "Facebook", Channel.TELEGRAM: "Telegram"}
RECEIVES: Final = {Receive.WEBHOOK: "by webhook", Receive.POLLING: "by polling"}


def connect(settings: Settings, only: Channel | None, url: str) -> bool:
    """Have the platforms deliver to us. Returns whether every step was done. Raises `SettingsError`."""
    root = (url or settings.aside_public_url).rstrip("/")
    if root and urlsplit(root).scheme != "https" and urlsplit(root).hostname not in _LOOPBACK:
        raise SettingsError(f"{root} is no https address. Platforms deliver to nothing else.")

    async def each(channel: Care, adapter: ChannelAdapter) -> list[Step]:
        if receive_of(adapter) is Receive.POLLING:
            return await channel.connect("")
        if not url and adapter.name in settings.pretended:
            return await channel.connect(settings.webhook(adapter.name))
        if not root:
            raise SettingsError(
                "Where shall the platform deliver? Say --url https://... or set ASIDE_PUBLIC_URL to the address under "
                "which the internet reaches this gateway."
            )
        return await channel.connect(f"{root}/webhooks/{adapter.name.value}/webhook")

    return asyncio.run(_each(settings, only, each))


async def connect_pretended(settings: Settings) -> list[str]:
    """Connect what the playground pretends, and look how it is; what went wrong. Raises `SettingsError`."""
    wrong: list[str] = []
    database = _database(settings)
    try:
        async with opened(settings) as channels:
            for name, channel in channels.items():
                if name not in settings.pretended or not isinstance(channel, Care):
                    continue
                url = "" if receive_of(channel) is Receive.POLLING else settings.webhook(name)
                wrong += [f"{NAMES[name]}: {step.words}" for step in await channel.connect(url) if not step.done]
                lookout = Lookout(name, channel.account, channel, database, utc_now, url=url, minutes=1)
                await lookout.look()
    finally:
        database.close()
    return wrong


def pretend(settings: Settings, channel: Channel) -> str:
    """What to say behind the name of a channel that is not the real one; empty for a real one."""
    return " (pretend: the playground)" if channel in settings.pretended else ""


def disconnect(settings: Settings, only: Channel | None) -> bool:
    """Have the platforms deliver nothing more. Returns whether every step was done. Raises `SettingsError`."""

    async def each(channel: Care, _adapter: ChannelAdapter) -> list[Step]:
        return await channel.disconnect()

    return asyncio.run(_each(settings, only, each))


async def _each(
    settings: Settings, only: Channel | None, do: Callable[[Care, ChannelAdapter], Awaitable[list[Step]]]
) -> bool:
    done = True
    async with opened(settings, only) as channels:
        if not channels:
            raise SettingsError(_nothing_on(only))
        for name, channel in channels.items():
            click.echo(f"{NAMES[name]}, {RECEIVES[receive_of(channel)]}{pretend(settings, name)}")
            if not isinstance(channel, Care):
                continue
            for step in await do(channel, channel):
                click.echo(f"  {'done' if step.done else 'NOT DONE'}  {step.words}")
                done = done and step.done
    return done


@asynccontextmanager
async def opened(settings: Settings, only: Channel | None = None) -> AsyncIterator[dict[Channel, ChannelAdapter]]:
    """The channels that are on, or the one, ready for calls. Raises `SettingsError`."""
    sections = _sections(only)
    database = _database(settings)
    try:
        channels = opening.open_channels(sections, utc_now, database)
        for channel in channels.values():
            await channel.start()
        try:
            yield channels
        finally:
            for channel in channels.values():
                await channel.stop()
    finally:
        database.close()


def status(settings: Settings, only: Channel | None, conn: Connection) -> list[str]:
    """How each channel is, as the database knows it; in lines. Raises `SettingsError`."""
    sections = _sections(only)
    channels = opening.open_channels(sections, utc_now)
    lacking = credentials.missing_secrets(sections)
    arrivals, waiting, now = pulse.last(conn), settled.set_aside(conn), utc_now()
    lines: list[str] = []
    for name in sections:
        if name in lacking:
            lines.append(f"{NAMES[name]}: off; {', '.join(lacking[name])} missing")
            continue
        channel = channels[name]
        how = RECEIVES[receive_of(channel)]
        lines.append(f"{NAMES[name]}: on, {how}, account {channel.account}{pretend(settings, name)}")
        lines += [f"  {words}" for words in _known(conn, channel, arrivals.get(name), waiting.get(name, {}), now)]
    return lines


def _known(
    conn: Connection, channel: ChannelAdapter, arrived: datetime | None, waiting: Mapping[str, int], now: datetime
) -> list[str]:
    place = cursors.of(conn, channel.name, channel.account)
    lines = [f"last arrival: {_ago(arrived, now)}", f"last asked: {_ago(place.asked_at if place else None, now)}"]
    reasons = ", ".join(f"{count} {reason}" for reason, count in waiting.items())
    lines.append(f"set aside: {reasons or 'nothing'}")
    outage = outages.of(conn, channel.name, channel.account)
    if outage is not None:
        lines.append(f"OUTAGE: {outage.kind.replace('_', ' ')}: {outage.why}")
    for one in checks.of(conn, channel.name, channel.account).values():
        mark = {True: "ok", False: "NOT WELL", None: "unknown"}[one.well]
        lines.append(f"{one.name}: {mark}: {one.words}" + (f" {one.advice}" if one.well is False else ""))
    return lines


def receive_of(channel: ChannelAdapter) -> Receive:
    """How a channel's events come to us."""
    return getattr(channel, "receive", Receive.WEBHOOK)


def _ago(at: datetime | None, now: datetime) -> str:
    return "never" if at is None else f"{spoken(max(now - at, timedelta(0)))} ago"


def _sections(only: Channel | None) -> dict[Channel, dict[str, str]]:
    return {name: section for name, section in channel_credentials().items() if only in (None, name)}


def _nothing_on(only: Channel | None) -> str:
    if only is None:
        return "No channel is on: none has its secrets. `aside doctor` says what is missing."
    return f"{NAMES[only]} is off: its secrets are missing. `aside doctor --channel {only}` says which."


def _database(settings: Settings) -> Database:
    """Beside whatever serves it: what a channel renews is kept there."""
    if is_shared(settings.database):
        return PostgresDatabase(settings.database, lambda _conn, _lane: None)
    return SqliteDatabase(settings.database)
