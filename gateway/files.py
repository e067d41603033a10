"""Files: what kind one is by its content, which of them we keep, and which can be sent where.

    content -> first bytes -> one of a short list of kinds | none of them: not taken

What a stranger calls a file counts for nothing; what it begins with decides whether it is kept, how a browser is told
to treat it, and how its name ends: a system runs what is called `.bat`, whatever it holds. Pictures, sounds and videos
may be shown in place; all else is handed out for keeping only.
"""

import mimetypes
import re
from collections.abc import Mapping
from typing import Any, Final

import filetype
import msgspec
from filetype.types import audio, image, video

from gateway.messages import Channel

LARGEST: Final = 20_000_000
"""Bytes of one file, unless ASIDE_FILE_MB says otherwise."""

HAVE_CONTENT: Final = frozenset({"image", "video", "voice", "audio", "document", "sticker"})
"""Kinds of attachments (`Attachment.kind`) that are files; the others say all they have in words."""

NOT_TAKEN: Final = "This kind of file is not taken. Pictures, videos, sounds, PDF, office documents and plain text are."
"""Why, where `recognise` knows nothing."""

_HEAD: Final = 4_096  # bytes that tell pictures, sounds and videos apart
_MOST_NAME: Final = 120  # characters

_BY_FIRST_BYTES: Final[tuple[Any, ...]] = (
    image.Png(), image.Jpeg(), image.Gif(), image.Webp(), image.Heic(),
    audio.M4a(), video.Mov(), video.M4v(), video.Mp4(), video.Webm(),
    audio.Ogg(), audio.Mp3(), audio.Wav(), audio.Amr(),
)  # fmt: skip
_SAME: Final = {"audio/x-wav": "audio/wav", "video/x-m4v": "video/mp4"}

