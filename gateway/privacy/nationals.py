"""National identity, social security and tax numbers of people: a shape, a check digit, and words where that is little.

shape found -> check by python-stdnum -> a distinctive shape stands by itself; bare digits need a word for them near,
or a message that is nothing else
"""

import re
from collections.abc import Callable, Iterator
from typing import Final

import msgspec
from stdnum import verhoeff
from stdnum.au import tfn
from stdnum.be import nn
from stdnum.br import cpf
from stdnum.ca import sin
from stdnum.ch import ssn as ahv
from stdnum.dk import cpr
from stdnum.es import dni, nie
from stdnum.exceptions import ValidationError
from stdnum.fi import hetu
from stdnum.fr import nir
from stdnum.gb import nhs
from stdnum.ie import pps
from stdnum.iso7064 import mod_11_10
from stdnum.it import codicefiscale
from stdnum.mx import curp
from stdnum.nl import bsn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.pt import nif
from stdnum.se import personnummer
from stdnum.tr import tckimlik
from stdnum.us import itin, ssn
from stdnum.za import idnr as za_id

from gateway.privacy.cards import luhn
from gateway.privacy.findings import Finding

_FOUR: Final = re.compile(r"[0-9][^\n]{0,3}[0-9][^\n]{0,3}[0-9][^\n]{0,3}[0-9]")  # less is in no number
_NEAR: Final = 60  # characters between a word and its number
_SEPARATORS: Final = re.compile(r"[ .:\-/]")


class _Kind(msgspec.Struct, frozen=True):
    type: str
    name: str
    shape: re.Pattern[str]
    check: Callable[[str], bool]
    words: re.Pattern[str]
    bare: re.Pattern[str] | None
    """Of the shape, what needs a word beside it; None where nothing does."""


def _kind(type_: str, name: str, shape: str, check: Callable[[str], bool], words: str, bare: str = "") -> _Kind:
    return _Kind(
        type_,
        name,
        re.compile(rf"(?<![\w/+])(?<![\w][.\-:])(?:{shape})(?![\w/]|[.\-,:]\w)", re.IGNORECASE),
        check,
        re.compile(rf"(?<![a-z])(?:{words})(?![a-z])", re.IGNORECASE),
        re.compile(bare) if bare else None,
    )


def _de_tax_id(number: str) -> bool:
    # Presidio takes numbers without a repeated digit too, which the tax office does not give out.
    body = number[:10]
    return number[0] != "0" and max(map(body.count, set(body))) <= 3 and bool(mod_11_10.is_valid(number))


def _aadhaar(number: str) -> bool:
    return number != number[::-1] and bool(verhoeff.is_valid(number))


def _nino(number: str) -> bool:
    upper = number.upper()
    return upper[:2] not in {"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"} and upper[2:8] != "000000"


def _hetu(number: str) -> bool:
    # Since 2023 there are more signs between date and number; they stand for the same centuries.
    sign = "A" if number[6].upper() in "BCDEF" else "-" if number[6].upper() in "UVWXY" else number[6]
    try:
        hetu.validate(f"{number[:6]}{sign}{number[7:]}", allow_temporary=True)
    except ValidationError:
        return False
    return True


def _za(number: str) -> bool:
    # Citizens are 0, residents 1, refugees 2; the library does not know the last.
    try:
        za_id.get_birth_date(number)
    except ValidationError:
        return False
    return number[10] in "012" and luhn(number)


def _itin(number: str) -> bool:
    # 50 to 65 have been given out since 2016.
    return bool(itin.is_valid(number)) or "50" <= number[3:5] <= "65"


def _ssn(number: str) -> bool:
    # These were printed on sample cards and in advertisements.
    return bool(ssn.is_valid(number)) and number not in {"078051120", "219099999", "123456789", "457555462"}


def _se(number: str) -> bool:
    plain = number.replace("-", "").replace("+", "")
    return bool(personnummer.is_valid(f"{plain[:-4]}{'+' if '+' in number else '-'}{plain[-4:]}"))


