"""Words that sound like somebody's data and are nobody's: lucky numbers, shop's names, what is said at a door.

text -> the same with those words hushed, as long as before, so that places stay. For folded, lower-case text.
"""

import re

from gateway.privacy.numbered import THINGS

_THIRD = r"""(?:sender|seller|retailer|merchant|bank|driver|courier|store|shop|staff|host|police|insurer|doctor|surgery
     |pharmacist|cashier|barista|waiter|steward|conductor|guard|neighbou?r|friends?|manufacturer|airline|hotel
     |team\s(?:in|at)\s(?:the\s)?(?:store|shop|desk|counter))"""
_COUNTER = (
    r"(?:door|till|desk|counter|gate|entrance|kiosk|reception|register|checkout|bar|box\soffice|pharmacy|barrier)"
)
_SIGHTS = r"""(?:bus|train|tram|stop|carriage|coach|lamp\s?posts?|street\s?lights?|column|machine|bike|scooter|charge\w*
     |points?|door|shelf|store|shops?|product|item|model|error|shirt|jersey|van|lift|platform|gate|boiler|pack(?:et
     |aging)?|tin|can
     |bottle|lid|sign|street|people|stores|seats|guests|tables|cars|screen|display|fridge|oven|washing)"""
_KINDS = r"""(?:store|shop|branch|product|item|song|track|book|film|movie|show|game|artist|band|restaurant|outlet
     |location
     |station|stop|app|website|site|team\smember|colleague|member\sof\s(?:staff|the\steam)|barista|waiter|waitress
     |server
     |dog|cat|puppy|kitten|plant|colou?r|medicine|drug|park|place|town|city|village|flavou?r|series|episode|character
     |actor|singer|player|club|school|recipe|dish|cake|person\swho)"""
