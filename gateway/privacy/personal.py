"""Names of personal data, in the words in which a brand asks for it. For folded, lower-case text.

`PERSONAL` stands for somebody's data wherever it is said; `PLAIN` are words like "name" that do so only in a question,
in a list or beside a please.
"""

import re

from gateway.privacy.numbered import NUMBERED

_NUMBER = (
    r"(?:\s?-?(?:ref(?:erence)?|confirmation|id|\#|no\.?|nr\.?|num(?:b(?:er)?)?|nm?br|code|locator"
    r"|identifier))+s?(?!\w)"
)
_YOUR = r"(?:your|ur|yr|yer|their|his|her|the\s(?:customer|account\sholder|passenger)'?s)\s(?:\w+\s){0,2}?"
_MATTERS = r"""(?:order|booking|reservation|rez|confirmation|account|acct?|customer|client|member(?:ship)?|loyalty
     |ticket
     |case|claim|complaint|incident|reference|ref|invoice|tracking|parcel|package|shipment|consignment|policy|contract
     |rewards?|frequent\sflyer|purchase|transaction|receipt|delivery|imei|meter|subscriber|patient|student|tenan(?:t|cy)
     |awb|waybill|serial|registration|reg|vehicle|vin|insurance|passport|licen[cs]e|bill|user|login|repair|job|crn|mpan
     |nhs|sim|chassis|collection|return|dispatch|consumer|call-?\s?back|rental|agreement|loan|mortgage|application
     |enquiry|inquiry
     |request|grievance|docket|notice|pcn|utr|rrn?|rma|ra|uts|pir|baggage|bag|tag|e-?ticket|gift\scard
     |gprn|mprn|service|recharge|top-?up|photocard|railcard|smartcard|fob|sr|inc|crm|appeal|rewards?\scard|microchip
     |donor|supporter|fan
     |riot|player|summoner|battle|discord|landlord|lease|site|property|apartment|room|cert(?:ificate)?|voter|pupil|employee|payroll|guest|flight|donor|wallet)"""

