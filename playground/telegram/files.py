"""Files that were sent: content -> a place beside the snapshot, an id for the Bot API, a path for the download."""

import base64
import secrets
from pathlib import Path

from playground.telegram.errors import bad_request
from playground.telegram.records import StoredFile, TelegramState

LARGEST_DOWN = 20_000_000
"""Bytes that a bot may fetch (core.telegram.org/bots/api#getfile)."""
LARGEST_UP = 50_000_000
LARGEST_PHOTO = 10_000_000
"""Bytes that a bot may send (core.telegram.org/bots/api#sending-files)."""

ENDINGS = {
    "photo": ("photos", "jpg"),
    "video": ("videos", "mp4"),
    "voice": ("voice", "oga"),
    "audio": ("music", "mp3"),
    "animation": ("animations", "mp4"),
    "sticker": ("stickers", "webp"),
    "document": ("documents", "bin"),
}

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR42mNkaGBgwAaYGLCDkSYBAG0YAQjBfS9gAAAAAElFTkSuQmCC"
)
SOUND = b"OggS\x00\x02" + bytes(22) + b"\x01\x13OpusHead\x01\x01" + bytes(9)
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)
MUSIC = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(64)

SAMPLES = {
    "photo": PICTURE,
    "sticker": PICTURE,
    "voice": SOUND,
    "audio": MUSIC,
    "video": FILM,
    "animation": FILM,
    "document": PAPER,
}
"""What is sent where a customer brings nothing of their own."""


class Files:
    """Keeps contents in `home`."""

    def __init__(self, state: TelegramState, home: Path) -> None:
        self._state = state
        self._home = home / "playground-files"

    def keep(self, kind: str, content: bytes, name: str = "") -> str:
        """Keep a file; its id."""
        unique = secrets.token_hex(8)
        folder, ending = ENDINGS[kind]
        ending = name.rpartition(".")[2] if "." in name else ending
        self._home.mkdir(parents=True, exist_ok=True)
        (self._home / unique).write_bytes(content)
        number = len(self._state.files)
        file_id = f"AgACAgQAAxk{secrets.token_urlsafe(24)}"
        self._state.files[file_id] = StoredFile(unique, f"{folder}/file_{number}.{ending}", len(content))
        return file_id

    def about(self, file_id: str) -> StoredFile:
        """A file by its id."""
        stored = self._state.files.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        return stored

    def at(self, path: str) -> bytes | None:
        """The content that getFile told the path of."""
        stored = next((each for each in self._state.files.values() if each.path == path), None)
        return (self._home / stored.unique).read_bytes() if stored else None
