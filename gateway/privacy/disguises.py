"""Disguises: words that are spelled apart, joined, or with digits in the place of letters, as plain words.

"o r d e r  n u m b e r", "0rder numb3r", "ordernumber" and "oredr nubmer" -> "order number", with the way back to the
original offsets.
"""

import re

from gateway.privacy.folding import Folded
from gateway.privacy.misspellings import meant

_LETTERS = str.maketrans("013457@$", "oieastas")
_MIXED = re.compile(r"(?<![\w#])(?=[a-z]*[0134570@$])(?=[0-9@$]*[a-z])[a-z0134570@$]{3,14}(?!\w)")
_APART = re.compile(r"(?<!\w)(?:[a-z0-9][ .*_-]{1,2}){3,}[a-z0-9](?!\w)")
_JOINED = re.compile(
    r"(?<!\w)(order|booking|account|customer|reference|tracking|phone|mobile|ticket|membership|card|invoice)[-_.]?"
    r"(numbers?|no|nr|id|code|reference|ref|details|address)(?!\w)"
)
_MAIL = re.compile(r"(?<!\w)e[._*\s]m[._*]?ail(?!\w)")
_WORD = re.compile(r"(?<![\w@#/.-])[a-z]{4,14}(?![\w@])")
_WORDS = re.compile(
    r"order|number|email|mail|phone|mobile|post|code|postcode|account|booking|reference|name|address|birth|pass|word|password"
    r"|card|digits|details|customer|id|pin|zip|surname|your|what|is|send|please|share|us|the|tell|number"
)


def undisguised(folded: Folded) -> Folded | None:
    """The text without its disguises; None where it wears none. For lower-case text."""
    text = folded.text
    edits = [(match.start(), match.end(), _plain(match.group())) for match in _MIXED.finditer(text)]
    edits = [edit for edit in edits if edit[2] != text[edit[0] : edit[1]]]
    for match in _APART.finditer(text):
        letters = re.sub(r"[^a-z0-9]", "", match.group()).translate(_LETTERS)
        edits.append((*match.span(), _in_words(letters)))
    edits += [(*match.span(), f"{match[1]} {match[2]}") for match in _JOINED.finditer(text)]
    edits += [(*match.span(), "e-mail") for match in _MAIL.finditer(text)]
    edits += [(*match.span(), meant(match.group())) for match in _WORD.finditer(text)]
    edits = [edit for edit in edits if edit[2] is not None]
    if not edits:
        return None
    return _edited(folded, edits)


def _plain(word: str) -> str | None:
    """A word with letters for its digits, if that makes it one of the words that a request is made of."""
    plain = word.translate(_LETTERS)
    return plain if _WORDS.fullmatch(plain.removesuffix("s")) else None


def _in_words(letters: str) -> str:
    """Letters without spaces as words, the longest that fits first."""
    words: list[str] = []
    at = 0
    while at < len(letters):
        found = max((word for word in _KNOWN if letters.startswith(word, at)), key=len, default=letters[at])
        if len(found) == 1 and words and len(words[-1]) == 1:
            words[-1] += found
        else:
            words.append(found)
        at += len(found)
    return " ".join(words)


_KNOWN = tuple(sorted(set(_WORDS.pattern.split("|"))))


def _edited(folded: Folded, edits: list[tuple[int, int, str | None]]) -> Folded:
    text: list[str] = []
    origins: list[int] = []
    at = 0
    for start, end, plain in sorted(edits):
        if start < at or plain is None:
            continue
        for index in range(at, start):
            text.append(folded.text[index])
            origins.append(folded.span(index, index + 1)[0])
        # The edited stretch stands for the whole of its original: its letters begin there, its last one ends there.
        for offset in range(len(plain)):
            text.append(plain[offset])
            origins.append(folded.span(min(start + offset, end - 1), end)[0])
        if plain:
            origins[-1] = folded.span(end - 1, end)[0]
        at = end
    for index in range(at, len(folded.text)):
        text.append(folded.text[index])
        origins.append(folded.span(index, index + 1)[0])
    return Folded("".join(text), tuple(origins), folded.length)
