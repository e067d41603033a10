"""Order, booking, account, ticket, parcel and case numbers: a number beside a word for it.

topic (`booking`) -> up to six small words (`ref is`) -> a token that may be a number; or the token first
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from gateway.privacy.findings import Finding
from gateway.privacy.letters import is_no_word
from gateway.privacy.topics import REFERENCE, TOPIC, type_of

_JOINER = (
    r"(?:numbers?|num|nos?|nr|nbr|nummer|numero|numeros|n|id|ids|ref|reference|referenz|referencia|code|codigo|codice"
    r"|locator|confirmation|conf|tag|card|is|was|are|reads|it'?s|ist|lautet|es|est|e|here|this|my|the|mein|meine|mi|mon"
    r"|ma|mio|mia|meu|minha|mijn|de|du|di|da|del|per|for|under|with|as|called|details?|name|desk|plus|request|flyer"
    r"|please|pls|->|=>|\#|:|;|=|-|\"|'|\(|\[|\.|,|\?|!|°|º|\*|>|/)"
)
_GROUPED = r"[0-9](?:[\ .\-][0-9]){4,18}(?![0-9])|[0-9]{2,6}(?:[\ .][0-9]{2,10}){1,5}(?![0-9])"
_SPELLED = r"[a-z0-9](?:[\ .\-][a-z0-9]){4,11}(?![a-z0-9])"
_PARCEL = r"(?-i:[A-Z]{2})[\ ][0-9]{2,9}(?:[\ ][0-9]{2,6}){0,4}[\ ]?(?-i:[A-Z]{2})(?!\w)"  # UPU S10, in groups
_TOKEN = rf"(?:{_PARCEL}|{_GROUPED}|{_SPELLED}|[a-z0-9]{{1,20}}(?:[-/_][a-z0-9]{{1,20}}){{0,4}})(?![\w@%])"
_NEAR = re.compile(
    rf"(?:(?<![a-z])|(?<=[a-z])(?=ref\#))(?P<topic>{TOPIC})(?P<joiner>(?:[\ ]{{0,2}}{_JOINER}){{0,6}})"
    rf"(?P<gap>[\ ]{{0,2}})"
    rf"(?<![\w@€$£])(?=[a-z/_-]{{0,20}}[0-9]|[a-z]{{6}}(?!\w)"
    rf"|[a-z][\ .-][a-z0-9][\ .-][a-z0-9](?!\w)|(?-i:[A-Z]{{2}})[\ ][0-9]{{2}})(?P<token>{_TOKEN})",
    re.IGNORECASE | re.VERBOSE,
)
_BEHIND = re.compile(
    rf"(?<![\w@/.,€$£+&-])(?P<token>(?=[a-z]{{0,5}}[0-9])[a-z0-9]{{5,20}}(?:-[a-z0-9]{{1,20}}){{0,3}}|[A-Z]{{6}})"
    rf"[\ )\]\"',:;.=-]{{1,4}}(?:(?:is|was|are|as|ist|es|est|e|for|it's|thats?|that's)[\ ]{{1,2}})?"
    rf"(?:(?:my|our|the|mein|meine|unsere|mi|notre|mon|ma|il|la|mio|meu|minha|mijn|de|se)[\ ]{{1,2}})"
    rf"(?:[a-z]{{2,12}}[\ ])??(?P<topic>{TOPIC})(?![a-z])",
    re.IGNORECASE | re.VERBOSE,
)
_NUMBER_OF = re.compile(
    r"(?:numero|number|codigo|codice|n[°o])\s(?:(?:de|di|da|du|do|of|la|le|el|il|mi|tu|mon|ma)\s){0,3}$", re.IGNORECASE
)
# Words that stand for nothing but a number.
_LEADS = re.compile(
    r"(?<![a-z])(?:number|num|no|nr|nbr|nummer|numero|id|ref|reference|referenz|referencia|code|codigo|codice|locator"
    r"|lautet|conf|confirmation)s?(?![a-z])|[#:=°º]|->",
    re.IGNORECASE,
)
_SAYS = re.compile(r"(?<![a-z])(?:is|was|it's|its|ist|es|est|e|reads|->)(?![a-z])|[-([\"]", re.IGNORECASE)
_STRONG = re.compile(
    r"(?:pnr|locator|record\ locator|ref(?:erence)?|conf|con|confirmation|rez|booking|reservation|rr|awb|pir|aaref"
    r"|itinerary|localizador|[a-z]+(?:nummer|nr|scode))s?",
    re.IGNORECASE,
)
_SIX = re.compile(r"[A-Za-z]{6}")
# Flights, products and aircraft: letters then digits, digits then letters, N and digits and letters.
MODEL = re.compile(
    r"[a-z]{1,3}-?[0-9]{2,4}[a-z]?|[a-z]{1,4}[0-9]{1,4}|[0-9]{2,4}[a-z]{1,3}|n[0-9]{1,5}[a-z]{0,2}", re.IGNORECASE
)
"""What a flight, a product or an aircraft is called."""
_YEAR = re.compile(r"(?:19|20)[0-9]{2}(?:[-/](?:[0-9]{2}|20[0-9]{2}))?")
_COUNTED = re.compile(
    r"[ ]?(?:k\b|%|(?:items?|followers?|people|points?|miles|customers|times|dollars?|euros?|pounds?|rs|inr|rupees?"
    r"|bucks|usd|eur|gbp|hours?|hrs?|days?|weeks?|months?|years?|mins?|minutes?|seats?|orders|tickets|passengers"
    r"|pax)\b)",
    re.IGNORECASE,
)
_ROUND = re.compile(r"[0-9]{1,4}000")  # a count, points or money
_ORDINAL = re.compile(r"[0-9]{1,4}(?:st|nd|rd|th|am|pm|hrs?|k|m|gb|tb|mb|x|yrs?|mins?|days?)", re.IGNORECASE)


def find_references(text: str) -> Iterator[Finding]:
    """Numbers in a folded text without noise."""
    position = 0
    while (match := _NEAR.search(text, position)) is not None:
        # What is no number may be the next topic: `order parcel 104217`.
        position = match.end("topic")
        token, joiner, topic = match["token"], match["joiner"], match["topic"]
        if not joiner and not match["gap"]:
            continue
        led = _LEADS.search(joiner) is not None or _NUMBER_OF.search(text, max(0, match.start() - 25), match.start())
        if _COUNTED.match(text, match.end("token")) is None and _is_number(
            token, joiner, topic, led=bool(led), shouted=is_shouted(text)
        ):
            position = match.end()
            yield _found(type_of(topic.lower()), match)
    for match in _BEHIND.finditer(text):
        token = match["token"]
        fewest = 2 if len(token) == 6 else 3
        if sum(map(str.isdigit, token)) >= fewest and not MODEL.fullmatch(token) and not _ORDINAL.fullmatch(token):
            yield _found(type_of(match["topic"].lower()), match)


@lru_cache(maxsize=1)
def is_shouted(text: str) -> bool:
    """Whether most letters are capitals: where everything is, six of them are only a word."""
    return sum(map(str.isupper, text)) * 2 > sum(map(str.isalpha, text))


def _found(type_: str, match: re.Match[str]) -> Finding:
    reason = "a number beside a word like order or case"
    return Finding(type_, *match.span("token"), 0.75 if type_ == REFERENCE else 0.85, reason)


def _is_number(token: str, joiner: str, topic: str, *, led: bool, shouted: bool) -> bool:
    said = led or _SAYS.search(joiner) is not None
    plain = re.sub(r"[^A-Za-z0-9]", "", token)
    digits = sum(map(str.isdigit, plain))
    if digits == 0:
        upper = plain.isupper()
        if len(token) > len(plain):
            return led and upper and len(plain) == 6 and not shouted
        if not _SIX.fullmatch(token) or shouted:
            return False
        if not upper:
            return led and _STRONG.fullmatch(topic) is not None and is_no_word(token)
        return led or is_no_word(token) or (said and _STRONG.fullmatch(topic) is not None)
    if _ORDINAL.fullmatch(token) or _YEAR.fullmatch(token):
        return False
    if not led and _ROUND.fullmatch(plain):
        return False
    if digits == len(plain):
        return digits >= (4 if led else 6 if joiner.strip() else 5)
    if MODEL.fullmatch(token):
        return led and (digits >= 4 or (len(token) >= 6 and token.isupper()))
    return len(plain) >= 5 and (led or digits >= 4 or token.isupper() or len(plain) == 6)
