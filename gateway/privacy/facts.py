"""Facts: what a text tells that belongs to somebody, in one spelling: numbers, amounts, dates, names, streets.

    "€ 49,90" and "49.90 EUR" -> amount 4990;  "four two four two" -> number 4242;  "Keller, Marta" -> keller marta

Ordinary words are no facts. Nothing here decides what may be said: `gateway.privacy.repeats` does.
"""

import itertools
import re
from collections.abc import Iterator
from typing import Final, Literal

import msgspec

from gateway.privacy.dates import find_dates
from gateway.privacy.ordinary import ORDINARY, STREETS
from gateway.privacy.spoken import Heard, hear

Kind = Literal["number", "amount", "date", "e-mail", "code", "name", "pair", "words"]


class Fact(msgspec.Struct, frozen=True):
    """One thing that a text tells; `start` and `end` are offsets into it as it was given."""

    kind: Kind
    key: str
    start: int
    end: int


_CURRENCY: Final = r"(?:€|\$|£|¥|eur|usd|gbp|chf|euros?|dollars?|pounds?|quid|francs?)"
_FIGURE: Final = r"(?P<{}>\d{{1,3}}(?:[ .,']\d{{3}})+(?:[.,]\d{{1,2}})?|\d{{1,7}}(?:[.,]\d{{1,2}})?)(?![\d]|[.,]\d)"
_AMOUNT: Final = re.compile(
    rf"(?<![\w]){_CURRENCY}\s?{_FIGURE.format('before')}|(?<![\w.,]){_FIGURE.format('after')}\s?{_CURRENCY}(?!\w)",
    re.IGNORECASE,
)
_PARTED_AMOUNT: Final = re.compile(
    rf"(?<![\w.,])(?P<whole>\d{{1,6}})\s?{_CURRENCY}\s?(?:and\s)?(?P<cents>\d\d)(?!\w|[.,]\d)", re.IGNORECASE
)
_BARE_AMOUNT: Final = re.compile(
    r"(?<![\w.,:])(\d{1,6}[.,]\d{2})(?![\w:]|[.,]\d)(?!\s?(?:[ap]\.?m|uhr|h\b))", re.IGNORECASE
)
_NUMBER: Final = re.compile(r"(?<![\w])\d(?:[ .\-/]{0,3}\d){3,30}(?!\w)")
_IN_TOKEN: Final = re.compile(r"\d{4,}")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_END: Final = re.compile(
    r"(?:\bend(?:s|ing)?(?:\s(?:in|with|on))?|\blast\s(?:four|4|digits?)\W{1,3}(?:\w+\W{1,3}){0,2}?|\.\.\.|…)\s?$"
)
"""What stands before the end of a number, which a year may be."""
_MAIL: Final = re.compile(r"[\w.+-]{1,64}\s?(?:@|\(at\)|\[at\])\s?[\w-]{1,40}(?:\.[\w-]{2,20}){1,4}", re.IGNORECASE)
_CODE: Final = re.compile(
    r"(?<![\w@/])(?=[a-z-]{0,12}\d)(?=[\d-]{0,12}[a-z])[a-z\d]{2,}(?:-?[a-z\d]+){0,3}(?![\w@])", re.IGNORECASE
)
_UK_POSTCODE: Final = re.compile(r"\b[a-z]{1,2}\d[a-z\d]?\s?\d[a-z]{2}\b", re.IGNORECASE)
_LOCATOR: Final = re.compile(
    r"\b(?i:code|reference|ref|booking|pnr|locator|buchung|reserva)\b\W{1,3}(?:(?i:is|was|ist|es)\W)?([A-Z]{6})\b"
)
_WORD: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?|\d+[a-z]?")
_NAMED: Final = re.compile(
    r"\b(?:(?:my|the|full|last|first|account|passenger|holder'?s)\s)?(?:name(?:\son\s(?:it|(?:the|your|this|that|my)\s\w{2,14}))?(?:\sis)?|surname)\s?(?::|is|=)?\s|\b(?:mr|mrs|ms|miss|dr|herrn?|frau|monsieur|madame|senora?)\.?\s"
    r"|\b(?:dear|hi|hello|hallo|regards,?|cheers,?|signed)\s|\b(?:ich\shei(?:ss|ß)e|mein\sname\sist|me\sllamo|je\sm'appelle|i'm\scalled|i\sam|i'm|this\sis"
    r"|in\sthe\sname\sof|under\s(?:the\sname\s)?)\s?",
    re.IGNORECASE,
)
_NEXT_WORDS: Final = re.compile(r"[^\W\d_][\w'’-]{0,40}(?:[ ,]{1,2}[^\W\d_][\w'’-]{0,40}){0,3}")
_ADDRESSED: Final = re.compile(
    r"\b(?:mr|mrs|ms|miss|dr|herrn?|frau|monsieur|madame|senora?|dear|hi|hello|hallo|hey)\b[.,]?\s(?P<name>[^\W\d_]{2,40})",
    re.IGNORECASE,
)
_CAPITALS: Final = re.compile(r"(?<![\w'’-])[A-Z][\w'’-]{1,40}+(?:,?\s[A-Z][\w'’-]{1,40}+){1,4}")
_RUN: Final = 8
"""Words in a row that are the same only where somebody has copied them."""
_ABOUT_SOMEBODY: Final = frozenset(
    [
        "you",
        "your",
        "you're",
        "you've",
        "i",
        "i'm",
        "i've",
        "my",
        "me",
        "he",
        "his",
        "she",
        "her",
        "it",
        "it's",
        "du",
        "dein",
        "deine",
        "ihr",
        "ihre",
        "ihnen",
        "tu",
        "su",
        "votre",
        "vous",
    ]
)


