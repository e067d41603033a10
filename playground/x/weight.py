"""How long a post is for X.

Docs: "280 characters", Latin letters weigh 1, emoji and CJK 2, every URL 23, counted on the NFC form
(docs.x.com/fundamentals/counting-characters, read 2026-11-21). Written out here rather than borrowed from the
gateway's parser: a second opinion is the point of a pretend platform.
"""

import re
import unicodedata

LIMIT = 280
URL_WEIGHT = 23
LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
"""Code points that weigh 1; all others weigh 2."""

URL = re.compile(r"https?://[^\s]+|(?<![@\w.-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|co|me|shop|dev|app)\b[^\s]*", re.I)
_PICTURE = "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff]"
_EMOJI = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}"  # flags
    "|[0-9#*]\ufe0f?\u20e3"  # keycaps
    f"|{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*(?:\u200d{_PICTURE}[\ufe0f\U0001f3fb-\U0001f3ff]*)*"
)


def weighted_length(text: str) -> int:
    """The length that must not be above `LIMIT`."""
    text = unicodedata.normalize("NFC", text)
    text, urls = URL.subn("", text)
    text, emoji = _EMOJI.subn("", text)
    letters = sum(1 if any(low <= ord(char) <= high for low, high in LIGHT) else 2 for char in text)
    return letters + urls * URL_WEIGHT + emoji * 2
