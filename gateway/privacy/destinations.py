"""Where an answer would go: what is asked for in a private message is not asked for in public.

a sentence that asks -> it names a private way, or another place than this thread      -> not in public
                     -> the next sentences ask for it to be sent in private            -> not in public
                     -> the sentence before invites to private, and this one questions nobody -> not in public
"Reply here", "comment below" and "or just tell us" bring it back into public.
"""

import re
from collections.abc import Sequence

from gateway.privacy.unasked import USED_THERE

_PM = (
    r"(?:d\.?m'?s?\b|(?<!\d\s)(?<!\d)p\.?m'?s?\b|(?:direct|private|facebook|secure)\s(?:message|msg|chat|mail)s?\b|messenger\b"
    r"|direktnachricht\b|privatnachricht\b|private?n?\snachricht\b|pn\b|mensajes?\s(?:privado|directo|interno)s?\b|privado\b"
    r"|messages?\sprives?\b|mp\b|md\b|en\sprive\b|(?<!your\s)inbox(?:es)?\b(?!\sor))"
)
_INVITES = re.compile(
    rf"""
        (?<!your\s)(?<!the\s)\b(?:d\.?m|pm|inbox)(?:ing)?\s(?:us|me|your|ur|the|his|her|it|them|this|that|those|over
            |details
            |order|name|e-?mail|account|booking|with|full|phone|a\b|all|through|@)
      | \b(?:message|msg|whatsapp|messaging)\s(?:us|me)\b
      | \b(?:private(?:ly)?|direct(?:ly)?)\s(?:message|msg|messaging|send|share)\b
      | \b(?:by|via|in|into|per|through|over|using|to|on|as|a|quick|us|me|our|or|the|por|un|en|par|to\sour|this)\s
            (?:\w+\s){{0,2}}?{_PM}
      | \b(?:an?|eine|une?|einer)\s(?:\w+\s)?{_PM}
      | \bgive\s(?:us|them|our\s\w+|the\s\w+)\sa\s(?:ring|call|bell|buzz|tinkle)\b
      | \bmessage\sbutton\b | \bin\sprivate\b | \bprivately\b | \bprivate(?:r)?\s(?:chat|place|thread|conversation)\b
      | \boffline\b | (?<!look\s)(?<!peek\s)(?<!check\s)\bbackstage\b | \b(?:secure|secured)\s(?:link|chat|form
            |page)\b | \bsend\s(?:us\s
            |me\s)?a\smessage\b
      | \bescribenos\spor\b | \becrivez-nous\sen\b
    """,
    re.VERBOSE,
)
_HAPPENED = re.compile(
    r"""
        \b(?:got|received|replied\sto|answered|read|seen|thanks\sfor|thank\syou\sfor|responded\sto|looked\s(?:at|in
            |through)
            |back\sto|see|in\sreply\sto|after)\s(?:\w+\s){0,2}$
      | \b(?:we|i|we've|i've|we\shave|i\shave|just|already)\s(?:just\s|already\s|also\s|now\s)?(?:sent|dropped
            |messaged)\s(?:you\s)?(?:\w+\s){0,2}$
      | \b(?:no\sneed|don'?t|do\snot|never|instead\sof|rather\sthan|without|bother|can'?t|cannot|unable
            |not)\b[^.,;:!?]{0,30}$
      | \bin\syour\s$
    """,
    re.VERBOSE,
)
_ELSEWHERE = re.compile(
    r"""
        \b(?:here|link|form|page|at|on|via|using|to|checker|below|website|site|this)\W{0,3}\s?(?:https?://|www\.
            |[\w-]{2,40}\.(?:com|example
            |co|org|net|de|fr|es|uk|shop|store|app)\b)
      | \b(?:click|tap|press|follow|use|open)\s(?:on\s)?(?:the|this|our|that)\s(?:\w+\s)?(?:link|form|button)\b
      | (?<!you\s)\b(?:by|over|on|via|per)\s(?:the\s)?(?:phone|telephone|telefon|telefono)\b(?!\sor)(?!\snumber)
      | \bwhen\s(?:you\s(?:call|ring|phone|speak|chat|visit|get\sthrough)|calling)\b
      | (?<!which\s)(?<!what\s)\b(?:call|ring|phone|e-?mail|mail|write\sto|visit|contact)\s(?:us|our|the|them
            |your)\b(?!\s?(?:with\syour
            |address))(?:\s\w+){0,5}?\s(?:on|at|and|with|to)\b
      | \b(?:e-?mail|mail|write\s(?:us\s|to\sus\s)?(?:to|at))\s(?:us\s(?:at|on)\s)?[\w.+-]{1,40}@[\w.-]{3,60}
      | \b(?:in|at|to|into|on|through|via|using)\s(?:our|the|any|your|a|that|this
            |one\sof\sour)\s(?:\w+\s){0,2}?(?:stores?|shops?
            |branch|desk|counter|gate|website|site|webpage|portal|form|live\s?chat|chat\sbot
            |tracking\spage|login\spage|chat|helpline|secure\s\w+)\b
    """,
    re.VERBOSE,
)
_HERE = re.compile(
    r"""
        \bin\s(?:a|your)\s(?:reply|comment)\b
            | (?<!'ll\s)(?<!we\s)(?<!will\s)(?<!our\s)(?<!the\s)(?<!a\s)(?<!i\s)(?<!you\s)\b(?:repl(?:y|ies)|respond
            |comments?|commenting|answer|tweet|re-?tweet)\b(?!\s(?:to\s)?(?:\w+\s){0,2}?(?:d\.?m|pm|message|inbox
            |there|in\sprivate))
            (?![^.!?]{0,30}\b(?:via|by|in)\s(?:a\s)?(?:d\.?m|pm|private|direct))
      | (?<!never\s)(?<!not\s)(?<!than\s)(?<!from\s)(?<!click\s)(?<!tap\s)(?<!press\s)\bhere\b(?!\W{0,3}\s?https?://)(?!\sto\shelp)(?!\s(?:in|by
            |via)\s)
      | (?<!link\s)(?<!button\s)(?<!icon\s)(?<!click\s)(?<!tap\s)(?<!press\s)\bbelow\b(?!\W{0,3}\s?https?://)
            | \bunder\sthis\b | \bin\spublic\b | \bpublicly\b
      | \bor\s(?:just|simply)\b
    """,
    re.VERBOSE,
)
_CHAT = re.compile(rf"\bchat\b|\b{_PM}")
_CHOICE = re.compile(r"\b(?:also|alternatively|or|if\syou(?:'d)?\s(?:prefer|rather|like|wish))\b")
_INSTEAD = re.compile(r"\bor\s(?:\w+\s){0,3}$")
"""Before a way: it is one of two, and the other is this thread."""
_THERE = re.compile(r"\b(?:there|in\sthe\sd\.?m|in\sit|in\sthat\smessage)\b")


def goes_elsewhere(sentences: Sequence[str], index: int, *, question: bool) -> bool:
    """Whether what the sentence at `index` asks for is to be said in private, or in another place than this thread.

    `question`: it asks straight out, which a reader answers where it stands.
    """
    here = sentences[index]
    if _HERE.search(here):
        return False
    if invites(here) or (not question and _leads_elsewhere(here)):
        return True
    if any(
        invites(later) and not _CHOICE.search(later) and not _HERE.search(later) for later in sentences[index + 1 :]
    ):
        return True
    before = sentences[index - 1] if index else ""
    spoken_of = _CHAT.search(before + here) is not None
    return (spoken_of and _THERE.search(here) is not None) or (invites(before) and not question)


def invites(sentence: str) -> bool:
    """Whether a sentence leads into a private message; not where it speaks of one that was, or of none."""
    return any(
        not _HAPPENED.search(before) and not _INSTEAD.search(before)
        for before in (sentence[: match.start()] for match in _INVITES.finditer(sentence))
    )


def _leads_elsewhere(sentence: str) -> bool:
    return any(
        not _INSTEAD.search(before) and not USED_THERE.search(before)
        for before in (sentence[: match.start()] for match in _ELSEWHERE.finditer(sentence))
    )
