"""Attachments as they are shown: what came along or goes along with a message, and where its content can be had."""

import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.engine import Connection

from gateway.files import HAVE_CONTENT, shown_in_place
from gateway.storage import files, vault
from gateway.storage.files import FileStatus, Shown
from gateway.storage.transcript import Message

_PLACE: Final = re.compile(r"(?<![\d.])(-?\d{1,2}\.\d{1,12})\s*[,;/ ]\s*(-?\d{1,3}\.\d{1,12})(?![\d.])")
_MAP: Final = "https://www.openstreetmap.org/?mlat={0}&mlon={1}#map=16/{0}/{1}"


class Status(StrEnum):
    """Where an attachment stands."""

    KEPT = "kept"
    """It can be had at `url`."""
    WAITING = "waiting"
    """It is being fetched from the platform."""
    REFUSED = "refused"
    """It is not to be had, or not taken: `why`."""
    NONE = "none"
    """It has no content but `words`."""


class AttachmentJson(msgspec.Struct, frozen=True, kw_only=True):
    """Something that came along or goes along with a message."""

    kind: str
    """image, video, voice, audio, document, location, contact, sticker, link or other."""
    name: str
    mime: str
    """By its first bytes, once it is here."""
    size: int
    """Bytes; 0 where nobody knows."""
    words: str
    """What there is to read: a place's coordinates, a contact's name, a sticker's emoji, a link's title."""
    status: Status
    why: str
    """Why it is not here, in a sentence."""
    url: str | None
    """Where it can be had: here for what is kept; elsewhere for a link, or a place on a map."""
    in_place: bool
    """Whether a browser may show it where it stands."""


def of_messages(conn: Connection, said: Iterable[Message]) -> dict[int, list[AttachmentJson]]:
    """What came along with each of some messages."""
    some = [message for message in said if message.attachments]
    known = files.of_messages(conn, [message.id for message in some])
    return {
        message.id: [
            _shown(thing, known.get(message.id, {}).get(position)) for position, thing in enumerate(message.attachments)
        ]
        for message in some
    }


def _shown(told: dict[str, Any], file: Shown | None) -> AttachmentJson:
    kind = str(told.get("kind") or "other")
    words = str(told.get("words") or "")
    if file is None:
        return AttachmentJson(
            kind=kind,
            name=str(told.get("name") or ""),
            mime=str(told.get("mime") or ""),
            size=int(told.get("size") or 0),
            words=words,
            status=Status.REFUSED if kind in HAVE_CONTENT and not words else Status.NONE,
            why="The platform does not hand it out." if kind in HAVE_CONTENT and not words else "",
            url=_elsewhere(kind, words, str(told.get("url") or "")),
            in_place=False,
        )
    kept = file.status is FileStatus.KEPT
    return AttachmentJson(
        kind=file.kind,
        name=vault.masked(file.name),
        mime=file.mime,
        size=file.size,
        words=words,
        status=Status(file.status.value),
        why="" if kept else file.why,
        url=f"/api/v1/files/{file.id}" if kept else None,
        in_place=kept and shown_in_place(file.mime),
    )


def _elsewhere(kind: str, words: str, url: str) -> str | None:
    if kind == "location" and (found := _PLACE.search(words)) is not None:
        return _MAP.format(found[1], found[2])
    # A customer's own link: only where a browser asks for it as a page.
    return url if kind == "link" and urlsplit(url).scheme in ("http", "https") else None
