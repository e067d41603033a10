"""Card security codes: three or four digits beside words that say so."""

import re
from collections.abc import Iterator

_WORD = (
    r"(?:c[\ .\-]?v[\ .\-]?[vc][23]?|cvn|cid\ code|csc|security\ (?:code|number|digits)"
    r"|card\ verification(?:\ (?:code|number|value))?"
    r"|(?:3|4|three|four)[\ -]digits?\ code|sicherheitscode|prufziffer|prufnummer|kartenprufnummer"
    r"|codigo\ de\ (?:seguridad|seguranca)|code\ de\ securite|cryptogramme|codice\ di\ sicurezza|veiligheidscode"
    r"|(?:digits?|numbers?|code)\ (?:on|at)\ the\ back(?:\ of\ (?:my|the)(?:\ [a-z]{1,9})?\ card)?)"
)
_CODE = r"(?<![0-9….,/])(?P<code>[0-9](?:[ .\-]?[0-9]){2,3})(?![0-9…])(?![.,/][0-9])"
_AFTER = re.compile(
    rf"(?<![a-z0-9]){_WORD}(?:[^\w\n\[\]]{{1,3}}[a-z]{{1,9}}){{0,4}}[^\w\[\]]{{0,4}}{_CODE}", re.IGNORECASE | re.VERBOSE
)
_LINK = r"(?:(?:is|as|for|my|the|its|and|ist|mein|es|mi|est|mon)[\ :]{1,2}){0,3}"
_BEFORE = re.compile(
    rf"{_CODE}[\ ,;:(]{{1,3}}{_LINK}{_WORD}(?![a-z0-9])",
    re.IGNORECASE | re.VERBOSE,
)


def find_security_codes(text: str) -> Iterator[tuple[int, int]]:
    """The spans of security codes, digits only, in a folded text."""
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(text):
            yield match.span("code")
