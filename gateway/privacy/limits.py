"""What a platform would refuse: nothing to say, too much to say, characters that are none."""

import re
import unicodedata

from gateway.messages import Channel

LIMITS = {Channel.TWITTER: 280, Channel.FACEBOOK: 8000, Channel.TELEGRAM: 4096}
"""The longest public text, in the platform's own units; channels say the same.

X: weighted characters (X docs, fundamentals/counting-characters, Aug 2026). Telegram: UTF-16 code units (Bot API 10.0,
`sendMessage`). Facebook documents no limit of a comment: 8,000 is what its own pages have let people write. The 2,000
that channels know besides are a Messenger text's.
"""

_LINK_WEIGHT = 23  # X shortens every link to this length
_LINK = re.compile(r"https?://[^\s<>\"]{1,2000}", re.IGNORECASE)
_HOST = re.compile(r"(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?:/[^\s<>\"]{0,2000})?(?![\w@])", re.IGNORECASE)
# X counts these once and everything else twice.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]{0,2}[\U000e0020-\U000e007f]{0,8}"
    "(?:\u200d[\u2190-\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]{0,2}){0,5})"
)
_EMOJI_WEIGHT = 2


def length(text: str, channel: Channel) -> int:
    """The length of a text in the units of its platform."""
    match channel:
        case Channel.TWITTER:
            return _weight(unicodedata.normalize("NFC", text))
        case Channel.TELEGRAM:
            return len(text.encode("utf-16-le", "surrogatepass")) // 2
        case Channel.FACEBOOK:
            return len(text)


def unsendable(text: str) -> tuple[int, int] | None:
    """The span of the first character that no platform takes."""
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cs" or (category == "Cc" and character not in "\n\r\t") or character in "\ufffe\uffff":
            return index, index + 1
    return None


def _weight(text: str) -> int:
    links = len(_LINK.findall(text))
    rest = _LINK.sub("", text)
    # Whether a bare host counts as a link depends on a list of endings that grows: take the longer of the two.
    hosts = [match.group() for match in _HOST.finditer(rest)]
    rest = _HOST.sub("", rest)
    emoji = len(_EMOJI.findall(rest))
    rest = _EMOJI.sub("", rest)
    return (
        links * _LINK_WEIGHT
        + sum(max(_LINK_WEIGHT, _plain_weight(host)) for host in hosts)
        + emoji * _EMOJI_WEIGHT
        + _plain_weight(rest)
    )


def _plain_weight(text: str) -> int:
    return sum(1 if any(low <= ord(character) <= high for low, high in _LIGHT) else 2 for character in text)
