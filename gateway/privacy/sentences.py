"""Sentences and clauses of a folded text, as spans."""

import re
from collections.abc import Iterator

# A full stop ends a sentence only before a space: "wren.example" and "no.5" go on.
_SENTENCE = re.compile(r"(?:[^.!?;\n]|\.(?=\S))+[.!?;\n]{0,3}")
_EMOJI = "\u2600-\u27bf\u2b50\u2b55\U0001f300-\U0001faff"
_PHRASE = re.compile(rf"(?:[^.!?;\n{_EMOJI}]|\.(?=\S))+[.!?;\n]{{0,3}}[\s{_EMOJI}]*|[{_EMOJI}]+[.!?;\n]*")
_CLAUSE = re.compile(r"[^,:()]+[,:()]?|[,:()]")
_ABBREVIATION = re.compile(r"\b(no|nr|ref|tel|e\.g|i\.e|num|approx|st)\.(?=\s)", re.IGNORECASE)


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences."""
    for match in _SENTENCE.finditer(_ABBREVIATION.sub(r"\1 ", text)):
        yield match.span()


def phrases(text: str) -> Iterator[tuple[int, int]]:
    """The spans of the sentences, where an emoji ends one, too."""
    for match in _PHRASE.finditer(_ABBREVIATION.sub(r"\1 ", text)):
        yield match.span()


def clause_of(text: str, start: int, position: int) -> str:
    """The clause of the sentence from `start` in which `position` lies, up to that position."""
    found = ""
    for match in _CLAUSE.finditer(text, start, position):
        found = match.group()
    return found
