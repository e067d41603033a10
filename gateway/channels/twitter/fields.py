"""Readers of untrusted JSON: each returns the value in the asked form, or the empty value of it. None raises."""

import re
from collections.abc import Mapping

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""X's ids are decimal. Others are let through as long as they are harmless in a path and in a key."""


def mapping(value: object) -> Mapping[str, object]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []


def string(value: object) -> str:
    """The string, or an empty one; without NUL, which PostgreSQL cannot store."""
    return value.replace("\x00", "") if isinstance(value, str) else ""


def identifier(value: object) -> str:
    """An id as a string, or an empty string; floats have lost digits already and are no ids."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        value = str(value)
    return value if isinstance(value, str) and _IDENTIFIER.fullmatch(value) else ""


def native_id(source: Mapping[str, object], name: str = "id") -> str:
    """The id under `<name>_str`, else under `<name>`, else an empty string.

    The string comes first: X rounds the number in some payloads, as in the sample of a long post
    (X docs, account-activity/introduction, Aug 2026: id 1924465506158879000, id_str 1924465506158878979).
    """
    return identifier(source.get(f"{name}_str")) or identifier(source.get(name))


def is_true(value: object) -> bool:
    """A flag that X sends as a boolean or as the string "true" (X docs, account-activity/introduction, Aug 2026)."""
    return value is True or value == "true"
