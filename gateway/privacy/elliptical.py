"""Terse requests: a sentence, or the end of one, that names data and says nothing else, as in `name, order no?`.

For folded, lower-case sentences.
"""

import re

from gateway.privacy.personal import PERSONAL, PLAIN

_FILLER = re.compile(
    r"\b(?:and|also|or|the|a|an|your|ur|yr|any|plus|with|hi|hey|hello|hiya|morning|afternoon|evening|good|ok|okay|great|sure|sorry|thanks|thank|you"
    r"|thx|ta|cheers|first|just|please|pls|plz|kindly|oh|ah|right|cool|perfect|lovely|awesome|now|then|next|once|more|again|still|quick|one|last|thing|question"
    r"|hun|mate|x|xx|xo|full|complete|both|either|as|well|too|on|for|of|in|used|same|handy|there|number|numbers|digits?|card|booking|order|account|us|me"
    r"|und|oder|ihre?n?|deine?n?|bitte|danke|kurz|noch|y|o|tu|su|por|favor|gracias|et|ou|votre|vos|merci|svp|s'il|vous|te|plait|per|via|by)\b"
)
_SIGNED = re.compile(r"(?:[\^/*~-]\s?[a-z]{1,12}|:\)|;\)|@\w+)\s*$|^\s*@\w+")
_CALLED = re.compile(r"(?<=please),?\s[a-z'-]{2,14}\W*$|(?<=pls),?\s[a-z'-]{2,14}\W*$")
"""The reader's name behind a please."""
_PLEASE = re.compile(r"\b(?:please|pls|plz|kindly|bitte|por\sfavor|s'il\s(?:vous|te)\splait|svp)\b")
_OUTCOME = re.compile(
    r"(?:,|\band\b|\bthen\b|\bso\b|\bfor\b|\bto\b|\b(?:um|dann|para|pour|y|et)\b|\.|-|:)\s?(?:\w+\s){0,2}?"
    r"(?:we|i|us|me|she|he|they|team|check|look|see|sort|find|chase|investigate|help|wir|ich|schau\w*|vamos|nous|verif\w*)\b.*$"
)
_PLACE = re.compile(r"\W*(?:in|at|on|by|via|under|from|with|to|into)\b(?![^?]*\?)")
_THANKS = re.compile(
    r"\W*(?:thanks?|thank\syou|cheers|thx|danke|merci|gracias)(?:\s(?:so\smuch|again|a\slot))?\s(?:for|fur|pour|por)\b"
)
_HEAD = re.compile(r"^[^:?!.]{0,60}:\s*")


def is_terse(sentence: str) -> bool:
    """Whether a sentence is nothing but the names of data, with politeness around them."""
    said = _CALLED.sub("", _SIGNED.sub("", sentence).strip())
    if len(said) > 160 or _THANKS.match(said) or _PLACE.match(said) or said.startswith("no "):
        return False
    if _only_data(said, least=1):
        return True
    head = _OUTCOME.sub("", said, count=1).strip()
    if head != said and _only_data(head, least=1):
        return True
    listed = _HEAD.sub("", said)
    return listed != said and _only_data(listed, least=2)


def _only_data(said: str, *, least: int) -> bool:
    rest, named = PERSONAL.subn(" ", said)
    rest, plain = PLAIN.subn(" ", rest)
    if named + plain < least:
        return False
    if (
        not named
        and plain < 2
        and not (_PLEASE.search(said) or "?" in said or re.fullmatch(r"\W*\w[\w\s-]{0,24}\W*", said))
    ):
        return False
    rest = _FILLER.sub(" ", rest)
    return re.search(r"[^\W\d_]", rest) is None
