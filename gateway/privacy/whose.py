"""Whose contact data it is: a customer names their own phone to be called on, and the company's to complain about it.

Only for texts of customers: where the brand speaks, its own is what the operator says (`gateway.privacy.brand`).
"""

import re

_BEFORE = 90  # characters in which a word about a number or an address may stand
_AFTER = 60

_OWN_BEFORE = re.compile(
    r"\b(?:my|mine|mein\w*|mi|mon|ma|mio|mia|meu|minha|mijn)\s(?:\w+[\s.]{1,2}){0,4}(?:is|are|ist|lautet|es|est"
    r"|e)?\W{0,4}$"
    r"|\b(?:call|text|ring|phone|reach|contact|whatsapp|message|msg|e-?mail|mail|write|get|dm|sms|update|inform|notify)"
    r"(?:ed|ing)?\s(?:to\s)?(?:me|us|my\s\w+|him|her|them)\b[^.!?\n]{0,40}$"
    r"|\b(?:me|us)\s(?:back\s)?(?:on|at|@|via|by|under|a|auf|unter)\W{0,3}$"
    r"|\b(?:mob(?:ile)?|cell|handy|tel|telephone|telefon|telefono|phone|ph|movil|portable|whatsapp|e-?mail|correo"
    r"|contact)"
    r"(?:\s(?:no|number|nr|num|id|address|phone))?\.?\s?[:=#-]{1,2}\s?$"
    r"|\b(?:account|registered|booked|booking|order|signed\sup)\b[^.!?\n]{0,25}\b(?:with|under|is|as|in"
    r"|by)\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)
_OWN_AFTER = re.compile(r"^\W{0,3}(?:is|are|ist|es|est)\s(?:my|mine|mein|mi|mon)\b", re.IGNORECASE)
_COMPANYS_BEFORE = re.compile(
    r"""
        \b(?:help\s?(?:line|desk)|hot\s?line|call\s?cent(?:er|re)s?|customer\s?(?:service|care|support|relation)s?
            |support\s(?:line|number|team|e-?mail|address)|phone\s(?:lines?|system)|exec(?:utive)?\sclub
            |on\shold
            |scam\w*|spam|fraud\w*|phish\w*|fake|unknown\snumber|toll.?free|premium\srate|switchboard|head\soffice
            |reservations?\s(?:line|number))\b[^.!?\n]{0,40}$
      | \b(?:your|ur|the|this|their|ba|uk|us|local|contact|service|support|company|airline|airport|store|shop|hotel
            |desk)
            \s(?:\w+\s){0,2}(?:number|line|phone|telephone|landline|e-?mail|mail|inbox|address|team|office|branch|desk
            |dept|department)s?\b[^.,;!?\n]{0,30}$
      | \b(?:try|tried|trying|unable|attempt\w*|impossible|fail\w*|need|had|have|having|told|ask\w*|sa(?:id|ys|ying)
            |advis\w+|wait\w*|manage\w*|supposed|able|want\w*|got|how|instructed)\s(?:\w+\s){0,2}?(?:to\s)?(?:call
            |phone|ring|reach|contact|dial|speak|e-?mail|write|get\sthrough)(?:ing)?\b(?!\s(?:me|my|you)\b)
            [^.,;!?\n]{0,50}$
      | \b(?:i|we|i've|we've|i'm|ive|been|just|wife|husband)\s(?:\w+\s){0,2}(?:call|phon|dial|ring|e-?mail|mail|contact
            |sen[dt]|writ|wrote|rang|rung|forward)\w*\b(?!\s(?:me|my|you|from)\b)[^.,;!?\n]{0,40}$
      | \b(?:call|called|calls|text|texts|sms|message|email|mail|caller)s?\b(?:\s\w+){0,4}\s(?:from|fm|frm|by)\b
            [^.,;!?\n]{0,25}$
    """,
    re.IGNORECASE | re.VERBOSE,
)
_COMPANYS_AFTER = re.compile(
    r"^[^\n]{0,25}?(?:\b(?:hang\w*\sup|hung\sup|does\s?n.?t\s(?:work|exist)|not\sworking|no\s(?:answer|one|reply)"
    r"|disconnect\w*|unavailable"
    r"|engaged|busy|keeps?\s\w+ing|bounced?\b|bouncing|your\s(?:correct|right|support|real|actual|official)"
    r"|a\s(?:scam|genuine|legit\w*|real|valid|fake)"
    r"|(?:is|was)\s(?:not|un|busy|down|closed|dead|wrong|correct|right|legit|genuine|a\sscam|this|that|your)))",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"\b(?:is|was)\s(?:this|that|it)\b[^.!?\n]{0,40}$", re.IGNORECASE)
_ROLES = re.compile(
    r"(?:customer|client|guest|member|passenger|consumer)[._-]?(?:service|care|support|relation|help"
    r"|experience)s?\w*|support"
    r"|help(?:desk)?|service|care|contact(?:us)?|enquir(?:y|ies)|inquir(?:y|ies)|feedback|complaints?|no-?reply"
    r"|do-?not-?reply"
    r"|refunds?|reservations?|bookings?|sales|press|media|news(?:letter)?|kundenservice|kontakt|serviceclient"
    r"|atencion\w*|security|abuse"
    r"|phishing|privacy|webmaster|careers|jobs|legal|billing",
    re.IGNORECASE,
)
_MAILERS_TEXT = (
    "gmail googlemail hotmail outlook yahoo ymail icloud me mac proton protonmail gmx aol live msn fastmail web zoho "
    "btinternet mail mailbox comcast verizon orange libero virgilio wanadoo free laposte"
)
_MAILERS = frozenset(_MAILERS_TEXT.split())
_MENTION = re.compile(r"(?<![\w.])@(\w{2,50})(?!\w|\.\w)")


def is_companys_phone(text: str, start: int, end: int) -> bool:
    """Whether a customer's folded text speaks of the phone number there as somebody's in business."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    if _OWN_BEFORE.search(before) or _OWN_AFTER.match(after):
        return False
    return _COMPANYS_BEFORE.search(before) is not None or _COMPANYS_AFTER.match(after) is not None


def is_companys_email(text: str, start: int, end: int, address: str) -> bool:
    """The same of an e-mail address; `address` is how it is written properly."""
    before, after = text[max(0, start - _BEFORE) : start], text[end : end + _AFTER]
    local, _, host = address.lower().partition("@")
    labels = host.split(".")[:-1]
    if any(label in _MAILERS for label in labels):
        return False
    owned = _OWN_BEFORE.search(before) is not None or _OWN_AFTER.match(after) is not None
    mentioned = any(_is_kin(label, handle) for handle in _MENTION.findall(text) for label in labels)
    role = _ROLES.fullmatch(local) is not None
    if mentioned or role:
        # Staff have addresses there too, but nobody says theirs to their own company.
        return not owned or role
    return not owned and (
        _COMPANYS_BEFORE.search(before) is not None
        or _COMPANYS_AFTER.match(after) is not None
        or (_QUESTION.search(before) is not None and "?" in after)
    )


def _is_kin(label: str, handle: str) -> bool:
    first, second = label.replace("-", ""), handle.lower().replace("_", "")
    return len(min(first, second, key=len)) >= 3 and (first in second or second in first)
