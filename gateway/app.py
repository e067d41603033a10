"""The one place where the gateway's parts are put together.

intake --ring--> arrivals --kick--> turns --ring--> deliveries        alarms: by the clock
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta

import msgspec
from sanic import Blueprint

from gateway import health, log
from gateway.bell import Bell, keep_doing
from gateway.brand import Brand
from gateway.channels.base import ChannelAdapter
from gateway.channels.facebook.channel import FacebookChannel
from gateway.channels.facebook.settings import FacebookSettings
from gateway.channels.telegram.channel import TelegramChannel
from gateway.channels.telegram.settings import TelegramSettings
from gateway.channels.twitter.channel import TwitterChannel
from gateway.channels.twitter.settings import TwitterSettings
from gateway.clock import Clock
from gateway.intake import webhook
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing.alarms import Alarms
from gateway.routing.arrivals import Arrivals
from gateway.routing.assistant import Assistant
from gateway.routing.conversation import Conversation
from gateway.routing.effects import Effects
from gateway.routing.turn import Turns, TurnSettings
from gateway.sending.deliver import Deliveries
from gateway.settings import Settings
from gateway.storage.database import Database

_log = log.get(__name__)


class Gateway:
    """All stages of the road, from the webhook to the platform."""

    def __init__(
        self,
        settings: Settings,
        channels: Mapping[Channel, ChannelAdapter],
        database: Database,
        assistant: Assistant,
        brand: Brand,
        clock: Clock,
    ) -> None:
        self._channels = channels
        self._database = database
        self._assistant = assistant
        self._arrived = Bell()
        self._to_send = Bell()
        self._by_clock = Bell()
        detector = Detector(brand.formats)
        self.wall = Wall(detector)
        promise = timedelta(minutes=settings.aside_promise_minutes)
        self._deliveries = Deliveries(channels, database, self.wall, clock)
        self._turns = Turns(
            channels,
            database,
            Conversation(assistant, detector, database),
            Effects(
                channels,
                self.wall,
                clock,
                promise=promise,
                code_lasts=timedelta(hours=settings.aside_code_hours),
            ),
            self.wall,
            clock,
            TurnSettings(
                patience=timedelta(seconds=settings.aside_assistant_patience),
                settle=timedelta(milliseconds=settings.aside_settle_ms),
                promise=promise,
            ),
            self._to_send.ring,
        )
        self._arrivals = Arrivals(channels, database, clock, self._turns.kick)
        self._alarms = Alarms(database, self.wall, clock, promise)
        self._loops: list[asyncio.Task[None]] = []
        self.intake = webhook.Intake(channels, database, clock, self._arrived.ring)
        self.blueprints: tuple[Blueprint, ...] = (
            webhook.blueprint(self.intake),
            health.blueprint(channels, database, assistant),
        )

    def wake(self) -> None:
        """Something was committed from outside the road (the desk, a replay): let every stage look."""
        for bell in (self._arrived, self._to_send, self._by_clock):
            bell.ring()

    async def start(self) -> None:
        """Take up what the last run left, then keep the stages going."""
        for channel in self._channels.values():
            await channel.start()
        await self._deliveries.recover()
        rounds = (
            ("arrivals", self._arrivals.take_in, self._arrived, 1.0),
            ("turns", self._sweep_turns, Bell(), 2.0),
            ("deliveries", self._sweep_deliveries, self._to_send, 0.5),
            ("alarms", self._fire_alarms, self._by_clock, 1.0),
        )
        self._loops = [asyncio.create_task(keep_doing(*round_), name=round_[0]) for round_ in rounds]
        _log.info("started", channels=[channel.value for channel in self._channels])

    async def stop(self) -> None:
        """Stop taking up work, let what is being sent come to its end, close everything."""
        for loop in self._loops:
            loop.cancel()
        for loop in self._loops:
            with suppress(asyncio.CancelledError):
                await loop
        await self._turns.stop()
        await self._deliveries.stop()
        for channel in self._channels.values():
            await channel.stop()
        await self._assistant.aclose()
        self._database.close()

    async def _sweep_turns(self) -> bool:
        await self._turns.sweep()
        return False

    async def _sweep_deliveries(self) -> bool:
        await self._deliveries.sweep()
        return False

    async def _fire_alarms(self) -> bool:
        fired = await self._alarms.fire_due()
        if fired:
            self._to_send.ring()
        return fired


def open_channels(credentials: Mapping[Channel, Mapping[str, str]], clock: Clock) -> dict[Channel, ChannelAdapter]:
    """The channels whose secrets are all there; the others are off. Raises `SettingsError` on a wrong value."""
    channels: dict[Channel, ChannelAdapter] = {}
    for name, section in credentials.items():
        values = {key.replace("-", "_"): value for key, value in section.items() if value}
        if set(_NEEDED[name]) <= set(values):
            channels[name] = _open(name, values, clock)
    return channels


_NEEDED: Mapping[Channel, tuple[str, ...]] = {
    Channel.TWITTER: (
        "consumer_key",
        "consumer_secret",
        "access_token",
        "access_token_secret",
        "user_id",
        "username",
    ),
    Channel.FACEBOOK: ("verify", "secret", "page_access_token", "page_id"),
    Channel.TELEGRAM: ("access_token", "secret_token", "bot_username"),
}


def missing_secrets(credentials: Mapping[Channel, Mapping[str, str]]) -> dict[Channel, list[str]]:
    """What each channel that is off lacks, by the names in `credentials.yml`."""
    lacking: dict[Channel, list[str]] = {}
    for name, section in credentials.items():
        known = {key.replace("-", "_") for key, value in section.items() if value}
        if absent := [key for key in _NEEDED[name] if key not in known]:
            lacking[name] = absent
    return lacking


def _open(name: Channel, values: Mapping[str, str], clock: Clock) -> ChannelAdapter:
    kept = {key: values[key] for key in (*_NEEDED[name], "api_root") if key in values}
    if name is Channel.TWITTER:
        return TwitterChannel(msgspec.convert(kept, TwitterSettings), clock=clock)
    if name is Channel.FACEBOOK:
        return FacebookChannel(msgspec.convert(kept, FacebookSettings), clock)
    return TelegramChannel(msgspec.convert(kept, TelegramSettings), clock)
