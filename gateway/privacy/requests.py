"""Requests for personal data, in any wording: a mention of the data, governed by a word that asks for it.

text -> its sentences -> what asks in each of them -> without what is asked for in private or in another place
What nobody may ask for, as passwords, is asked for in no place.
"""

from collections.abc import Iterator

from gateway.privacy import asking, roundabout
from gateway.privacy.destinations import goes_elsewhere
from gateway.privacy.elliptical import is_terse
from gateway.privacy.personal import OURS, PERSONAL, SECRET
from gateway.privacy.sentences import clause_of, sentences

_REACH = 160  # characters between the word that asks and the mention of what is asked for
_Span = tuple[int, int]


def find_requests(text: str) -> Iterator[_Span]:
    """The spans of requests for personal data in a folded, lower-case text."""
    spans = list(sentences(text))
    said = [text[start:end] for start, end in spans]
    named = False
    for index, (start, end) in enumerate(spans):
        asked = list(_asked(text, start, end, named=named))
        named = named or PERSONAL.search(text, start, end) is not None
        if not asked:
            continue
        question = said[index].rstrip().endswith("?") and asking.OPEN_QUESTION.search(said[index]) is not None
        if SECRET.search(said[index]) is None and goes_elsewhere(said, index, question=question):
            continue
        yield from asked


def _asked(text: str, start: int, end: int, *, named: bool) -> Iterator[_Span]:
    """What a sentence asks for; `named`: data has been named before, to which "it" may point."""
    sentence = text[start:end]
    for pronoun in asking.IT.finditer(text, start, end):
        pointed = named or PERSONAL.search(text, start, pronoun.start()) is not None
        if pointed and not asking.NEGATED.search(text[start : pronoun.start()]):
            yield pronoun.span()
    if is_terse(sentence):
        yield start, start + len(sentence.rstrip())
        return
    for match in roundabout.ROUNDABOUT.finditer(text, start, end):
        if not asking.NEGATED.search(text[start : match.start()]):
            yield match.span()
    for mention in PERSONAL.finditer(text, start, end):
        begin = _request_start(text, start, end, mention.start(), mention.end())
        if begin is not None:
            yield begin, mention.end()


def _request_start(text: str, start: int, end: int, first: int, last: int) -> int | None:
    """Where the request begins that governs the mention from `first` to `last`; None where nobody asks for it."""
    start, end = max(start, first - _REACH), min(end, last + _REACH)
    before, after = text[start:first], text[last:end]
    if OURS.search(before) or asking.SPARED.search(before) or _is_said_elsewhere(text[first:last], after):
        return None
    if not asking.LACKING.search(before) and asking.FORBIDS_LATE.search(
        clause_of(text, start, first) + after.partition(",")[0]
    ):
        return None
    if asking.YOURS_TO_USE.search(before):
        return None
    if asking.BARE_LEAD.match(text[start:first].rpartition(":")[2]) and asking.BARE_TAIL.match(after):
        return first
    asked = _nearest(before)
    if asked is None:
        asked = _framed(before)
    if asked is not None:
        return first - len(before) + asked
    # What governs it stands in its own part of the sentence: "no DM needed: the booking code in a reply is fine".
    governed = any(True for _ in _governing(before.rpartition(":")[2]))
    return first if not governed and asking.ASKED_AFTER.match(after) else None


def _is_said_elsewhere(mention: str, after: str) -> bool:
    place = asking.ELSEWHERE.search(after)
    if place is None:
        return False
    return asking.USED_THERE.search(mention + after[: place.start("place")]) is None


def _nearest(before: str) -> int | None:
    """The offset of the nearest word that asks, unless it is negated, is no request, or its sentence has moved on."""
    candidates = sorted(_governing(before))
    if not candidates:
        return None
    start, end = candidates[-1]
    if asking.NEGATED.search(before[:start]) or asking.BARRIER.search(before[end:]):
        return None
    return start


def _framed(before: str) -> int | None:
    """The offset of the latest "can you", "please" and the like, if what follows is no harmless thing to do."""
    frame = max(asking.FRAME.finditer(before), key=lambda match: match.start(), default=None)
    if frame is None or asking.NEGATED.search(before[: frame.start()]):
        return None
    between = before[frame.end() :]
    if asking.HARMLESS_VERB.search(between) or asking.BARRIER.search(between):
        return None
    return frame.start()


def _governing(before: str) -> Iterator[_Span]:
    """The spans of the words that ask."""
    for match in asking.QUESTION.finditer(before):
        if not asking.NEGATED.search(before[: match.start()]):
            yield match.span()
    for match in asking.VERB.finditer(before):
        if not asking.NOT_ASKED.search(before[: match.start()]):
            yield match.span()
