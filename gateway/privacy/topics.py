"""Words for the numbers under which a business keeps its customers and their matters, in seven languages.

For folded text without regard to case. Each word leads to the type of the number beside it.
"""

import re
from functools import lru_cache
from typing import Final

ORDER: Final = "order_number"
BOOKING: Final = "booking_number"
ACCOUNT: Final = "account_number"
LOYALTY: Final = "loyalty_number"
TICKET: Final = "ticket_number"
PARCEL: Final = "parcel_number"
CASE: Final = "case_number"
REFERENCE: Final = "reference_number"
TYPES: Final = (ORDER, BOOKING, ACCOUNT, LOYALTY, TICKET, PARCEL, CASE, REFERENCE)
"""The types of all such numbers."""

_WORDS: Final = {
    ORDER: r"orders? | purchase(?:\ order)? | invoice | receipt | bestell(?:ung|nummer|nr)? | auftrags?(?:nummer|nr)?"
    r" | rechnung(?:snummer|snr)? | bestelling | bestelnummer | ordernummer | factuur | pedido | compra | factura"
    r" | fatura | encomenda | commande | facture | ordine | fattura | acquisto",
    BOOKING: r"bookings? | reservations? | rez | confirmation | conf | con | pnr | record\ locator | locator"
    r" | itinerary | buchung(?:snummer|snr|scode)? | reservierung(?:snummer|snr)? | boeking(?:snummer)? | reserva"
    r" | localizador | prenotazione | boekingsnummer | reservering(?:snummer)? | dossier",
    ACCOUNT: r"account | acct | a/c | acc | subscriber | subscription | contract | policy | konto(?:nummer|nr)?"
    r" | vertrag(?:s?nummer|snr)? | cuenta | contrato | conta | compte | contrat | conto | contratto "
    r"| rekening(?:nummer)?"
    r" | contract(?:nummer)? | meter | imei | msisdn | sort\ code | routing",
    LOYALTY: r"customer | client | member(?:ship)? | loyalty | rewards? | frequent\ flyer | ffn? | rr | rapid\ rewards"
    r" | skymiles | mileage\ ?plus | aadvantage | avios | exec(?:utive)?\ club | miles\ ?(?:&|and)\ ?more "
    r"| flying\ (?:blue|club) | mp | skywards | bonvoy | hhonors | true\ ?blue"
    r" | known\ traveler | ktn | nectar | clubcard | kunden(?:nummer|konto|nr)? | mitglied(?:s?nummer|snr)? | cliente"
    r" | socio | client | adherent | tessera | klant(?:nummer)? | lidmaatschap | gamer\ ?tag | psn\ id | user\ ?id",
    TICKET: r"e?-?tickets? | tkt | billete | boleto | bilhete | billet | biglietto"
    r" | fahrkarte | kaartje | boarding\ pass",
    PARCEL: r"parcel | package | shipment | tracking | consignment | awb | waybill | delivery"
    r" | bag\ ?tag | luggage\ tag"
    r" | sendung(?:snummer|snr)? | sendungsverfolgung | paket(?:nummer|nr)? | envio | seguimiento | rastreio"
    r" | rastreamento | colis | suivi | spedizione | pacco | tracciamento | zending | pakket | trackingnummer",
    CASE: r"cases? | incident | claim | complaint | query | enquiry | sr | srn | service\ request | job | pir | wtr"
    r" | world\ ?tracer | vorgang(?:snummer|snr)? | fall(?:nummer)? | beschwerde(?:nummer)? | caso | reclamacion "
    r"| queja"
    r" | incidencia | reclamacao | chamado | protocolo | reclamation | reclamo | pratica | segnalazione | klacht"
    r" | zaak(?:nummer)?",
    REFERENCE: r"references? | ref | referenz(?:nummer)? | aktenzeichen | referencia | riferimento"
    r" | referentie | kenmerk"
    r" | aaref",
}
TOPIC: Final = "(?:" + "|".join(words.replace(" | ", "|") for words in _WORDS.values()) + ")s?"
"""Any of these words; a pattern for `re.VERBOSE | re.IGNORECASE`."""
_TYPES: Final = [
    (re.compile(rf"(?:{words.replace(' | ', '|')})s?", re.IGNORECASE | re.VERBOSE), type_)
    for type_, words in _WORDS.items()
]


@lru_cache(maxsize=1024)
def type_of(topic: str) -> str:
    """The type of the number that a topic names."""
    return next((type_ for pattern, type_ in _TYPES if pattern.fullmatch(topic)), REFERENCE)
