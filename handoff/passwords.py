"""Passwords, hashed with Argon2id. The work takes tens of milliseconds: never do it on the event loop."""

from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from handoff.errors import Invalid

_HASHER: Final = PasswordHasher()
_SHORTEST: Final = 10
_LONGEST: Final = 200  # characters; hashing more is work that a stranger could give us

# The hash of a random string that nobody has: what is checked where there is no such user, so that the answer takes
# as long as for a real one.
_NOBODY: Final = "$argon2id$v=19$m=65536,t=3,p=4$5WIkdT6FVSviW+DcKjc3rg$1JGpN8gWuprBwPBOM32/skOwyq60uzt0HWVrTDGh0io"


def hashed(password: str) -> str:
    """The hash to keep. Raises `Invalid` for one that is too short or too long."""
    if not _SHORTEST <= len(password) <= _LONGEST:
        raise Invalid(f"A password has {_SHORTEST} to {_LONGEST} characters.")
    return _HASHER.hash(password)


def matches(password: str, stored: str | None) -> bool:
    """Whether a password fits; the same work where there is nothing to compare with."""
    try:
        _HASHER.verify(stored or _NOBODY, password[:_LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None and len(password) <= _LONGEST
