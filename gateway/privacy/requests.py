"""Requests for personal data, in any wording: a mention of the data, governed by a word that asks for it.

text -> without what is nobody's -> its sentences -> what asks in each of them, by the rules
                                 -> where the rules find nothing in any, what the second reader takes for a request
     -> without what is asked for in private or in another place
What nobody may ask for, as passwords, is asked for in no place.
"""

from collections.abc import Iterator, Sequence

import msgspec

from gateway.privacy import asking, roundabout, second_reader, unasked
from gateway.privacy.destinations import goes_elsewhere
from gateway.privacy.elliptical import is_terse
from gateway.privacy.nobodys import hushed
from gateway.privacy.personal import OURS, PERSONAL, SECRET
from gateway.privacy.sentences import clause_of, phrases

_REACH = 160  # characters between the word that asks and the mention of what is asked for
_WE_DO = ("need", "require", "miss", "see")  # roundabout requests that begin with what we do ourselves
_AGAIN = ("it again", "that again", "them again")
_Span = tuple[int, int]


class Sentence(msgspec.Struct, frozen=True):
    """A sentence of a text, as the rules see it."""

    start: int
    end: int
    said: str
    asked: tuple[_Span, ...]
    """The spans of what it asks for."""
    rough: bool
    """It asks by nothing but a mention of data near a word that asks, and for nothing secret."""
    named: bool
    """Data has been named before it, to which it may point."""


def find_requests(text: str) -> Iterator[_Span]:
    """The spans of requests for personal data in a folded, lower-case text."""
    found = list(read(text))
    asking_here = [
        sentence
        for index, sentence in enumerate(found)
        if sentence.asked
        and not is_elsewhere(found, index)
        and not (sentence.rough and second_reader.clears(sentence.said, named=sentence.named))
    ]
    for sentence in asking_here:
        yield from sentence.asked
    if asking_here:
        return
    for index, sentence in enumerate(found):
        if second_reader.asks(sentence.said, named=sentence.named) and not is_elsewhere(found, index):
            lead = len(sentence.said) - len(sentence.said.lstrip())
            yield sentence.start + lead, sentence.start + len(sentence.said.rstrip())


def read(text: str) -> Iterator[Sentence]:
    """The sentences of a folded, lower-case text, by the rules."""
    text = hushed(text)
    named = pointed = False
    for start, end in phrases(text):
        mentions = [match.span() for match in PERSONAL.finditer(text, start, end)]
        certain = tuple(_asked_roundabout(text, start, end))
        asked = (*certain, *_asked(text, start, end, mentions, named=named))
        rough = not certain and SECRET.search(text, start, end) is None
        yield Sentence(start, end, text[start:end], asked, rough, pointed)
        named = named or bool(mentions)
        pointed = pointed or asking.POINTED_AT.search(text, start, end) is not None


def is_elsewhere(read: Sequence[Sentence], index: int) -> bool:
    """Whether what the sentence at `index` asks for is to be said in private, or in another place than here."""
    said = read[index].said
    if SECRET.search(said) is not None:
        return False
    question = said.rstrip().endswith("?") and asking.OPEN_QUESTION.search(said) is not None
    return goes_elsewhere([sentence.said for sentence in read], index, question=question)


def _asked_roundabout(text: str, start: int, end: int) -> Iterator[_Span]:
    for match in roundabout.ROUNDABOUT.finditer(text, start, end):
        before = text[start : match.start()]
        if unasked.NEGATED.search(before) or (
            not match.group().startswith(_WE_DO) and unasked.SENT_BY_US.search(before)
        ):
            continue
        if match.group().endswith(_AGAIN) and not _is_data(text, match.start()):
            continue
        if unasked.ELSEWHERE.search(text[match.end() : end]) is None:
            yield match.span()


def _is_data(text: str, end: int) -> bool:
    """Whether what is to come "again", by the words before `end`, may be data."""
    return unasked.NOT_ARRIVED.search(text, 0, end) is None or PERSONAL.search(text, 0, end) is not None


def _asked(text: str, start: int, end: int, mentions: Sequence[_Span], *, named: bool) -> Iterator[_Span]:
    """What a sentence asks for; `named`: data has been named before, to which "it" may point."""
    sentence = text[start:end]
    for pronoun in asking.IT.finditer(text, start, end):
        pointed = named or asking.POINTED_AT.search(text, 0, pronoun.start()) is not None
        if pointed and not unasked.NEGATED.search(text[start : pronoun.start()]):
            yield pronoun.span()
    if is_terse(sentence, names=bool(mentions)):
        yield start, start + len(sentence.rstrip())
        return
    for first, last in mentions:
        begin = _request_start(text, start, end, first, last)
        if begin is not None:
            yield begin, last


def _request_start(text: str, start: int, end: int, first: int, last: int) -> int | None:
    """Where the request begins that governs the mention from `first` to `last`; None where nobody asks for it."""
    start, end = max(start, first - _REACH), min(end, last + _REACH)
    before, after = text[start:first], text[last:end]
    if OURS.search(before) or unasked.SPARED.search(before) or _is_said_elsewhere(text[first:last], after):
        return None
    if not asking.LACKING.search(before) and unasked.FORBIDS_LATE.search(
        clause_of(text, start, first) + after.partition(",")[0]
    ):
        return None
    if unasked.YOURS_TO_USE.search(before):
        return None
    if asking.BARE_LEAD.match(text[start:first].rpartition(":")[2]) and asking.BARE_TAIL.match(after):
        return first
    if asking.WITH_IT.search(before) and (asking.WE_COULD.search(before) or asking.WE_COULD.search(after)):
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
    place = unasked.ELSEWHERE.search(after)
    if place is None:
        return False
    return unasked.USED_THERE.search(mention + after[: place.start("place")]) is None


def _nearest(before: str) -> int | None:
    """The offset of the nearest word that asks, unless it is negated, is no request, or its sentence has moved on."""
    candidates = sorted(_governing(before))
    if not candidates:
        return None
    start, end = candidates[-1]
    if unasked.NEGATED.search(before[:start]) or unasked.BARRIER.search(before[end:]):
        return None
    return start


def _framed(before: str) -> int | None:
    """The offset of the latest "can you", "please" and the like, if what follows is no harmless thing to do."""
    frame = max(asking.FRAME.finditer(before), key=lambda match: match.start(), default=None)
    if frame is None or unasked.NEGATED.search(before[: frame.start()]):
        return None
    between = before[frame.end() :]
    if unasked.HARMLESS_VERB.search(between) or unasked.BARRIER.search(between):
        return None
    return frame.start()


def _governing(before: str) -> Iterator[_Span]:
    """The spans of the words that ask."""
    for match in asking.QUESTION.finditer(before):
        lead = before[: match.start()]
        by_others = match.group().startswith("ask") and unasked.ASKED_BY_OTHERS.search(lead)
        if not by_others and not unasked.NEGATED.search(lead):
            yield match.span()
    for match in asking.VERB.finditer(before):
        if not unasked.NOT_ASKED.search(before[: match.start()]):
            yield match.span()
