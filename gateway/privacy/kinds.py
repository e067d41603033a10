"""The types of personal data, with what each is called in a sentence."""

from typing import Final

from gateway.privacy import nationals, topics

NAMES: Final = {
    "card": "a card number",
    "security_code": "a card's security code",
    "iban": "a bank account number",
    "email": "an e-mail address",
    "phone": "a phone number",
    topics.ORDER: "an order number",
    topics.BOOKING: "a booking number",
    topics.ACCOUNT: "an account number",
    topics.LOYALTY: "a customer or member number",
    topics.TICKET: "a ticket number",
    topics.PARCEL: "a parcel number",
    topics.CASE: "a case number",
    topics.REFERENCE: "an order, booking, account or case number",
    "address": "a postal address",
    "birth_date": "a birth date",
    "password": "a password or PIN",
    "one_time_code": "a one-time code",
    "plate": "a vehicle's number plate",
    "ip": "an IP address",
    **nationals.NAMES,
}
"""Type of a finding -> `a card number`."""
