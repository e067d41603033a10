"""One-use codes: what a way in carries, so that the private arrival is joined to the public case without a question.

A code says nothing about anybody; 60 random bits make it unguessable within its short life. It fits Telegram's start
parameter (1-64 of A-Za-z0-9_-), Facebook's ref and a message that X fills in beforehand.
"""

import re
import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U to be misread
_LENGTH = 12
_SHAPE = re.compile(rf"\bREF-([{_ALPHABET}]{{{_LENGTH}}})\b")


def mint() -> str:
    """Make a new code, for example `REF-7Q2M9F3DXV8H`."""
    # Five bits of each byte name one of 32 letters.
    return "REF-" + "".join(_ALPHABET[byte & 31] for byte in secrets.token_bytes(_LENGTH))


def find(text: str) -> str:
    """The first code in a text, or an empty string."""
    found = _SHAPE.search(text)
    return found.group(0) if found else ""


def without(text: str) -> str:
    """The text without codes and the brackets around them: what the customer said in their own words."""
    return re.sub(rf"[\[(]?{_SHAPE.pattern}[\])]?", " ", text).strip(" \t\r\n.:;,-")
