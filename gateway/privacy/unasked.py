"""Words that take the asking back: they forbid, warn, thank, or leave what is spoken of to the reader.

For folded, lower-case text.
"""

import re

NEGATED = re.compile(
    r"""
        (?:\b(?:never|not|cannot|avoid|stop|refrain\sfrom|instead\sof|without|no\sneed|nobody|no\sone|rather\sthan
            |before|against)|n[o']t|dont|wont|shouldnt)(?:\s(?:ever|please|to|need|have|want|you|we|be|publicly
            |just|here|in\spublic|on|or|post|share|send|type|sharing|posting|sending|put|write|ask|for))*[\s,]*$
      | \b(?:nobody|no\sone|none\sof\sus)\b[^.!?,]{0,40}$
      | \b(?:thanks?|thank\syou|cheers)(?:\s(?:so\smuch|again|a\slot|you))*\s(?:for)\s$
      | \b(?:never|won't|wouldn't)\b[^.!?:;]{0,60}\b(?:and|or)\s$
      | \bwhy\s(?:do|does|did|would)\s(?:(?:we|you|they)\s)?$
      | \b(?:no|nunca|jamas|sin)\s(?:nos\s|me\s|lo\s)?$
      | \b(?:ne|n'|de\sne\s(?:pas|jamais))\s?$
      | \bpas\s$
    """,
    re.VERBOSE,
)
"""Before a word that asks: it forbids, warns or thanks."""
ASKED_BY_OTHERS = re.compile(
    r"""
        \b(?:texts?|e-?mails?|calls?|callers?|pages?|sites?|websites?|links?|scam\w*|fake\w*|fraud\w*|messages?|posts?
            |dms?
            |accounts?|apps?|forms?|tills?|surgery|pharmac\w+|police|insurers?|doctors?|desks?|banks?|customs|strangers?
            |people|somebody|someone|anybody|anyone|seller|courier|checkout|they(?:'ll|'d)?|us\sand|who|that|which
            |driver|system|machine)\s
            (?:(?:may|might|will|would|can|could|just|also|to|often|sometimes|usually|always|only|then)\s){0,3}$
      | \b(?!(?:we|i|you|and|or|team|colleague|please|have|to|ll)\b)[a-z]{3,20}\s(?:will|may|might|would
            |can)\s(?:also\s|always\s)?$
    """,
    re.VERBOSE,
)
"""Before "ask for": it is not us who asks."""
NOT_ASKED = re.compile(
    r"""
        \b(?:we|they|it|he|she|i|courier|carrier|team|system|app|who|which|wir|seller|sender|police|bank|store|shop
            |host|retailer|doctor
            |staff|airline|website|page|machine|insurer|agent|merchant|driver)(?:'ll|'ve|'d|\swill|\swould|\scan
            |\smay|\salso|\sonly|\sthen|\sautomatically|\salways|\shave|\shas|\shad|\sjust|\sdo)*\s$
      | \byou(?:'ll|\swill)\s(?:be|get)\s$
      | \b(?:been|were|being|are)\sasked\sto\s$ | \b(?:that|who|which)\sasks?\syou\sto\s$
      | \b(?!(?:you|u|ya|someone|somebody|anyone|anybody|and|or|please|that|this|it|what|who|which)\b)[a-z]{3,20}\s
            (?:will|can|may|might|would|could|should)\s(?:also\s|only\s|then\s|always\s|still\s)?$
      | \b(?:the|a|an|our|your|this|that|any|by|via|per|another|each|every|private|direct|last|confirmation)\s$
    """,
    re.VERBOSE,
)
"""Before a verb: it is somebody else who sends, or the verb is a noun."""
SENT_BY_US = re.compile(
    r"\b(?:log(?:ged)?|sign(?:ed)?)[\s-](?:in|on)\s(?:with|using|under|to)\s(?:the\s)?$|\b(?:we|they|he|she|i)(?:'ll|\swill|\salso|\sthen|\sautomatically|\salways|\scan|\sonly)*\s$"
)
"""Before a roundabout request: it is us who send, or the reader who signs in."""
NOT_ARRIVED = re.compile(
    r"\b(?:dms?|direct\smessage|message|msg|photos?|pictures?|pics?|screenshots?|videos?|clip|link|attachments?)\b[^?]{0,60}$"
)
"""Before a request to send "it" again: it stands for a message in private or a picture, not for data."""
BARRIER = re.compile(
    r"""
        \b(?:and|so|then|where|but|because|as|since|once|while|that|until|which)\s(?:we|you|it|they|our|he|she
            |there|i|someone|a\scolleague)(?:'|\b)
      | \b(?:where|how)\sto\b
      | \bto\s(?:change|update|reset|edit|find|protect|keep)\b
      | \bif\s(?:you|your|it|the)\b
      | \bin\syour\saccount\b | \bfrom\s(?:us|our)\b | \bthat\sasks?\b
      | \b(?:changed?|updated?|reset|edit|find|see|protects?|keeps?|cover|hide|blur|remove|delete|crop|cross\sout
            |black\sout)\s
    """,
    re.VERBOSE,
)
"""Between a word that asks and what it seems to ask for: the sentence has moved on."""
FORBIDS_LATE = re.compile(
    r"\b(?:nicht|nie|niemals|keine?n?r?|keinesfalls|niemande[mn]|niemand)\b|\bn(?:e|')\s?\w+(?:\s\w+)?\s(?:pas|jamais|aucun)\b"
)
"""German and French forbid behind what they forbid."""
SPARED = re.compile(
    r"\b(?:except|instead\sof)\s(?:any\s|your\s|the\s)?$|\bwithout\s(?:any|giving|sharing|posting|providing)\s(?:\w+\s){0,2}$"
)
"""Before a mention: it is left out on purpose."""
YOURS_TO_USE = re.compile(
    r"""
        (?<!\bdo\s)(?<!\bdid\s)(?<!\bhave\s)(?<!\bif\s)(?<!could\s)(?<!can\s)(?<!would\s)(?<!will\s)(?<!may\s)\b(?:you
            |customers?|they|passengers|guests)(?:'ll|\s(?:will|can|could|may|might|should|must|only|just|also|always
            |then|do|don't|would|already))*\s(?:need|find|see|get|receive|use|look\sup|keep|change|add|update|link
            |enter|choose|set)\s(?!back|in\b)(?:\w+\s){0,4}$
      | ^\W*(?:please\s)?(?:use|enter|check|have(?!\s(?:you|u)\b)|keep|bring|take|find|look\sfor|log\sin|sign\sin|try
            |remember|update|reset|change|add|remove|delete|blur|hide|make
            |be\ssure|note)\s(?:\w+\s){0,4}$
      | \b(?:scammers?|fraudsters?|nobody|no\sone|anybody|anyone|someone|somebody|they|legitimate\s\w+|people|who|it
            |accounts?)\s
            (?:(?:may|might|will|would|should|ever|never|can)\s){0,2}(?:asks?|asked|asking|wants?)\s(?:\w+\s){0,4}$
      | \bwhat(?:'s|\sis|\sare)\san?\s(?!good|better|best)$
      | ^\W*(?:in\s(?:store|the\sapp|our\sshops)|at\sthe\s\w+|on\s(?:the|our)\s\w+|when\syou\s\w[\w\s]{0,30}),?\s(?:we
            |they)\s(?:\w+\s)?
            (?:ask|need|want|require)\s(?:you\s)?(?:for\s)?(?:\w+\s){0,2}$
      | \byou(?:'ll|\swill|\smay)?\s(?:also\s)?need\s(?!to\b)(?!us\b)[^.!?]{0,60}(?:,|\bor|\band)\s(?:\w+\s){0,3}$
      | \b(?:lose|lost|losing|restart|charge|unlock|switch\soff|turn\soff|turn\son|pick\sup|broke|break
            |update)\s(?:the\s|your\s)?$
      | ^\W*(?:sharing|giving|posting|sending|showing|entering|publishing|tweeting)\s(?:\w+\s){0,3}$
    """,
    re.VERBOSE,
)
"""Before a mention: what the reader does with it, or others do; nobody asks to be told."""
ELSEWHERE = re.compile(
    r"""
        ^(?:\s\w+){0,4}?\s(?P<place>at\s(?:the\s)?checkout|when\s(?:you\s)?(?:order|sign\sup|signing\sup|register
            |registering|ordering|checking\sout)|on\s(?:our|the)\s(?:website|checkout\spage|contact\sform)
            |in\s(?:our|the|your)\s(?:app|account))\b
    """,
    re.VERBOSE,
)
"""Said of a place that is not public. A page is: on Facebook, the brand's."""
USED_THERE = re.compile(
    r"""
        \b(?:you|u)(?:'ve|'d|\shave|\shad)?\s(?:first\s|originally\s|usually\s|normally\s)?
            (?:used?|register(?:ed)?|sign(?:ed)?\s(?:up|in)|log(?:ged)?\s(?:on|in)|order(?:ed)?|book(?:ed)?|paid|gave
            |put|enter(?:ed)?|created|placed
            |set\sup|bought|made)(?:\s(?:with|it|up|under|for\sit))?\s?$
    """,
    re.VERBOSE,
)
"""Before a place: it tells where the data was used, not where it is to be said."""
HARMLESS_VERB = re.compile(
    r"""
        \b(?:us(?:e|ing)|enter(?:ing)?|check(?:ing)?|keep(?:ing)?|find(?:ing)?|chang(?:e|ing)|updat(?:e|ing)
            |reset(?:ting)?|track(?:ing)?|view(?:ing)?|see(?:ing)?
            |remov(?:e|ing)|delet(?:e|ing)|hid(?:e|ing)|blur(?:ring)?|cover(?:ing)?|protect(?:ing)?|regist(?:er
            |ering)|log(?:ging)?|sign(?:ing)?|link(?:ing)?|unlink|edit
            |correct(?:ing)?|call(?:ing)?|ring(?:ing)?|visit|contact(?:ing)?|bring|take|print|try(?:ing)?
            |make\s(?!it)|set(?:ting)?|choos(?:e|ing)|look(?:ing)?\s(?:at|for|in)
            |follow(?:ing)?|click(?:ing)?|tap(?:ping)?|restart|careful|stor(?:e|ing)|ignor(?:e|ing)|wait(?:ing)?
            |allow(?:ing)?|hold(?:ing)?|sav(?:e|ing)|not(?:e|ing)\s(?:that|down)|note
            |report(?:ing)?|avoid|stop(?:ping)?|return|reading|explain|fix|sort|help\s(?!us\swith|with)|work|lock
            |block|replac(?:e|ing)|renew|cancel|apply|collect|pick|show\sup
            |scan(?:ning)?|add(?:ing)?|verify\s(?:that|whether)|ensure|say|be\s(?:in|on|at|aware)|open(?:ing)?|expect
            |switch|order|pay(?:ing)?|book(?:ing)?\s(?:with|by)
            |sell|never|not|no|nicht|nie|niemals|nunca|jamais|go\sto|halten|finden|nutzen|verwenden|prufen|andern
            |show(?:ing)?(?!\s(?:us|me))|head\sto|claim|reach|receive|wear|enjoy|stay|watch|know\s(?:if|that|when)
            |also\suse|crop(?:ping)?|be\sassured|rest\sassured|beware|cross\sout|connect(?:ing)?|access)\b
      | n't\b | \bmy\b | \b(?:in|on|at|to|from|under|of|about|via|by|into|onto|near|around|behind|beside|inside|like
            |than|as)\s(?:the\s|your\s|our\s|an?\s|all\s|any\s)?$
    """,
    re.VERBOSE,
)
"""What a reader may be asked to do with their data that tells us nothing; or the data only stands by."""
