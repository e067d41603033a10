"""E-mail addresses, also as people write them to hide them from machines."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_LOCAL = r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}"
_SAID_LOCAL = rf"{_LOCAL}(?:[ ](?:dot|punkt|punto|point|ponto|underscore|dash|hyphen)[ ][\w+%-]{{1,30}}){{0,3}}"
_ENDING = (
    r"(?:com|net|org|info|biz|io|co|me|eu|uk|de|at|ch|fr|es|it|nl|be|pt|pl|se|no|dk|fi|ie|us|ca|au|nz|in|jp|br|mx|ru"
    r"|app|dev|shop|online|email|example|test)"
)
_MAILERS = (
    r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|gmx|aol|fastmail|ymail|btinternet|web\.de)"
)
_SIGN = r"(?:at|arroba|bei|chez|chiocciola|apenstaartje|aet)"
_POINT = r"(?:dot|punkt|punto|point|ponto|punt|d0t)"
_PLAIN = re.compile(
    rf"{_LOCAL}@(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}(?:[a-z]{{2,24}}|xn--[a-z0-9-]{{2,59}})(?![\w-])", re.IGNORECASE
)
_NOBODY = (
    r"(?!(?:us|me|them|him|her|it|out|more|online|here|now|live|back|details|look|up|available|help|and|or|is|are)"
    r"[ ]at[ ])"
)
"""Before "at shop.example": a place to go to, not a name."""
_SPOKEN = re.compile(
    rf"(?<![\w.+%-]){_NOBODY}{_SAID_LOCAL}[ ]?(?:[(\[{{<*][ ]?(?:{_SIGN}|@)[ ]?[)\]}}>*]|[ ](?:{_SIGN}|@)[ ]|@)[ ]?"
    rf"[a-z0-9][a-z0-9-]{{1,62}}"
    rf"(?:[ ]?(?:[(\[{{<*][ ]?(?:{_POINT}|\.)[ ]?[)\]}}>*]|[ ]{_POINT}[ ]|[ ]\.[ ]|\.)[ ]?[a-z0-9-]{{1,30}}){{0,2}}"
    rf"(?:[ ]?[(\[{{<*][ ]?(?:{_POINT}|\.)[ ]?[)\]}}>*][ ]?|[ ]{_POINT}[ ]|[ ]\.[ ]|\."
    rf"|\.[ ](?!(?:it|no|in|at|be|me|us|so)\b)){_ENDING}\b",
    re.IGNORECASE,
)
_MAILER = re.compile(
    rf"{_SAID_LOCAL}[ ]?(?:@|[(\[{{<*]?[ ]?\b{_SIGN}\b[ ]?[)\]}}>*]?)[ ]?{_MAILERS}"
    rf"[ ]?(?:\.|[(\[{{<*]?\b{_POINT}\b[)\]}}>*]?|,)?[ ]?{_ENDING}\b",
    re.IGNORECASE,
)
_HALF = re.compile(
    rf"\b(?:e-?mail|mail|correo|courriel)\b(?:[ ](?:address|adresse|id))?[ ]?(?:is|ist|es|est|e|:"
    rf"|=)?[ ]?(?P<half>{_LOCAL}"
    rf"[ ]?(?:@|\b{_SIGN}\b)[ ]?{_MAILERS})\b",
    re.IGNORECASE,
)
_AT = re.compile(rf"\s*[(\[{{<*]?\s*(?:@|\b{_SIGN}\b)\s*[)\]}}>*]?\s*", re.IGNORECASE)
_DOT = re.compile(rf"\s*[(\[{{<*]?\s*(?:\.|\b{_POINT}\b)\s*[)\]}}>*]?\s*", re.IGNORECASE)
_HINT = re.compile(rf"@|\b(?:{_SIGN})\b", re.IGNORECASE)


def find_emails(text: str) -> Iterator[Finding]:
    """E-mail addresses in a folded text."""
    if _HINT.search(text) is None:
        return
    if "@" in text:
        for match in _PLAIN.finditer(text):
            yield Finding("email", match.start(), match.end(), 0.95, "an e-mail address")
    for pattern in (_SPOKEN, _MAILER):
        for match in pattern.finditer(text):
            yield Finding("email", match.start(), match.end(), 0.8, "an e-mail address in words")
    for match in _HALF.finditer(text):
        yield Finding("email", *match.span("half"), 0.7, "an e-mail address without its ending")


def written(address: str) -> str:
    """An address as it is written properly, however it was said."""
    return _DOT.sub(".", _AT.sub("@", address, count=1)).replace(" ", "")
