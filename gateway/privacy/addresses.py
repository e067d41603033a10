"""Postal addresses: a house number beside a street's name, and postcodes that are called so."""

import re
from collections.abc import Iterator
from itertools import chain, repeat

from gateway.privacy.findings import Finding

_NAME = r"[A-Z][\w'.-]{1,30}"
_STREET = (
    r"(?:[Ss]treet|St|[Rr]oad|Rd|[Aa]venue|Ave|[Ll]ane|Ln|[Dd]rive|Dr|[Cc]ourt|Ct|[Cc]rescent|[Cc]lose|[Ss]quare|Sq"
    r"|[Tt]errace|[Gg]ardens|[Bb]oulevard|Blvd|[Pp]arkway|Pkwy|[Hh]ighway|[Gg]rove|[Mm]ews)\b"
)
_LOWER = r"(?:(?!(?:the|a|of|in|on)\b)[a-z]{3,20}[ ]){1,2}(?:street|road|avenue|lane|crescent)\b"
_SHOUTED = r"(?!(?:THE|A|OF|IN|ON|DOWN|OFF|UP|ALONG|ACROSS|MY|YOUR|AND|TO|FROM)\b)[A-Z][A-Z'.-]{2,20}"
_WAY = r"(?:rue|avenue|boulevard|chemin|impasse|allee)(?:[ ][\w'-]{1,20}){1,4}"
_AREAS = (
    "AB|AL|BA|BB|BD|BH|BL|BN|BR|BS|BT|CA|CB|CF|CH|CM|CO|CR|CT|CV|CW|DA|DD|DE|DG|DH|DL|DN|DT|DY|EC|EH|EN|EX|FK|FY|GL"
    "|GU|HA|HD|HG|HP|HR|HS|HU|HX|IG|IM|IP|IV|JE|KA|KT|KW|KY|LA|LD|LE|LL|LN|LS|LU|ME|MK|ML|NE|NG|NN|NP|NR|NW|OL|OX|PA"
    "|PE|PH|PL|PO|PR|RG|RH|RM|SA|SE|SG|SK|SL|SM|SN|SO|SP|SR|SS|ST|SW|SY|TA|TD|TF|TN|TQ|TR|TS|TW|UB|WA|WC|WD|WF|WN|WR"
    "|WS|WV|YO|ZE|B|E|G|L|M|N|S|W"
)
_POSTCODE = rf"(?<![\w-])(?:{_AREAS})[0-9][A-Z0-9]?[ ][0-9](?![GT]B)[ABD-HJLNP-UW-Z]{{2}}(?![\w-])"
"""Of the United Kingdom: some fifteen houses. The areas are Royal Mail's (22 Nov 2026)."""
_DIGIT = re.compile(r"[0-9]")
_NUMBER_FIRST = (
    re.compile(rf"\b[0-9]{{1,5}}[a-zA-Z]?,?[ ](?:{_NAME}[ ]){{1,3}}{_STREET}\.?"),
    re.compile(rf"\b[0-9]{{1,5}}[a-z]?,?[ ]{_LOWER}"),
    re.compile(rf"\b[0-9]{{1,5}}[A-Z]?,?[ ](?:{_SHOUTED}[ ]){{1,3}}(?:STREET|ROAD|RD|AVENUE|AVE|LANE|CRESCENT)\b"),
    re.compile(rf"\b[0-9]{{1,4}}(?:[ ]?(?:bis|ter))?,?[ ]{_WAY}", re.IGNORECASE),
    re.compile(rf"\b[0-9]{{2,5}}[ ](?:{_NAME}[ ]){{1,2}}(?:Way|Place|Row|Hill|Rise|Walk|View)\b(?:,[ ]{_NAME})"),
    re.compile(rf"\b[0-9]{{1,4}}[a-zA-Z]?,?[ ](?:{_NAME},?[ ]){{1,6}}{_POSTCODE}"),
)
_BRITISH = re.compile(_POSTCODE)
_NAME_FIRST = (
    re.compile(
        r"\b[A-Z][\w-]{2,40}?(?:stra(?:ss|ß)e|str\.|weg|platz|allee|gasse|ufer|damm)[ ][0-9]{1,4}[ ]?[a-z]?\b"
        r"(?:,?[ ][0-9]{5}[ ][A-Z]\w{1,30})?"
    ),
    re.compile(
        r"\b(?:calle|avenida|avda\.?|plaza|paseo|c/)[ ](?:[\w'.-]{1,20},?[ ]){1,4}(?:n\.?[ ]?)?[0-9]{1,4}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:(?:abito|vivo|indirizzo|consegna)[^0-9\n]{0,15}\bvia|viale|piazza|rua"
        r"|travessa)[ ](?:[\w'.-]{1,20},?[ ]){1,4}(?:n\.?[ ]?)?[0-9]{1,4}\b",
        re.IGNORECASE,
    ),
    re.compile(
        r"\b[A-Z][\w-]{2,30}(?:straat|laan|gracht|plein|kade"
        r"|dijk)[ ][0-9]{1,4}[ ]?[a-z]?\b(?:,?[ ][0-9]{4}[ ]?[A-Z]{2}\b)?"
    ),
    re.compile(r"\bp\.?o\.?[ ]box[ ][0-9]{1,6}\b", re.IGNORECASE),
)
_TOWN = re.compile(
    r"(?:,?\s[A-Z][\w'-]{1,30}){0,3},?\s(?:[A-Z]{1,2}[0-9][A-Z0-9]?[ ]?[0-9][A-Z]{2}|[0-9]{5}(?:-[0-9]{4})?)\b"
    r"|(?:,?\s[a-z][\w'-]{1,30}){0,3},?\s[a-z]{1,2}[0-9][a-z0-9]?[ ]?[0-9][a-z]{2}\b"
)
"""What follows a street up to its postcode."""
_PREMISES = re.compile(
    r"\b(?:store|shop|branch|restaurant|hotel|station|outlet|office|pub|cafe|located|location)s?\b[^.!?\n]{0,25}$",
    re.IGNORECASE,
)
_HOURS = re.compile(r"^[0-9]{1,2}[ ](?:Hour|Hr|Minute|Min|Day|Year|Mile)", re.IGNORECASE)
_LIVES = re.compile(
    r"\b(?:post\s?code|zip(?:\s?code)?|plz|postleitzahl|codigo\spostal|code\spostal|my\saddress|i\slive|living\sat"
    r"|i'm\s(?:at|in)|cap|cep|postcode\sis|wohne|vivo\sen|j'habite"
    r"|deliver(?:ed|y)?\sto)\b[^0-9\n]{0,30}?"
    r"(?P<code>\b(?:[A-Z]{1,2}[0-9][A-Z0-9]?\s?[0-9][A-Z]{2}|[0-9]{5}(?:-[0-9]{4})?)\b)",
    re.IGNORECASE,
)


def find_addresses(text: str, *, ours: bool) -> Iterator[Finding]:
    """Postal addresses in a folded text without noise; `ours`: the brand says it, so that a shop's counts too."""
    digit = _DIGIT.search(text)
    if digit is None:
        return
    for pattern, start in chain(zip(_NUMBER_FIRST, repeat(digit.start())), zip(_NAME_FIRST, repeat(0))):
        for match in pattern.finditer(text, start):
            before = text[max(0, match.start() - 40) : match.start()]
            if (not ours and _PREMISES.search(before)) or _HOURS.match(match.group()):
                continue
            town = _TOWN.match(text, match.end())
            end = match.end() if town is None else town.end()
            yield Finding("address", match.start(), end, 0.7, "a street with a house number")
    for match in _BRITISH.finditer(text):
        if ours or not _PREMISES.search(text[max(0, match.start() - 40) : match.start()]):
            yield Finding("address", *match.span(), 0.6, "a British postcode")
    for match in _LIVES.finditer(text):
        yield Finding("address", *match.span("code"), 0.75, "a postcode that is called so")
