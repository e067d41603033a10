"""Personal data as people write it so that no machine reads it, in several languages and trades."""

import pytest

from gateway.privacy.detect import BrandFormats, Detector

BRAND = BrandFormats(order_patterns=(r"WR[0-9]{6}", r"(?:#|W-?)?1[0-9]{5}"), booking_patterns=(r"[A-Z]{2}-[0-9]{4}",))

DISGUISED = [
    # digits in words, mixed, doubled
    ("my order number is four eight two nine one three seven", "order_number", "four eight two nine one three seven"),
    ("order no. 4 eight 2 nine 1 three", "order_number", "4 eight 2 nine 1 three"),
    ("ref double four one two nine", "reference_number", "double four one two nine"),
    ("Bestellnummer vier acht zwei neun eins drei", "order_number", "vier acht zwei neun eins drei"),
    ("mi numero de pedido es cuatro ocho dos nueve uno", "order_number", "cuatro ocho dos nueve uno"),
    ("numero de commande quatre huit deux neuf un", "order_number", "quatre huit deux neuf un"),
    ("the code is four eight two nine one three", "one_time_code", "four eight two nine one three"),
    ("cvv is one two three", "security_code", "one two three"),
    ("four one one one, one one one one, one one one one, one one one one is my card", "card",
     "four one one one, one one one one, one one one one, one one one one"),
    ("call me on oh seven seven zero zero nine zero zero one two three", "phone",
     "oh seven seven zero zero nine zero zero one two three"),
    # written apart
    ("my order number is 4 8 2 9 1 3", "order_number", "4 8 2 9 1 3"),
    ("booking ref K 7 P Q 2 M please", "booking_number", "K 7 P Q 2 M"),
    ("booking ref: K-7-P-Q-2-M", "booking_number", "K-7-P-Q-2-M"),
    ("it was W R 1 2 3 4 5 6", "order_number", "W R 1 2 3 4 5 6"),
    ("it was WR 12 34 56", "order_number", "WR 12 34 56"),
    ("1 0 4 2 1 7 has not come", "order_number", "1 0 4 2 1 7"),
    ("10.42.17 has not come", "order_number", "10.42.17"),
    ("member no 1234 5678 9012", "loyalty_number", "1234 5678 9012"),
    # other signs for the same
    ("order ＷＲ１２３４５６ please", "order_number", "ＷＲ１２３４５６"),
    ("order W\u200bR12\u200d34\u206056 please", "order_number", "W\u200bR12\u200d34\u206056"),
    ("order 4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣", "order_number", "4️⃣8️⃣2️⃣9️⃣1️⃣3️⃣"),
    ("order ❹❽❷❾❶❸", "order_number", "❹❽❷❾❶❸"),
    ("order 𝟒𝟖𝟐𝟗𝟏𝟑", "order_number", "𝟒𝟖𝟐𝟗𝟏𝟑"),
    ("ref К7РQ2М", "reference_number", "К7РQ2М"),
    ("card 4111👏1111👏1111👏1111", "card", "4111👏1111👏1111👏1111"),
    ("card 4111·1111·1111·1111", "card", "4111·1111·1111·1111"),
    ("card 4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", "card", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1"),
    # addresses on the net, said aloud
    ("ana dot lee at mail dot example", "email", "ana dot lee at mail dot example"),
    ("ana.lee (at) mail (dot) com", "email", "ana.lee (at) mail (dot) com"),
    ("ana AT gmail DOT com", "email", "ana AT gmail DOT com"),
    ("my email is ana.lee77 at gmail", "email", "ana.lee77 at gmail"),
    ("ana arroba correo punto es", "email", "ana arroba correo punto es"),
    ("ana.lee＠gmail．com", "email", "ana.lee＠gmail．com"),
    ("c v v 1 2 3", "security_code", "1 2 3"),
]  # fmt: skip

SAID = [
    # each kind of number, in seven languages
    ("my account number is 60012345", "account_number", "60012345"),
    ("acct: 7781 2290", "account_number", "7781 2290"),
    ("frequent flyer number 88123456", "loyalty_number", "88123456"),
    ("e-ticket 220-4567891234", "ticket_number", "220-4567891234"),
    ("tracking number is JD014600003456", "parcel_number", "JD014600003456"),
    ("Incident 260101-000123 again", "case_number", "260101-000123"),
    ("K7PQ2M is my booking reference", "booking_number", "K7PQ2M"),
    ("7781229 is the order number, isn't it", "order_number", "7781229"),
    ("Kundennummer 4455667", "loyalty_number", "4455667"),
    ("meine Buchungsnummer lautet Q8ZT4K", "booking_number", "Q8ZT4K"),
    ("Sendungsnummer: 00340434161094", "parcel_number", "00340434161094"),
    ("mon numéro de dossier est 8842197", "booking_number", "8842197"),
    ("ma commande n° 5566778", "order_number", "5566778"),
    ("número de reserva XK4P9T", "booking_number", "XK4P9T"),
    ("numero ordine 5566778", "order_number", "5566778"),
    ("il mio codice prenotazione è ZK4P9T", "booking_number", "ZK4P9T"),
    ("bestelnummer 5566778", "order_number", "5566778"),
    ("número da encomenda: 5566778", "order_number", "5566778"),
    ("rebooked to tomorrow's flight, QXHJWK", "booking_number", "QXHJWK"),
    # secrets
    ("my password is hunter2", "password", "hunter2"),
    ("password: Sommer!2026", "password", "Sommer!2026"),
    ("pw is 'correct horse'", "password", "correct"),
    ("mein Passwort lautet Apfel99", "password", "Apfel99"),
    ("mi contraseña es perro-77", "password", "perro-77"),
    ("mon mot de passe est soleil12", "password", "soleil12"),
    ("my pin is 4821", "password", "4821"),
    ("the code is 482913", "one_time_code", "482913"),
    ("the code you sent me is 482-913", "one_time_code", "482-913"),
    ("OTP 482913", "one_time_code", "482913"),
    ("your verification code: 482913", "one_time_code", "482913"),
    # people's numbers
    ("my SSN is 219-45-6789", "us_ssn", "219-45-6789"),
    ("NI number AB 12 34 56 C", "uk_nino", "AB 12 34 56 C"),
    ("NHS 943 476 5919", "uk_nhs", "943 476 5919"),
    ("mi DNI es 12345678Z", "es_nif", "12345678Z"),
    ("codice fiscale RSSMRA85T10A562S", "it_fiscal_code", "RSSMRA85T10A562S"),
    ("meu CPF é 390.533.447-05", "br_cpf", "390.533.447-05"),
    ("mijn BSN is 111222333", "nl_bsn", "111222333"),
    ("PESEL 44051401359", "pl_pesel", "44051401359"),
    ("Steuer-ID 36574261809", "de_tax_id", "36574261809"),
    ("numéro de sécu 2 95 10 99 126 111 93", "fr_nir", "2 95 10 99 126 111 93"),
    ("nato il 3 maggio 1990", "birth_date", "3 maggio 1990"),
    ("my car reg is KT19 XPL", "plate", "KT19 XPL"),
    ("mob: 07700 900123", "phone", "07700 900123"),
    ("your customer service is awful, 07400 923456", "phone", "07400 923456"),
    ("it is order 104217 and ines@doe.example", "email", "ines@doe.example"),
    ("I have written from ines@doe.example twice", "email", "ines@doe.example"),
    ("I called all day, please write to ines@doe.example", "email", "ines@doe.example"),
    ("please ring me back on 020 7946 0018", "phone", "020 7946 0018"),
    ("Keizersgracht 12, 1015 CX", "address", "Keizersgracht 12, 1015 CX"),
    ("5551234987", "reference_number", "5551234987"),
    ("@wren K7PQ2M", "booking_number", "K7PQ2M"),
]

OTHERS = [
    # the company's
    "I've been calling your helpline 0344 496 0018 all day",
    "Trying to call 1-800-555-0199 but nobody answers",
    "0800 496 0018 just hangs up",
    "is this really you: refunds@wren-shop.example?",
    "I emailed customer.care@parcels.example twice",
    "@parcelfast I wrote to claims.north@parcelfast.example",
    "got a call from 020 7946 0018 saying they are you. scam?",
    "no answer at your call centre, 020 7946 0018",
    # products, versions, flights, machines
    "the WH-1000XM5 broke after 2 weeks",
    "KB5031455 breaks printing",
    "my order of a GTX1080 and an i7-9700K",
    "order a PS5 and 2 controllers",
    "flight BA2490 to Malaga was late",
    "LH400 and UA871 both late, seat 32K",
    "N513DN was filthy",
    "running iOS 17.4.1 on an iPhone 15",
    "error code 0x80070005 when I order",
    "error 50059932 at the checkout of my order",
    "item 48829133 is out of stock",
    "product code 7781229 in the order form",
    "the barcode 5012345678900 does not scan",
    "train 12345 is late again",
    # money, time, counts, scores
    "my order cost Rs 125000 and came broken",
    "the ticket was 12500 rupees",
    "tickets are 45000 JPY now",
    "my order came on 12/03/26, not 11/03/26",
    "ordered on 20261103 and nothing yet",
    "your account has 1200000 followers",
    "10,000,000 customers can't be wrong",
    "it finished 3-2 after 120 minutes",
    "booking for 2026 opens when?",
    "reservation at 1930 for 4",
    "2025-2026 season tickets?",
    "case closed after 12 months",
    # words that look like codes
    "MY BOOKING IS CANCELLED AGAIN PLEASE HELP ME ASAP THANKS",
    "your booking ONLINE is broken",
    "my flight from LAXJFK was fine",
    "please UPDATE my booking",
    "the LONDON flight ALWAYS leaves late",
    # secrets that are none
    "my password is not working",
    "password reset is broken",
    "my password is always wrong, why?",
    "mein Passwort ist falsch",
    "mi contraseña no funciona",
    "the promo code is 20262026",
    "use code 482913 at the checkout",
    "area code is 0207946",
    "error code: 5005",
    "one of the three of us",
    "one, two, or three days?",
    "we waited two three hours",
    "nine times out of ten",
    "I was born in 1990 and I am tired",
    "your store at 12 Oxford Street is lovely",
    "waiting 2 Hours Drive from home",
    "1234567890",
    "00000000 is what the meter shows",
]


@pytest.mark.parametrize(("text", "type_", "value"), DISGUISED + SAID)
def test_what_is_said_is_found(text: str, type_: str, value: str) -> None:
    found = [(finding.type, text[finding.start : finding.end]) for finding in Detector(BRAND).find(text)]
    assert (type_, value) in found


@pytest.mark.parametrize("text", OTHERS)
def test_what_is_nobodys_is_left_alone(text: str) -> None:
    assert [(finding.type, text[finding.start : finding.end]) for finding in Detector().find(text)] == []
