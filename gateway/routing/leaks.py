"""Leaks: a customer's public message that shows personal data is hidden or removed, where the platform lets us.

public message -> its words, and what came along, show something -> the channel can hide or remove it -> act, in the
                  same transaction
               -> the customer is told, once a case: in private where we may write there, else in public; how to delete
                  it, without repeating any of it

What was overheard is seen to once it turns out to be ours, or people have the case in which it stays.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.channels.base import ActKind, ChannelAdapter
from gateway.messages import Attachment, Author, Channel, Said, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.redact import leaks
from gateway.privacy.wall import Wall
from gateway.routing import private_move, words
from gateway.routing.address import in_public
from gateway.sending import outbox, windows
from gateway.storage import acts, afterwards, cases, earlier, threads
from gateway.storage.afterwards import Standing
from gateway.storage.tables import messages

_KINDS: Final = (ActKind.HIDE, ActKind.REMOVE)  # the milder one first
_PERSONAL: Final = frozenset({"contact", "location"})  # kinds of attachments that are personal data by themselves


class Leaks:
    """Has leaks hidden."""

    def __init__(
        self, channels: Mapping[Channel, ChannelAdapter], detector: Detector, wall: Wall, *, hides: bool, tells: bool
    ) -> None:
        """`hides`: whether the operator wants that without an agent's asking. `tells`: whether customers are told."""
        self._channels = channels
        self._wall = wall
        self._tells = tells
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
        message = afterwards.get(conn, message_id)
        if message is None or not self._shows(text, attachments, earlier.said(conn, message.case_id, message_id)):
            return
        if self._hides:
            self.hide(conn, channel, message, now)
        if self._tells:
            self._tell(conn, message, now)

    def _tell(self, conn: Connection, message: Standing, now: datetime) -> None:
        case = cases.get(conn, message.case_id)
        public = next((thread for thread in threads.of_case(conn, case.id) if thread.id == message.thread_id), None)
        if public is None or message.surface is not Surface.PUBLIC or _told_before(conn, case.id):
            return
        how = words.HOW_TO_DELETE[public.channel]
        extras: dict[str, object] = {"leak": message.id}
        private = _private(conn, case, public, now)
        if private is not None:
            text = words.LEAK_PRIVATE.format(how=how)
            outbox.put_private(conn, case, private, text, author=Author.SYSTEM, now=now, extras=extras)
        elif not public.closed:
            said = in_public(conn, case, public.channel, words.LEAK_PUBLIC.format(how=how), self._wall)
            outbox.put_public(conn, case, public, said, author=Author.SYSTEM, now=now, extras=extras)

    def _shows(self, text: str, attachments: Iterable[Attachment], before: Sequence[str]) -> bool:
        """Whether everybody can read personal data: in the words, in a card's or a file's name, or behind a link."""
        if text and leaks(text, self._detector, before):
            return True
        shown: list[str] = []
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


def _private(conn: Connection, case: Case, public: threads.CaseThread, now: datetime) -> threads.CaseThread | None:
    """The private thread on the same channel in which a program may write now; None where there is none."""
    for thread in threads.of_case(conn, case.id):
        if thread.surface is Surface.PRIVATE and thread.channel is public.channel:
            heard_at = threads.heard_at(conn, case.id, thread.id)
            window = windows.of_thread(thread, heard_at, now)
            # Where no files go along any more, only people may still write.
            if heard_at is not None and window.can_send and window.files:
                return thread
    return private_move.direct_thread(conn, case, public, now)


def _told_before(conn: Connection, case_id: str) -> bool:
    """Whether the customer has been told in this case."""
    ours = sa.select(messages.c.extras).where(messages.c.case_id == case_id, messages.c.author == Author.SYSTEM)
    return any("leak" in (extras or {}) for extras in conn.execute(ours).scalars())
