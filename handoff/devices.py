"""Devices: a browser in which somebody has signed in before is known by a cookie, so that strangers lock nobody out.

signed in -> cookie: number, proof by the password's hash -> the next sign-in of the same user is no stranger's

After "Slow Down Online Guessing Attacks with Device Cookies" (OWASP, read 22 Nov 2026). The proof needs no key and no
table, holds in every process, and ends with the password. It opens nothing: the password is asked for all the same.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Final

LASTS: Final = timedelta(days=365)


def cookie_of(user_id: int) -> str:
    """The name of the cookie: a browser may be several people's."""
    return f"aside_device_{user_id}"


def mint(user_id: int, password_hash: str) -> str:
    """What the cookie holds."""
    number = secrets.token_hex(16)
    return f"{number}.{_proof(number, user_id, password_hash)}"


def number_of(cookie: str | None, user_id: int, password_hash: str) -> str | None:
    """The number of a device of this user's; None where the cookie proves nothing."""
    number, _, proof = (cookie or "").partition(".")
    right = _proof(number, user_id, password_hash)
    return number if hmac.compare_digest(proof.encode(errors="replace"), right.encode()) else None


def _proof(number: str, user_id: int, password_hash: str) -> str:
    said = f"device {user_id} {number}".encode(errors="replace")
    return hmac.new(password_hash.encode(), said, hashlib.sha256).hexdigest()
