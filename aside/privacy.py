"""`aside privacy scan`: a file of texts through the detector, as the brand has set it; nothing is stored.

{"text"} a line -> findings -> {"text", "findings": [{type, start, end, score, reason}]} a line
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from gateway.errors import SettingsError
from gateway.privacy.detect import Detector


class Line(msgspec.Struct, kw_only=True):
    """A line of the file; whatever else it holds is left out."""

    text: str


def scan(source: Path, target: Path, detector: Detector) -> int:
    """Write what is found in each text of `source`; returns how many texts there were.

    Raises `SettingsError` with the line that cannot be read; then nothing is written.
    """
    lines = [msgspec.json.encode({"text": text, "findings": detector.find(text)}) + b"\n" for text in _texts(source)]
    try:
        target.write_bytes(b"".join(lines))
    except OSError as error:
        raise SettingsError(f"{target} cannot be written ({error.strerror}).") from error
    return len(lines)


def _texts(source: Path) -> Iterator[str]:
    decoder: msgspec.json.Decoder[Any] = msgspec.json.Decoder(Line)
    try:
        content = source.read_bytes()
    except OSError as error:
        raise SettingsError(f"{source} cannot be read ({error.strerror}).") from error
    for number, line in enumerate(content.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield decoder.decode(line).text
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise SettingsError(f'Line {number} of {source} is not {{"text": "..."}} ({error}).') from error