_Found = tuple[Kind, str, int, int]


def private_facts(text: str) -> Iterator[Fact]:
    """What a text tells that was said in private. Figures without a currency are no amounts: they may be times."""
    heard = hear(text)
    yield from _facts(heard, _read(heard.text, bare=False))
    yield from _facts(heard, _names(heard.text))
    yield from _facts(heard, _telling_pairs(heard.text))


def public_facts(text: str) -> Iterator[Fact]:
    """What a text may tell that is said in public: any word with a capital may be a name, any two words a street."""
    heard = hear(text)
    yield from _facts(heard, _read(heard.text, bare=True))
    yield from _facts(heard, _words(heard.text))


def _facts(heard: Heard, found: Iterator[_Found]) -> Iterator[Fact]:
    for kind, key, start, end in found:
        yield Fact(kind, key, *heard.span(start, end))


def _read(text: str, *, bare: bool) -> Iterator[_Found]:
    quiet = list(text)  # without what has been read as something else than a number
    dates: list[_Found] = [("date", *found) for found in find_dates(text, likely=False)]
    for found in (*_mails(text), *_amounts(text, bare=bare), *dates):
        yield found
        quiet[found[2] : found[3]] = " " * (found[3] - found[2])
    if bare:
        yield from (("date", *found) for found in find_dates(text, likely=True))
    rest = "".join(quiet)
    yield from _numbers(rest)
    yield from _codes(rest)
    yield from _runs(text)


def _mails(text: str) -> Iterator[_Found]:
    for match in _MAIL.finditer(text):
        key = re.sub(r"\s", "", re.sub(r"[(\[]at[)\]]", "@", match.group(), flags=re.IGNORECASE)).lower()
        yield "e-mail", key.rstrip("."), *match.span()


def _amounts(text: str, *, bare: bool) -> Iterator[_Found]:
    taken = []
    for match in _AMOUNT.finditer(text):
        taken.append(match.span())
        yield "amount", _cents(match["before"] or match["after"]), *match.span()
    for match in _PARTED_AMOUNT.finditer(text):
        yield "amount", (match["whole"] + match["cents"]).lstrip("0"), *match.span()
    for match in _BARE_AMOUNT.finditer(text) if bare else ():
        if not any(start <= match.start() < end for start, end in taken):
            yield "amount", _cents(match[1]), *match.span()


def _cents(figure: str) -> str:
    whole, cents = figure, "00"
    if (fraction := re.search(r"[.,](\d{1,2})$", figure)) is not None:
        whole, cents = figure[: fraction.start()], fraction[1].ljust(2, "0")
    return (re.sub(r"\D", "", whole) + cents).lstrip("0")


def _numbers(text: str) -> Iterator[_Found]:
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        year = _YEAR.fullmatch(match.group()) and not _END.search(text, max(0, match.start() - 30), match.start())
        if not (year or len(digits) < 4):
            yield "number", digits, *match.span()


