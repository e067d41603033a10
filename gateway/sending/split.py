"""Splitting: a text that is longer than its channel takes goes out as several messages, cut where it hurts least.

    text -> where it may be cut, and how well -> as much of it as fits, cut at its best place -> the rest alike
    in public: the wall looks at the whole and at each piece, and says no for all of them

Best after a paragraph, then after a sentence or a line, then after a word; in a word only where it has no end in sight;
inside a link, a number or what is read as one character only where that alone is longer than a message may be.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

import regex

from gateway.errors import WallRefusal
from gateway.messages import Author, Channel, Surface
from gateway.privacy import limits
from gateway.privacy.wall import NOTHING_TOLD, PublicText, Told, Wall, WallFinding, WallKind

_POSTS: Final = 4
"""Posts on X that one answer of a person may take; the bot's takes one (X docs, developer-guidelines, Aug 2026: one
automated reply per interaction)."""

_PARAGRAPH, _SENTENCE, _WORD, _CHARACTER, _TOKEN = 4, 3, 2, 1, 0
_FILLED: Final = {_PARAGRAPH: 0.5, _SENTENCE: 0.25, _WORD: 0.02}
"""How much of what fits a piece has to use for such a cut to be worth it."""

_CLUSTER: Final = regex.compile(r"\X")
_SPACE: Final = regex.compile(r"\s+")
_KEPT_WHOLE: Final = regex.compile(
    r"https?://\S++"
    r"|(?<![\w.+-])[\w.+-]++@[\w.-]++"
    r"|(?<![\w.-])(?:[\w-]{1,63}+\.)++[a-z]{2,24}(?:/\S*+)?"
    r"|[+(]?\d++(?:(?:[ \u00a0\u202f.,:/'’-]|\) ?| ?\()\d++)*+%?",
    regex.IGNORECASE,
)
# Ends of sentences: Latin and its likes before a space, others where they stand (CJK, Devanagari, Arabic, Armenian).
_END: Final = regex.compile(r"(?:[.!?…]+[\"'”’»)\]]*(?=\s)|[。！？｡।॥؟۔։]+[」』）”’]*)")
_ABBREVIATION: Final = regex.compile(
    r"(?:^|[\s(])(?:\p{L}|\p{L}\.\p{L}|dr|mr|mrs|ms|prof|st|no|nr|tel|ca|bzw|etc|vs|approx|inkl|art|abs|sr|sra)\.$",
    regex.IGNORECASE,
)


def split(text: str, fits: Callable[[str], bool]) -> list[str]:
    """The pieces of a text, each of which `fits`, without the white space around the cuts; one where it fits as it is.

    Joined they are the text again but for white space. `fits` must hold for any single character.
    """
    if fits(text) or not text.strip():
        return [text]
    cuts = _Cuts(text)
    pieces = []
    start = 0
    while start < len(text):
        end = cuts.best(start, fits)
        if piece := text[start:end].strip():
            pieces.append(piece)
        start = end
    return pieces


def in_private(text: str, channel: Channel) -> list[str]:
    """A text as the private messages that it makes."""
    longest = limits.PRIVATE[channel]
    return split(text, lambda piece: limits.length(piece, channel, Surface.PRIVATE) <= longest)


def in_public(
    wall: Wall,
    text: str,
    channel: Channel,
    author: Author,
    told: Told = NOTHING_TOLD,
    *,
    waived: Collection[WallKind] = (),
) -> list[PublicText]:
    """A text as the public messages that it makes, once the wall has let through the whole and each of them.

    `told`: in its case. `waived`: what a supervisor lets pass. Raises `WallRefusal`; also where it would make more than
    the channel is for.
    """
    pieces = _public_pieces(text, channel, author)
    if len(pieces) == 1:
        return [wall.check(text, channel, told, waived=waived)]
    return wall.check_pieces(text, pieces, channel, told, waived=waived)


def findings(wall: Wall, text: str, channel: Channel, author: Author, told: Told = NOTHING_TOLD) -> list[WallFinding]:
    """Why a text cannot be said in public, as `in_public` would find."""
    try:
        in_public(wall, text, channel, author, told)
    except WallRefusal as refusal:
        return list(refusal.findings)
    return []


def _public_pieces(text: str, channel: Channel, author: Author) -> Sequence[str]:
    """A text in pieces; as it is where it must not be split, so that the wall finds it too long."""
    longest = limits.LIMITS[channel]
    if len(text) > limits.LONGEST_IN_PIECES:
        return [text]
    if channel is Channel.TWITTER and (author is not Author.AGENT or limits.length(text, channel) > _POSTS * longest):
        return [text]
    pieces = split(text, lambda piece: limits.length(piece, channel) <= longest)
    return [text] if channel is Channel.TWITTER and len(pieces) > _POSTS else pieces


class _Cuts:
    """Where a text may be cut, and how well."""

    def __init__(self, text: str) -> None:
        self._text = text
        ends = [match.end() for match in _CLUSTER.finditer(text)]
        rank = dict.fromkeys(ends, _CHARACTER)
        for match in _END.finditer(text):
            if not _ABBREVIATION.search(text, max(0, match.end() - 12), match.end()):
                self._raise(rank, match.end(), _SENTENCE)
        for match in _SPACE.finditer(text):
            lines = match[0].count("\n")
            before = rank.get(match.start(), _CHARACTER)
            here = _PARAGRAPH if lines > 1 else _SENTENCE if lines or before == _SENTENCE else _WORD
            self._raise(rank, match.end(), here)
        for start, end in _tokens(text):
            for position in range(start + 1, end):
                if position in rank:
                    rank[position] = _TOKEN
        self._by_rank = {
            which: [end for end in ends if rank[end] >= which] for which in (_PARAGRAPH, _SENTENCE, _WORD, _CHARACTER)
        }
        self._by_rank[_TOKEN] = ends

    @staticmethod
    def _raise(rank: dict[int, int], position: int, to: int) -> None:
        if position in rank:
            rank[position] = max(rank[position], to)

    def best(self, start: int, fits: Callable[[str], bool]) -> int:
        """The end of the piece that begins at `start`."""
        furthest = self._furthest(start, fits)
        if furthest == len(self._text):
            return furthest
        for rank, ends in self._by_rank.items():
            index = bisect_right(ends, furthest) - 1
            least = start + (furthest - start) * _FILLED.get(rank, 0.0)
            # A link or an emoji may weigh less as a whole than its beginning does: the cut is tried before it is made.
            while index >= 0 and ends[index] > start and ends[index] >= least:
                if fits(self._text[start : ends[index]].strip()):
                    return ends[index]
                index -= 1
        return self._within(start, fits)

    def _furthest(self, start: int, fits: Callable[[str], bool]) -> int:
        """About the furthest end of what fits from `start` on."""
        ends = self._by_rank[_TOKEN]
        low = bisect_right(ends, start)
        high = len(ends)
        # Doubling first: a piece is much shorter than a text, and the length of a long text takes long to tell.
        step = 64
        while low + step < high and fits(self._text[start : ends[low + step]].strip()):
            low += step
            step *= 2
        high = min(high, low + step + 1)
        while low < high:
            middle = (low + high) // 2
            if fits(self._text[start : ends[middle]].strip()):
                low = middle + 1
            else:
                high = middle
        return ends[low - 1] if low and ends[low - 1] > start else start

    def _within(self, start: int, fits: Callable[[str], bool]) -> int:
        """Inside of what is read as one character, where that alone is too long."""
        end = start + 1
        while end < len(self._text) and fits(self._text[start : end + 1]):
            end += 1
        return end


def _tokens(text: str) -> Iterator[tuple[int, int]]:
    for match in _KEPT_WHOLE.finditer(text):
        yield match.span()
