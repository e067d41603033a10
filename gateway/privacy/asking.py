"""Words that ask for something. For folded, lower-case text."""

import re

QUESTION = re.compile(
    r"""
        \b(?:w(?:h)?[ao]t(?:'?s|\sis|\sare|\swas|\swere)?|which|whats|who(?:'s|se)?)\b(?!\s(?:we|else|you\scan|happens
            |if
            |asks?|are\sthey)\b)
      | ^\W*(?:and\s|so\s|is\sit\s|is\s|are\s|under\s|in\s)?(?:the|your|that|which)\s[^.!?]{0,60}\bor\b
      | \b(?:can|could|may|might|shall|would)\s(?:i|we)\s(?:\w+\s)?(?:have|get|take|grab|ask|check|verify|see|know
            |note|confirm|borrow)\b
      | \b(?:do|did|have|would)\s(?:you|u)\s(?:still\s|happen\sto\s|perhaps\s)?(?:have|got|get|know|remember
            |recall)\b
      | \b(?:have|has)\s(?:you|u)\s(?:got|received|been\sgiven|an?|any|the|your)\b
      | \bis\sthere\s(?:an?|any|another)\b
      | \bif\s(?:i|we)\s(?:could\s|can\s)?(?:have|get|take|grab|confirm)\b
      | ^\W*(?:\w+\W\s)?(?:have\s(?:you|u)\s)?got\b
      | \b(?:were|was)\s(?:you|u)\s(?:given|sent|told)\b | \bdid\s(?:you|u|they)\s(?:\w+\s)?(?:get|receive|give|use
            |put|enter)\b
      | \b(?:any|a)\s(?:chance|way)\s(?:of|you|we|i)\b | ^\W*(?:\w+\W\s)?any\b(?=[^.!]*(?:\?|please|pls)|[^.?]*!
            |[^.!?]*$)
      | \b(?:trouble|bother|ask|push|press)\s(?:you|u)\sfor\b
      | (?:^|[,:]\s|\b(?:just|only|still|also|so|hi|hello|hey|thanks|ok)\W{1,2})\W*(?:just\s|only\s|still\s|would\s
            |also\s|will\s)*need(?:ing)?\b
      | \b(?:could|can)\s(?:really\s|also\s)?do\swith\b
      | \ball\s(?:i|we)(?:'m|'re|\sam|\sare)?\s(?:need|want|require|miss(?:ing)?|lack(?:ing)?)\b
      | \b(?:short\sof|missing|lacking)\b(?!\sfrom)(?!\sitems?)
      | \b(?:team|colleagues?|depot|drivers?|stores?|managers?|billing|folks|engineers?|agents?|warehouse|people
            |department|they|he|she
            |specialists?|technicians?|office|branch)\s(?:(?!never\b|not\b|don't\b|doesn't\b
            |won't\b)[\w']+\s){0,3}?(?:needs?|wants?|asks?\sfor|requires?|(?:would|'d)\slike)\b
      | \b(?:once|until|till|unless|when|as\ssoon\sas|after|if|the\s(?:moment|minute))\s(?:i|we)(?:'ve|\shave
            |\shad)?(?:\sgot|\sreceived|\sknow|\ssee)?\b
      | \bhaving\b
      | \b(?:can'?t|cannot|won't|unable|nothing|impossible|hard|difficult|tricky|not)\s[^.!?]{0,40}\bwithout\b
            | ^\W*without\s
      | \b(?:useful|handy|great|good|helpful|need|like|want|love|help[^.!?]{0,20}|dying|keen)\sto\s(?:know|have|get
            |see|hear)\b
      | \b(?:kann|konnte|konnten|durften?|darf|durfen)\s(?:ich|wir)\b
      | \b(?:pouvez|peux|pourriez|pourrais)-?\s?(?:vous|tu)\b | ¿\W*(?:\w+\s){0,2}?(?:puedes|podrias?|puede|podeis
            |podriais|dejas|das)\b
      | \b(?:we|i)(?:'ll|'d|\swill|\swould|\sjust|\salso|\sstill|\sdo|\sonly|\smay|\smight|\sreally|\s(?:'re\s
            |are\s)?(?:'m\s|am\s)?going\sto|\shave\sto|\smust|\sneed\sto)*\s(?:need|require|want
            |be\sneeding|take|verify|confirm|check|run\sthrough)\b
      | \b(?:we|i)\s(?:still\s|just\s|also\s)?(?:don't|do\snot|didn't|did\snot)\s(?:have|catch|get|see|know)\b
      | \b(?:we|i)(?:'d|\swould)\s(?:\w+\s)?(?:like|love|appreciate)\b
      | \bjust\s(?:need|want|your|the)\b
      | \b(?:grateful|glad)\sfor\b
      | \b(?:we|i)\s(?:could|can)\s(?:use|do\swith)\b
      | \bwe(?:'re|\sare)\s(?:going\sto\sneed|missing|after|looking\sfor|asking\sfor)\b
      | (?<!they\s)(?<!who\s)(?<!accounts\s)(?<!you\scan\s)(?<!you\smay\s)(?<!\bwe\s)(?<!\balways\s)
            \bask(?:ing)?\s(?:you\s|u\s)?(?:for|to)\b
      | \bwie\s(?:ist|lautet|lauten|heisst)\b
      | \bwas\sist\b | ^\W*(?:brauch|benotig)\w*\b | \bil\s(?:me|nous)\sfau(?:t|drait|dra)\b | \bsans\s | \bohne\s
      | \bsin\s
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
      | \b(?:nos|me|uns|mir|nous)\s(?:falta|faltan|fehlt|fehlen|manque)\b | \b(?:falta|fehlt|manque)\b | \bhatte(?:st
            |n)?\s(?:du|sie|ihr)\b | \bauriez-vous\b | \bauras-tu\b
      | \b(?:don't|do\snot|dont)\sforget\sto\s(?:add|include|mention|give|put|tell|send|quote|state|write)\b
      | \bcan\shave\b
      | \bneed(?:ed|s)?\sfrom\syou\b
      | \b(?:have|did)\s(?:you|u)\s(?:\w+\s){0,2}?(?:kept|keep|noted?(?:\sdown)?|had\san?|an?|write\sdown|save[d]?)\b
      | \b(?:do|does|did|has)\s(?:it|that|they|(?:the|your|our)\s\w+)\s(?:have|show|say|got|give|gave|state)\b
      | \b(?:was|were)\sthere\san?\b | \b(?:u|you)\s(?:got|have)\sa(?=[^.!]*\?|\sref) | \bd?o\su\sav\b
      | (?:\bdon't\s|\bdo\snot\s|\bdont\s)?\bsuppose\s(?:you|u)(?:'ve|\shave|\sstill\shave|'d|\shad|\sgot)?\b
      | \byou\s(?:only\s|just\s|do\s|will\s|simply\s)?(?:have|need|would\sneed|'ll\sneed)\sto\s(?:give|tell|send
            |provide|share|let)\b
      | \b(?:i|we)(?:'d|'ll|\swould|\swill)?\s(?:must|gonna|(?:have|need)\sto)\s(?:\w+\s)?(?:have|need|know|get|take
            |see)\b
      | \b(?:i'm|we're|i\sam|we\sare)\s(?:gonna|going\sto|gon)\s(?:need|want|require)\b
      | \b(?:it|that|this)(?:'d|'ll|\swould|\swill|\smight|\scould|\smay)\s(?:really\s|greatly\s)?(?:help|speed
            |be\s(?:\w+\s)?(?:good|great|useful|helpful))
            \b[^.!?]{0,40}\b(?:to|if\s(?:you|we|i))\b
      | \b(?:hit|lay)\s(?:me|us|that)?\b
      | \b(?:check|look|help|chase|sort|do)\s(?:that\s|it\s)?(?:if|once|when)\s(?:you|u)(?:'ve|\shave|\shad)?\b
      | \ball\s(?:we|i)(?:'d|'ll)\s(?:need|want|require)\b | \ball\sit\stakes\sis\b | \bstart\swith\b
      | \b(?:can|could)\s(?:you|u)\s(?:\w+\s)?(?:say|identify|read|repeat|list|find|dig|look\sup|double[\s-]check)\b
    """,
    re.VERBOSE,
)
"""A question, or a need said aloud."""
VERB = re.compile(
    r"""
        \b(?:send(?:ing)?|sent|told|given|shar(?:e|ed|ing)|provid(?:e|ed|ing)|giv(?:e|ing)|d\.?m(?:ing)?|pm(?:ing)?
            |inbox
            |shoot|msg|fill\sin|elaborate|help\sus\s(?:out\s)?with|tell(?:ing)?|confirm(?:ing)?|drop(?:ping)?
            |post(?:ing)?|reply(?:ing)?|respond|answer|supply|submit|forward|e-?mail|message|text(?:ing)?|quote
            |quoting|add(?=\s(?:your|the|an?)\s)|key\sin|attach|upload|verify|pop|pass|state|specify|list|leave|type
            |write|include|including|advise|put
            |slide|paste|copy|comment|fire|ping|whatsapp|chuck|fling|sling|stick|bung|hand|whack|throw|toss|lob|tweet
            |furnish|mention
            |lmk|gimme|revert|intimate|advise|announce|remind|repeat|re-?send|re-?confirm|spell(?:\sout)?|(?:read
            |show)\s(?:out\s)?(?:us|me)|identify\syourself|authenticate
            |(?:snap|take)\s(?:us\s|me\s)?(?=an?\s(?:photo|pic|picture|screen))|(?:start|begin)(?:\swith)?
            |fill\s(?:me|us)\sin|put|jot|scribble
            |(?:call|contact|hit|hook|get\s(?:in\stouch|back)|come\sback
            |reach\sout)(?:\s(?:to|us|up|here|again))*\swith|remind\sus|add\s(?:it|them)\shere|let\s(?:us|me)\s(?:know
            |have)(?!\s(?:if|whether|when|how|that|why|once)))\b
      | \b(?:schick|send(?!ung)|teil|nenn|gib\b|geben\b|gebt\b|verrat|hinterlass|poste|bestatig|schreib|mitteil
            |zusend|ubermittel)\w*
      | \b(?:envi(?!amos|aremos|ado|o\b|os\b)|mand(?!amos)|indi[cq](?!amos)|facilit(?!amos)|proporcion(?!amos)
            |compart(?!imos)|confirm(?:a|ad|ar|arnos|anos|as|es|en)\b|dej[ae])\w*
      | \b(?:dinos|diganos|dime|digame|danos|denos|pasanos|pasame|decirnos|darnos|pasarnos|escribe(?:nos)?)\b
      | \b(?:me|nos)\s(?:das?|dices?|pasas?|puedes?|puede)\b
      | \b(?:envo(?:yez|yer|ie)|donne[zr]?|communique[zr]?|indique[zr]?|transmett\w+|partage[zr]|confirme[zr]
            |fourni\w+|precise[zr]|laisse[zr]|ecrive[zr])\b
    """,
    re.VERBOSE,
)
"""A request to hand something over; also in German, Spanish and French."""
LACKING = re.compile(r"\b(?:sans|ohne|sin|without)\s$")
"""Before a mention: what cannot be done is said behind, and that is no ban."""
ASKED_AFTER = re.compile(
    r"""
        ^[^.!?]{0,40}?(?:\b(?:is|are|'s)\s(?:also\s|still\s)?(?:needed|required|necessary
            |missing)\b(?!\s(?:at|when|if|in|on|by|as|only)\b)(?!\sto\s(?!(?:look|check|help|assist|proceed|continue
            |find\s(?:you|your|it)|locate|verify|investigate|go)))
            (?!\sfor\s(?!(?:us|that|this|me|it|the\steam|verif)))|\b(?:please|pls|plz|bitte|por\sfavor
            |s'il\s(?:vous|te)\splait|svp)\s?[?!.]*$|\band\s(?:send|share|dm|post|tell|give|message|reply|pass|paste
            |drop|let|pop|confirm|read|quote|type)\s(?:it
            |them|us|me|that|this|with|over|back|on)\b|\b(?:could|can|would)\s(?:you|u)\s(?:please\s)?(?:share
            |(?:re-?)?send|give
            |tell|post|provide)\b|\b(?:mitteilen|nennen|angeben|geben|zusenden|schicken|senden|durchgeben)\b
            |\b(?:would|could|'d|might|will)\s(?:really\s|also\s|then\s|surely\s)?(?:help|do\b|suffice|speed
            |let\s(?:us|me)|allow|enable|be\s(?:a\s(?:great\s)?help
            |(?:really\s|very\s|most\s|super\s)?(?:great|helpful|useful|handy|enough|fine|perfect|good|needed
            |required|ideal|appreciated|lovely|welcome|brilliant)))\b
            |\bbe\s(?:shared|sent|given|provided|passed(?:\son)?|posted)\s(?:(?:with|to)\s)?(?:us|me|here)\b
            |\b(?:should|ought\sto)\sdo\b|\b(?:is|are)\sall\sit\stakes | \b(?:is|are)\s(?:all\s)?(?:we|i)\s(?:need
            |want|require|ask)|\b(?:is
            |are)\s(?:enough|sufficient|fine|all\s(?:we|i))\b
            |\b(?:in|as)\sa\s(?:reply|comment)\b|\bso\s(?:that\s)?(?:we|i)\scan\b)
    """,
    re.VERBOSE,
)
"""Behind a mention: it is asked for only now."""
BARE_LEAD = re.compile(
    r"^(?:\W|\b\d{1,2}[-\s]?digit\b|\b(?:and|also|or|the|your|ur|a|an|any|plus|with|once|more|again|answer|to|so|now|then|next|quick|question|last|thing|one|hi|hey|hello|ok|okay|great|sure|sorry|thanks|und|ihre?|deine?"
    r"|tu|su|et|votre|y|first|just|please|pls|bitte"
    r"|full|name|address|e-?mail|phone|number|postcode)\b)*$"
)
"""All that stands before a mention that is a request by itself, as in `and your order number, please?`"""
BARE_TAIL = re.compile(
    r"^(?!.*\b(?:not|isn't|doesn't|won't|wrong|lost|working|missing|expired|changed|safe|trouble|problem|gone|forgotten|needed|required)\b)[^.!?]{0,45}\?"
    r"|^\W*(?:(?:please|pls|plz|bitte|thanks|thx|first|too|also|or|and|number|handy|there|on|for|of|the|your|order|account|booking)\b\W*)*\?"
    r"|^\W*(?:and|plus)\s(?:what|which|when|where)\b[^.!?]{0,80}\?"
    r"|^\W*(?:please|pls|plz|bitte)\W*(?:(?:\w+\W{1,3})?and\b|(?:\w+\W*)?(?:[\^/*~-]\s?[a-z]{1,12}\W*)?$)|^\s(?:by|via|per|in|por|en)\s(?:a\s)?(?:dm|pm|pn|md|mp|private\smessage)\b"
)
"""All that stands behind such a mention."""
IT = re.compile(
    r"""
        (?<!sender\s)(?<!seller\s)(?<!store\s)(?<!bank\s)(?<!they\s)(?<!team\s)(?<!chance\s)(?<!time\s)(?<!everybody\s)(?<!everyone\s)(?<!others\s)
            (?<!people\s)(?<!anyone\s)\b(?:could|can
            |would|will|please|mind|just|to|and|kindly|you'd)\s(?:(?:you|u|please|just|kindly
            |simply)\s)*(?:re-?)?(?:send|shar|dm|post|giv|typ
            |provid|forward|pass|past|drop|read|tell|type|quot|confirm|repeat|let|copy|pop)(?:e|ing)?\s(?:us\s
            |me\s)?(?:have\s|know\s)?(?:it|them|that|those|this
            |one)\b(?!\s(?:back\sin|off\b|into\b|at\s(?:any|the|your|our|a)\b|on\sto|to\sthe\s(?:driver|courier|store
            |shop|desk|team|agent)|a\stry|a\sgo
            |in\sthe\sapp|works|is|was|happens))
      | \bwhat(?:'s|\sis|\sare|\swas|\sdoes|\sdo)\s(?:it|that|yours|they|the\s(?:name|number|address|code|ref\w*
            |e-?mail))\b(?:\s(?:say|please|read))?\W*\?
      | \b(?:is|are)\swhat\b | \bsend\sit\s(?:over|across|through|in|to\sus|here)\b | (?:,|\band|\bbut)\s(?:what
            |which)(?:'s|\sis|\swas|\sare)\s(?:it|they|that)\b\W*\?
      | \b(?:what|which)(?:'s|\sis|\swas)\s(?:the|your)\s(?:new|old|right|correct|other|full|actual)\s(?:one|number
            |address|e-?mail)\b | \bwhich\s(?:one|number|of\sthem)(?:\W*$|(?:'s|\sis)\syours|\sexactly|\ssuits|\sshould)
      | \bwhat\s(?:are|were)\sthey\W*\? | \b(?:give|tell|drop|send)\s(?:us|me)\s(?:its\s\w+|the\s(?:number|digits|code
            |id)(?=\W*$)) | \bwhat(?:'s|\sis)\sit\b(?=\W*\?|,) | \bwie\slautet\s(?:sie|er|es)\b | \bcan\syou\s(?:help
            |share)\W*\?
      | (?<=[.!?,;:]\s)(?:please\s|just\s)?(?:tell\s(?:us|me)|paste|post|send\s(?:us|me)|drop|share|pop|quote)\s(?:it
            |that|them)\b(?!\s(?:you|we|it|the|to\sthe)\b)
      | \b(?:check|double[\s-]check|try)\s(?:it|that|them)\s(?:again\s)?and\s(?:re-?)?(?:send|share|post|reply|tell
            |let|give)
      | \bwhich\sone\sis\sit\b | \b(?:pass|let\s(?:us|me)\shave|please\spaste)\s(?:it|them|that)\b
    """,
    re.VERBOSE,
)
"""Asks for what has been named before."""
POINTED_AT = re.compile(
    r"\b(?:accounts?|orders?|bookings?|cards?|tickets?|numbers?|digits|e-?mails?|address|names?|ref(?:erence)?s?|post\s?code|bill|phone|policy|case|code"
    r"|parcel|locator|moved|receipt|id|invoice|reservation|profile)\b"
)
"""What "it" may stand for, where somebody then asks what it is."""
WITH_IT = re.compile(r"\bwith\s(?:just\s|only\s)?(?:your|ur|the|an?)\s(?:\w+\s(?:and|or|&)\s(?:your\s|the\s|an?\s)?)?$")
WE_COULD = re.compile(
    r"\b(?:we|i)(?:'d|'ll|\s(?:could|can|would|will|might))\s(?!post|be\sin|send|e-?mail|text|never|not\b)"
)
"""Beside a mention: it is what we lack, as in `with your order number I could check`."""
OPEN_QUESTION = re.compile(
    r"\b(?:w(?:h)?at(?:'?s)?|which|who(?:'?s|se)?|where|when|wie|welche\w*|wann|wo|cual(?:es)?|que|quel(?:le)?s?|is\sthere|any|got)\b"
    r"|\b(?:do|did|have|are|were|is)\s(?:you|u|it|that|your|the)\b"
)
"""Asks straight out, rather than asks for something to be sent."""
FRAME = re.compile(
    r"""
        \b(?:please|kindly|pls|plz|bitte|por\sfavor|merci\sde|s'il\svous\splait)\b
      | \b(?:can|could|would|will|can't|couldn't|won't|wouldn't)\s(?:you|u|ya|someone|our\s\w+|the\s\w+|a\s\w+|i|we
            |they|he|she)\b
      | \blet'?s\s(?:have|get|see)\b
      | \b(?:may|might|shall)\s(?:i|we|our\s\w+|he|she|they|a\s\w+)\b | \bwhy\s(?:not|don't\syou|don't\su)\b
            | \b(?:how|what)\sabout\b
      | \brequest(?:ing)?\s(?:you|u)?\b | \bdo\s(?:me|us)\sa\sfavou?r\b | \b(?:don't|do\snot|dont)\sforget\b
            | \bremember\sto\b | \b(?:be|make)\ssure\sto\b
      | \byou(?:'ll|\swill)?\s(?:need|have)\sto\s(?=send|share|give|provide|tell|include|post|quote|confirm)
      | \b(?:feel\sfree|free|welcome|able|willing|happy|kind\senough|need\syou|want\syou|like\syou|ask\syou
            |mind)\s(?:to\b|\w+ing\b)
      | \b(?:i|we)(?:'ll|\swill|'d|\swould|'re\sgoing\sto|'m\sgoing\sto)?\s(?:be\s)?(?:needing|wanting|after
            |requesting|want)\b
    """,
    re.VERBOSE,
)
"""Asks for something, whatever the verb that follows."""
