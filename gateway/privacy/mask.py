"""Masking: card numbers and security codes leave a text, or a webhook's body, before the first write.

Ids must survive: a post's 19 digits may well pass the check of a card number. So only what people write is masked.
"""

import json
import re
from functools import lru_cache

import msgspec

from gateway.privacy.cards import GAP, find_cards, shortened
from gateway.privacy.security_codes import find_security_codes
from gateway.privacy.spoken import hear

_TWELVE_DIGITS = re.compile(rf"[0-9](?:{GAP}[0-9]){{11}}")  # less is no card number
# One of them is in every folded text in which a security code is found.
_WORDS = (
    *(
        "cvv",
        "cvc",
        "c v",
        "c.v",
        "c-v",
        "v v",
        "v.v",
        "v-v",
        "v c",
        "v.c",
        "v-c",
        "at the back",
        "on the back",
        "veilig",
        "cvn",
        "csc",
        "cid",
        "digit",
        "verification",
        "crypto",
    ),
    *("securi", "segur", "sicur", "sicherheits", "prufnummer", "prufziffer"),
)
_LONGEST_KEY = 40  # characters of a key whose kind is remembered
_ID_KEY = re.compile(
    r"(?:^|_)(?:ids?|mids?|uuids?|hash|tokens?|secret|signature|key|timestamp|time|date|at|ur[il]s?|link|cursor|nonce"
    r"|instance|watermark|seq|indices|offset|ref|phone|phone_number)(?:_str)?$|^(?:epoch|expires|created|updated)$",
    re.IGNORECASE,
)
_CAMEL_ID_KEY = re.compile(r"[a-z](?:Ids?|IDs?|Uuid|UUID|Hash|Token|Timestamp|Ur[il]|URL|Key)(?:Str)?$")
_TEXT_KEY = re.compile(r"(?:^|_)(?:text|message|caption|title|description|comment|body|answer)$", re.IGNORECASE)


def mask_text(text: str) -> str:
    """The text with card numbers as `[card 411111…1111]` and security codes as `[security code]`."""
    heard = hear(text)
    cards = list(find_cards(heard.text))
    codes = [
        code
        for code in find_security_codes(heard.text)
        if all(code[1] <= start or end <= code[0] for start, end in cards)
    ]
    if not cards and not codes:
        return text
    masks = [(span, f"[card {shortened(_digits(heard.text[slice(*span)]))}]") for span in cards]
    masks += [(span, "[security code]") for span in _merged(codes)]
    pieces: list[str] = []
    position = 0
    for span, mask in sorted(masks):
        start, end = heard.span(*span)
        pieces += (text[position:start], mask)
        position = end
    return "".join([*pieces, text[position:]])


def mask_body(body: bytes) -> bytes:
    """A webhook's body with what people wrote masked; the very same object where there is nothing to mask."""
    try:
        if not _holds_any(msgspec.json.decode(body)):
            return body
    except (ValueError, RecursionError):
        pass  # no JSON, or not quite: looked at below
    try:
        document = json.loads(body)
        masked = _masked(document, "")
        return body if masked is document else json.dumps(masked, separators=(",", ":")).encode("ascii")
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "surrogateescape")
        masked_text = mask_text(text)
        return body if masked_text == text else masked_text.encode("utf-8", "surrogateescape")


def _holds_any(document: object) -> bool:
    """Whether `_masked` would change a document: nearly always not, and this is several times faster."""
    todo: list[tuple[str, object]] = [("", document)]
    while todo:
        key, node = todo.pop()
        kind = type(node)
        if kind is dict:
            todo += node.items()  # type: ignore[attr-defined]
        elif kind is list:
            todo += [(key, item) for item in node]  # type: ignore[attr-defined]
        elif kind is str:
            if not _is_id_key(key) and _has_secret(node):  # type: ignore[arg-type]
                return True
        elif kind is int and _is_text_key(key) and _has_secret(str(node)):
            return True
    return False


def _has_secret(text: str) -> bool:
    """Whether `mask_text` would change a text."""
    text = hear(text).text
    if _TWELVE_DIGITS.search(text) is not None and next(find_cards(text), None) is not None:
        return True
    return _names_a_code(text.lower()) and next(find_security_codes(text), None) is not None


def _names_a_code(lowered: str) -> bool:
    for word in _WORDS:  # noqa: SIM110 - as a generator it takes twice as long
        if word in lowered:
            return True
    return False


def _masked(node: object, key: str) -> object:
    """The node masked; the same object where nothing in it changed."""
    match node:
        case str():
            return node if _is_id_key(key) else mask_text(node)
        case dict():
            members = {name: _masked(value, name) for name, value in node.items()}
            return members if any(members[name] is not value for name, value in node.items()) else node
        case list():
            items = [_masked(item, key) for item in node]
            return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
        case int() if _is_text_key(key) and mask_text(str(node)) != str(node):
            return mask_text(str(node))
        case _:
            return node


def _is_id_key(key: str) -> bool:
    return (_remembered_id_key if len(key) <= _LONGEST_KEY else _looks_like_id_key)(key)


def _is_text_key(key: str) -> bool:
    return (_remembered_text_key if len(key) <= _LONGEST_KEY else _looks_like_text_key)(key)


def _looks_like_id_key(key: str) -> bool:
    return _ID_KEY.search(key) is not None or _CAMEL_ID_KEY.search(key) is not None


def _looks_like_text_key(key: str) -> bool:
    return _TEXT_KEY.search(key) is not None


_remembered_id_key = lru_cache(maxsize=1024)(_looks_like_id_key)
_remembered_text_key = lru_cache(maxsize=1024)(_looks_like_text_key)


def _digits(text: str) -> str:
    return re.sub(r"[^0-9]", "", text)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
