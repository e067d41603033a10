"""Leaks: a customer's public message that shows personal data is hidden or removed, where the platform lets us.

public message -> its words, and what came along, show something -> the channel can hide or remove it -> act, in the
same transaction. What was overheard is seen to once it turns out to be ours, or people have the case in which it stays.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.channels.base import ActKind, ChannelAdapter
from gateway.messages import Attachment, Author, Channel, Said, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.redact import leaks
from gateway.storage import acts, afterwards
from gateway.storage.afterwards import Standing

_KINDS: Final = (ActKind.HIDE, ActKind.REMOVE)  # the milder one first
_PERSONAL: Final = frozenset({"contact", "location"})  # kinds of attachments that are personal data by themselves


class Leaks:
    """Has leaks hidden."""

    def __init__(self, channels: Mapping[Channel, ChannelAdapter], detector: Detector, *, hides: bool) -> None:
        """`hides`: whether the operator wants that without an agent's asking."""
        self._channels = channels
        self._detector = detector
        self._hides = hides

    def overheard(self, conn: Connection, said: Said, message_id: int, now: datetime) -> None:
        """As `see_to`, once a message that was said among others stays in a case."""
        if said.overheard and said.place.surface is Surface.PUBLIC:
            self.see_to(conn, said.channel, message_id, said.text, said.attachments, now)

    def see_to(
        self,
        conn: Connection,
        channel: Channel,
        message_id: int,
        text: str,
        attachments: Iterable[Attachment],
        now: datetime,
    ) -> None:
        """Have a customer's public message hidden if it shows personal data. Under its case's lock."""
        if not self._hides or not self._shows(text, attachments):
            return
        message = afterwards.get(conn, message_id)
        if message is not None:
            self.hide(conn, channel, message, now)

    def _shows(self, text: str, attachments: Iterable[Attachment]) -> bool:
        """Whether everybody can read personal data: in the words, in a card's or a file's name, or behind a link."""
        shown = [text]
        for one in attachments:
            if one.kind in _PERSONAL:
                return True
            # In a file's name an underscore parts words, which in an address it does not.
            shown += (one.words, one.name, one.name.replace("_", " "), one.url if one.kind == "link" else "")
        return any(each and leaks(each, self._detector) for each in shown)

    def hide(self, conn: Connection, channel: Channel, message: Standing, now: datetime) -> None:
        """Have it hidden, or removed where it cannot be hidden; nothing where the platform lets us do neither."""
        if message.surface is not Surface.PUBLIC or message.author is not Author.CUSTOMER:
            return
        adapter = self._channels[channel]
        for kind in _KINDS:
            if adapter.can(kind, message.place, message.native_id):
                acts.ask_for(conn, message, channel, adapter.account, kind.value, "system", now)
                return
