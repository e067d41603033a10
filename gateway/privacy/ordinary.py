"""Words that tell of nobody though they stand with a capital: greetings, courtesies, days, what a service talks of."""

from typing import Final

_ORDINARY: Final = """
a about account address afraid after again all also always am amex an and android angry annoyed any apple apr april
are as asap ask asking at aug august avenue aware back bank based basic be because been before best bitte black
bonjour booking both buenos but by bye call calling can cancel card chat cheers christmas class click close club
collect come confirm confused cordialement could currently customer danke day days dear dec december delivery dhl dias
did dienstag disappointed do does don't done donnerstag dpd e-mail easter email england english eu europe european
even every evri express facebook feb february fedex fine first for france free freitag french freundliche fri friday
friend from frustrated fully geehrte geehrter german germany get gift give glad go going gone good google got gracias
great gruss grusse guten guys hallo happy has have having hello help her here hermes hey hi him his hola home hope how
however i i'd i'll i'm i've ich if ihr ihre in info instagram interested iphone ireland is isn't it it's its jan
january jul july jun june just kind kindly know lane last late later let let's liebe lieber like locked look looking
lot love madam madame mail make many mar march mastercard may maybe me merci message messenger miss missing mit
mittwoch mon monday monsieur montag more morning most much must my name need never new next nice no not nothing nov
november now number oct october of off ok okay on once one online only open or order our out over parcel paypal phone
please pleased plus post premium private public question quick quite reach read ready really refund regards reply
right road royal saludos same samstag sat saturday say scotland see sehr send senor senora sent sep sept september
service shall she shipping should sie since sir so some someone sonntag soon sorry spain spanish standard still stop
store street stuck such sun sunday support sure tag take team telegram tell than thank thanks that that's the their
them then there there's these they they're this those three thu thursday time to today tomorrow too track tracking
trying tue tuesday twitter two uk unable under unhappy until up ups upset urgent us usa use usps very via vielen visa
wait waiting wales want was way we we'll we're we've wed wednesday week welcome well went were what what's whatsapp
when where which while who why will wir wish with without won't working worried would write writing x yes yesterday
yet you you'll you're you've your yours
"""
ORDINARY: Final = frozenset(_ORDINARY.split())
"""In English, and the commonest in German, French and Spanish; folded, in lower case."""

MONTHS: Final = {
    "january": 1, "jan": 1, "januar": 1, "enero": 1, "janvier": 1, "february": 2, "feb": 2, "februar": 2, "febrero":
    2, "fevrier": 2, "march": 3, "mar": 3, "marz": 3, "marzo": 3, "mars": 3, "april": 4, "apr": 4, "abril": 4,
    "avril": 4, "may": 5, "mai": 5, "mayo": 5, "june": 6, "jun": 6, "juni": 6, "junio": 6, "juin": 6, "july": 7,
    "jul": 7, "juli": 7, "julio": 7, "juillet": 7, "august": 8, "aug": 8, "agosto": 8, "aout": 8, "september": 9,
    "sep": 9, "sept": 9, "septiembre": 9, "septembre": 9, "october": 10, "oct": 10, "oktober": 10, "octubre": 10,
    "octobre": 10, "november": 11, "nov": 11, "noviembre": 11, "novembre": 11, "december": 12, "dec": 12,
    "dezember": 12, "diciembre": 12, "decembre": 12,
}  # fmt: skip

STREETS: Final = {
    "street": "street", "st": "street", "str": "street", "road": "road", "rd": "road", "avenue": "avenue", "ave":
    "avenue", "lane": "lane", "ln": "lane", "drive": "drive", "dr": "drive", "close": "close", "court": "court",
    "ct": "court", "square": "square", "sq": "square", "gardens": "gardens", "terrace": "terrace", "crescent":
    "crescent", "boulevard": "boulevard", "blvd": "boulevard", "rue": "rue", "calle": "calle", "avenida": "avenida",
    "plaza": "plaza", "parkway": "parkway",
}  # fmt: skip
"""Words for a street, each in one spelling."""
