"""Requests for personal data, in any wording: a mention of the data, governed by a word that asks for it."""

from collections.abc import Iterator

from gateway.privacy import asking
from gateway.privacy.personal import OURS, PERSONAL
from gateway.privacy.sentences import clause_of, sentences

_REACH = 160  # characters from the word that asks to the mention of what is asked for


def find_requests(text: str) -> Iterator[tuple[int, int]]:
    """The spans of requests for personal data in a folded, lower-case text."""
    named = False
    for start, end in sentences(text):
        if (
            named
            and (pronoun := asking.IT.search(text, start, end))
            and not asking.NEGATED.search(text[start : pronoun.start()])
        ):
            yield pronoun.span()
        if (terse := asking.TERSE.match(text, start, end)) is not None:
            yield terse.span()
        for match in asking.ROUNDABOUT.finditer(text, start, end):
            yield match.span()
        for mention in PERSONAL.finditer(text, start, end):
            named = True
            begin = _request_start(text, start, end, mention.start(), mention.end())
            if begin is not None:
                yield begin, mention.end()


def _request_start(text: str, start: int, end: int, first: int, last: int) -> int | None:
    """Where the request begins that governs the mention from `first` to `last`; None where nobody asks for it."""
    before = text[max(start, first - _REACH) : first]
    after = text[last:end]
    if OURS.search(before) or asking.SPARED.search(before) or asking.ELSEWHERE.search(after):
        return None
    if asking.FORBIDS_LATE.search(clause_of(text, start, first) + after.partition(",")[0]):
        return None
    if asking.BARE_LEAD.match(text[start:first].rpartition(":")[2]) and asking.BARE_TAIL.match(after):
        return first
    asked = _nearest(before)
    if asked is not None:
        return first - len(before) + asked
    governed = asking.VERB.search(before) or asking.QUESTION.search(before)
    return first if governed is None and asking.ASKED_AFTER.match(after) else None


def _nearest(before: str) -> int | None:
    """The offset of the nearest word that asks, unless it is negated, is no request, or its sentence has moved on."""
    questions = [
        match for match in asking.QUESTION.finditer(before) if not asking.NEGATED.search(before[: match.start()])
    ]
    verbs = [match for match in asking.VERB.finditer(before) if not asking.NOT_ASKED.search(before[: match.start()])]
    candidates = sorted((match.start(), match.end()) for match in (*questions, *verbs))
    if not candidates:
        return None
    start, end = candidates[-1]
    if asking.NEGATED.search(before[:start]) or asking.BARRIER.search(before[end:]):
        return None
    return start
