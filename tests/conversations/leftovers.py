"""What is left behind: personal data in the clear, in all files that the product wrote and in all that it answered.

values, plain and as they were written -> files, answers -> which stands where
"""

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tests.conversations.judge import Outcome

_SECOND: Final = re.compile(rb":[0-9]{2}\.")
_AROUND: Final = 50  # bytes beside it that are told
_SHORTEST: Final = 5
"""Characters: what is shorter stands somewhere by chance."""
_LONG: Final = 9
"""Characters: what is as long stands nowhere by chance, within another word neither."""
_NOT_LOOKED_FOR: Final = frozenset({"amount", "name", "security_code"})
"""A price, a first name or three digits stand anywhere; codes are looked for with the words that go with them."""


def needles(outcomes: Iterable[Outcome]) -> dict[bytes, str]:
    """What must not be found, with what it is."""
    wanted: dict[bytes, str] = {}
    for outcome in outcomes:
        for personal in outcome.personal:
            if personal.kind == "security_code":
                for words in ("cvv is", "cvv", "security code", "cvc:"):
                    wanted[f"{words} {personal.value}".encode()] = personal.kind
            elif personal.kind not in _NOT_LOOKED_FOR:
                wanted[personal.value.encode()] = personal.kind
            if personal.kind == "address":
                code = " ".join(personal.value.split(" ")[-2:])
                wanted |= {code.encode(): "postcode", code.lower().encode(): "postcode"}
        for shape, kind in outcome.written.items():
            if len(shape) >= _SHORTEST and kind not in _NOT_LOOKED_FOR:
                wanted[shape.encode()] = kind
                if not shape.isascii():
                    wanted[shape.encode("ascii", "backslashreplace")] = kind  # as JSON has it
    return wanted


def found(places: Iterable[tuple[str, bytes]], wanted: dict[bytes, str]) -> list[str]:
    """Where which value stands in the clear."""
    told: list[str] = []
    for place, content in places:
        for needle, kind in wanted.items():
            at = content.find(needle)
            if at >= 0 and len(needle) < _LONG:
                at = _alone(needle, content, at)
            if at >= 0:
                around = content[max(0, at - _AROUND) : at + len(needle) + _AROUND]
                told.append(f"{kind} {needle.decode()!r} in {place}: {around!r}")
    return told


def _alone(needle: bytes, content: bytes, at: int) -> int:
    """Where it stands by itself, and not within a longer word or the fraction of a second; -1 where nowhere."""
    while at >= 0 and (
        _SECOND.fullmatch(content[max(0, at - 4) : at])
        or content[max(0, at - 1) : at].isalnum()
        or content[at + len(needle) : at + len(needle) + 1].isalnum()
    ):
        at = content.find(needle, at + 1)
    return at


def tables(database: Path) -> Iterator[tuple[str, bytes]]:
    """Every value in a database, table by table, each by itself: in its file they lie close together."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        names = [name for (name,) in conn.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            values = (value for row in conn.execute(f'SELECT * FROM "{name}"') for value in row)
            texts = (value.encode() if isinstance(value, str) else value for value in values)
            yield f"table {name}", b"\n".join(each for each in texts if isinstance(each, bytes))


def halves(database: Path, outcomes: Iterable[Outcome]) -> list[str]:
    """Data spread over two messages of which a transcript, as it lies, holds both."""
    wanted = {pieces: kind for outcome in outcomes for kind, pieces in outcome.split.items()}
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as conn:
        rows = conn.execute(
            "SELECT group_concat(text, char(10)) FROM messages WHERE author = 'customer' GROUP BY case_id"
        )
        transcripts = [str(text) for (text,) in rows]
    return [
        f"both halves of {kind} {pieces} in a transcript"
        for pieces, kind in wanted.items()
        if any(all(_stands(piece, text) for piece in pieces) for text in transcripts)
    ]


def _stands(piece: str, text: str) -> bool:
    return piece in text and re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None


def files(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Everything in some folders."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                yield f"{folder.name}/{path.relative_to(folder)}", path.read_bytes()
