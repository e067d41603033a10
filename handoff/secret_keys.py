"""Random secrets that are handed out once and kept as hashes only."""

import hashlib
import secrets


def mint() -> str:
    """256 random bits, fit for a header or a cookie."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> str:
    """What is stored. A plain hash is enough: nobody guesses 256 random bits."""
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()
