"""Everything that exists here, and how it outlives a restart."""

import asyncio
import contextlib
import logging
import os
from pathlib import Path

import msgspec

from playground.delivery import Delivery
from playground.facebook.records import FacebookState
from playground.telegram.records import TelegramState
from playground.x.records import XState

logger = logging.getLogger("playground.world")

SETTLE = 0.3
"""Seconds to gather changes before they are written."""


class World(msgspec.Struct):
    """The three platforms and what is under way to the gateway."""

    x: XState = msgspec.field(default_factory=XState)
    facebook: FacebookState = msgspec.field(default_factory=FacebookState)
    telegram: TelegramState = msgspec.field(default_factory=TelegramState)
    deliveries: list[Delivery] = msgspec.field(default_factory=list)


class Snapshot:
    """Keeps the world in one file, which is replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._dirty = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self.world = self._load()

    def touch(self) -> None:
        """Something has changed: write soon."""
        self._dirty.set()

    async def start(self) -> None:
        """Begin to write when touched."""
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Write a last time."""
        if self._task is not None:
            # Let a write that is under way finish: two at once would spoil the draft.
            self._closing.set()
            self._dirty.set()
            await self._task
        self._write(msgspec.json.encode(self.world))

    async def _keep(self) -> None:
        while not self._closing.is_set():
            await self._dirty.wait()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), SETTLE)
            self._dirty.clear()
            # Encoded here, where nothing else can change the world meanwhile; only the writing is elsewhere.
            await asyncio.to_thread(self._write, msgspec.json.encode(self.world))

    def _load(self) -> World:
        try:
            world = msgspec.json.decode(self._path.read_bytes(), type=World)
        except FileNotFoundError:
            return World()
        except msgspec.DecodeError as error:
            aside = self._path.with_suffix(".unreadable")
            self._path.replace(aside)
            logger.warning("the town of last time cannot be read and was put aside as %s: %s", aside.name, error)
            return World()
        world.telegram.skip_ids()
        return world

    def _write(self, content: bytes) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        draft = self._path.with_suffix(".new")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)