_ENGLISH = rf"""
  \b{_MATTERS}{_NUMBER}
| \bthe\s(?:awb|waybill|(?:consignment\s)?(?:note|number)\s(?:no|number)|pnr|tracking\scode)\b | \b(?:tracking
            |customer|client|order|ticket|member)\s?(?:code|tag)s?\b | \b\w+[-\s]letter\scode\b | \bin-?game\sname\b
            | \bnumber\son\s(?:the|your)\s(?:\W?\w+\W?\s){{1,5}}card\b
| \b(?:your|the|ur)\s(?:receipt|invoice|order\sconfirmation|boarding\spass)(?=\W*\?|\shere\b|\sbelow\b
            |\sin\s(?:the\s|a\s|your\s)?(?:comments?|repl(?:y|ies))\b)
| \b(?:nearest|closest|main)\s(?:intersection|crossroads)\b | \bcross[\s-]?streets?\b
| (?:(?<=what's\s)|(?<=whats\s)|(?<=at\sis\s)|(?<=provide\s)|(?<=share\s)|(?<=send\s)|(?<=give\s)|(?<=need\s)
     |(?<=have\s)|(?<=us\s)
     |(?<=me\s))(?:the|a)\szip\b(?!\s(?:lock|tie|file|pocket|bag))
            | (?:\band|&)\s(?:the\s|your\s)?zip\b(?=\W*(?:$|\?|please|so\b|and\b))
| \b(?:the|which|what)\s(?:number|mobile|landline|line)\s(?:that\s?(?:'?s|is)?\s|is\s|with\s|you(?:'re|\sare)\s)
     (?:having|affected
            |giving|not\sworking|down|the\s(?:issue|problem|fault)|issues?|problems?|trouble|calling|ringing|texting)\b
| \breference\syou\b | \bthe\s(?:name|e-?mail|number|address|phone)\s(?:the\s(?:booking|order|account|ticket
            |reservation|policy|parcel|room|table|card|delivery|contract)|it|this|that)\s(?:was|is|were|are|went
            |came)\b
| \brmn\b | \byour\s(?:[\w'-]+\s){0, 4}?barcode\s(?:number|no)\b
| \bthe\s(?:name|e-?mail|number|address|phone)\s(?:it|this|that)(?:'s|\sis|\swas)
     \s(?:meant|for|under|going|addressed|due)\b
| \bdetails\sof\syour\s(?:booking|order|account|reservation|ticket|card|policy|payment|flight|stay|delivery)\b
            | \ba\sref(?:erence)?\b(?!\s(?:to|for\sthose|book|letter)) | \bhas\sa\s(?:number|code
            |reference)\b | \bnumber\s(?:from|off|printed\son
            |written\son)\s(?:your|the)\b | \bconsignment\snote\b | \b(?:the|your)\sconfirmation(?=\shere\b)
            | \bany\s(?:ref(?:erence)?|order|account|booking|case|ticket)\s(?!(?:over|under|of|that|from|placed|in
            |made)) | \bthe\sref(?:erence)?\b(?!\sto\b) | \b(?:imei|vin)\b | \b(?:pnr|record\slocator|booking\sref
            |order\sref|ticket\sref)s?\b
| \b(?:order|booking|account|ticket|reservation|policy)(?:'s)?\s(?:name|e-?mail|holder(?:'?s\sname)?)\b
| \be-?mail\s?(?:address|addy|id|addresses)\b
| \b{_YOUR}(?<!confirmation\s)e-?mail(?!\s(?:app|inbox|client|preferences|settings|provider|folder|confirmation
     |and\slet))s?\b
| \b(?:the|which|what|whatever|an|any|another|other)\se-?mail\s(?:\w+\s)?(?:you|on|linked|associated|used
            |registered|for|that's
     |that\sis
     |attached|tied|was|is\sit)\b | \bthe\se-?mail(?:'s|\sis)?\son\b
| \b(?!wh(?:ich|at)\sphone\sdo\syou\s(?:have|use)\b)
     (?:the|which|what)\s(?:mobile|phone|number|name|cell|username|address|postcode)\s(?:\w+\s)?(?:you(?:'ve
            |\shave)?\s(?:used
     |registered|gave|signed|booked|ordered|have|put|entered|provided)|linked|associated|registered|tied|attached
            |on\syour
     |on\sthe\s(?:account|order|booking|bill|ticket|reservation|policy|parcel|contract))\b
| \b(?:phone|mobile|cell|telephone|contact|whatsapp|tel|daytime|mob|landline)(?:\s(?:phone|contact))?{_NUMBER}
| \b{_YOUR}(?:phone|mobile|number|cell|whatsapp|digits|landline|mob|tel|handle|reg|reference|ref|code|imei|vin|username
     |user\sname|user\s?id|gamertag|gamer\s?tag|psn|xbl|login|log-in|screen\s?name|nickname|zip|locator)(?:\sno\b
            |\sid\b)?
     (?!\s(?:line|app|contract|plan|bill|case|signal|screen|charger|is\sringing|page|settings|to\s(?:the|our)))
| \b(?:gamer\s?tag|psn\s?id|steam\s?id|user\s?name|user\s?id|upi\s?id|upi|skywards|(?:apple|xbox|nintendo|epic)\sid)s?\b
| \b(?:a\s)?(?:best|good|better|contact)\s(?:\w+\s)?(?:number|e-?mail)\b
| \b(?:a|the|what|which)\snumber\s(?:we|to\s(?:call|reach|ring)|where|on|of\sthe\sline|our|you'?re?\s(?:calling|on)
            |that's\saffected)\b
| \bnumber\s(?:beginning|starting|that\sbegins|that\sstarts)\swith\b | \bnumber\son\s(?:the|your)\s(?:receipt|bill
            |card|letter|ticket|voucher|invoice|policy|contract)\b
| \b(?:{_YOUR}(?!web\s|ip\s|return\s)|full\s|home\s|postal\s|delivery\s|shipping\s|billing\s|street\s|mailing\s|house\s
     |current\s|correct\s|complete\s|exact\s)address(?:es)?\b
| \baddress\s(?:on|for|associated\swith|linked\sto)\s(?:the|your)\s(?:order|account|booking|delivery)\b
| \b(?:first|1st)\sline\sof\s(?:the\s|your\s)?address\b | \bfull\saddress\b | \bhouse\s(?:number|no\.?|name)\b
| \b{_YOUR}(?:addy|street|flat\snumber|door\snumber)\b
| \b(?:post\s?code|zip\s?codes?|eircode)s?\b
| \bdate\sof\sbirth\b | \bd\.?o\.?b\b | (?<!\ba\s)\bbirth\s?-?da(?:te|y)s?\b(?!\s(?:cake|treat|party|gift|present|wish
     |card|bash
     |club|weekend|plan))
| \b{_YOUR}(?:(?:sur|first\s|last\s|full\s|good\s|account\s|family\s|maiden\s)?name|initials?)\b(?!\s(?:is\s)?(?:down
            |stickers?|list))
| \b(?:full|last|family|passenger|account\sholder(?:'?s)?|lead|maiden)\s(?:\w+'?s?\s)?names?\b | \bsurnames?\b
| \bname\s(?:and|or|&|\+)\s(?:\w+\s)?(?:surname|number|e-?mail|address|postcode|phone|mobile|dob|date|age|d\.?o\.?b)\b
| (?<!street\s)(?<!road\s)\bnames?\s(?:on|under|used\s(?:on|for)|for|in|of\s(?:all|every|the)\s\w+)\s(?:the|your|which
     |it|this|travelling
            |passengers?)\b
| \bpass\s?(?:word|code|phrase)s?\b | \b(?:your|the|which|what)\spin\b(?!\s(?:board|badge)) | \bpin\s(?:code|number)\b
| \bone[\s-]time\s(?:pass)?(?:code|word|pin)\b | \botp\b
| \b(?:verification|security|authentication|sms|login|2fa|activation|confirmation)\s(?:code|answer|question)s?\b
            | \bcv[vc]2?\b
| \b(?:\d|six|four)[-\s]digit\s(?:code|pin|number)\b | \b(?:the|that)\scode\s(?:we|you|that|sent)\b
| \b(?:card|bank|banking|payment|billing|iban|sort\scode|bank\saccount|account|login|log-in|contact|order
     |booking|delivery|customer|passenger|membership|shipping|purchase|passport|reservation|tracking|policy|paypal
            |venmo)
     \s(?:number|no\.?|details?|deets|info(?:rmation)?|data|credentials|e-?mail|id|holder(?:'?s)?\sname)\b
| \b(?:iban|sort\scode|swift(?:\scode)?|bic)\b | \b(?:last|final)\s(?:4|four|3|three)\b
| \b(?:first|last|final|three|four|twelve|sixteen|\d{{1,2}})\s(?:\w+\s)?digits\b | \blong\s(?:card\s)?number\b
| \b(?:{_YOUR}|a\s|the\s)(?:credit\s|debit\s|bank\s)?card\s(?:expiry|expiration|number)\b | \bexpir(?:y|ation)\sdate\b
| \b{_YOUR}(?:details|info(?:rmation)?|data|credentials|deets|particulars)\b
| \bpassport\b | \b(?:photo\s|government\s|national\s)?id\scard\b | \b{_YOUR}(?:photo\s)?id\b | \bphoto\sid\b
| \bdriv(?:ing|er'?s)\slicen[cs]e\b | \bnational\sinsurance\b | \bsocial\ssecurity\b | \bssn\b | \btax\s(?:id|number)\b
| \byour\ssocial\b | \bmaiden\sname\b | \b(?:number|licen[cs]e)\splate\b
| \bproof\sof\s(?:address|identity|id|purchase|payment|order|age)\b
| (?<!have\sa\s)(?<!keep\sa\s)(?<!got\sa\s)\b(?:screen\s?shots?|screen\s?grabs?|photos?|pictures?|pics?|cop(?:y|ies)
            |scans?|images?|snap)\sof\s
     (?:your|the|ur|my|that)\s(?:\w+\s){{0,2}}?(?:order|confirmation|receipt|booking|tickets?|id|card|invoice|account
            |passport
     |e-?mail|statement|boarding\spass|licen[cs]e|label(?!\son\sthe\s(?!parcel|box|package))|reservation|itinerary
            |bill|letter|parcel\slabel)\b
| \b(?:receipt|order|booking|account|confirmation|invoice)\s(?:screen\s?shot|photo|copy)\b
| \b(?:letter|bill|statement|receipt)\swith\syour\b
| \b(?:pics?|photos?|pictures?|snaps?|screen\s?shots?|cop(?:y|ies)|front|back)\sof\s(?:both\ssides\sof\s
     |the\sfront\sof\s)?(?:your|the)\s
     (?:\w+\s)?(?:card|payment|transaction|transfer|boarding\spass|delivery\snote|account\spage|profile)\b
| \b(?:iccid|gprn|mprn|puk|uid|aadhaar|pan\scard|ign|ifsc|utr|player\stag|friend\scode|fast\stag|awb|pcn|licen[cs]e\skey
     |mac\saddress|ip\saddress|(?:file|record)\slocator|memorable\s(?:word|name)|security\sword|profile\slink
     |bank\sstatement)\b | \blink\sto\syour\s(?:profile|account)\b
| \b(?:service|supply|installation|property|pick-?up|collection|forwarding|previous|registered)\saddress(?:es)?\b
| \bbest\saddress\b(?!\syou) | \b(?:patient|guest|booker|passenger|tenant|driver|holder|traveller|child|keeper|owner
     |buyer|recipient
     |receiver|sender|deceased|policy\s?holder)'s\s(?:\w+\s)?(?:name|number|d\.?o\.?b|age|address|details)\b
| \bnames?\sof\sthe\s(?:\w+\s)?(?:patient|guests?|passengers?|driver|tenant|holder|travellers?|keeper|owner|booker
     |recipient
     |sender|deceased)\b | \bnames?\son\syour\b
| \b(?:ph|conf|res|bkg|ord|cust|mem|acc)\.?\s?(?:no\b|nr\b|\#|ref\b|num\b)
| \bfirst\s(?:six|6|4|four)\sand\s(?:the\s)?last\b | \bcard'?s\slast\b | \bserial\son\b | \bbarcode\son\syour\b
| \b(?:numbers?|ref(?:erence)?|names?|e-?mail|address|postcode|digits|code)\s(?:of|on|off|from)\s(?:your|ur
     |the\s(?:account|booking|order|ticket|card|letter|bill
     |receipt|parcel|policy|envelope|e-?mail|slip|note))\b(?!\s(?:~|pet|favou?rite|website|shop|shirt|doorstep|city
     |town|street|dog|cat|school|child|mug|cup))
| \b(?:plate|registration|reg)\s(?:of|on)\s(?:the|your)\s(?:car|vehicle|van|bike)\b | \byour\splate\b | \bthe\sreg\b
     | \b(?:mpan|mprn|nhs\sno)\b | \b(?:login|ip|id)\syou(?:'re|\sare|\ssee)\b
| \b(?:your|the)\sage\b(?!\s(?:of|limit|group)) | \bthe\sday\syou\swere\sborn\b
"""
_GERMAN = r"""
  \b(?:bestell|auftrags|kunden|buchungs|vorgangs|rechnungs|sendungs|sendungsverfolgungs|ticket|telefon|handy|mobil|konto
     |karten|kreditkarten|vertrags|mitglieds|referenz|fall|ausweis|personal|reservierungs|paket|ruf|versicherungs|haus
     |zahler|fahrgestell|service|beleg)-?(?:nummer|nr\b|code)n?
| \b(?:ihre|deine|eure|die|eine)r?\s(?:e-?)?mail(?:-?\s?adresse)?\b | \be?-?mail-?\s?adressen?\b
| \b(?:ihre|deine|eure)r?\s(?:\w+\s)?(?:\w*adresse|anschrift|\w*daten|nummer)\b | \b(?:liefer|rechnungs)adresse\b
| \bpostleitzahl\b | \bplz\b | \bgeburts(?:datum|tags?)\b | \b(?:ihren?|deinen?|euren?
            |vollen)\s(?:\w+\s){0,2}?\w*namen?\b
| \b(?:passwort|kennwort|bankverbindung|\w*bestellnummer|anschrift|benutzername\w*|nachname\w*)\b
| \b(?:konto|bank|karten|zugangs|kontakt|kunden)daten\b | \bname(?:n)?,?\s(?:und\s)?(?:adresse|anschrift)\b
"""
_SPANISH = r"""
  \bnumero\sde\s(?:tu\s|su\s)?(?:pedido|reserva|cliente|cuenta|telefono|referencia|seguimiento|tarjeta|caso|socio|orden
     |movil|factura|envio|contrato|poliza|billete|localizador)\b | \blocalizador\b
| \b(?:tus?|sus?|el|un|que|cual)\s(?:correo|e-?mail|telefono|movil|direccion|nombre|apellidos?|dni|nif|datos
            |domicilio|numero)\b
| \bdireccion\sde\s\w+\b | \bcodigo\spostal\b | \bfecha\sde\snacimiento\b | \bcontrasena\b | \bdni\b
| \bcorreo\selectronico\b | \bdatos\s(?:personales|de\scontacto|bancarios)\b | \bnombre\s(?:completo|y\sapellidos?)\b
"""
_FRENCH = r"""
  \bnumeros?\s(?:de\s|d'|client)(?:votre\s|ta\s|la\s)?(?:commande|reservation|client|compte|dossier|telephone|suivi
            |carte|facture
     |portable|colis|contrat|billet|adherent)?\b
| \b(?:votre|vos|ton|ta|tes|l'|une|quelle|quel)\s?(?:e-?mail|mail|adresse|telephone|nom|prenom|coordonnees|numero
            |mot\sde\spasse|iban
     |reference)\b
| \badresse\s(?:e-?mail|mail|postale|de\slivraison)\b | \bcode\spostal\b | \bdate\sde\snaissance\b
| \bmot\sde\spasse\b | \bcoordonnees\b | \bnom\s(?:de\sla|complet|et\sprenom)\b
"""
PERSONAL = re.compile("|".join((_ENGLISH, _GERMAN, _SPANISH, _FRENCH, NUMBERED)), re.VERBOSE)
"""A mention of somebody's data, not yet a request for it."""