_OPEN_XML: Final = {
    b"word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/presentation.xml": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_OPEN_DOCUMENT: Final = re.compile(
    rb"application/vnd\.oasis\.opendocument\.(?:text|spreadsheet|presentation)(?=PK[\x03\x07])"
)
_MACROS: Final = (b"vbaProject.bin", b"Basic/Standard/")
# What a browser or a shell would run, if somebody handed it over as what it is.
_RUNS: Final = re.compile(rb"(?:<(?:!|\?|[a-z][a-z0-9:]*[\s>/])|#!|@echo|\{\\rtf)", re.IGNORECASE)
_NO_TEXT: Final = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_NAMELESS: Final = re.compile(r'[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"<>|:*?\\/]+')

_SHOWN_IN_PLACE: Final = frozenset(
    {
        "image/png", "image/jpeg", "image/gif", "image/webp",
        "video/mp4", "video/quicktime", "video/webm",
        "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav",
    }
)  # fmt: skip
"""What browsers can show, and show without running anything."""


class Recognised(msgspec.Struct, frozen=True, kw_only=True):
    """What a file is."""

    kind: str
    """As in `Attachment.kind`."""
    mime: str


class Takes(msgspec.Struct, frozen=True, kw_only=True):
    """What can be sent along with a private message."""

    kinds: frozenset[str]
    """Of `Attachment.kind`."""
    largest: int
    """Bytes of one file."""
    most: int
    """Files of one message."""


TAKES: Final[Mapping[Channel, Takes]] = {
    # Bot API 10.0, "Sending files": a photo up to 10 MB, everything else up to 50 MB; each is a message of its own.
    Channel.TELEGRAM: Takes(
        kinds=frozenset({"image", "video", "voice", "audio", "document"}), largest=LARGEST, most=10
    ),
    # Messenger platform, send-messages/saving-assets, 22 Apr 2026: image, audio, video and file, up to 25 MB each.
    Channel.FACEBOOK: Takes(
        kinds=frozenset({"image", "video", "voice", "audio", "document"}), largest=LARGEST, most=10
    ),
    # X docs, x-api/media, Aug 2026: one with each message; pictures as below, videos larger than what is kept here.
    Channel.TWITTER: Takes(kinds=frozenset({"image", "video"}), largest=LARGEST, most=4),
}
"""What each channel takes along with private messages. `most` is for one go of an agent's: each file is a message."""
_SMALLER: Final = {(Channel.TWITTER, "image"): 5_000_000}  # the same page


def recognise(content: bytes, said: str = "", name: str = "") -> Recognised | None:
    """What a file is by what it begins with; None where it is nothing that we take.

    `said`: the kind that the platform calls it, which tells a voice message from music, and sound from video in the
    same kind of container. `name`: how a text's lines are to be read.
    """
    mime = _mime(content, name)
    if mime is None:
        return None
    main = mime.partition("/")[0]
    if said in ("voice", "audio") and mime == "video/mp4":
        mime, main = "audio/mp4", "audio"
    if said == "sticker" and main in ("image", "video"):
        return Recognised(kind=said, mime=mime)
    if said == "voice" and main == "audio":
        return Recognised(kind=said, mime=mime)
    return Recognised(kind=main if main in ("image", "video", "audio") else "document", mime=mime)


def shown_in_place(mime: str) -> bool:
    """Whether a browser may show such a file where it stands, rather than keep it."""
    return mime in _SHOWN_IN_PLACE


def tidy_name(name: str, mime: str = "") -> str:
    """A file's name without folders and without what misleads the eye, or a plain one where it has none.

    Where `mime` is given it ends as such a file does: a text that is called `x.vbs` becomes `x.vbs.txt`.
    """
    tidy = _NAMELESS.sub("_", re.split(r"[/\\]", name)[-1]).strip(" ._")
    if len(tidy) > _MOST_NAME:
        stem, dot, ending = tidy.rpartition(".")
        tidy = stem[: _MOST_NAME - 10] + dot + ending[:9] if dot else tidy[:_MOST_NAME]
    ending = _ENDINGS.get(mime, "bin")
    if not tidy:
        return f"file.{ending}"
    _, dot, its_own = tidy.rpartition(".")
    belongs = not mime or (dot and its_own.lower() in (ending, *_ALSO.get(mime, ())))
    return tidy if belongs else f"{tidy}.{ending}"


def named_after(mime: str, name: str) -> str:
    """A name that a platform made up (`file_4.bin`), with the ending of what the file was recognised as."""
    ending = _ENDINGS.get(mime)
    if not name or ending is None or mimetypes.guess_type(name)[0] == mime:
        return name
    stem, dot, _ = name.rpartition(".")
    return f"{stem if dot else name}.{ending}"


def obstacle(channel: Channel, kind: str, size: int) -> str | None:
    """Why a channel would not take such a file in private, in a sentence; None where it would."""
    takes = TAKES[channel]
    if kind not in takes.kinds:
        return f"{_NAMES[channel]} takes no {_KINDS.get(kind, kind)} here."
    largest = _SMALLER.get((channel, kind), takes.largest)
    if size > largest:
        return (
            f"{_NAMES[channel]} takes {_KINDS.get(kind, 'files')} of up to {largest // 1_000_000} MB; this is larger."
        )
    return None


_NAMES: Final = {Channel.TWITTER: "X", Channel.FACEBOOK: "Messenger", Channel.TELEGRAM: "Telegram"}
_KINDS: Final = {
    "document": "documents", "image": "pictures", "video": "videos", "voice": "voice messages", "audio": "sounds",
}  # fmt: skip
_ENDINGS: Final = {
    "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp", "image/heic": "heic",
    "video/mp4": "mp4", "video/quicktime": "mov", "video/webm": "webm",
    "audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "audio/wav": "wav", "audio/amr": "amr",
    "application/pdf": "pdf", "text/plain": "txt", "text/csv": "csv", "text/vcard": "vcf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.presentation": "odp",
}  # fmt: skip
_ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": ("jpeg", "jpe", "jfif"), "image/heic": ("heif",), "video/mp4": ("m4v",), "video/quicktime": ("qt",),
    "audio/ogg": ("oga", "opus"), "audio/mp4": ("mp4", "aac"), "audio/wav": ("wave",),
    "text/plain": ("text", "md", "log", "json", "yml", "yaml", "ini", "tsv", "srt"), "text/vcard": ("vcard",),
}  # fmt: skip
"""Other endings that belong to such files, and that no system runs."""


def _mime(content: bytes, name: str) -> str | None:
    head = content[:_HEAD]
    found = filetype.match(head, matchers=_BY_FIRST_BYTES)
    if found is not None:
        return _SAME.get(found.mime, str(found.mime))
    if head.startswith(b"%PDF-"):
        return "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return _office(content)
    return _text(content, name)


def _office(content: bytes) -> str | None:
    """A zip that is an office document without macros. Names stand in a zip as they are: nothing is unpacked."""
    if any(mark in content for mark in _MACROS):
        return None
    if content[30:38] == b"mimetype" and (found := _OPEN_DOCUMENT.match(content, 38)):
        return found[0].decode()
    if b"[Content_Types].xml" not in content:
        return None
    return next((mime for part, mime in _OPEN_XML.items() if part in content), None)


def _text(content: bytes, name: str) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content = content.decode("utf-16").encode()
        except UnicodeError:
            return None
    content = content.removeprefix(b"\xef\xbb\xbf")
    if not content.strip() or _NO_TEXT.search(content) or _RUNS.match(content.lstrip()[:_HEAD]):
        return None
    if content[:11].upper() == b"BEGIN:VCARD":
        return "text/vcard"
    return "text/csv" if name.lower().endswith(".csv") else "text/plain"