def _no(number: str) -> bool:
    return bool(fodselsnummer.is_valid(number))


_DAY: Final = r"(?:0[1-9]|[12][0-9]|3[01])"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_KINDS: Final = (
    _kind("it_fiscal_code", "an Italian tax code", r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[A-EHLMPRST][0-9LMNPQRSTUV]{2}[A-Z]"
          r"[0-9LMNPQRSTUV]{3}[A-Z]", codicefiscale.is_valid,
          "codice fiscale|cf"),
    _kind("mx_curp", "a Mexican population number", r"[A-Z]{4}[0-9]{6}[HM][A-Z]{5}[0-9A-Z][0-9]", curp.is_valid,
          "curp"),
    _kind("es_nie", "a Spanish foreigner's number", r"[XYZ][ -]?[0-9]{7}[ -]?[A-Z]", nie.is_valid, "nie|extranjero"),
    _kind("es_nif", "a Spanish identity number",
          r"[0-9]{8}[ -]?[A-Z]|[0-9]{7}-?[A-Z]|[0-9]{2}\.[0-9]{3}\.[0-9]{3}[ -]?[A-Z]",
          lambda number: bool(dni.is_valid(number.zfill(9))), "dni|nif"),
    _kind("uk_nino", "a National Insurance number",
          r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?(?:[0-9]{2}[ -]?){3}[A-D]",
          _nino, "national insurance|nino|ni number"),
    _kind("in_pan", "an Indian tax number", r"[A-Z]{5}[0-9]{4}[A-Z]", lambda number: True, "pan|permanent account",
          "[a-z]+.*"),
    _kind("fi_hetu", "a Finnish identity code", rf"{_DAY}{_MONTH}[0-9]{{2}}[-+A-FU-Y][0-9]{{3}}[0-9A-Y]", _hetu,
          "hetu|henkilotunnus"),
    _kind("ie_pps", "an Irish PPS number", r"[0-9]{7}[A-W][A-IW]?", pps.is_valid, "pps|ppsn", ".*"),
    _kind("fr_nir", "a French social security number",
          r"[12][ ]?[0-9]{2}[ ]?[0-9]{2}[ ]?(?:[0-9]{2}|2[AB])[ ]?[0-9]{3}[ ]?"
          r"[0-9]{3}[ -]?[0-9]{2}", nir.is_valid, "nir|secu|securite sociale|social"),
    _kind("ch_ahv", "a Swiss social security number", r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", ahv.is_valid,
          "ahv|avs|oasi"),
    _kind("se_personnummer", "a Swedish identity number", rf"(?:18|19|20)?[0-9]{{2}}{_MONTH}{_DAY}[-+]?[0-9]{{4}}",
          _se, "personnummer|pnr|personal identity|swedish", r"[0-9]{10}|[0-9]{6}-[0-9]{4}"),
    _kind("us_ssn", "a US Social Security number", r"[0-9]{3}(?P<s>[-. ])[0-9]{2}(?P=s)[0-9]{4}|[0-9]{3}-[0-9]{6}"
          r"|[0-9]{5}-[0-9]{4}|[0-9]{9}", _ssn, "ssn|social security|social|soc sec", r"[0-9]{9}|[0-9]{5}-[0-9]{4}"),
    _kind("us_itin", "a US taxpayer number", r"9[0-9]{2}-?[0-9]{2}-?[0-9]{4}", _itin,
          "itin|taxpayer|tax id|tin", r"[0-9]{9}|[0-9]{5}-[0-9]{4}"),
    _kind("in_aadhaar", "an Aadhaar number", r"[2-9][0-9]{3}(?P<s>[ :-]?)[0-9]{4}(?P=s)[0-9]{4}", _aadhaar,
          "aadhaar|aadhar|uidai", r"[0-9]{12}"),
    _kind("br_cpf", "a Brazilian CPF",
          r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}|[0-9]{9}-[0-9]{2}|[0-9]{11}", cpf.is_valid,
          "cpf"),
    _kind("pl_pesel", "a Polish PESEL", r"[0-9]{11}", pesel.is_valid, "pesel", ".*"),
    _kind("tr_kimlik", "a Turkish identity number", r"[1-9][0-9]{10}", tckimlik.is_valid,
          "tc|tckn|kimlik|turkish id"),
    _kind("no_fodselsnummer", "a Norwegian identity number", r"[0-9]{6}[ ]?[0-9]{5}", _no,
          "fodselsnummer|personnummer|fnr"),
    _kind("de_tax_id", "a German tax number", r"[0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", _de_tax_id,
          "steuer-?(?:id|nummer|identifikationsnummer)|idnr|steuerid|tax id", ".*"),
    _kind("be_nn", "a Belgian national number", r"[0-9]{2}\.?[0-9]{2}\.?[0-9]{2}-?[0-9]{3}\.?[0-9]{2}", nn.is_valid,
          "rijksregister\\w*|registre national|national number|niss|insz", r"[0-9]{11}"),
    _kind("za_id", "a South African identity number", r"[0-9]{6}[ ]?[0-9]{4}[ ]?[0-9]{3}", _za,
          "id|identity|rsa|said|south african|resident number", ".*"),
    _kind("uk_nhs", "an NHS number", r"[0-9]{3}[ -]?[0-9]{3}[ -]?[0-9]{4}", nhs.is_valid, "nhs|national health", ".*"),
    _kind("ca_sin", "a Canadian SIN", r"[1-79][0-9]{2}(?P<s>[ -]?)[0-9]{3}(?P=s)[0-9]{3}", sin.is_valid,
          "sin|nas|social insurance", ".*"),
    _kind("au_tfn", "an Australian tax file number", r"[0-9]{3}[ ]?[0-9]{3}[ ]?[0-9]{3}", tfn.is_valid,
          "tfn|tax file", ".*"),
    _kind("nl_bsn", "a Dutch BSN", r"[0-9]{4}\.?[0-9]{2}\.?[0-9]{3}|[0-9]{9}", bsn.is_valid,
          "bsn|burgerservicenummer|sofi\\w*", ".*"),
    _kind("pt_nif", "a Portuguese NIF", r"[1-35-9][0-9]{2}[ ]?[0-9]{3}[ ]?[0-9]{3}", nif.is_valid,
          "nif|contribuinte|fiscal", ".*"),
    _kind("dk_cpr", "a Danish CPR number", rf"{_DAY}{_MONTH}[0-9]{{2}}-?[0-9]{{4}}", cpr.is_valid, "cpr", ".*"),
)  # fmt: skip
_UNCHECKED: Final = (_ssn, _itin)
NAMES: Final = {kind.type: kind.name for kind in _KINDS}
"""What each type is called."""


def find_nationals(text: str, alone: tuple[int, int]) -> Iterator[Finding]:
    """National numbers in a folded text. `alone`: the span of all that the text says."""
    if _FOUR.search(text) is None:
        return
    for kind in _KINDS:
        for match in kind.shape.finditer(text):
            number = match.group()
            if not kind.check(_SEPARATORS.sub("", number) if kind.type != "fi_hetu" else number):
                continue
            if _is_named(kind, text, match):
                yield Finding(kind.type, *match.span(), 0.92, f"{kind.name} beside a word for it")
            elif kind.bare is None or kind.bare.fullmatch(number) is None:
                yield Finding(kind.type, *match.span(), 0.77, f"{kind.name} by its shape")
            elif match.span() == alone:
                # Where two kinds of number could be meant, the one with a check digit is.
                score = 0.72 if kind.check in _UNCHECKED else 0.76
                yield Finding(kind.type, *match.span(), score, f"a message that is nothing but {kind.name}")


def _is_named(kind: _Kind, text: str, match: re.Match[str]) -> bool:
    start, end = match.span()
    return (
        kind.words.search(text, max(0, start - _NEAR), start) is not None
        or kind.words.search(text, end, end + 20) is not None
    )
