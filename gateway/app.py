"""The one place where the gateway's parts are put together.

    intake --calls--> arrivals of a channel --call--> turns of a case --call--> sends of a thread
    catch-up -------'  (or by polling)
    alarms, crises, the lookout over each channel: by the clock

Each stage is a drain of lanes; a carrier has called lanes drained, in this process or in another.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Final

from sanic import Blueprint

from gateway import health, log, public_answers
from gateway.bell import Bell, keep_doing
from gateway.brand import Brand
from gateway.channels.base import ChannelAdapter
from gateway.channels.care import Care
from gateway.channels.supply import Supply
from gateway.clock import Clock
from gateway.intake import webhook
from gateway.intake.catch_up import CatchUp
from gateway.intake.files import Fetching
from gateway.intake.keeper import Duty, Keeper
from gateway.intake.lookout import Lookout
from gateway.intake.pressure import PatientDatabase
from gateway.lanes import Carrier, Drain, LaneKind
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.retention import Retention
from gateway.routing import words
from gateway.routing.alarms import Alarms
from gateway.routing.arrivals import Arrivals
from gateway.routing.assistant import Assistant
from gateway.routing.changes import Changes
from gateway.routing.conversation import Conversation
from gateway.routing.crisis import Crises, CrisisSettings
from gateway.routing.due_threads import DueThreads, Ways
from gateway.routing.effects import Effects
from gateway.routing.guard import GuardedAssistant
from gateway.routing.happened import Happened
from gateway.routing.leaks import Leaks
from gateway.routing.names import Naming
from gateway.routing.signs import Signs
from gateway.routing.suspicion import Suspicion
from gateway.routing.takeover import Takeovers
from gateway.routing.turn import Turns, TurnSettings
from gateway.sending import backlog
from gateway.sending.acts import Acts
from gateway.sending.deliver import Deliveries
from gateway.sending.gate import Gate
from gateway.sending.limits import AT_ONCE, Table, limits
from gateway.settings import Settings
from gateway.storage import checks, vault
from gateway.storage.database import Database, is_shared
from gateway.storage.seal import Ring

_log = log.get(__name__)
_GRACE: Final = 10.0  # seconds for what is being sent; a process that is told to stop has 15
_LOOK_AT_ALARMS: Final = 1.0  # seconds
_LOOK_AT_ACTS: Final = 2.0  # seconds
_LOOK_AT_BACKLOGS: Final = 5.0  # seconds
_LOOK_AT_FILES: Final = 1.0  # seconds
_LOOK_AT_RETENTION: Final = 60.0  # seconds
_WRITE_PULSE: Final = 20.0  # seconds


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
        # From here on this process seals and masks what it writes down.
        vault.open_with(Ring.of(settings.aside_vault_key.get_secret_value()), detector)
        self.wall = Wall(detector, public=public_answers.texts(brand, words.SPOKEN_IN_PUBLIC))
        self.intake = webhook.Intake(channels, database, clock, carrier)
        # The stages that work off what came in stand back while more comes in than they could.
        road = PatientDatabase(database, self.intake.pressure)
        promise = timedelta(minutes=settings.aside_promise_minutes)
        bot_keeps = timedelta(minutes=settings.aside_bot_answer_minutes)
        table = limits(settings.aside_limits) if table is None else table
        patience, code_lasts = settings.patience, timedelta(hours=settings.aside_code_hours)
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
        suspicion = Suspicion(road)
        self._signs = Signs(channels)
        self._naming = Naming(channels, road, clock)
        leaks = Leaks(channels, detector, self.wall, hides=settings.aside_hide_leaks, tells=settings.aside_tell_leaks)
        happened = Happened(
            Changes(detector, leaks),
            Takeovers(self.wall, promise=promise),
            history=timedelta(hours=settings.aside_catch_up_hours),
        )
        turns = Turns(
            channels,
            road,
            Conversation(self._assistant, detector),
            Effects(
                channels,
                self.wall,
                clock,
                promise=promise,
                code_lasts=code_lasts,
                leaks=leaks,
                patience=patience,
                table=table,
            ),
            self.wall,
            clock,
            TurnSettings(
                patience=timedelta(seconds=settings.aside_assistant_patience),
                settle=timedelta(milliseconds=settings.aside_settle_ms),
                promise=promise,
                bot_keeps=bot_keeps,
                threads=patience,
            ),
            suspicion,
            self._signs,
            leaks,
        )
        self._drains: dict[LaneKind, Drain] = {
            LaneKind.ARRIVALS: Arrivals(
                channels, road, clock, suspicion, happened, leaks, self._signs, self._naming, patience
            ).drain,
            LaneKind.CASE: turns.drain,
            LaneKind.THREAD: self._deliveries.drain,
        }
        self._alarms = Alarms(database, self.wall, clock, promise, patience, code_lasts)
        self._threads = DueThreads(
            list(channels),
            database,
            self.wall,
            clock,
            Ways(
                patience=patience,
                code_lasts=code_lasts,
                closing=settings.aside_public_closing,
                promise=promise,
                table=table,
            ),
        )
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
        self._fetching = Fetching(channels, database, clock, largest=settings.aside_file_mb * 1_000_000)
        self._keeper = Keeper(
            {
                (name, channel.account): self._duties(channel, settings, road, clock)
                for name, channel in channels.items()
            },
            database,
            clock,
            alone=not is_shared(settings.database),
        )
        self._acts = Acts(channels, database, clock)
        self._retention = Retention(database, clock, timedelta(days=settings.aside_vault_days))
        self._loops: list[asyncio.Task[None]] = []
        self._works = False
        self.webhooks: Blueprint = webhook.blueprint(self.intake)
        self.health: Blueprint = health.blueprint(channels, database, assistant)

    def _duties(self, channel: ChannelAdapter, settings: Settings, road: Database, clock: Clock) -> list[Duty]:
        """What the one process does that keeps a channel."""
        care = channel if isinstance(channel, Care) else None
        duties: list[Duty] = [
            Lookout(
                channel.name,
                channel.account,
                care,
                road,
                clock,
                url=settings.webhook(channel.name),
                minutes=settings.aside_check_minutes,
            ).run
        ]
        if isinstance(channel, Supply):
            minutes = settings.aside_catch_up_minutes
            catch_up = CatchUp(channel, channel, road, clock, self.intake.pulse, minutes)
            duties += [catch_up.run] if catch_up.is_on else []
        return duties

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
                asyncio.create_task(keep_doing("threads", self._threads.look, Bell(), _LOOK_AT_ALARMS), name="threads"),
                asyncio.create_task(self._watch_backlogs(), name="crises"),
                asyncio.create_task(keep_doing("acts", self._acts.drain_due, Bell(), _LOOK_AT_ACTS), name="acts"),
                asyncio.create_task(
                    keep_doing("retention", self._retention.look, Bell(), _LOOK_AT_RETENTION), name="retention"
                ),
                asyncio.create_task(keep_doing("files", self._fetching.look, Bell(), _LOOK_AT_FILES), name="files"),
            ]
            if self._naming.is_on:
                self._loops.append(asyncio.create_task(self._naming.run(), name="names"))
        self._loops.append(
            asyncio.create_task(keep_doing("pulse", self.intake.pulse.write_down, Bell(), _WRITE_PULSE), name="pulse")
        )
        await self._carrier.start(self._drains if works else {})
        if works:
            accounts = [(name, channel.account) for name, channel in self._channels.items()]
            await self._database.write(lambda conn: checks.drop_others(conn, accounts))
            await self._keeper.start()
        self._works = works
        _log.info("started", channels=[channel.value for channel in self._channels], works=works)

    async def _watch_backlogs(self) -> None:
        await asyncio.sleep(_LOOK_AT_BACKLOGS)  # what the last run left goes out first
        await keep_doing("crises", self._crises.look, Bell(), _LOOK_AT_BACKLOGS)

    async def stop(self) -> None:
        """Stop taking up work, let what is being sent come to its end, close everything."""
        await self._keeper.stop()
        for loop in self._loops:
            loop.cancel()
            with suppress(asyncio.CancelledError):
                await loop
        self._deliveries.stop()
        await self._carrier.stop(_GRACE)
        await self._signs.stop()
        for gate in self._gates.values():
            await gate.stop()
        if self._works:
            for channel in self._channels.values():
                await channel.stop()
        await self._assistant.aclose()
        self._database.close()
