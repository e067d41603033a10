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
_WEAK = re.compile(r"\b(?:date|town|flight|seats?)\b")
"""Alone, it is no data of anybody's: `and the date?`"""
_CALLED = re.compile(r"(?<=please),?\s[a-z'-]{2,14}\W*$|(?<=pls),?\s[a-z'-]{2,14}\W*$")
"""The reader's name behind a please."""
_PLEASE = re.compile(r"\b(?:please|pls|plz|kindly|bitte|por\sfavor|s'il\s(?:vous|te)\splait|svp)\b")
_OUTCOME = re.compile(
    r"(?:,|\band\b|&|=|\bthen\b|\bso\b|\bfor\b|\bto\b|\b(?:um|dann|para|pour|y|et)\b|\.|-|:)\s?(?:\w+\s){0,2}?"
    r"(?:we|i|us|me|she|he|they|team|check|look|see|sort|find|chase|investigate|help|wir|ich|schau\w*|vamos|nous|verif\w*)\b.*$"
)
_PLACE = re.compile(r"\W*(?:in|at|on|by|via|under|from|with|to|into)\b(?![^?]*\?)")
_THANKS = re.compile(
    r"\W*(?:thanks?|thank\syou|cheers|thx|danke|merci|gracias)(?:\s(?:so\smuch|again|a\slot))?\s(?:for|fur|pour|por)\b"
)
_HEAD = re.compile(r"^[^:?!.]{0,60}:\s*")


def is_terse(sentence: str, *, names: bool) -> bool:
    """Whether a sentence is nothing but the names of data, politely; `names`: `PERSONAL` is in it."""
    if not names and PLAIN.search(sentence) is None:
        return False
    said = _CALLED.sub("", _SIGNED.sub("", sentence).strip())
    if len(said) > 160 or _THANKS.match(said) or _PLACE.match(said) or said.startswith("no "):
        return False
    if _only_data(said, least=1):
        return True
    head = _OUTCOME.sub("", said, count=1).strip()
    if head != said and _only_data(head, least=1):
        return True
    if names and _led_up_to(said):
        return True
    listed = _HEAD.sub("", said)
    return listed != said and _only_data(listed, least=2)


_LEAD = re.compile(
    r"^\W*(?:(?:ok|okay|right|great|sure|thanks|thank\syou|perfect|lovely|hi|hey|hello|oh|so|and|also|now|then|just|yes|absolutely|gladly|of\scourse"
    r"|no\s(?:problem|worries))\b[\w\s]{0,20}|(?:first|next|last|second|before\sanything|one\s(?:last|more)|quick|step|whenever|when|if)\b[^,:]{0,30}"
    r"|(?:before|while|so|once|as\ssoon)\b[^,:]{0,30}\b(?:we|i)\b[^,:]{0,40}|(?:happy|glad|let\sme|let's|we\scan|we'd|i\scan|i'd|i'll|we'll)\b[^,:]{0,60}"
    r"|to\s(?:help|check|find|look|verify|locate|get|report|raise|confirm|make\ssure|pass|sort|trace|process|identify|assist|start|see)\b[^,:]{0,40}"
    r"|for\s(?:that|this|me|us|the\steam|verification|security|the\srecord|quick|further|data\sprotection)\b[^,:]{0,40})\W*$"
)
"""A clause that leads up to a terse request."""
_LED = re.compile(
    r"^\W*(?:please|pls|plz|kindly|(?:it|they|that|this)(?:'s|'re|\sis|\sare|\sstarts?|\sbegins?|\swill|'ll|\sshould|\swould)\b[^,:]{0,60}|(?:and|so|then|for|because)\b"
    r"[^,:]{0,30}\b(?:we|i|us|me|a\scolleague|somebody|someone|our|team|manager)\b[^,:]{0,60}|(?:we|i)(?:'ll|\swill|\scan|'d)\b[^,:]{0,60}|along|that's\sall)\W*$"
)
"""A clause that follows one."""
_CLAUSES = re.compile(r"[,:;]\s|\s-\s|(?<=\w)\s(?=so\sthat\s|and\s(?:we|i)\b|and\s(?:we|i)')")


def _led_up_to(said: str) -> bool:
    """Whether clauses that say nothing lead up to, or follow, the bare names of data."""
    clauses = [clause for clause in _CLAUSES.split(said) if re.search(r"\w", clause)]
    bare = [_only_data(clause, least=1) and PERSONAL.search(clause) is not None for clause in clauses]
    if not any(bare) or len(clauses) < 2:
        return False
    first, last = bare.index(True), len(bare) - 1 - bare[::-1].index(True)
    return (
        all(bare[first : last + 1])
        and all(_LEAD.match(clause) for clause in clauses[:first])
        and all(_LED.match(clause) for clause in clauses[last + 1 :])
    )


def _only_data(said: str, *, least: int) -> bool:
    rest, named = PERSONAL.subn(" ", said)
    rest, plain = PLAIN.subn(" ", rest)
    if named + plain < least or (not named and plain < 2 and _WEAK.search(said)):
        return False
    if (
        not named
        and plain < 2
        and not (_PLEASE.search(said) or "?" in said or re.fullmatch(r"\W*\w[\w\s-]{0,24}[^\w!]*", said))
    ):
        return False
    rest = _FILLER.sub(" ", rest)
    return re.search(r"[^\W\d_]", rest) is None
