"""Files on Meta's servers: content -> a place beside the snapshot, an id, an address that can expire."""

import base64
import secrets
from pathlib import Path

from playground.facebook.errors import GraphError
from playground.facebook.records import FacebookState, StoredFile

LARGEST = 25_000_000
"""Bytes of an attachment ("Saving assets", Messenger Platform, 2026-04-22)."""

PICTURE = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAFElEQVR42mNkaGBgwAaYGLCDkSYBAG0YAQjBfS9gAAAAAElFTkSuQmCC"
)
PAPER = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)
SOUND = b"ID3\x03\x00\x00\x00\x00\x00\x0a" + bytes(64)

SAMPLES = {
    "image": ("photo.png", "image/png", PICTURE),
    "video": ("film.mp4", "video/mp4", FILM),
    "audio": ("voice.mp3", "audio/mpeg", SOUND),
    "file": ("receipt.pdf", "application/pdf", PAPER),
}
"""What is sent where a customer brings nothing of their own."""


class Files:
    """Keeps contents in `home`, and hands them out under `root`."""

    def __init__(self, state: FacebookState, home: Path, root: str) -> None:
        self._state = state
        self._home = home / "playground-files"
        self._root = root

    def keep(self, name: str, mime: str, content: bytes) -> str:
        """Keep a file; its id."""
        if len(content) > LARGEST:
            raise GraphError(100, "(#100) Attachment size exceeds allowable limit", 2018109)
        number = str(10**15 + len(self._state.files))
        self._home.mkdir(parents=True, exist_ok=True)
        (self._home / f"facebook-{number}").write_bytes(content)
        self._state.files[number] = StoredFile(name, mime, len(content), secrets.token_hex(8))
        return number

    def sample(self, kind: str) -> str:
        """Keep the sample of a kind; its id."""
        return self.keep(*SAMPLES[kind])

    def about(self, number: str) -> StoredFile:
        """A file by its id."""
        return self._state.files[number]

    def url(self, number: str) -> str:
        """Where it can be fetched, until that expires."""
        return f"{self._root}/files/{number}/{self._state.files[number].link}"

    def expire(self) -> None:
        """Give every file another address: the old ones have expired."""
        for stored in self._state.files.values():
            stored.link = secrets.token_hex(8)

    def at(self, path: str) -> tuple[str, bytes] | None:
        """Kind and content of what lies at `<id>/<link>`; None where that has expired, or never was."""
        number, _, link = path.partition("/")
        stored = self._state.files.get(number)
        if stored is None or not secrets.compare_digest(stored.link.encode(), link.encode()):
            return None
        return stored.mime, (self._home / f"facebook-{number}").read_bytes()
