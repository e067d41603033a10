"""Words that ask for something, and words that take the asking back. For folded, lower-case text."""

import re

QUESTION = re.compile(
    r"""
        \b(?:what(?:'?s|\sis|\sare|\swas|\swere)?|which|whats)\b(?!\s(?:we|you\scan|happens|if))
      | \b(?:can|could|may|might|shall|would)\s(?:i|we)\s(?:\w+\s)?(?:have|get|take|grab|ask|check|verify|see|know
            |note|confirm|borrow)\b
      | \b(?:do|did|have|would)\s(?:you|u)\s(?:still\s|happen\sto\s|perhaps\s)?(?:have|got|get|know|remember
            |recall)\b
      | \b(?:have|has)\s(?:you|u)\s(?:got|received|been\sgiven)\b
      | \bis\sthere\s(?:an?|any)\b
      | \bif\s(?:i|we)\s(?:could\s|can\s)?(?:have|get|take|grab|confirm)\b
      | \bgot\s(?:an?|your|the)\b
      | \b(?:we|i)(?:'ll|'d|\swill|\swould|\sjust|\salso|\sstill|\sdo|\sonly|\smay|\smight)*\s(?:need|require|want
            |be\sneeding)\b
      | \b(?:we|i)(?:'d|\swould)\s(?:\w+\s)?(?:like|love|appreciate)\b
      | \bjust\s(?:need|want)\b
      | \b(?:grateful|glad)\sfor\b
      | \b(?:we|i)\s(?:could|can)\s(?:use|do\swith)\b
      | \bwe(?:'re|\sare)\s(?:going\sto\sneed|missing|after|looking\sfor|asking\sfor)\b
      | (?<!they\s)(?<!who\s)(?<!accounts\s)(?<!you\scan\s)(?<!you\smay\s)\bask(?:ing)?\s(?:you\s|u\s)?(?:for|to)\b
      | \bwie\s(?:ist|lautet|lauten|heisst)\b
      | \bwas\sist\b
      | \bwelche\w?\b
      | \b(?:wir|ich)\s(?:\w+\s)?(?:brauch|benotig)\w*\b
      | \b(?:brauch|benotig)\w*\s(?:wir|ich)\b
      | \bnecesit(?:amos|o|ariamos|aremos|are)\b
      | \bnos\shace\sfalta\b
      | \bcual(?:es)?\s(?:es|son)\b
      | \btienes\b
      | \bquel(?:le)?s?\s(?:est|sont)\b
      | \bbesoin\sd(?:e|u)?\b
      | \bil\snous\sfaut(?:drait)?\b
      | \bavez-vous\b
      | \bpossible\s(?:for\s(?:you|us)\s)?to\s(?:get|have|share|send|give|provide|know)\b
      | \b(?:hast|habt|haben)\s(?:du|ihr|sie)\b
      | \bbitte\sper\s\w+
      | \bcan\shave\b
      | \bneed(?:ed|s)?\sfrom\syou\b
    """,
    re.VERBOSE,
)
"""A question, or a need said aloud."""
VERB = re.compile(
    r"""
        \b(?:send(?:ing)?|sent|shar(?:e|ed|ing)|provid(?:e|ed|ing)|giv(?:e|ing)|d\.?m(?:ing)?|pm(?:ing)?|inbox
            |shoot|msg|fill\sin|elaborate|help\sus\s(?:out\s)?with|tell(?:ing)?|confirm(?:ing)?|drop(?:ping)?
            |post(?:ing)?|reply(?:ing)?|respond|answer|supply|submit|forward|e-?mail|message|text(?:ing)?|quote
            |quoting|attach|upload|verify|pop|pass|state|specify|list|leave|type|write|include|including|advise|put
            |slide|paste|comment|fire|ping|whatsapp|(?:call|contact|hit|hook|get\s(?:in\stouch|back)|come\sback
            |reach\sout)(?:\s(?:to|us|up))*\swith|remind\sus|add\s(?:it|them)\shere|let\s(?:us|me)\s(?:know
            |have)(?!\s(?:if|whether|when|how|that|why|once)))\b
      | \b(?:schick|send(?!ung)|teil|nenn|gib\b|geben\b|gebt\b|verrat|hinterlass|poste|bestatig|schreib|mitteil
            |zusend|ubermittel)\w*
      | \b(?:envi(?!amos|aremos|ado|o\b|os\b)|mand(?!amos)|indi[cq](?!amos)|facilit(?!amos)|proporcion(?!amos)
            |compart(?!imos)|confirm(?!amos|acion)|dej[ae])\w*
      | \b(?:dinos|diganos|dime|digame|danos|denos|pasanos|pasame|decirnos|darnos|pasarnos|escribe(?:nos)?)\b
      | \b(?:me|nos)\s(?:das?|dices?|pasas?|puedes?|puede)\b
      | \b(?:envo(?:yez|yer|ie)|donne[zr]?|communique[zr]?|indique[zr]?|transmett\w+|partage[zr]|confirme[zr]
            |fourni\w+|precise[zr]|laisse[zr]|ecrive[zr])\b
    """,
    re.VERBOSE,
)
"""A request to hand something over; also in German, Spanish and French."""
NEGATED = re.compile(
    r"""
        (?:\b(?:never|not|cannot|avoid|stop|refrain\sfrom|instead\sof|without|no\sneed|nobody|no\sone|rather\sthan
            |before|against)|n[o']t|dont|wont|shouldnt)(?:\s(?:ever|please|to|need|have|want|you|we|be|publicly
            |just|here|in\spublic|on|or|post|share|send|type|sharing|posting|sending|put|write|ask|for))*[\s,]*$
      | \b(?:nobody|no\sone|none\sof\sus)\b[^.!?,]{0,40}$
      | \b(?:thanks?|thank\syou|cheers)(?:\s(?:so\smuch|again|a\slot|you))*\s(?:for)\s$
      | \b(?:no|nunca|jamas|sin)\s(?:nos\s|me\s|lo\s)?$
      | \b(?:ne|n'|de\sne\s(?:pas|jamais))\s?$
      | \bpas\s$
    """,
    re.VERBOSE,
)
"""Before a word that asks: it forbids, warns or thanks."""
NOT_ASKED = re.compile(
    r"""
        \b(?:we|they|it|he|she|i|courier|carrier|team|system|app|who|which|wir)(?:'ll|'ve|'d|\swill|\swould|\scan
            |\smay|\salso|\sonly|\sthen|\sautomatically|\salways|\shave|\shas|\shad|\sjust|\sdo)*\s$
      | \byou(?:'ll|\swill)\s(?:be|get)\s$
      | \b(?:the|a|an|our|your|this|that|any|by|via|per|another|each|every|private|direct|last|confirmation)\s$
    """,
    re.VERBOSE,
)
"""Before a verb: it is somebody else who sends, or the verb is a noun."""
BARRIER = re.compile(
    r"""
        \b(?:and|so|then|where|but|because|as|since|once|while|that|until|which)\s(?:we|you|it|they|our|he|she
            |there|i|someone|a\scolleague)(?:'|\b)
      | \b(?:where|how)\sto\b
      | \bto\s(?:change|update|reset|edit|find|protect|keep)\b
      | \bif\s(?:you|your|it|the)\b
      | \bin\syour\saccount\b
      | \b(?:changed?|updated?|reset|edit|find|see|protects?|keeps?|cover|hide|blur|remove|delete)\s
    """,
    re.VERBOSE,
)
"""Between a word that asks and what it seems to ask for: the sentence has moved on."""
ELSEWHERE = re.compile(
    r"""
        ^(?:\s\w+){0,4}?\s(?:at\s(?:the\s)?checkout|when\s(?:you\s)?(?:order|sign\sup|signing\sup|register
            |registering|ordering|checking\sout)|on\s(?:our|the)\s(?:website|checkout\spage|contact\sform)
            |in\s(?:our|the|your)\s(?:app|account))\b
    """,
    re.VERBOSE,
)
"""Said of a place that is not public. A page is: on Facebook, the brand's."""
FORBIDS_LATE = re.compile(
    r"\b(?:nicht|nie|niemals|keine?n?r?|keinesfalls)\b|\bn(?:e|')\s?\w+(?:\s\w+)?\s(?:pas|jamais|aucun)\b"
)
"""German and French forbid behind what they forbid."""
ASKED_AFTER = re.compile(
    r"""
        ^[^.!?]{0,40}?(?:\b(?:is|are|'s)\s(?:also\s|still\s)?(?:needed|required|necessary
            |missing)\b(?!\sto\s(?:show|see|find|use|log|track|print|start))|\b(?:please|pls|plz|bitte|por\sfavor
            |s'il\s(?:vous|te)\splait|svp)\s?[?!.]*$|\band\s(?:send|share|dm|post|tell|give|message|reply)\s(?:it
            |them|us|that|this|with)\b|\b(?:could|can|would)\s(?:you|u)\s(?:please\s)?(?:share|(?:re-?)?send|give
            |tell|post|provide)\b|\b(?:mitteilen|nennen|angeben|geben|zusenden|schicken|senden|durchgeben)\b
            |\bwould\s(?:help|be\s(?:great|helpful|useful|handy))\b)
    """,
    re.VERBOSE,
)
"""Behind a mention: it is asked for only now."""
BARE_LEAD = re.compile(
    r"^(?:\W|\b(?:and|also|or|the|your|ur|a|an|any|plus|with|hi|hey|hello|ok|okay|great|sure|sorry|thanks|und|ihre?|deine?"
    r"|tu|su|et|votre|y|first|just|please|pls|bitte"
    r"|full|name|address|e-?mail|phone|number|postcode)\b)*$"
)
"""All that stands before a mention that is a request by itself, as in `and your order number, please?`"""
BARE_TAIL = re.compile(
    r"^\W*(?:(?:please|pls|plz|bitte|thanks|thx|first|too|also|or|and|number|handy|there|on|for|of|the|your|order|account|booking)\b\W*)*\?"
    r"|^\W*(?:please|pls|plz|bitte)\W*(?:and\b|$)|^\s(?:by|via|per|in|por|en)\s(?:a\s)?(?:dm|pm|pn|md|mp|private\smessage)\b"
)
"""All that stands behind such a mention."""
ROUNDABOUT = re.compile(
    r"""
        \bwhere(?:abouts)?\s(?:do|are)\s(?:you|u)\s(?:live|based\sexactly|staying)\b
      | \bhow\s(?:can|do|could|may)\s(?:we|i)\s(?:reach|contact|call)\s(?:you|u)\b
      | \b(?:what|which)\s(?:e-?mail|name|number|phone|mobile|address|postcode|card)\s(?:did|do|have|should|can
            |could|may)\s(?:you|u|we|i)\b
      | \b(?:what|which)\s(?:e-?mail|name)\s(?:is|was)\s(?:it|this|that)\b
      | \bwhose\sname\b
      | \bspell\s(?:your|the)\s(?:\w+\s)?(?:sur)?name\b
      | \bwhen\swere\s(?:you|u)\sborn\b
      | \bhow\sold\sare\s(?:you|u)\b
      | \bwhat\snumber\scan\s(?:we|i)\b
      | \b(?:who|what|which)\s(?:name\s)?(?:is|was)\sthe\s(?:booking|order|reservation|account)\s(?:in|under|for)\b
      | \b(?:under|in)\s(?:what|which|whose)\sname\b
      | \bwho\sam\si\s(?:speaking|talking|chatting)\s(?:to|with)\b
      | \bwo\swohn(?:st|en)\b
      | \bdonde\svives?\b
      | \bou\s(?:habitez|vivez)\b
      | \bcomo\ste\sllamas\b
      | \bwhat(?:'s|\sare|\sis)\sthe\s(?:last|first)\s(?:\w+\s)?digits\b
      | \bprove\s(?:who\syou\sare|your\sidentity)\b
    """,
    re.VERBOSE,
)
"""Asks for personal data without its name."""
IT = re.compile(
    r"\b(?:could|can|would|will|please|mind)\s(?:(?:you|u|please|just|kindly)\s)*(?:re-?)?(?:send|shar|dm|post|giv|provid|forward)"
    r"(?:e|ing)?\s(?:us\s|me\s)?(?:it|them|that|those)\b(?!\s(?:back|on))"
)
"""Asks for what the sentence before has named."""
SPARED = re.compile(r"\b(?:without|except|instead\sof)\s(?:any\s)?$")
"""Before a mention: it is left out on purpose."""
TERSE = re.compile(
    r"(?:\W|\b(?:and|hi|ok|your|ur)\b)*\b(?:e-?mail|phone|mobile|name|address|number|ref(?:erence)?|e-?mail\sor\sphone)\b"
    r"\W*(?:please|pls|plz)?\W*\?"
)
"""A whole sentence of one word that alone would be no mention, as `e-mail please?`"""
