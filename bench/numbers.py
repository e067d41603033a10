"""Numbers with check digits, right ones and such with one digit off, each in a sentence, made by python-stdnum."""

import random
from collections.abc import Callable
from types import ModuleType
from typing import Final

from stdnum import iban, luhn, verhoeff
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.de import idnr
from stdnum.es import dni
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.it import codicefiscale
from stdnum.nl import bsn
from stdnum.pl import pesel
from stdnum.se import personnummer

PRESIDIO: Final = {
    "CREDIT_CARD": "card", "IBAN_CODE": "iban", "EMAIL_ADDRESS": "email", "IP_ADDRESS": "ip", "PHONE_NUMBER": "phone",
    "US_SSN": "us_ssn", "US_ITIN": "us_itin", "UK_NHS": "uk_nhs", "UK_NINO": "uk_nino", "ES_NIF": "es_nif",
    "ES_NIE": "es_nie", "IT_FISCAL_CODE": "it_fiscal_code", "PL_PESEL": "pl_pesel",
    "SE_PERSONNUMMER": "se_personnummer",
    "IN_AADHAAR": "in_aadhaar", "IN_PAN": "in_pan", "DE_TAX_ID": "de_tax_id", "CA_SIN": "ca_sin", "AU_TFN": "au_tfn",
    "FI_PERSONAL_IDENTITY_CODE": "fi_hetu", "TR_NATIONAL_ID": "tr_kimlik", "ZA_ID_NUMBER": "za_id",
}  # fmt: skip
"""Presidio's names of the types that the detector claims too -> ours."""

Made = Callable[[int], tuple[list[str], list[str]]]
_SIGNS: Final = {"#": "0123456789", "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "M": "ABCDEHLMPRST", "3": "0123", "1": "01"}


class _Verhoeff(ModuleType):
    """Aadhaar's check digit, without its rule of palindromes."""

    @staticmethod
    def is_valid(number: str) -> bool:
        return number[0] in "23456789" and bool(verhoeff.is_valid(number))


def _cards(chance: random.Random) -> str:
    prefix, length = chance.choice(
        [("4", 16), ("51", 16), ("55", 16), ("34", 15), ("37", 15), ("6011", 16), ("36", 14)]
    )
    body = prefix + "".join(chance.choices("0123456789", k=length - 1 - len(prefix)))
    return body + str(luhn.calc_check_digit(body))


def _ibans(chance: random.Random) -> str:
    country, shape = chance.choice([("DE", "#" * 18), ("NL", "AAAA" + "#" * 10), ("GB", "AAAA" + "#" * 14)])
    while True:
        account = _drawn(chance, shape)
        number = country + iban.calc_check_digits(country + "00" + account) + account
        if iban.is_valid(number, check_country=False):
            return number


def _from(shape: str, module: ModuleType) -> Callable[[random.Random], str]:
    def draw(chance: random.Random) -> str:
        while True:
            number = _drawn(chance, shape)
            if module.is_valid(number):
                return number

    return draw


def _drawn(chance: random.Random, shape: str) -> str:
    return "".join(chance.choice(_SIGNS[sign]) if sign in _SIGNS else sign for sign in shape)


def _made(draw: Callable[[random.Random], str], sentence: str, valid: Callable[[str], bool]) -> Made:
    def make(count: int) -> tuple[list[str], list[str]]:
        chance = random.Random(sentence)
        right = [draw(chance) for _ in range(count)]
        return ([sentence.format(number) for number in right],
                [sentence.format(_one_off(chance, number, valid)) for number in right])  # fmt: skip

    return make


def _one_off(chance: random.Random, number: str, valid: Callable[[str], bool]) -> str:
    # Rarely that is another right number: the check digits of some kinds do not see every slip.
    at = chance.choice([index for index, sign in enumerate(number) if sign.isdigit()])
    off = number[:at] + str((int(number[at]) + chance.randrange(1, 10)) % 10) + number[at + 1 :]
    return _one_off(chance, number, valid) if valid(off) else off


def _of(shape: str, module: ModuleType, sentence: str) -> Made:
    return _made(_from(shape, module), sentence, module.is_valid)


ALL: Final[dict[str, Made]] = {
    "card": _made(_cards, "you charged {} twice", luhn.is_valid),
    "iban": _made(_ibans, "please pay it back to {}, thanks", iban.is_valid),
    "uk_nhs": _of("##########", nhs, "my NHS number is {}"),
    "ca_sin": _of("#########", sin, "my SIN is {}"),
    "de_tax_id": _of("###########", idnr, "meine Steuer-ID ist {}"),
    "es_nif": _of("########A", dni, "mi DNI es {}"),
    "fr_nir": _of("2####1#########", nir, "mon numéro de sécu est {}"),
    "it_fiscal_code": _of("AAAAAA##M##A###A", codicefiscale, "codice fiscale {}"),
    "nl_bsn": _of("#########", bsn, "mijn BSN is {}"),
    "pl_pesel": _of("##1#3######", pesel, "mój PESEL to {}"),
    "se_personnummer": _of("##1#3#-####", personnummer, "mitt personnummer är {}"),
    "in_aadhaar": _of("############", _Verhoeff("aadhaar"), "my Aadhaar is {}"),
    "br_cpf": _of("###########", cpf, "meu CPF é {}"),
}
"""Type -> what makes so many sentences with valid numbers, and as many with one digit off."""