def _codes(text: str) -> Iterator[_Found]:
    for match in _UK_POSTCODE.finditer(text):
        yield "code", re.sub(r"\s", "", match.group()).lower(), *match.span()
    for match in _CODE.finditer(text):
        plain = match.group().replace("-", "").lower()
        if len(plain) >= 5 and not re.fullmatch(
            r"\d{1,4}(?:st|nd|rd|th|am|pm|gb|tb|mb|kg|cm|mm|ml|days?|hours?|h|x|g|k|m)", plain
        ):
            yield "code", plain, *match.span()
            for digits in _IN_TOKEN.finditer(match.group()):
                yield "number", digits.group(), match.start() + digits.start(), match.start() + digits.end()
    for match in _LOCATOR.finditer(text):
        yield "code", match[1].lower(), *match.span(1)


def _names(text: str) -> Iterator[_Found]:
    """Names by what introduces them; each word alone tells of somebody."""
    for match in _NAMED.finditer(text):
        follows = _NEXT_WORDS.match(text, match.end())
        if follows is None:
            continue
        plainly = "name" in match.group().lower()
        for word in _WORD.finditer(follows.group()):
            said = word.group()
            if said.lower() in ORDINARY or len(said) < 3 or not (said[0].isupper() or plainly):
                break
            yield "name", said.lower(), follows.start() + word.start(), follows.start() + word.end()


def _runs(text: str) -> Iterator[_Found]:
    """Long runs of words about somebody, the same only where somebody has copied them."""
    words = [(match.group().lower(), match) for match in _WORD.finditer(text)]
    for index in range(len(words) - _RUN + 1):
        run = [word for word, _ in words[index : index + _RUN]]
        if not _ABOUT_SOMEBODY.isdisjoint(run):
            yield "words", " ".join(run), words[index][1].start(), words[index + _RUN - 1][1].end()


def _words(text: str) -> Iterator[_Found]:
    words = [(_plain(match.group()), match) for match in _WORD.finditer(text)]
    for match in _ADDRESSED.finditer(text):
        yield "name", match["name"].lower(), *match.span("name")
    for index, (word, match) in enumerate(words):
        if match.group()[0].isupper() and word not in ORDINARY:
            yield "name", word, *match.span()
            if word.endswith("s"):
                yield "name", word[:-1], *match.span()  # "Martas", "the Kellers"
        if len(word) == _LOCATOR_LENGTH:
            yield "code", word, *match.span()
        for other, beside in words[index + 1 : index + 3]:
            yield "pair", _pair(word, other), match.start(), beside.end()


def _telling_pairs(text: str) -> Iterator[_Found]:
    """Pairs of words that tell of somebody: parts of names and titles, of streets, of e-mail addresses."""
    for match in _CAPITALS.finditer(text):
        parts = [_plain(part) for part in _WORD.findall(match.group())]
        parts = [part for part in parts if part not in ORDINARY and len(part) > 1]
        for index, part in enumerate(parts):
            for other in parts[index + 1 :]:
                yield "pair", _pair(part, other), *match.span()
    words = [(_plain(match.group()), match) for match in _WORD.finditer(text)]
    for (first, at), (second, beside) in itertools.pairwise(words):
        if _is_street(first, second):
            yield "pair", _pair(first, second), at.start(), beside.end()
    for mail in _MAIL.finditer(text):
        parts = [part for part in re.split(r"[._+-]", mail.group().partition("@")[0].lower()) if len(part) > 2]
        for first, second in itertools.pairwise(parts):
            yield "pair", _pair(first, second), *mail.span()


def _is_street(first: str, second: str) -> bool:
    if second in _STREET_WORDS:
        return first not in ORDINARY
    return (first in _STREET_WORDS and second not in ORDINARY) or (
        second[0].isdigit() and _JOINED_STREET.search(first) is not None
    )


def _pair(first: str, second: str) -> str:
    return " ".join(sorted((first, second)))


def _plain(word: str) -> str:
    lowered = word.lower().removesuffix("'s")
    return STREETS.get(lowered, lowered)


_STREET_WORDS: Final = frozenset(STREETS.values())
_JOINED_STREET: Final = re.compile(r"(?:strasse|straße|weg|platz|allee|gasse)$")
_LOCATOR_LENGTH: Final = 6
