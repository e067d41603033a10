"""What holds digits and is nobody's data: links, handles, prices, dates, times, versions, counts, our own codes."""

import re
from typing import Final

from gateway import codes

LINK = re.compile(r"(?:https?://|www\.)[^\s<>\"]{1,2000}", re.IGNORECASE)

_MONEY = r"(?:eur|usd|gbp|chf|inr|rs\.?|rupees?|aud|cad|euros?|dollars?|bucks|pounds?|quid|cents?|pence|reais|kr)(?!\w)"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_UNIT = (
    r"(?:items?|followers?|points?|pts|miles|avios|views|likes|rt|retweets|km|people|customers|users|members|pieces"
    r"|pcs|stores|years?|months?|weeks?|days?"
    r"|hours?|hrs?|minutes?|mins?|seconds?|secs?|times|kg|g|ml|cl|cm|mm|m|gb|tb|mb|mbps|mah|watts?|x)\b"
)
_NOISE = re.compile(
    rf"""
      [€$£¥₹]\s?[0-9][0-9.,]{{0,20}}(?:\s?(?:k|m|bn)\b)?
    | \b{_MONEY}\s?[0-9][0-9.,]{{0,20}}
    | (?<![\w.,])[0-9][0-9.,]{{0,20}}(?<![.,])\s?(?:[€$£¥₹%](?!\s?[0-9])|percent\b|{_MONEY}(?!\s?[0-9]))
    | \b(?:19|20)[0-9]{{2}}[-/.][0-9]{{1,2}}[-/.][0-9]{{1,2}}(?![0-9])
    | \b[0-9]{{1,2}}[-/.][0-9]{{1,2}}[-/.](?:19|20)[0-9]{{2}}(?![0-9])
    | \b[0-9]{{1,2}}/[0-9]{{1,2}}/[0-9]{{2}}(?![0-9/])
    | \b[0-9]{{1,2}}(?:st|nd|rd|th)?[\s-]?(?:of\s)?{_MONTH}(?:[\s-](?:19|20)?[0-9]{{2}})?\b(?![0-9])
    | \b{_MONTH}\s[0-9]{{1,2}}(?:st|nd|rd|th)?(?:,?\s(?:19|20)[0-9]{{2}})?\b(?!\s?[0-9])
    | \b(?<![0-9][.:])[0-9]{{1,2}}[:.][0-9]{{2}}(?::[0-9]{{2}})?(?:\s?[ap]\.?m\b)?(?![0-9.])
    | \b(?:v|ver|version|ios|android|windows|build|firmware|update)\.?\s?[0-9][0-9.]{{0,20}}\b
    | (?<![\w.,])(?<![0-9]\s)(?<![\s.-][a-z0-9][\s.-])[0-9][0-9.,]{{0,20}}(?<![.,])\s?{_UNIT}
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BEFORE_DIGIT: Final = 24  # characters: no noise has more before its first digit, as `September 3` has ten
_DIGIT = re.compile(r"[0-9]")
_NAMES = re.compile(r"(?<!\w)@\w{1,50}(?!\w|\.\w)|(?<!\w)\#[^\W0-9]{1,100}(?!\w|-\w)")


def without_noise(text: str) -> str:
    """The text with spaces in the place of noise: every offset stays."""
    text = without_codes(text)
    if "://" in text or "www." in text.lower():
        text = LINK.sub(_blank, text)
    if "@" in text or "#" in text:
        text = _NAMES.sub(_blank, text)
    digit = _DIGIT.search(text)
    if digit is None:
        return text
    begin = max(0, digit.start() - _BEFORE_DIGIT)
    parts, end = [], 0
    for match in _NOISE.finditer(text, begin):
        parts += [text[end : match.start()], _blank(match)]
        end = match.end()
    return "".join([*parts, text[end:]])


def without_codes(text: str) -> str:
    """The text with spaces in the place of the codes that our own ways in carry: `REF-` is no order's reference."""
    while code := codes.find(text):
        text = text.replace(code, " " * len(code))
    return text


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())
