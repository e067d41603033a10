"""Masking: card numbers and security codes leave a text, or a webhook's body, before the first write.

Ids must survive: a post's 19 digits may well pass the check of a card number. So only what people write is masked.
"""

import json
import re

from gateway.privacy.cards import find_cards, shortened
from gateway.privacy.folding import fold
from gateway.privacy.security_codes import find_security_codes

# Whatever could be twelve digits (ASCII, UTF-8 or escaped) or a word for a security code. These hit too often, never
# too seldom: a body without a hit is not even parsed.
_MANY_DIGITS = re.compile(
    rb"(?:[0-9\x80-\xff]|\\u[0-9a-fA-F]{4})(?:(?:[ .,:;/|*_()\-\t\r\n]|\\[nrt/]){0,3}"
    rb"(?:[0-9\x80-\xff]|\\u[0-9a-fA-F]{4})){11}"
)
_WORDS = tuple(
    b"cvv cvc cvn csc cid digit securi segurid sicherheits verification prufnummer prufziffer crypto".split()
)
_COULD_HOLD = re.compile(r"[0-9]|[^\x00-\x7f]")
_ID_KEY = re.compile(
    r"(?:^|_)(?:ids?|mids?|uuids?|hash|tokens?|secret|signature|key|timestamp|time|date|at|ur[il]s?|link|cursor|nonce"
    r"|instance|watermark|seq|indices|offset|ref|phone|phone_number)(?:_str)?$|^(?:epoch|expires|created|updated)$",
    re.IGNORECASE,
)
_CAMEL_ID_KEY = re.compile(r"[a-z](?:Ids?|IDs?|Uuid|UUID|Hash|Token|Timestamp|Ur[il]|URL|Key)(?:Str)?$")
_TEXT_KEY = re.compile(r"(?:^|_)(?:text|message|caption|title|description|comment|body|answer)$", re.IGNORECASE)


def mask_text(text: str) -> str:
    """The text with card numbers as `[card 411111…1111]` and security codes as `[security code]`."""
    folded = fold(text)
    cards = list(find_cards(folded.text))
    codes = [
        code
        for code in find_security_codes(folded.text)
        if all(code[1] <= start or end <= code[0] for start, end in cards)
    ]
    if not cards and not codes:
        return text
    masks = [(span, f"[card {shortened(_digits(folded.text[slice(*span)]))}]") for span in cards]
    masks += [(span, "[security code]") for span in _merged(codes)]
    pieces: list[str] = []
    position = 0
    for span, mask in sorted(masks):
        start, end = folded.span(*span)
        pieces += (text[position:start], mask)
        position = end
    return "".join([*pieces, text[position:]])


def mask_body(body: bytes) -> bytes:
    """A webhook's body with what people wrote masked; the very same object where there is nothing to mask."""
    if not _is_suspect(body):
        return body
    try:
        document = json.loads(body)
        masked = _masked(document, "")
        return body if masked is document else json.dumps(masked, separators=(",", ":")).encode("ascii")
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "surrogateescape")
        masked_text = mask_text(text)
        return body if masked_text == text else masked_text.encode("utf-8", "surrogateescape")


def _is_suspect(body: bytes) -> bool:
    if _MANY_DIGITS.search(body) is not None:
        return True
    lowered = body.lower()
    return any(word in lowered for word in _WORDS)


def _masked(node: object, key: str) -> object:
    """The node masked; the same object where nothing in it changed."""
    match node:
        case str():
            return node if _COULD_HOLD.search(node) is None or _is_id_key(key) else mask_text(node)
        case dict():
            members = {name: _masked(value, name) for name, value in node.items()}
            return members if any(members[name] is not value for name, value in node.items()) else node
        case list():
            items = [_masked(item, key) for item in node]
            return items if any(new is not old for new, old in zip(items, node, strict=True)) else node
        case int() if _TEXT_KEY.search(key) and mask_text(str(node)) != str(node):
            return mask_text(str(node))
        case _:
            return node


def _is_id_key(key: str) -> bool:
    return _ID_KEY.search(key) is not None or _CAMEL_ID_KEY.search(key) is not None


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
