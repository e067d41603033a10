"""Bodies as no platform sends them: documented ones cut short, or with parts dropped, doubled, moved or replaced."""

import copy
import json
import random
import re
from collections.abc import Iterator
from typing import Any, Final

_OWN_IDS: Final = re.compile(
    rb'("(?:update_id|message_id|mid|comment_id|event_uuid)":\s*"?-?[^",}\s]+|"(?:13417|9544|20807)\d{8,12})'
)
"""What names an event or a message: two with the same name are one, and the second would never be looked at."""

_LEAVES: Final[tuple[Any, ...]] = (
    None, True, False, 0, -1, 1, 2**31, 2**53 + 1, 2**63, -(2**63) - 1, 2**64, 10**30, 1e308, -0.0, 3.5,
    "", "0", "true", "null", "\0", "\ud83d", "ÿ" * 3, "x" * 5000, "9" * 400, "1e999", "2020-99-99", "\u202e@",
    [], {}, [[]], [None], {"": ""}, {"id": None}, [{}], [1, "a", None, {}], {"text": {"text": []}},
)  # fmt: skip


def mutated(bodies: list[bytes], number: int, seed: int) -> Iterator[bytes]:
    """So many spoilt bodies, the same ones for the same seed."""
    dice = random.Random(seed)
    for each in range(number):
        body = _OWN_IDS.sub(rb"\g<1>%04d" % each, dice.choice(bodies))
        way = dice.random()
        if way < 0.12:
            yield body[: dice.randrange(len(body))]
        elif way < 0.24:
            yield _other_bytes(body, dice)
        elif way < 0.28:
            yield _deep(body, dice)
        else:
            yield _other_parts(body, dice)


def _other_bytes(body: bytes, dice: random.Random) -> bytes:
    """Broken UTF-8, broken JSON, or another letter."""
    at = dice.randrange(len(body))
    noise = dice.choice((b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\0", b"{", b"]", b",", b'"', b"\\u12", b"9" * 30))
    return body[:at] + noise + body[at + dice.choice((0, len(noise))) :]


def _deep(body: bytes, dice: random.Random) -> bytes:
    """A part nested deeper than anything real."""
    depth = dice.choice((50, 300, 900, 1_500, 20_000))
    nested = (b'{"a":' if dice.random() < 0.5 else b"[") * depth
    at = body.find(b":", dice.randrange(len(body)))
    return body[: at + 1] + nested + body[at + 1 :] if at >= 0 else nested


def _other_parts(body: bytes, dice: random.Random) -> bytes:
    """Well-formed JSON with one to four parts that are not where or what they should be."""
    tree = json.loads(body)
    for _ in range(dice.choice((1, 1, 1, 2, 4))):
        parts = list(_parts(tree))
        if not parts:
            break
        holder, key = dice.choice(parts)
        way = dice.random()
        if way < 0.25:
            del holder[key]
        elif way < 0.6:
            holder[key] = copy.deepcopy(dice.choice(_LEAVES))
        elif way < 0.7:
            holder[key] = [copy.deepcopy(holder[key]) for _ in range(dice.choice((1, 2, 3)))]
        elif way < 0.8:
            holder[key] = {"data": holder[key]}
        elif way < 0.9 and isinstance(holder, dict):
            holder[dice.choice((key.upper(), f"{key}s", f" {key}"))] = holder.pop(key)
        else:
            other, its = dice.choice(parts)
            holder[key] = copy.deepcopy(other[its])
    # Escapes on purpose: half a surrogate pair can only be sent so.
    return json.dumps(tree, ensure_ascii=True).encode()


def _parts(node: Any) -> Iterator[tuple[Any, Any]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in list(items):
        yield node, key
        yield from _parts(value)
