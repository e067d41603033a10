"""Order, booking, account, ticket and case numbers: the brand's own formats, and tokens beside words for them."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_TOPIC = (
    r"(?:order|booking|reservation|rez|confirmation|conf|con|account|acct|customer|client|member(?:ship)?|loyalty"
    r"|frequent\ flyer|ticket|case|incident|claim|complaint|parcel|package|shipment|tracking|consignment|invoice"
    r"|reference|ref|pnr|record\ locator|locator"
    r"|bestell(?:ung|nummer|nr)|auftrags?(?:nummer|nr)?|kunden(?:nummer|konto|nr)|buchung(?:snummer|snr)?"
    r"|vorgangs(?:nummer|nr)|rechnung(?:snummer|snr)?|sendung(?:snummer|snr)?|sendungsverfolgung|konto(?:nummer)?"
    r"|pedido|reserva|cuenta|cliente|factura|envio|commande|reservation|dossier|colis|compte|facture)s?"
)
_JOINER = (
    r"(?:number|num|no|nr|nummer|numero|id|ref|reference|code|locator|is|was|it'?s|ist|lautet|es|est|here|this|my"
    r"|details?|name|\#|:|=|-|\"|'|\(|\[|\.|,|\?|°)"
)
_VALUE = r"(?P<token>(?<![\w@€$£])[a-z0-9][a-z0-9]{0,19}(?:[-/_][a-z0-9]{1,20}){0,4})(?![\w@%])"
_NEAR = re.compile(
    rf"(?:(?<![a-z])|(?<=[a-z])(?=ref\#)){_TOPIC}(?P<joiner>(?:[\ ]{{0,2}}{_JOINER}){{0,5}})[\ ]{{0,2}}{_VALUE}",
    re.IGNORECASE | re.VERBOSE,
)
_MIXED = re.compile(r"(?<![\w@/.,+&-])(?=[A-Z0-9]*[0-9])(?=[A-Z0-9]*[A-Z])[A-Z0-9]{6}(?![\w@/]|[.,&-]\w)")
_LETTERS = re.compile(r"[A-Z]{6}")
_DIGITS = re.compile(r"(?<![\w@/.,+&-])[0-9]{7,20}(?![\w@/%]|[.,&-]\w)")
# Flights, products and aircraft: letters then digits, digits then letters, N and digits and letters.
_MODEL = re.compile(
    r"[a-z]{1,3}-?[0-9]{2,4}[a-z]?|[a-z]{1,4}[0-9]{1,4}|[0-9]{2,4}[a-z]{1,3}|n[0-9]{1,5}[a-z]{0,2}", re.IGNORECASE
)
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")
_SUBJECT = re.compile(
    r"\b(?:flight|seat|boarding|check\W?in|fly|flying|booked|booking|reservation|order|ordered|ticket|delivery"
    r"|trip|refund|parcel|luggage|bag|upgrade)",
    re.IGNORECASE,
)
_LEADS = re.compile(r"number|num|no|nr|nummer|numero|id|ref|code|locator|#|:|=|is|was|ist|lautet|es|est", re.IGNORECASE)
_APART = re.compile(r"(?<![\w@/.,€$£+-])[0-9]{1,4}(?:[ .\-][0-9]{1,4}){1,9}(?![\w@/%]|[.,][0-9])")
_TYPE = "order_number"


class References:
    """Finds the numbers under which a business keeps its customers and their matters."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._own = tuple(re.compile(rf"(?<!\w)(?:{pattern})(?!\w)", re.IGNORECASE) for pattern in patterns)

    def find(self, text: str) -> Iterator[Finding]:
        """Numbers in a folded text without noise."""
        for pattern in self._own:
            for match in pattern.finditer(text):
                if match.end() > match.start():
                    yield Finding(_TYPE, match.start(), match.end(), 0.95, "in one of the brand's own number formats")
        yield from self._split_up(text)
        for match in _NEAR.finditer(text):
            if _is_reference(match["token"], match["joiner"], text):
                yield Finding(_TYPE, *match.span("token"), 0.85, "a number after a word like order or case")
        yield from _bare(text)

    def _split_up(self, text: str) -> Iterator[Finding]:
        """The brand's own numbers, written apart: 10 42 17, 104-217."""
        for run in _APART.finditer(text):
            at = [run.start() + index for index, character in enumerate(run.group()) if character.isdigit()]
            digits = "".join(text[index] for index in at)
            if any(pattern.fullmatch(digits) for pattern in self._own):
                yield Finding(_TYPE, at[0], at[-1] + 1, 0.8, "one of the brand's own numbers, written apart")


def _bare(text: str) -> Iterator[Finding]:
    on_subject = _SUBJECT.search(text) is not None
    for match in _MIXED.finditer(text):
        if not _MODEL.fullmatch(match.group()):
            score = 0.65 if on_subject else 0.45
            yield Finding(_TYPE, match.start(), match.end(), score, "six capitals and digits, as booking codes are")
    for match in _DIGITS.finditer(text):
        score = 0.55 if match.end() - match.start() >= 8 else 0.4
        yield Finding(_TYPE, match.start(), match.end(), score, "a long number that is not a price, a date or a count")


def _is_reference(token: str, joiner: str, text: str) -> bool:
    led = _LEADS.search(joiner) is not None
    digits = sum(character.isdigit() for character in token)
    if digits == 0:
        return led and _LETTERS.fullmatch(token) is not None and not _shouted(text)
    if token.isdigit():
        return digits >= (4 if led and not _YEAR.fullmatch(token) else 5)
    if digits == len(token.replace("-", "")):
        return digits >= 6
    if _MODEL.fullmatch(token):
        return led and (digits >= 4 or (len(token) >= 6 and token.isupper()))
    return len(token) >= 5 and (led or digits >= 4 or token.isupper())


def _shouted(text: str) -> bool:
    # Where everything is in capitals, six of them are only a word.
    letters = [character for character in text if character.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)
