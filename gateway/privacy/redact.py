"""Redacting: what was taken back is kept for the audit, with a word in place of each piece of personal data.

text -> detector -> `My mail is ines@example.org` becomes `My mail is [email]`
"""

from collections.abc import Iterable, Sequence

from gateway.privacy.detect import MAX_CHARACTERS, Detector
from gateway.privacy.findings import Finding

_LEAKED_BEFORE = ("[card ", "[security code]")  # what intake puts where it has masked (`gateway.privacy.mask`)


def redacted(text: str, detector: Detector) -> str:
    """The text without what the detector finds in it, cut to what the detector reads."""
    text = text[:MAX_CHARACTERS]
    # As if the brand had said it, as the transcript is masked: what is whose need not be guessed.
    return with_words(text, detector.find(text, ours=True))


def with_words(text: str, findings: Iterable[Finding]) -> str:
    """The text with a word in place of each finding; where some overlap, one for all that they cover."""
    pieces: list[str] = []
    position = 0
    for start, end, kind in sorted((finding.start, finding.end, finding.type) for finding in findings):
        if end > position:
            word = f"[{kind.replace('_', ' ')}]" if start >= position else ""
            pieces += (text[position : max(start, position)], word)
            position = end
    return "".join([*pieces, text[position:]])


def leaks(text: str, detector: Detector, earlier: Sequence[str] = ()) -> list[str]:
    """The kinds of personal data that everybody can read where a text stands; card numbers have left our copy of it.

    `earlier`: what its author said there just before, the oldest first; data may be spread over both.
    """
    kinds = {finding.type for finding in detector.find_across(earlier, text)}
    if any(mark in text for mark in _LEAKED_BEFORE):
        kinds.add("card")
    return sorted(kinds)
