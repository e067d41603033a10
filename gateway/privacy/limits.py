"""What a platform would refuse: nothing to say, too much to say, characters that are none."""

import re
import unicodedata
from collections.abc import Collection

from gateway.messages import Channel, Surface

LIMITS = {Channel.TWITTER: 280, Channel.FACEBOOK: 8000, Channel.TELEGRAM: 4096}
"""The longest public text, in the platform's own units; channels say the same.

X: weighted characters (X docs, fundamentals/counting-characters, Aug 2026). Telegram: UTF-16 code units (Bot API 10.0,
`sendMessage`). Facebook documents no limit of a comment: 8,000 is what its own pages have let people write. The 2,000
that channels know besides are a Messenger text's.
"""

PRIVATE = {Channel.TWITTER: 10_000, Channel.FACEBOOK: 2000, Channel.TELEGRAM: 4096}
"""The longest private text: characters in X's direct messages (tweepy 4.17, `create_direct_message`) and in Messenger
(third-party pages; Meta's own do not print it), UTF-16 code units in Telegram."""

LONGEST_IN_PIECES = 20_000
"""Characters of a public text that may go out in pieces: what the detector reads to its end."""

_LINK_WEIGHT = 23  # X shortens every link to this length
# What stands in a link without doubt. Punctuation at its end, and scripts that X ends a link at, count beside it.
_IN_LINK = r"[\w!*'();:=+,.$/%#\[\]~&|@?-]"
_LINK = re.compile(rf"https?://(?:{_IN_LINK}{{0,2000}}[\w=/+#&-])?", re.IGNORECASE | re.ASCII)
_HOST = re.compile(
    rf"(?<![\w@.-])(?:[a-z0-9_\u00c0-\u024f-]{{1,63}}\.){{1,8}}[a-z]{{2,24}}(?:/(?:{_IN_LINK}{{0,2000}}[\w=/+#&-])?)?",
    re.IGNORECASE | re.ASCII,
)
_ENDING = re.compile(
    r"https?://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,24})(?=[:/?#]|$)", re.IGNORECASE | re.ASCII
)
_SURE = frozenset(
    ("com", "org", "net", "info", "biz", "edu", "gov", "int", "mil", "app", "dev", "shop", "store", "online", "site")
)
# X counts these once and everything else twice.
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))
_EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2}|[0-9#*]\ufe0f?\u20e3"
    "|[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]{0,2}[\U000e0020-\U000e007f]{0,8}"
    "(?:\u200d[\u2190-\u3299\U0001f000-\U0001faff][\ufe0f\U0001f3fb-\U0001f3ff]{0,2}){0,5})"
)
_EMOJI_WEIGHT = 2


def length(text: str, channel: Channel, surface: Surface = Surface.PUBLIC) -> int:
    """The length of a text in the units of its platform: weighted only in public, on X."""
    match channel:
        case Channel.TWITTER:
            return _weight(unicodedata.normalize("NFC", text)) if surface is Surface.PUBLIC else len(text)
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


def same_again(text: str, posted: Collection[str]) -> bool:
    """Whether these words have been posted already; X refuses them, also with other spaces and capitals ("You are not
    allowed to create a Tweet with duplicate content", X API v2, Aug 2026)."""
    return _bare(text) in {_bare(each) for each in posted}


def _bare(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _weight(text: str) -> int:
    """What a text weighs, or a little more: whether something is a link depends on a list of endings that grows."""
    links = [match.group() for match in _LINK.finditer(text)]
    rest = _LINK.sub(" ", text)
    hosts = [match.group() for match in _HOST.finditer(rest)]
    rest = _HOST.sub(" ", rest)
    emoji = len(_EMOJI.findall(rest))
    rest = _EMOJI.sub("", rest)
    spaces = len(links) + len(hosts)  # which stand for what was taken out
    return (
        sum(map(_link_weight, links))
        + sum(map(_host_weight, hosts))
        + emoji * _EMOJI_WEIGHT
        + _plain_weight(rest)
        - spaces
    )


def _host_weight(host: str) -> int:
    """A host without https://. Where it holds an accented letter, X may begin it there or behind it."""
    plain = _plain_weight(host)
    return max(_LINK_WEIGHT, plain) if host.isascii() else plain + _LINK_WEIGHT


def _link_weight(link: str) -> int:
    """A link with an ending that X knows for sure, or the longer of what it may be."""
    ending, plain = _ENDING.match(link), _plain_weight(link)
    if ending is None or link.count("://") > 1 or "@" in link:
        return plain + _LINK_WEIGHT  # a link within what is none counts beside it
    if len(ending[1]) == 2 or ending[1].lower() in _SURE:
        return _LINK_WEIGHT
    return max(_LINK_WEIGHT, plain)


def _plain_weight(text: str) -> int:
    return sum(1 if any(low <= ord(character) <= high for low, high in _LIGHT) else 2 for character in text)
