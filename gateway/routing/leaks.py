"""Leaks: a customer's public message that shows personal data is hidden or removed, where the platform lets us.

public message -> detector finds something -> the channel can hide or remove it -> act, in the same transaction
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.channels.base import ActKind, ChannelAdapter
from gateway.messages import Author, Channel, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.redact import leaks
from gateway.storage import acts, afterwards
from gateway.storage.afterwards import Standing

_KINDS: Final = (ActKind.HIDE, ActKind.REMOVE)  # the milder one first


class Leaks:
    """Has leaks hidden."""

    def __init__(self, channels: Mapping[Channel, ChannelAdapter], detector: Detector, *, hides: bool) -> None:
        """`hides`: whether the operator wants that without an agent's asking."""
        self._channels = channels
        self._detector = detector
        self._hides = hides

    def see_to(self, conn: Connection, channel: Channel, message_id: int, text: str, now: datetime) -> None:
        """Have a customer's public message hidden if it shows personal data. Under its case's lock."""
        if not self._hides or not text or not leaks(text, self._detector):
            return
        message = afterwards.get(conn, message_id)
        if message is not None:
            self.hide(conn, channel, message, now)

    def hide(self, conn: Connection, channel: Channel, message: Standing, now: datetime) -> None:
        """Have it hidden, or removed where it cannot be hidden; nothing where the platform lets us do neither."""
        if message.surface is not Surface.PUBLIC or message.author is not Author.CUSTOMER:
            return
        adapter = self._channels[channel]
        for kind in _KINDS:
            if adapter.can(kind, message.place, message.native_id):
                acts.ask_for(conn, message, channel, adapter.account, kind.value, "system", now)
                return
