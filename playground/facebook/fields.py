"""Field expansion: `fields=id,from{id},messages.limit(20){id,message}` (Graph API "Field expansion", 2026-11-22)."""

import re
from typing import Any

import msgspec

from playground.facebook.errors import invalid

PART = re.compile(r"\s*(\w+)((?:\.\w+\([^()]*\))*)\s*")
MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")


class Wanted(msgspec.Struct):
    """One field that is asked for."""

    name: str
    modifiers: dict[str, str] = msgspec.field(default_factory=dict)
    fields: "list[Wanted]" = msgspec.field(default_factory=list)
    """Of the object behind it; empty for all."""


def wanted(text: str) -> list[Wanted]:
    """Read `fields`. Raises the platform's 100 where it makes no sense."""
    found, rest = _list(text)
    if rest:
        raise invalid(f"Syntax error at {rest[:20]!r} in fields")
    return found


def only(content: dict[str, Any], fields: list[Wanted]) -> dict[str, Any]:
    """What `fields` asks for, and the id always; everything where nothing is asked for."""
    if not fields:
        return content
    inner = {field.name: field.fields for field in fields}
    return {
        name: _pruned(value, inner.get(name, [])) for name, value in content.items() if name == "id" or name in inner
    }


def _pruned(value: Any, fields: list[Wanted]) -> Any:
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return {**value, "data": [only(item, fields) for item in value["data"]]}
    return only(value, fields) if isinstance(value, dict) else value


def _list(text: str) -> tuple[list[Wanted], str]:
    found = []
    while True:
        match = PART.match(text)
        if match is None:
            raise invalid(f"Syntax error at {text[:20]!r} in fields")
        field, text = Wanted(match[1], dict(MODIFIER.findall(match[2]))), text[match.end() :]
        if text.startswith("{"):
            field.fields, text = _list(text[1:])
            if not text.startswith("}"):
                raise invalid("Unbalanced braces in fields")
            text = text[1:].lstrip()
        found.append(field)
        if not text.startswith(","):
            return found, text
        text = text[1:]
