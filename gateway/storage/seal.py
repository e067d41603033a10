"""Sealing: what holds customers' words and data is encrypted before it is written, and opened as it is read.

    value -> JSON or bytes -> AES-256-GCM under the ring's first key -> column -> opened by whichever key has sealed it

AES-GCM by `cryptography`, 96 random bits for each value: one key is good for 2^32 values (NIST SP 800-38D, 8.3), which
at ten values a message are 400 million messages. What no ring had sealed when it was written reads as it stands.

The ring belongs to the process, as its log does: columns have no other place to get a key from. Without one nothing is
sealed, so that two versions can work side by side until the older one is gone.
"""

import base64
import hashlib
import os
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from gateway.errors import SettingsError, VaultLocked

_MARK: Final = b"\x00A1"
"""What sealed bytes begin with; no JSON and no text does."""
_WORD: Final = "sealed:"
"""What a sealed JSON value is written as: a text that begins so."""
_ID: Final = 4  # bytes that tell which key has sealed a value
_NONCE: Final = 12  # bytes
_KEY: Final = 32  # bytes


class Ring:
    """Keys: the first one seals, each opens what it has sealed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """`keys`: 32 bytes each. Raises `ValueError` where there is none, or one of another length."""
        if not keys or any(len(key) != _KEY for key in keys):
            raise ValueError("a ring holds keys of 32 bytes")
        self._ciphers = {_id(key): AESGCM(key) for key in keys}
        self._first = _id(keys[0])
        self._seals = self._ciphers[self._first]

    @classmethod
    def of(cls, written: str) -> "Ring | None":
        """The ring of the setting `ASIDE_VAULT_KEY`: base64 keys with commas between. None where it is empty.

        Raises `SettingsError`.
        """
        words = [word.strip() for word in written.split(",") if word.strip()]
        if not words:
            return None
        try:
            return cls([base64.urlsafe_b64decode(word) for word in words])
        except ValueError as error:
            raise SettingsError("ASIDE_VAULT_KEY holds keys of 32 bytes in base64, with commas between.") from error

    def seal(self, value: bytes) -> bytes:
        """The value, sealed."""
        nonce = os.urandom(_NONCE)
        return b"".join((_MARK, self._first, nonce, self._seals.encrypt(nonce, value, None)))

    def open(self, sealed: bytes) -> bytes:
        """What was sealed. Raises `VaultLocked` where no key of the ring has sealed it."""
        start = len(_MARK) + _ID
        cipher = self._ciphers.get(sealed[len(_MARK) : start])
        if cipher is None:
            raise VaultLocked
        try:
            return cipher.decrypt(sealed[start : start + _NONCE], sealed[start + _NONCE :], None)
        except InvalidTag as error:
            raise VaultLocked from error

    def is_of_the_first(self, sealed: bytes) -> bool:
        """Whether the first key has sealed it."""
        return sealed.startswith(_MARK + self._first)


class _Process:
    """What this process seals with."""

    ring: Ring | None = None


def use(ring: Ring | None) -> None:
    """Have this process seal with a ring from now on; None: not at all."""
    _Process.ring = ring


def ring() -> Ring | None:
    """What this process seals with."""
    return _Process.ring


def sealed(value: bytes) -> bytes:
    """The value as it is to be written."""
    ring = _Process.ring
    return value if ring is None or not value else ring.seal(value)


def opened(stored: bytes) -> bytes:
    """What was written. Raises `VaultLocked`."""
    if not stored.startswith(_MARK):
        return stored
    ring = _Process.ring
    if ring is None:
        raise VaultLocked
    return ring.open(stored)


class Sealed(TypeDecorator[bytes]):
    """Bytes that are sealed. Empty ones are not: there is nothing in them."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: bytes | None, dialect: Dialect) -> bytes | None:
        """Seal."""
        return None if value is None else sealed(bytes(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> bytes | None:
        """Open."""
        return None if value is None else opened(bytes(value))


class SealedText(TypeDecorator[str]):
    """A text that is sealed. An empty one is not."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Seal."""
        ring = _Process.ring
        return value if not value or ring is None else written(ring, value.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Open."""
        found = read(value)
        return value if found is None else opened(found).decode()


class SealedJson(TypeDecorator[Any]):
    """JSON that is sealed, as a text in a column of JSON."""

    impl = sa.JSON(none_as_null=True)
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Seal."""
        ring = _Process.ring
        if value is None or ring is None:
            return value
        return written(ring, msgspec.json.encode(value))

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Open."""
        found = read(value)
        return value if found is None else msgspec.json.decode(opened(found))


def columns(metadata: sa.MetaData) -> list[sa.Column[Any]]:
    """All columns of some tables that are sealed."""
    kinds = (Sealed, SealedJson, SealedText)
    return [column for table in metadata.sorted_tables for column in table.c if isinstance(column.type, kinds)]


def written(ring: Ring, value: bytes) -> str:
    """A value's JSON as it is written into a column of JSON."""
    return _WORD + base64.b64encode(ring.seal(value)).decode()


def read(stored: Any) -> bytes | None:
    """The sealed bytes of a value of a column of JSON; None where it is not sealed."""
    return base64.b64decode(stored[len(_WORD) :]) if isinstance(stored, str) and stored.startswith(_WORD) else None


def _id(key: bytes) -> bytes:
    return hashlib.sha256(b"aside vault key" + key).digest()[:_ID]
