"""Names of personal data, in the words in which a brand asks for it. For folded, lower-case text."""

import re

_NUMBER = r"(?:\s?(?:ref(?:erence)?|confirmation|id|\#|no\.?|nr\.?|num(?:ber)?|code|locator))+s?(?!\w)"
_YOUR = r"(?:your|ur|yr|their|his|her)\s(?:\w+\s){0,2}?"

_ENGLISH = rf"""
  \b(?:order|booking|reservation|confirmation|account|customer|client|member(?:ship)?|loyalty|ticket|case|claim
     |complaint|incident|reference|ref|invoice|tracking|parcel|package|shipment|consignment|policy|contract|rewards?
     |frequent\sflyer|purchase|transaction|receipt|delivery|imei|meter|subscriber|patient|awb|waybill){_NUMBER}
| \breference\syou\b
| \b(?:pnr|record\slocator|booking\sref|order\sref)s?\b
| \be-?mail\s?(?:address|addy|id|addresses)\b
| \b{_YOUR}e-?mail(?!\s(?:app|inbox|client|preferences|settings|provider|folder|confirmation))s?\b
| \bthe\se-?mail\s(?:you|on|linked|associated|used|registered|for)\b
| \b(?:phone|mobile|cell|telephone|contact|whatsapp|tel|daytime|mob)(?:\s(?:phone|contact))?{_NUMBER}
| \b{_YOUR}(?:phone|mobile|number|cell|whatsapp|digits)\b
| \bbest\s(?:\w+\s)?(?:number|e-?mail)\b | \b(?:a|the)\snumber\s(?:we|to\s(?:call|reach)|where|on)\b
| \b(?:{_YOUR}(?!web\s|ip\s|return\s)|full\s|home\s|postal\s|delivery\s|shipping\s|billing\s|street\s|mailing\s|house\s)
     address(?:es)?\b
| \baddress\s(?:on|for|associated\swith|linked\sto)\s(?:the|your)\s(?:order|account|booking|delivery)\b
| \b(?:post\s?code|zip(?:\s?code)?)s?\b
| \bdate\sof\sbirth\b | \bd\.?o\.?b\b | \bbirth\s?da(?:te|y)s?\b
| \b{_YOUR}(?:sur|first\s|last\s|full\s)?name\b | \b(?:full|last|family|passenger)\sname\b | \bsurname\b
| \bname\s(?:on|under|used\s(?:on|for)|for|in)\s(?:the|your|which|it|this)\b
| \bpass\s?(?:word|code|phrase)s?\b | \b(?:your|the)\spin\b | \bpin\s(?:code|number)\b
| \bone[\s-]time\s(?:pass)?(?:code|word)\b | \botp\b
| \b(?:verification|security|authentication|sms|login|2fa)\s(?:code|answer|question)s?\b | \bcv[vc]\b
| \b(?:card|bank|banking|payment|billing|iban|sort\scode|bank\saccount|account|login|log-in|contact|order
     |booking|delivery|customer|passenger|flight|membership|shipping|purchase|passport|reservation)
     \s(?:number|no\.?|details?|info(?:rmation)?|data|credentials)\b
| \b(?:iban|sort\scode|swift(?:\scode)?)\b | \blast\s(?:4|four)\b | \b(?:first|last)\s\w+\sdigits\b
| \b(?:{_YOUR}|a\s|the\s)(?:credit\s|debit\s|bank\s)?card\s(?:expiry|expiration)\b | \bexpir(?:y|ation)\sdate\b
| \b{_YOUR}(?:details|info(?:rmation)?|data|credentials|deets|particulars)\b
| \bpassport\b | \b(?:photo\s|government\s|national\s)?id\scard\b | \b{_YOUR}(?:photo\s)?id\b | \bphoto\sid\b
| \bdriv(?:ing|er'?s)\slicen[cs]e\b | \bnational\sinsurance\b | \bsocial\ssecurity\b | \bssn\b | \btax\s(?:id|number)\b
| \bproof\sof\s(?:address|identity|id|purchase|payment|order)\b | \b{_YOUR}user\s?(?:name|id)\b
| \b(?:screen\s?shots?|screen\s?grabs?|photos?|pictures?|pics?|cop(?:y|ies)|scans?|images?|snap)\sof\s
     (?:your|the|ur)\s(?:\w+\s){{0,2}}?(?:order|confirmation|receipt|booking|tickets?|id|card|invoice|account|passport
     |e-?mail|statement|boarding\spass|licen[cs]e|label|reservation|itinerary)\b
| \b(?:receipt|order|booking|account|confirmation|invoice)\s(?:screen\s?shot|photo|copy)\b
"""
_GERMAN = r"""
  \b(?:bestell|auftrags|kunden|buchungs|vorgangs|rechnungs|sendungs|sendungsverfolgungs|ticket|telefon|handy|mobil|konto
     |karten|kreditkarten|vertrags|mitglieds|referenz|fall|ausweis|personal|reservierungs|paket|ruf)-?(?:nummer|nr\b)n?
| \b(?:ihre|deine|eure|die)\s(?:e-?)?mail(?:-?\s?adresse)?\b | \be-?mail-?\s?adressen?\b
| \b(?:ihre|deine|eure)\s(?:\w+\s)?(?:\w*adresse|anschrift|\w*daten|nummer)\b | \b(?:liefer|rechnungs)adresse\b
| \bpostleitzahl\b | \bplz\b | \bgeburts(?:datum|tag)\b | \b(?:ihren?|deinen?|euren?)\s(?:\w+\s){0,2}?\w*namen?\b
| \b(?:passwort|kennwort|bankverbindung|\w*bestellnummer)\b | \b(?:konto|bank|karten|zugangs)daten\b
"""
_SPANISH = r"""
  \bnumero\sde\s(?:tu\s|su\s)?(?:pedido|reserva|cliente|cuenta|telefono|referencia|seguimiento|tarjeta|caso|socio|orden
     |movil|factura|envio)\b
| \b(?:tus?|sus?|el|un)\s(?:correo|e-?mail|telefono|movil|direccion|nombre|apellidos?|dni|datos|domicilio)\b
| \bdireccion\sde\s\w+\b | \bcodigo\spostal\b | \bfecha\sde\snacimiento\b | \bcontrasena\b | \bdni\b
| \bcorreo\selectronico\b | \bdatos\s(?:personales|de\scontacto|bancarios)\b
"""
_FRENCH = r"""
  \bnumero\s(?:de\s|d')(?:votre\s|ta\s)?(?:commande|reservation|client|compte|dossier|telephone|suivi|carte|facture
     |portable|colis)\b
| \b(?:votre|vos|ton|ta|tes)\s(?:e-?mail|mail|adresse|telephone|nom|prenom|coordonnees|numero|mot\sde\spasse|iban)\b
| \badresse\s(?:e-?mail|mail|postale|de\slivraison)\b | \bcode\spostal\b | \bdate\sde\snaissance\b
| \bmot\sde\spasse\b | \bcoordonnees\b
"""
PERSONAL = re.compile("|".join((_ENGLISH, _GERMAN, _SPANISH, _FRENCH)), re.VERBOSE)
"""A mention of somebody's data, not yet a request for it."""

OURS = re.compile(
    r"\b(?:our|unser\w*|nuestr\w+|notre|nos|this|our\s\w+)\s(?:\w+\s)?$|\b(?:return|wrong|correct|new|different)\s$"
)
"""Before a mention: it is the brand's own or nobody's."""
