"""Changes: what was said reads otherwise now, or is gone, or somebody reacted to it.

    message found by the platform's id -> its case locked -> the newest word of the platform stands; removed is removed
    its turn is still to come -> answered as it reads now, or not at all; answered already -> not answered again

What it said before is kept masked, and nowhere else (`copies`). A change that comes before its message waits for it
(`gateway.intake.changes`).
"""

from datetime import datetime
from functools import partial
from typing import Any, Final

import msgspec
from sqlalchemy.engine import Connection

from gateway.errors import NotFound
from gateway.happenings import Change, Changed, Reacted
from gateway.intake import changes as waiting
from gateway.messages import Attachment, Author, Said, Surface
from gateway.privacy.detect import Detector
from gateway.privacy.redact import redacted
from gateway.routing import copies, stop
from gateway.routing.leaks import Leaks
from gateway.storage import acts, afterwards, cases, events, files, people, threads
from gateway.storage.afterwards import Standing
from gateway.storage.vault import Kept

_MOST_WAS: Final = 50  # earlier wordings that are kept
_MOST_REACTIONS: Final = 20  # people whose reactions to one message are kept


class Changes:
    """Keeps what becomes of messages."""

    def __init__(self, detector: Detector, leaks: Leaks) -> None:
        self._detector = detector
        self._leaks = leaks

    def change(self, conn: Connection, told: Changed, now: datetime) -> str | None:
        """Keep a change. What became of it in one word; None where we do not know the message."""
        message = _find(conn, told)
        if message is None:
            return None
        if "removed" in message.extras:
            # Somebody looked at it while it was being removed, or an edit came late: gone stays gone.
            return "change_of_removed"
        match told.change:
            case Change.EDITED:
                return self._edit(conn, told, message, now)
            case Change.REMOVED:
                return self._remove(conn, told, message, now)
            case Change.HIDDEN | Change.SHOWN:
                return self._hide(conn, told, message, now)

    def react(self, conn: Connection, told: Reacted, now: datetime) -> str | None:
        """Keep a reaction. As `change`."""
        message = _find(conn, told)
        if message is None:
            return None
        who = f"{told.by.scope}/{told.by.native_id}"
        known: dict[str, Any] = dict(message.extras.get("reactions") or {})
        if who not in known and len(known) >= _MOST_REACTIONS:
            return "more_reactions"
        before = known.get(who)
        if before is not None and _moment(before["at"]) > told.at:
            return "older_reaction"
        if (before or {}).get("emoji", "") == told.emoji:
            return "known_reaction"
        # Also where it was taken back: what comes late must not bring it back.
        name = told.by.name or told.by.handle
        known[who] = {"emoji": told.emoji, "name": name, "at": told.at.isoformat()}
        afterwards.write(conn, message, reactions=known)
        _tell(conn, "message.reacted", message, told.at, now, emoji=told.emoji)
        return "reacted"

    def _edit(self, conn: Connection, told: Changed, message: Standing, now: datetime) -> str:
        extras = message.extras
        text = told.text
        attachments = None if told.attachments is None else msgspec.to_builtins(list(told.attachments))
        last_at = _moment(extras["edited"]) if "edited" in extras else None
        if last_at is not None and not _is_newer(told, last_at, int(extras.get("edit_order", 0))):
            return self._file_away(conn, told.at, message, text)
        before = afterwards.as_said(conn, message)
        if text == before.text and (attachments is None or attachments == before.attachments):
            return "edit_without_change"
        was = list(extras.get("was") or [])
        if text != before.text:
            was.append({"text": redacted(message.text, self._detector), "until": told.at.isoformat()})
        afterwards.write(
            conn,
            message,
            changed=Kept(text=text, attachments=before.attachments if attachments is None else attachments),
            now=now,
            was=was[-_MOST_WAS:],
            edited=told.at.isoformat(),
            edit_order=told.order or None,
        )
        if told.attachments is not None:
            files.expect(conn, message.id, told.channel, told.attachments, now)
        if message.author is Author.CUSTOMER:
            target = "" if told.said is None else told.said.target
            waiting.reword(
                conn, message.case_id, message.id, text, told.attachments, target, partial(_heed, conn, message, now)
            )
            if target:
                threads.readdress(conn, message.case_id, message.thread_id, message.native_id, target)
            if text != before.text:
                copies.take_back(conn, message, before.text, text, self._detector)
            if message.surface is Surface.PUBLIC:
                along = msgspec.convert(attachments or before.attachments, list[Attachment])
                self._leaks.see_to(conn, told.channel, message.id, text, along, now)
        _tell(conn, "message.changed", message, told.at, now, change=told.change.value)
        return "edited"

    def keep_older(self, conn: Connection, said: Said) -> None:
        """Keep the first wording of a message that came after its edit."""
        message = _find(conn, said)
        if message is not None and "edited" in message.extras:
            self._file_away(conn, said.at, message, said.text)

    def _file_away(self, conn: Connection, at: datetime, message: Standing, text: str) -> str:
        """A wording of `at` that a later one has overtaken: it stands among what was said before."""
        was = list(message.extras.get("was") or [])
        if len(was) >= _MOST_WAS:
            return "edit_overtaken"
        until = message.extras["edited"]
        place = next((number for number, one in enumerate(was) if _moment(one["until"]) > at), len(was))
        if place < len(was):
            until = was[place]["until"]
            was[place] = {**was[place], "until": at.isoformat()}
            place += 1
        was.insert(place, {"text": redacted(text, self._detector), "until": until})
        afterwards.write(conn, message, was=was)
        return "edit_overtaken"

    def _remove(self, conn: Connection, told: Changed, message: Standing, now: datetime) -> str:
        before = afterwards.as_said(conn, message)
        masked = redacted(message.text, self._detector)
        was = list(message.extras.get("was") or [])
        if message.text:
            was.append({"text": masked, "until": told.at.isoformat()})
        removed_by_us = acts.confirm(conn, message, "remove", now) is not None
        message = afterwards.get(conn, message.id) or message
        afterwards.write(conn, message, changed=Kept(text=""), was=was[-_MOST_WAS:], removed=told.at.isoformat())
        files.forget(conn, message.id)
        if message.author is Author.CUSTOMER:
            acts.give_up(conn, message.id)
            waiting.drop(conn, message.case_id, message.id, "removed")
        copies.take_back(conn, message, before.text, "", self._detector)
        _tell(conn, "message.changed", message, told.at, now, change=told.change.value, by_us=removed_by_us)
        return "removed"

    def _hide(self, conn: Connection, told: Changed, message: Standing, now: datetime) -> str:
        latest = message.extras.get("hidden_as_of")
        if latest is not None and _moment(latest) > told.at:
            return "older_change"
        is_hidden = told.change is Change.HIDDEN
        if is_hidden:
            acts.confirm(conn, message, "hide", now)
            message = afterwards.get(conn, message.id) or message
        was_hidden = "hidden" in message.extras
        hidden = told.at.isoformat() if is_hidden else None
        afterwards.write(conn, message, hidden=hidden, hidden_as_of=told.at.isoformat())
        if is_hidden != was_hidden:
            _tell(conn, "message.changed", message, told.at, now, change=told.change.value)
        return told.change.value


def _find(conn: Connection, told: Changed | Reacted | Said) -> Standing | None:
    """The message that is told of, with its case locked."""
    found = afterwards.find(conn, told.channel, told.account, told.native_id)
    if found is None:
        return None
    try:
        cases.get(conn, found.case_id, lock=True)
    except NotFound:
        return None  # people talked among themselves: nothing was kept of it
    return afterwards.get(conn, found.id)


def _heed(conn: Connection, message: Standing, now: datetime, said: Said) -> str:
    opted_out = people.opted_out(conn, said.channel, said.account, said.sender)
    return stop.heed(conn, message.case_id, said, now, opted_out=opted_out)


def _is_newer(told: Changed, last_at: datetime, last_order: int) -> bool:
    if told.order and last_order:
        return (told.order, told.at) > (last_order, last_at)
    return told.at >= last_at


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _tell(conn: Connection, kind: str, message: Standing, at: datetime, now: datetime, **data: object) -> None:
    # Whoever said it may change it; a Page's administrator may as well, and the platform does not say who it was.
    actor = "customer" if message.author is Author.CUSTOMER else "system"
    events.append(
        conn, kind, case_id=message.case_id, actor=actor, epoch=0, at=now, data={"message_id": message.id, **data}
    )