PLAIN = re.compile(
    r"\b(?:e-?mails?|phone|mobile|mob|cell|tel|(?:sur)?names?|address|addy|(?:phone|mobile|contact|order|ref)\s?"
    r"(?:no|nr)|numbers?|ref(?:erence)?s?|zip|street|flat|house|seats?|dob|date|age|town|id|username|login|iban|pin|code|reg|account|booking|order|customer"
    r"|ticket|flight|mail|telefon|nombre|correo|telefono|nom|adresse|anschrift|nummer|numero|pedido|commande|client|de)\b"
)
"""Words of which a terse request is made."""

SECRET = re.compile(
    r"\bpass\s?(?:word|code|phrase)|\bpin\b|\bcv[vc]2?\b|\botp\b|\bone[\s-]time|\b(?:verification|security|authentication"
    r"|sms|2fa|activation)\s(?:code|answer|question)|\bthree\sdigits|\b3\sdigits|\bcard\s(?:number|details|expiry)"
    r"|\blong\s(?:card\s)?number|\bexpir(?:y|ation)\sdate|\bmaiden\sname|\bsocial\ssecurity|\bssn\b"
    r"|\b(?:passwort|kennwort|contrasena|mot\sde\spasse|kreditkartennummer)\b|\bthe\scode\s(?:we|you)|\bdigit\scode"
)
"""What nobody may ask for in any way that is announced in public, also not by private message."""

OURS = re.compile(
    r"\bnos\s$|\b(?:our|unser\w*|nuestr\w+|notre|this|my|mein\w*|our\s\w+|a\sfake|whose)\s(?:\w+\s)?$"
    r"|\b(?:return|wrong|correct|new|different|another|valid)\s$|\b^\W*(?:lost|forgot(?:ten)?|missing)\s(?:your\s|the\s)?$"
)
"""Before a mention: it is the brand's own, nobody's, or in a customer's mouth."""
