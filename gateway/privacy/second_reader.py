"""The second reader: a linear model that reads, sentence by sentence, what the rules for requests let pass.

a sentence -> its wordings -> the weight of each -> their sum, above a bar: somebody asks for personal data

The weights lie beside this module. `make reader` trains them on `data/wall` and the lists of the wall's tests.
"""

import math
import re
import zlib
from functools import lru_cache
from importlib import resources
from typing import Final

import msgspec

from gateway.privacy.wordings import wordings

FILE: Final = "second_reader.bin"
"""A line of JSON (`Header`), then one signed byte for each bucket."""
BUCKETS: Final = 1 << 16
"""Wordings share a bucket by the remainder of their CRC-32."""
_SHORTEST: Final = 3  # letters
_LONGEST: Final = 300  # characters; nobody asks at greater length
_LETTERS: Final = re.compile(r"[^\W\d_]")
_ENGLISH: Final = re.compile(
    r"\b(?:the|your|ur|you|we|our|to|of|is|are|it|have|what|what's|which|who|please|with|for|us|can|could)\b"
)

# Sentences that sound like a request to a model of words and are none.
_NO_REQUEST: Final = re.compile(
    r"""
        \b(?:no\sneed|needn't|never|advise\sagainst|nobody|no\sone|beware|scam\w*|fraud\w*)\b
      | \b(?:don't|do\snot|dont|won't|doesn't|does\snot|shouldn't)\s(?:\w+\s)?(?:need|have\sto|post|share|provide|send
            |put|give|tweet|reply
            |ask|show|include|enter|store|sell|worry|forget\s(?:to\s(?:check|bring|use)|your))\b
      | \bwithout\s(?:sharing|giving|posting|sending|showing)\b
      | ^\W*(?:\w+\W+)?(?:where(?:'s|\sis|\scan\si|\sdo\si)|how\s(?:do|can)\si|do\si\s(?:need|have)|can\si\s(?:change
            |use|order|pay|still)|why\s(?:do|does))\b
      | ^\W*what(?:'s|\sis)\san?\s[\w\s-]{2,30}?(?:\sfor)?\?
      | ^\W*(?:forgot(?:ten)?|lost|chang(?:ed|ing)|wrong|found|moved|problems?\swith|trouble\swith|can't\s(?:find
            |remember)|need\sto\schange)\b[^?]*\?
      | (?:^\W*(?:please\s)?|\b(?:please|to)\s)(?:delete|remove|edit|hide|blur|crop|cover|take\sdown|take\sout)\b
            | \b(?:deleting|removing|hiding)\s(?:your|the|that|this)\b
      | ^\W*(?:have\syou\s(?:already\s)?(?:tried|checked|linked|logged|reset|restarted|updated|contacted|asked|spoken
            |looked|seen)|are\syou\s(?:logged|signed))\b
      | ^\W*(?:(?:hi|hey|hello|thanks|sorry)\b[^,.!]{0,20}[,.!]\s)?(?:we've|we\shave|i've|i\shave|(?:an|our|the|your
            |a)\s\w+\s(?:will|has|have))\s
            (?!to\b|got\sto\b|be\sneeding|need|no\b|look|search|tri|check|[^.!]*\?|[^.!?]*\b(?:please|pls|just|leave
            |tell)\b)
    """,
    re.VERBOSE,
)


class Header(msgspec.Struct, frozen=True):
    """What is said of the weights."""

    of: str
    """The digest of what they were trained on."""
    scale: float
    """What a step of a weight counts."""
    bias: float
    bar: float
    """Above it a sentence asks, though the rules do not say so."""
    clear: float
    """Below it a sentence does not ask, though a rule that is a rough one says so."""


def is_readable(sentence: str) -> bool:
    """Whether a sentence is one that the reader is asked about."""
    return (
        len(sentence) <= _LONGEST
        and len(_LETTERS.findall(sentence)) >= _SHORTEST
        and _NO_REQUEST.search(sentence) is None
    )


def asks(sentence: str, *, named: bool) -> bool:
    """Whether a folded, lower-case sentence asks for personal data; `named`: data has been named before it."""
    return is_readable(sentence) and score(sentence, named=named) > header().bar


def is_english(sentence: str) -> bool:
    """Whether a sentence has an English word: of others the reader has seen too few to clear them."""
    return _ENGLISH.search(sentence) is not None


def clears(sentence: str, *, named: bool) -> bool:
    """Whether a sentence in which a rough rule sees a request plainly is none; English ones only."""
    return is_english(sentence) and score(sentence, named=named) < header().clear


def score(sentence: str, *, named: bool) -> float:
    """How much a sentence sounds like a request: 0 as likely as not, in steps of the logistic scale."""
    weights = _weights()
    buckets = {bucket(wording) for wording in wordings(sentence, named=named)}
    said = header()
    return said.bias + said.scale * sum(weights[one] for one in buckets) / math.sqrt(len(buckets))


def bucket(wording: str) -> int:
    """The bucket of a wording."""
    return zlib.crc32(wording.encode()) % BUCKETS


@lru_cache(maxsize=1)
def header() -> Header:
    """What is said of the weights that are shipped."""
    return msgspec.json.decode(_read().partition(b"\n")[0], type=Header)


@lru_cache(maxsize=1)
def _weights() -> memoryview:
    return memoryview(_read().partition(b"\n")[2]).cast("b")


def _read() -> bytes:
    return resources.files("gateway.privacy").joinpath(FILE).read_bytes()
