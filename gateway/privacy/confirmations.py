"""Statements that somebody is a customer, or of what became of their order."""

import re
from collections.abc import Iterator

from gateway.privacy.sentences import sentences

_MATTER = (
    r"(?:order|parcel|package|booking|reservation|refund|return|payment|subscription|replacement|tickets?|claim|delivery"
    r"|shipment|account|purchase|exchange|item|items|flight|card|deposit|membership|policy|complaint|case|invoice)s?"
)
_DONE = (
    r"(?:shipped|dispatched|delivered|cancelled|canceled|refunded|confirmed|processed|received|delayed|lost|returned|packed"
    r"|collected|charged|declined|approved|rejected|completed|booked|paid|suspended|locked|blocked|closed|verified|overdue"
    r"|credited|unlocked|placed|active|inactive|rebooked|scheduled|due\s(?:today|tomorrow|on|to\sarrive)|on\s(?:its|the|their)\sway|out\sfor\sdelivery|in\stransit"
    r"|being\s\w+ed|with\s(?:the|our)\s(?:courier|carrier|driver|warehouse|depot)|at\s(?:the|our)\s(?:depot|warehouse)|ready\s(?:for|to)|stuck|held|registered"
    r"|arriv(?:ed|ing)|left\s(?:our|the)|gone\sout|failed|reached|expired|renewed|escalated|opened|resolved|issued|sent)"
)
_DEED = (
    r"(?:refunded|shipped|dispatched|cancelled|canceled|credited|reshipped|resent|re-sent|replaced|rebooked|updated|changed"
    r"|reset|unlocked|closed|processed|issued|booked|upgraded|reopened|compensated|reimbursed|charged|e-?mailed|called|rung|texted"
    r"|removed|added|corrected|amended|extended|reactivated|delivered|received|located|found|checked|reviewed|escalated|verified|traced|arranged)"
)
_HAVE = r"(?:'ve|\shave|\shas)?(?:\s(?:just|already|now|also|since))*\s"
_STATEMENT = re.compile(
    rf"""
        (?<!\bin\s)(?<!\bat\s)(?<!\bof\s)(?<!\bnear\s)\byour\s(?:(?:\w+\s)?{_MATTER}(?:\s(?:it+
            |\#?[\w/-]{{0,12}}\d[\w/-]{{0,12}}))?
            |[^\w.,!?'"-]{{1,6}})\s?(?:(?:has|have|had|is|are|was|were)(?:n't|\snot)?|'s)(?:\s(?:now|already|just
            |currently|still|been|successfully|only))*\s{_DONE}\b
      | \byour\s(?:\w+\s)?{_MATTER}\s(?:will|should)\s(?:arrive|be\s(?:with\syou|delivered|shipped|dispatched|there
            |refunded))\s(?:\w+\s){{0,2}}?(?:today|tomorrow|tonight|shortly|soon|on\s|by\s|between\s|mon|tue|wed
            |thu|fri|sat|sun)
      | \byour\s(?:\w+\s)?{_MATTER}\s(?:shipped|dispatched|arrived|arrives|left|failed|expired|(?:expires|renews
            |ends)\s(?:on|today|tomorrow|next|in\s\d)
            |went)\b
      | \b(?:we|i)(?:'ve|\shave)?(?:\s(?:can|could|do|just|already|now))*\s(?:see|found|find|located|pulled\sup|got
            |have|looked\s(?:at|up|into)|checked|reviewed)\s(?:that\s)?(?:your
            |the)\s(?:\w+\s){{0,2}}?{_MATTER}\b(?!\s(?:number|policy|page|terms|options|conditions))
      | \b(?:we|i)(?:\scan|\scould|\sdo)?\ssee\s(?:here\s)?(?:that\s)?(?:you(?:'ve|'re|\shave|\sare|\sordered
            |\sbought|\sbooked|\splaced|\spaid)|it\s(?:was|has|is))\b
      | \b(?:we|i|our\steam|my\scolleague){_HAVE}{_DEED}\s(?:you\b|your\s(?:\w+\s){{0,2}}?(?:{_MATTER}|address
            |details|e-?mail|name|seats?|number|password|data)\b|the\s(?:refund|order|payment|parcel|booking
            |return)|the\s(?:\w+\s)?(?:address|details|e-?mail|name|number|password)\s(?:on|in|of|for)\s(?:your|the)\s
            (?:account|order|booking|profile)\b|a\s(?:full\s)?(?:refund|replacement|credit|new\sone))\b
      | \b(?:we|i){_HAVE}(?:sent|issued|made|arranged|posted|mailed)\s(?:you\s|out\s)*(?:an?|the
            |your)\s(?:\w+\s)?(?:refund|replacement|credit|order|parcel|e-?mail|text|new\sone|return\slabel
            |voucher)\b
      | \b(?:it|they|this|the\s(?:\w+\s)?(?:parcel|package|order|refund|item|replacement|delivery|payment|booking
            |return))(?:'s|'ve|\shas|\shave|\swas|\swere|\sis)
            (?:\s(?:been|now|already|just|also|being))*\s(?:shipped|dispatched|refunded|credited|rebooked
            |out\sfor\sdelivery|on\s(?:its|the|their)\sway
            (?:\sto\syou)?|delivered\s(?:to\syou|yesterday|today|on\s|at\s|this)|left\s(?:our|the)\s(?:warehouse
            |depot))\b
      | \b(?:it|they)\s(?:shipped|left\s(?:our|the)\s(?:warehouse|depot)|went\sout)\b(?=\s(?:yesterday|today|on|this
            |last|at))
      | \b(?:i|we)(?:\scan|\sdo|\scould)?\s(?:see|find|have)\s(?:an?|one|two|three|the|no|\d)\s(?:\w+\s)?(?:orders?
            |bookings?|accounts?|subscriptions?|payments?|reservations?)
            \s(?:on|under|for|from|in|with|by)\s(?:you|your|that|this)\b
      | \byou(?:'re|\sare)\s(?:now\s|all\s)?(?:booked|rebooked|refunded|checked)\s(?:in|on|onto|for)\b
      | \b(?:a|the|your)\s(?:full\s)?refund\s(?:of\s(?:\S+\s){{1,3}})?(?:has|was|is)\s(?:been\s)?(?:issued|sent
            |on\sits)\b
      | \byou(?:'ve|\shave|'ve\salready|\salready)?(?:\sbeen)?\s(?:refunded|charged|credited|rebooked|upgraded
            |compensated)\b
      | \byou(?:\salready)?\s(?:ordered|bought|purchased|placed|booked)\s(?:\w+\s){{0,6}}?(?:on\s\w+|yesterday
            |last\s\w+|with\sus|from\sus|\d+\s\w+\sago)\b
      | \byou(?:'re|\sare)\s(?:\w+\s){{0,3}}?(?:customer|member|subscriber|account\sholder|cardholder)\b(?!\s(?:and
            |who|,))
      | \b(?:being|been|as)\s(?:an?|one\sof\sour|our)\s(?:\w+\s){{0,2}}?(?:customer|member
            |subscriber)s?\b(?:\s(?:since|for|of\sours|with\sus)|[\s,.!]*$)
      | \b(?:thanks|thank\syou)(?:\s(?:so\smuch|again))?\sfor\s(?:your\s(?:\w+\s)?(?:order|purchase|booking|payment
            |subscription)|ordering\b|shopping\swith\sus|buying)
      | \byour\s(?:last|recent|latest|previous|current|open|pending|second|other)\s(?:order|purchase|booking
            |delivery|payment|parcel|stay)s?\b
      | \byour\s(?:order|booking|delivery|purchase|stay)\s(?:from|of|on|dated|placed)\s(?:the\s)?(?:\d|yesterday
            |last|mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)
      | \byour\s(?:\w+\s)?balance\sis\b
      | \byour\s(?:points|miles)\s(?:have|are|were)\b
      | \byou\shave\san?\s(?:open|active|pending|outstanding)\b
      | \b(?:no|not\san?y?)\s(?:order|account|booking|reservation)s?\s(?:for|under|from|in|with)\s(?:you|your|that
            |this)\b
      | \b(?:we|i)\s(?:can't|cannot|couldn't|could\snot|can\snot)\sfind\s(?:an?|any|your)\s(?:\w+\s)?(?:order
            |account|booking|reservation)s?\b
      | \b(?:ihre?|deine?|eure?)\s(?:bestellung|sendung|buchung|paket|erstattung|ruckgabe|lieferung|konto
            |zahlung)\s(?:wurde|ist|wird|war|hat)\b
      | \b(?:wir|ich)\s(?:haben|habe)\s(?:\w+\s){{0,5}}?(?:erstattet|storniert|versandt|verschickt|gutgeschrieben
            |umgebucht)\b
      | \b(?:su|tu)\s(?:pedido|paquete|reserva|reembolso|envio|cuenta|pago)\s(?:ha|fue|esta|llegara|llega|se)\b
      | \b(?:te|le)\shemos\s(?:reembolsado|enviado\sel\spedido|devuelto)\b
      | \bvotre\s(?:commande|colis|reservation|remboursement|compte|paiement)\s(?:a|est|sera|arrive)\b
      | \bnous\svous\savons\s(?:rembourse|credite)
    """,
    re.VERBOSE,
)
_GENERAL = re.compile(
    r"""
        \b(?:once|when|whenever|after|as\ssoon\sas|if|until|till|unless|before|whether|where|how|why|in\scase
            |the\smoment|while|sobald|wenn|falls|ob|cuando|si|quand|des\sque|lorsque)\s(?:\w+\s){0,3}?$
      | \b(?:sorry|sad|apologies|disappointed|understand|frustrating|annoying)(?:\s\w+){0,3}\s(?:to\s(?:hear|see
            |read)|that|about|if)\s(?:that\s|about\s)?(?:\w+\s)?$
      | \b(?:make\ssure|check|ensure)\s(?:that\s)?$
      | \b(?:sorry|apologi[sz]e|gutted|sad)\b[^.!?,;:]{0,24}\s(?=$)(?<!\sbut\s)
    """,
    re.VERBOSE,
)

_RULE = re.compile(r"your\s(?:\w+\s){1,2}(?:is|are)\s\w+\s(?:\w+\s){0,2}?(?:when|once|within|if|as\ssoon\sas)\b")
"""How things go for everybody: "your order is packed within a day"."""
_TO_ALL = re.compile(r"\s?(?:to|for)\s(?:everyone|everybody|all|anyone|anybody|each|those)\b")


def find_confirmations(text: str) -> Iterator[tuple[int, int]]:
    """The spans of such statements in a folded, lower-case text; conditions and condolences are none."""
    for start, end in sentences(text):
        for match in _STATEMENT.finditer(text, start, end):
            conditional = _GENERAL.search(text[start : match.start()]) or _RULE.match(text[match.start() : end])
            if not conditional and _TO_ALL.match(text, match.end(), end) is None:
                yield match.span()