_NOBODYS = re.compile(
    rf"""
        \b{THINGS}\s(?:numbers?|no\b|nr\b|\#|ids?\b|codes?\b|ref(?:erence)?s?\b)
      | \b(?:product|item|store|shop|branch|model|colou?r|song|channel|station|brand)\snames?\b
      | \b(?:numbers?|codes?|ids?)\s(?:of|on)\s(?:(?:the|that|this|an?)\s)?(?:(?!your)\w+\s)?{_SIGHTS}\b(?!\s(?:order
            |card|receipt|bill|pass
            |ticket|confirmation|e-?mail|letter|account))
      | \bnames?\sof\s(?:the|that|this|a|your)\s(?:\w+\s)?{_KINDS}\b
      | \b(?:name\syour\s)?(?:favou?rite|lucky)\s\w+ | \bnumber\s(?:one|1)\s(?:song|tip|rule|choice|fan|pick|hit|film
            |priority|reason)
      | \bnumbers?\s(?:say|mean)s?\b | \bstory\sbehind\s(?:your|the)\s\w+
      | \b(?:what|which)\snames?\s(?:and\snumber\s)?(?:would|should|shall|will|could)\s(?:you|we)\s(?:give|choose|pick
            |call|put|have)
      | \bwhat\s(?:happens|do\syou\ssee|does\sit\ssay|happened)\s(?:when|if|after)\s[^.!?]* | \b(?:be
            |being)\s(?:very\s|more\s)?careful\b[^.!?]*
      | \b(?:which|what)\s(?:phone|e-?mail|card|number|name|account|address|ticket|order)s?\s(?:\w+\s)?(?:did|do|would
            |will|should|are|have)\syou\s(?:\w+\s)?
            (?:buy|bought|mean|bet|like|prefer|fancy|want|love|think|enjoy|choose|pick|go\sfor|recommend|get(?=\W*$)
            |to\sget)\b(?!\s(?:us|me|to)\b)
      | \bwhich\s(?:phone|e-?mail|card)\syou\s(?:use|have|own|mean|bought|want|like)\b | \be-?mail\s(?:newsletter|app
            |client|provider|campaign)s?\b
      | \b(?:what|which)\s(?:\w+\s)?(?:ids?|details?|documents?|information|numbers?|cards?|tickets?)\s(?:to\s(?:bring
            |take|have|carry|use|show)|you(?:'ll|\swill|\smight|\smay)\sneed)\b
      | (?<!\w)\#[a-z]\w{{2,30}}(?:\s\d{{1,3}})?\s*$
      | \b(?:type|enter|pop|put|search)\s(?:in\s|by\s)?(?:an?|your|the)\s\w+(?:\s\w+)?\W{{1,3}}https?://\S+
      | \b(?:tell|inform|notify|contact)\s(?:your|the)\s(?:bank|insurer|council|dvla|police|landlord|school|employer
            |doctor|airline)\b[^.!?]*(?<!\bus)$
      | \bpassport\s(?:office|control|queue|photo|desk|check|gate)s?\b | \bwhat(?:'s|\sis)\s(?:his|her)\sname\b
      | \b(?:kiosk|machine|terminal|barrier)s?\b[^.!?]{{0,60}}\b(?:type|enter|scan|key|put)\s[^.!?]*
      | \bwhat\sphone\sis\s(?:it|this|that)\b
      | \b(?:write|note|jot)\s(?:down\s)?(?:your|the)\s[^.!?]{{1,40}}\b(?:before\syou|in\scase|somewhere)\b
      | \b(?:keep|store|use|collect|hold)\s(?:only\s)?what\swe\sneed\b[^.!?]*
      | \bpost\s?code\s(?:finder|checker|lottery|tool|search|look-?up)
      | \bdid\syou\s(?:give|tell|send|share|enter|show)\s(?:\w+\s)?(?:them|him|her|it\sto|anybody|anyone
            |someone)\b[^.!?]*
      | \b(?:add|update|enter|change|set|check|link|save|register)\s(?:your|an?|the|it)\s?[^.!?,]{{0,30}}\b(?:in|to|on
            |under)\s(?:your|the|our)\s
            (?:\w+\s)?(?:profile|settings|account\spage|app|website|basket|wallet|portal)\b[^.!?]*
      | (?:^\W*|[.!?,]\s|\b(?:please|and|but|so|just|then)\s)have\s(?:your|the|a)\s[^.!?,]{{1,40}}\b(?:ready|to\shand
            |handy|at\shand|with\syou)\b(?![^.!?]*\b(?:us|me|here)\b)
      | \bnames?\s(?:was\s|is\s|were\s|are\s)?on\s(?:the|their|his|her)\s(?:name\s)?badge | \bname\sideas?
      | \b(?:what|which|whose)\snames?\s(?:is\s|are\s|was\s)?on\syour\s(?:shirt|jersey|list|mug|cake|wish\w*)
      | \bdoes\syour\s(?:name|number)\s(?:mean|say)
      | \bfor\s(?:your|his|her|their)\sbirthday | \b(?:what|which)\sbirthday
      | \bwho\smade\s(?:your|my|the\sdifference|it\s(?:special|happen)|such)
      | \b(?:don't|do\snot|dont)\sforget\s(?:to\s(?:bring|take|pack|show)\s)?your\s(?:photo\s)?(?:id|passport|tickets?
            |cards?|vouchers?)\b
      | \btext\s\w{{2,8}}\sto\s\d{{4,6}}\b[^.!?]*
      | \bspell\s(?:out\s)?your\sname\s(?:with|in|using)\b
      | \b(?:ask|tell|give|show|hand|text)\s(?:the|your|our|any|a)\s(?:\w+\s)?{_THIRD}\s(?:for\s)?(?:(?:the|your|a|an
            |of|and)\s|(?!(?:can|so|will)\b)\w+\s)
            {{0,4}}?(?:numbers?|references?|codes?|names?|addresse?s?|e-?mails?|postcode|ids?
            |details)\b(?![^.!?]*\b(?:here|us|me)\b)
      | \b(?:give|show|say|state|quote|mention|present|type|enter)\s(?:\w+\s){{1,6}}?(?:at\s(?:the
            |any)\s(?:\w+\s)?{_COUNTER}\b
            |when\s(?:you|they)\s(?:collect|arrive|get\sthere|check\sin|come|pick|enter|board))
      | \b(?:at\sthe\s(?:\w+\s)?{_COUNTER}|when\syou\s(?:collect|arrive|check\sin))\W{{1,2}}(?:please\s
            |just\s)?(?:give|show|say|state|quote)
            \s(?:\w+\s?){{1,4}}
      | \b(?:write|put|print|mark|stick)\s(?:\w+\s){{1,5}}?(?:on|onto|in)\s(?:the\s|your\s)?(?:parcel|box|bags?|label
            |package|envelope
            |luggage|suitcase|capitals|block\scapitals|outside|back|front)\b
      | \b(?:share|send|give|pass\son|forward)\s(?:your|the|this|that|a)\s(?:\w+\s){{1,2}}?(?:with|to)\s(?:your\s
            |a\s)?(?:friends?|family
            |mates?|others|anyone)
      | \bwhere\sdo\syou\slive,?\s(?:santa|spidey|superman)
    """,
    re.VERBOSE,
)


def hushed(text: str) -> str:
    """The text with a dash for each letter of what is nobody's."""
    return _NOBODYS.sub(_hush, text)


def _hush(match: re.Match[str]) -> str:
    return re.sub(r"\w", "~", match.group())
