"""E-mail addresses, also as people write them to hide them from machines."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_LOCAL = r"(?<![\w.+%-])[\w+%-][\w.+%-]{0,63}"
_ENDING = (
    r"(?:com|net|org|info|biz|io|co|me|eu|uk|de|at|ch|fr|es|it|nl|be|pt|pl|se|no|dk|fi|ie|us|ca|au|nz|in|jp|br|mx|ru"
    r"|app|dev|shop|online|email|example|test)"
)
_MAILERS = r"(?:gmail|googlemail|hotmail|outlook|yahoo|icloud|proton(?:mail)?|gmx|aol|fastmail)"
_PLAIN = re.compile(rf"{_LOCAL}@(?:[a-z0-9][a-z0-9-]{{0,62}}\.){{1,4}}[a-z]{{2,24}}(?![\w-])", re.IGNORECASE)
_SPOKEN = re.compile(
    rf"{_LOCAL}[ ]?(?:[(\[{{][ ]?(?:at|@)[ ]?[)\]}}]|[ ](?:at|@|arroba)[ ]|@)[ ]?"
    rf"[a-z0-9][a-z0-9-]{{1,62}}"
    rf"(?:[ ]?[(\[{{][ ]?(?:dot|\.)[ ]?[)\]}}][ ]?|[ ](?:dot|punkt|punto|point)[ ]|[ ]\.[ ]){_ENDING}\b",
    re.IGNORECASE,
)
_MAILER = re.compile(
    rf"{_LOCAL}[ ]?(?:@|[(\[{{]?\b(?:at|arroba)\b[)\]}}]?)[ ]?{_MAILERS}[ ]?(?:\.|\bdot\b)?[ ]?{_ENDING}\b",
    re.IGNORECASE,
)


def find_emails(text: str) -> Iterator[Finding]:
    """E-mail addresses in a folded text."""
    for match in _PLAIN.finditer(text):
        yield Finding("email", match.start(), match.end(), 0.95, "an e-mail address")
    for pattern in (_SPOKEN, _MAILER):
        for match in pattern.finditer(text):
            yield Finding("email", match.start(), match.end(), 0.8, "an e-mail address in words")
