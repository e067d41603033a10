"""Questions and wishes that ask for personal data without its name. For folded, lower-case text."""

import re

ROUNDABOUT = re.compile(
    r"""
        \bwhere(?:abouts)?\s(?:exactly\s)?(?:do|are)\s(?:you|u)\s(?:live|living|based\sexactly|staying)\b
      | \b(?:what|which)\s(?:street|road|avenue|house|flat|apartment)\s(?:number\s)?(?:are\s|do\s)?(?:you|u)\b
      | \b(?:what|which)(?:'s|\sis|\swas)\syour\s(?:room|seat)\b
            | \b(?:what|which)\s(?:room|seat)\s(?:number\s)?(?:are|were)\s(?:you|u)\b
      | \b(?:is|was)\s(?:the|this|it|that)\s[^.!?]{0,30}\b(?:in|under)\syour\s(?:\w+\s)?name\b
      | \b(?:attach|upload|show\s(?:us|me)|post|send\s(?:us|me)|share|tweet(?:\sus)?)\s(?:your|the)\s
            (?:receipt|invoice|bill|statement|itinerary
            |boarding\spass|e-?ticket|(?:order|booking)\sconfirmation)\b(?!\s(?:in|at|when|to|on|with)\b)
      | \bhow\s(?:best\s)?(?:can|do|could|may|might|should|shall)\s(?:we|i|our\s\w+|a\scolleague|someone
            |they)\s(?:best\s)?
            (?:reach|contact|call|ring|phone|text|e-?mail)\s(?:you|u)\b
      | \b(?:what|which|whatever)(?:'s|\sis)?\s(?:the\s)?(?:(?:e-?mail|mail)(?:\saddress)?|names?|number
            |phone(?!\s(?:are\syou\susing|do\syou\s(?:have|use|own)|have\syou\sgot|is\sit))|mobile|address|postcode
            |card|username|user\sname
            |account\sname|reference|ref|surname|alias|street(?!\sis\s(?!your|it|this|that))|pin|password|handle|login|zip|house|flat|delivery\saddress
            |reg(?:istration)?|d\.?o\.?b|id)(?:'s|\sis|\swas)?\s(?:did|do|does|have|has|should|shall|can|could|may
            |might|is|was|are|were|it|on|to|under|for|we|will|would
            |affected(?!\sby)|linked|starts?|ends?|shows?|and|or|with|associated)\b
      | \b(?:what|which)\s(?:e-?mail|name|address|mobile|number)\s(?:is|was)\s(?:it|this|that)\b
      | \bwhat(?:'s|\sis)\s(?:the\s)?(?:(?:number|reg|vin|code)\s(?:on|of|at|in|for)|names?\s(?:on|in|under
            |at))\s(?:your|the|it|top|front|back|bottom)
            (?!\s(?:\w+\s){0,2}?(?:base|lid|tub|cap|jar|carton|wrapper|sleeve|song|film|show|product|item|shop|store
            |town|colour|book|game|team|episode|ad\b
            |machine|tv|box|pack|model))
      | \bwhat(?:'s|\sis)\sthe\s(?:e-?mail|postcode|surname|phone\snumber|account|ref(?:erence)?)
            (?:\W{1,2}(?:please|pls|plz|again|then|mate))*\W*\? | \b(?:what
            |which)\s(?:number|e-?mail|address|name|surname|postcode|mobile|username|zip)\W*\?
      | \bgot\s(?:an?|your)\s(?:e-?mail|number|name|phone|mobile|ref\w*|address|surname|postcode)\b(?=\s(?:for\s(?:us
            |me)|(?:that\s)?(?:we|i)\scan|to\shand|handy|on\syou)[^.!?]*\?)
      | \bwhose\s(?:name|account|order|card|phone|e-?mail|address)\b
      | \bspell\s(?:out\s)?(?:your|the)\s(?:\w+\s)?(?:sur)?name\b | \bsurname\sspel[lt]
      | \b(?:when|where|what\syear|which\syear|what\sday)\s(?:were|was)\s(?:you|u|the\saccount\sholder)\sborn\b
      | \bwhen(?:'s|\sis)\syour\s(?:birthday|b-?day)\b(?!\s(?:party|do\b|bash)) | \bhow\sold\s(?:are|r)\s(?:you|u)\b
      | \bwh(?:at|ich)\snumber\s(?:can|could|may|should|shall|do|does|will|is|are)\b | \bon\s(?:what|which)\snumber\b
      | \b(?:who|what|which)(?:'s|\sname\sis|\sname|\sis|\swas)?\s(?:is\s|was\s)?the\s(?:\w+\s)?(?:booking|order
            |reservation|account|contract|policy|ticket|parcel)\s
            (?:in|under|for|issued|addressed|made|registered|going)\b
      | \bwho(?:'s|\sis|\swas)?\s(?:the\s)?(?:account\sholder|policy\s?holder|lead\s(?:passenger|booker)|cardholder
            |bill\spayer|registered)\b
      | \bwho(?:m)?\s(?:made|placed|booked|is\sit\sbooked|was\s(?:the|it)\s(?:\w+\s)?(?:booked|issued|addressed|sent
            |made|placed))\b
      | \bwho\s(?:is|was)\sthe\s(?:booking|order|reservation|account|ticket)\b
      | \b(?:under|in)\s(?:what|which|whose)\s(?:name|e-?mail|number|account)\b
      | \b(?:to|at|under|with|from)\s(?:what|which)\s(?:e-?mail|address|number|phone|name|account|mobile|postcode
            |username)\b
      | \bwho\sam\si\s(?:speaking|talking|chatting)\s(?:to|with)\b | \bwho\sare\swe\s(?:speaking|talking|chatting)\b
      | \bwhich\s(?:booking|reservation|order|account|policy|ticket)\s(?:is|was|are|were|does|do|did
            |has)\b(?!\s(?:the|your)\sfav)(?!\s(?:best|better|cheaper|right))
      | \b(?:is|are)\s(?:it|that|this|the|your)\s[^.!?]{0,40}\b(?:your\s(?:\w+\s)?name|surname|e-?mail|address
            |account)\b[^.!?]{0,40}\bor\b[^.!?]{0,40}\?
      | \b(?:same|still\s(?:at|on|using|living\sat))\s(?:the\s|your\s|that\s)?(?:\w+\s){0,2}?(?:address|number
            |e-?mail)\b[^.!?]{0,60}\?
      | \bwho(?:m)?\s(?:the|it|that|this)\s(?:\w+\s){0,2}?(?:was|is)\s(?:\w+\s)?(?:issued|booked|made|addressed
            |registered|under|in|for|sent|placed)\b
      | \bis\sthere\san?\s(?:better|different|good|another|working)\s(?:\w+\s)?(?:e-?mail|number|address|name)\b
      | \bis\sthere\s(?:another|any\sother)\s(?:\w+\s)?(?:e-?mail|number|address|name|postcode|account)\b
            (?!\s(?:i|to)\b)(?=[^.!?]*\?)
      | \b(?:booked|registered|placed|ordered|listed|filed)\sunder\b[^.!?]{0,40}\? | \bunder\s(?:a\sdifferent|another
            |any\sother)\s(?:name|e-?mail|number|address)\b
      | \bdo\syou\shave\s(?:another|a\sdifferent|any\sother)(?:\s(?:one|number|e-?mail|address|name))?\W*\?
            | \bis\sthere\sanother\sone\b
      | \bhow(?:'s|\sis|\sare|\swas)?\s(?:is\s)?(?:the|your)\s(?:\w+\s){0,2}?(?:account|name|surname)\s(?:named
            |called|spel(?:led|t)|written)\b
      | \bwhat(?:'s|\sis)\sits\s(?:number|reference|code|name)\b | \bwhere(?:abouts)?\s(?:is|was|should|shall
            |does)\s(?:the\s|your\s|it\s)?(?:delivery|parcel|package|order|it)?\s?(?:being\s)?(?:go(?:ing)?|sent
            |delivered|shipped)\b(?:\sto)?\b[^.!?]{0,10}\?
      | \bwho\s(?:the|does\sthe|your)\s(?:\w+\s)?(?:account|order|booking|ticket|card)\sbelongs?\b
            | \b(?:the\s)?account\s(?:it|that|this)\s(?:should|shall|must|will|would)\b
      | \byour\s(?:e-?mail|name|phone|number|order\snumber|surname|address|postcode|\w+\snumber)\s(?:is
            |are)\W*(?:what)?\W*\?
      | \b(?:has|is)\sa\s(?:number|code|reference)\b[^.!?]{0,40}[.,!:;-]\s*(?:please\s)?(?:tell|send|give|share|what
            |quote)
      | \b(?:could|can|may|might)\s(?:our|the|a|my)\s\w+\s(?:\w+\s)?(?:have|get|take)\syour\b
      | \bwhat(?:'s|\sis)\sthe\s(?:\w+\s)?number\son\s(?:your|the)\s(?:\w+\s)?(?:card|slip|note|label|letter|bill
            |receipt|ticket)\b
      | \b(?:share|give|leave|send|provide|drop|pop)\s(?:us\s|me\s)?(?:with\s)?a\s(?:\w+\s)?number\b(?!\sof)
      | (?<!you\s)(?<!you'll\s)(?<!you\swill\s)(?<!you\smay\s)(?<!don't\s)\b(?:need|require|missing)\s(?:the|your
            |an?)\s(?:number|names?|address|e-?mail|code|ref|reference|phone
            |postcode)\b(?!\s(?:of|for)\s(?:the|that|this)\s(?!account|order|booking))
      | \b(?:tell|send|give|share|let)\s(?:us|me)\s(?:have\s|know\s)?(?:the|your)\s(?:e-?mail|number|address|phone
            |surname|postcode|zip|mobile)\b(?!\s(?:of|for)\s(?:the|that|this)\s(?!account|order|booking))
      | \b(?:re-?)?(?:enter|type|put|add|write)\s(?:your|the|in\syour)\s[^.!?]{0,40}\b(?:here|below|(?:to
            |in)\s(?:your|a)\s(?:reply|message|comment|post|tweet))\b(?![^!?]*https?://)
      | \bhow\s(?:can|could|may|might|should|shall)\s(?:we|i|the\s\w+|our\s\w+|they|he
            |she)\s(?:\w+\s)?get\s(?:a\s)?(?:hold\sof|in\stouch\swith|through\sto)\s(?:you|u)\b
      | \b(?:what|which)\sother\s(?:e-?mail|name|number|address|phone)\b | \bwhich\saddress\s(?:you're|you\sare)\b
      | \b(?:tell|confirm|know|advise|say|share)\b[^.!?]{0,30}\b(?:which|what)\s(?:address|e-?mail|number|name|phone
            |account)\s(?:you|it|we|this|that)\b
      | \b(?:tell|let|say|share|know|confirm)\b[^.!?]{0,20}\bwhere\s(?:exactly\s)?you\s(?:live|are\sliving)\b
      | \b(?:tell|let|say|share|know|confirm)\b[^.!?]{0,20}\bwhich\s(?:address|e-?mail|number|name|phone
            |account)\s(?:the|your)\b
      | \bwo\swohn(?:st|en|t)\b | \bdonde\svives?\b | \bou\s(?:habitez|vivez)\b | \bcomo\ste\sllamas\b
            | \bcomo\sse\sllama\susted\b
      | \bwie\shei(?:ss|ß)(?:t|en)\s(?:du|sie|ihr)\b | \bwann\s(?:bist|sind|seid)\s(?:du|sie|ihr)\sgeboren\b
            | \bwie\salt\s(?:bist|sind)\b
      | \b(?:auf|unter)\s(?:welche[nmrs]?|wessen)\s(?:namen?|nummer|e-?mail\S*|mail\S*|adresse)\b
            | \bwohin\s(?:durfen|sollen|konnen)\swir\b
      | \ba\s(?:que\s)?nombre\sde\squien\b | \ba\snombre\sde\squien\b | \b(?:con|que|cual)\s(?:que\s)?(?:correo
            |e-?mail|telefono|direccion|nombre)\b
      | \bcuando\snaciste\b | \ba\squel\snom\b | \bquel(?:le)?\s(?:est\s)?(?:adresse|e-?mail|mail|nom|numero)\b
            | \bquand\setes-vous\sne
      | \bcomment\svous\sappelez\b
      | \bwhat(?:'s|\sare|\sis)\sthe\s(?:last|first|final)\s(?:\w+\s)?digits\b
      | \b(?:card|account|number)\s(?:\w+\s)?ends?\s(?:with|in)\s(?:what|which)\b | \bwhat\s(?:does
            |do)\syour\s(?:\w+\s)?(?:card|account)\s(?:\w+\s)?end\b
      | \bprove\s(?:who\syou\sare|your\sidentity|it'?s\syou)\b | \bidentify\syourself\b | \bverify\s(?:who\syou\sare
            |your\sidentity)\b
      | \bthe\snumber\s(?:on|at)\sthe\s(?:back|front|bottom|top)\b(?=[^.!?]*\bplease\b)
      | \b(?:tell|send|give|share|read)\s(?:us|me)\s(?:\w+\s)?the\s(?:number|digits|code)\b
      | \bwhat\s(?:does|do)\s(?:it|that|yours)\ssay\sas\syour\b
      | \bwhere\s(?:can|shall|should|could|may|do)\s(?:we|i)\s(?:e-?mail|call|ring|text|post|send|write|reach
            |contact)\b(?!\s(?:our|my))(?=[^.!?]*\?)
      | \bwhom?\s(?:i'm|i\sam|we're|we\sare)\s(?:speaking|talking|chatting)\b | \bpleasure\sof\s(?:speaking|talking
            |chatting)\b
      | \bwho(?:'s|\sis|\swas)?\s(?:the\s)?(?:letter|parcel|package|card|order|booking|ticket|bill)\s(?:for|to)\b
      | \bwho(?:m)?\s(?:is\sit|it's|it\sis|was\sit|it\swas)\s(?:addressed|for\b|made\sout|sent|registered|under)
      | \bwho(?:'s|\sis)\sthe\s(?:tenant|registered\skeeper|admin|policy\sholder|main\sdriver|named\sdriver|patient)
      | \bwhere\s(?:should|shall|was|were|is|do|would|can|could|did)\s(?:the\s|your\s|it\b\s?|we\s
            |you\s)?(?:\w+\s){0,2}?(?:be\s|meant\sto\sbe\s
            |supposed\sto\sbe\s|going\sto\sbe\s|like\sit\s|want\sit\s)?(?:posted|delivered|shipped|sent|mailed
            |dropped\soff)(?:\sto)?\b[^.!?]{0,15}\?
      | \bwhere\s(?:they|we|i|he|she|someone|our\s\w+|a\scolleague)\s(?:can|could|may|might)\s(?:\w+\s)?(?:reach
            |contact|call|ring|text
            |e-?mail)\syou\b | \bwhere\scan\sthey\s(?:reach|call|ring|contact)\syou
      | \b(?:tell|let|know|advise|say|share)\b[^.!?]{0,25}\bhow\s(?:to|(?:we|i|they|our\s\w+)\s(?:can|could|may|might
            |should)(?:\sbest)?)
            \s(?:reach|contact|call|ring|phone|e-?mail)\syou\b(?!\s(?:if|when|once))
      | \bnumber\s(?:that\s|where\s|on\swhich\s)?(?:our|we|i|they|the|a)\s(?:\w+\s)?(?:can|could|may
            |might)\s(?:\w+\s)?(?:reach|call|catch|ring
            |contact|phone|text|get)\s(?:you|hold)\b
      | \b(?:what|which)\s(?:room|house|flat|street|road|block|hotel)\s(?:and\s\w+\s)?(?:you're|you\sare|are\syou
            |do\syou\slive|have\syou)\b
            (?=[^.!?]*\b(?:in|at|on|staying|number|live)\b)(?![^.!?]*\b(?:looking|interested|favou?rite|booking
            |thinking|like)\b)
      | \bwhere\syou(?:'re|\sare)\s(?:staying|living)\b | \bwhere\s(?:shall|should|can|do|may)\s(?:we|i
            |our\s\w+)\s(?:\w+\s)?(?:post|deliver|ship|send|come)\b[^.!?]{0,12}\?
      | \bhow\s(?:do|can|could|may|should|shall|might)\s(?:we|i|our\s\w+)\s(?:\w+\s)?(?:get|be)\sin\stouch\swith\syou\b
      | \b(?:which|what)\s(?:paypal|psn|xbox|steam|epic|google|apple|bank|instagram|twitter|amazon|ebay
            |e-?mail)\s(?:account|id)\b
            (?!\s(?:type|would|do\syou\s(?:want|like|prefer)))
      | \bwho(?:'s|\sis|\sare)\son\sthe\s(?:lease|account|booking|contract|policy|reservation|tenancy|ticket)
      | \bwho\sshould\s(?:i|we)\sask\sfor\b | \b(?:partner|husband|wife|child|son|daughter|mother|father|landlord|boss
            |manager)'s\sname\b[^.!?]*\?
      | \bread\s(?:me|us)\s(?:out\s)?what's\son\b
      | \b(?:might|may|could|would)\sit\sbe\s(?:an)?\s?other\b | \bwhich\sother\sone\b | \bdo\syou\shave\sa\s(?:third
            |second)\b
      | \b(?:name|e-?mail|number|account|address|that)\b[^.!?]{0,25}[.,;]\s(?:is|was)\sthere\sanother\W*\?
      | \b(?:tell|type|send|post|write|share|give)\s(?:it\s|that\s|them\s)?(?:to\s)?(?:us\s
            |me\s)?(?:it\s)?again\b(?=\W*(?:$|\?|please|pls|here))
            (?<!try\sagain)
      | \b(?:what|which)\s(?:day|month|year)(?:\sand\s(?:month|day|year))?\swere\syou\sborn\b
      | \byou\s(?:just\s|also\s)?(?:forgot|left\sout|missed\sout|omitted)\s(?:to\s(?:add|give|tell|send|include
            |mention)\s)?(?:us\s)?(?:the|your)\s
            (?:order|booking|account|ticket|case|ref\w*|customer|phone|mobile|e-?mail|postcode|surname|name|address
            |number)\b(?!\w)
      | \byou\s(?:didn't|did\snot|haven't|have\snot|never)\s(?:yet\s)?(?:mention(?:ed)?|t(?:ell|old)|g(?:ive|iven)
            |sa(?:y|id)|include(?:d)?
            |add(?:ed)?|sen[dt]|share(?:d)?|quote(?:d)?)\s(?:us\s|me\s)?(?:the|your|an?)\s(?:order|booking|account
            |ticket|case|ref\w*|customer
            |phone|mobile|e-?mail|postcode|surname|name|address|number)\b
      | \b(?:don't|didn't|do\snot)\s(?:think\s(?:i|we)\s)?(?:quite\s)?(?:caught|catch|caught|get
            |got)\syour\s(?:\w+\s)?(?:name|number|e-?mail)
      | \bwaiting\s(?:on|for)\s(?:just\s)?your\s(?:order|booking|account|ticket|case|ref\w*|customer|phone|mobile
            |e-?mail|postcode|surname
            |name|address|number)\b
      | (?<!to\s)(?<!will\s)(?<!'ll\s)\b(?:snap|take|send|post|share|attach|upload|show|see)\s(?:us\s
            |me\s)?(?:both\ssides\sof\s|a\s(?:quick\s)?(?:pic|photo|picture|snap|shot
            |screen\s?shot|copy|scan)\sof\s)?(?:your|the)\s(?:\w+\s)?(?:receipt|invoice|boarding\spass|e-?ticket
            |ticket\syou
            |delivery\snote|order\sconfirmation|confirmation(?=\W*\?)|payment\sconfirmation|account\spage|proof)\b
            (?!\s(?:in|at|when|to|on|with)\b(?!\sus))(?<!you\swill\ssee)
      | \b(?:share|send|post|attach|provide)\b[^.!?]{0,30}\bscreen\s?shot\sof\sthe\s(?:payment|transaction|transfer)
      | \b(?:kept|got|have)\s(?:you\s)?(?:your|the)\sreceipt\?\W+(?:please|could|can|a)\b
      | \b(?:all|full)\snames?\b[^.!?]{0,30}\b(?:please|pls)\b | \bnames\sof\s(?:all|every)\w*\s(?:passengers?
            |travel\w+|body)\b
    """,
    re.VERBOSE,
)
