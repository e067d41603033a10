"""The one place where the gateway's parts are put together.

    intake --calls--> arrivals of a channel --call--> turns of a case --call--> sends of a thread
    alarms, crises: by the clock

Each stage is a drain of lanes; a carrier has called lanes drained, in this process or in another.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

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
from gateway.intake.pressure import PatientDatabase
from gateway.lanes import Carrier, Drain, LaneKind
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing.alarms import Alarms
from gateway.routing.arrivals import Arrivals
from gateway.routing.assistant import Assistant
from gateway.routing.conversation import Conversation
from gateway.routing.crisis import Crises, CrisisSettings
from gateway.routing.effects import Effects
from gateway.routing.guard import GuardedAssistant
from gateway.routing.suspicion import Suspicion
from gateway.routing.turn import Turns, TurnSettings
from gateway.sending import backlog
from gateway.sending.deliver import Deliveries
from gateway.sending.gate import Gate
from gateway.sending.limits import AT_ONCE, Table, limits
from gateway.settings import Settings
from gateway.storage.database import Database

_log = log.get(__name__)
_GRACE: Final = 10.0  # seconds for what is being sent; a process that is told to stop has 15
_LOOK_AT_ALARMS: Final = 1.0  # seconds
_LOOK_AT_BACKLOGS: Final = 5.0  # seconds


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
        carrier: Carrier,
        table: Table | None = None,
    ) -> None:
        """`table`: what platforms let out, where it is not what they print and the settings say."""
        self._channels = channels
        self._database = database
        self._assistant = GuardedAssistant(assistant)
        self._carrier = carrier
        detector = Detector(brand.formats)
        self.wall = Wall(detector)
        self.intake = webhook.Intake(channels, database, clock, carrier)
        # The stages that work off what came in stand back while more comes in than they could.
        road = PatientDatabase(database, self.intake.pressure)
        promise = timedelta(minutes=settings.aside_promise_minutes)
        bot_keeps = timedelta(minutes=settings.aside_bot_answer_minutes)
        table = limits(settings.aside_limits) if table is None else table
        self._gates = {
            name: Gate(name, channel.account, table, AT_ONCE[name], road, clock, backlog.ranks)
            for name, channel in channels.items()
        }
        self._deliveries = Deliveries(
            channels,
            self._gates,
            database,
            self.wall,
            clock,
            hold_unclear=settings.hold_unclear,
            bot_keeps=bot_keeps,
        )
        suspicion = Suspicion()
        turns = Turns(
            channels,
            road,
            Conversation(self._assistant, detector),
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
                bot_keeps=bot_keeps,
            ),
            suspicion,
        )
        self._drains: dict[LaneKind, Drain] = {
            LaneKind.ARRIVALS: Arrivals(channels, road, clock, suspicion).drain,
            LaneKind.CASE: turns.drain,
            LaneKind.THREAD: self._deliveries.drain,
        }
        self._alarms = Alarms(database, self.wall, clock, promise)
        self._crises = Crises(
            channels,
            table,
            database,
            self.wall,
            clock,
            CrisisSettings(
                allowed=timedelta(minutes=settings.aside_crisis_minutes),
                bot_keeps=bot_keeps,
                word=settings.aside_crisis_word,
                promise=promise,
            ),
        )
        self._loops: list[asyncio.Task[None]] = []
        self.webhooks: Blueprint = webhook.blueprint(self.intake)
        self.health: Blueprint = health.blueprint(channels, database, assistant)

    async def start(self, *, works: bool = True) -> None:
        """Take up what the last run left, then keep the stages going. Without `works`, only take webhooks in."""
        if works:
            for channel in self._channels.values():
                await channel.start()
            for gate in self._gates.values():
                await gate.start()
            self._loops = [
                asyncio.create_task(
                    keep_doing("alarms", self._alarms.fire_due, Bell(), _LOOK_AT_ALARMS), name="alarms"
                ),
                asyncio.create_task(self._watch_backlogs(), name="crises"),
            ]
        await self._carrier.start(self._drains if works else {})
        _log.info("started", channels=[channel.value for channel in self._channels], works=works)

    async def _watch_backlogs(self) -> None:
        await asyncio.sleep(_LOOK_AT_BACKLOGS)  # what the last run left goes out first
        await keep_doing("crises", self._crises.look, Bell(), _LOOK_AT_BACKLOGS)

    async def stop(self) -> None:
        """Stop taking up work, let what is being sent come to its end, close everything."""
        for loop in self._loops:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
        self._deliveries.stop()
        await self._carrier.stop(_GRACE)
        for gate in self._gates.values():
            await gate.stop()
        if self._loops:
            for channel in self._channels.values():
                await channel.stop()
        await self._assistant.aclose()
        self._database.close()


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
