"""Passwords, PINs and one-time codes said aloud: what stands behind `my password is`, digits behind `the code is`."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_IS = (
    r"(?:\s?(?:is|was|are|=|:|ist|lautet|war|es|era|est|etait|e|->)\s?[:=]?|\s?[:=])\s?"
    r"(?:(?:now|still|just|actually|simply|currently)\s)?"
)
_NAMED = (
    r"(?:pass\s?(?:word|phrase|wd)|pwd|pw|passwort|kennwort|contrasena|mot\sde\spasse|mdp|wachtwoord|senha"
    r"|palavra-passe"
    r"|clave|security\sanswer|log-?in\sis\s\S{1,40}\sand\s(?:my\s)?(?:password|pw))"
)
_THING = r"(?P<open>[\"'(\[]?)(?P<secret>[^\s\"'()\[\]]{4,64})"
_SAID = re.compile(
    rf"(?<![a-z]){_NAMED}(?:\s(?:for|to)\s(?:\w{{1,20}}\s){{1,3}}?(?=is|was))?{_IS}{_THING}"
    rf"|(?<![a-z])(?:mein|my|mi|mon|mia|mijn|minha)\s{_NAMED}\s(?!(?:is|was|are|ist|lautet|war|es|era|est|etait"
    rf"|e)\b|\W{{0,2}}(?:pass|pw|pin\b)){_THING.replace('open', 'other').replace('secret', 'plain')}",
    re.IGNORECASE,
)
# Without an "is": a plain word may follow as well, a mixture of letters and digits does not by chance.
_BESIDE = re.compile(
    rf"(?<![a-z]){_NAMED},?\s(?P<secret>(?=[^\s]{{0,30}}[0-9])(?=[^\s]{{0,30}}[a-z])[^\s\"'()\[\]]{{6,40}})",
    re.IGNORECASE,
)
_ANY = (
    "pass",
    "pw",
    "kennwort",
    "contras",
    "mdp",
    "wacht",
    "senha",
    "clave",
    "answer",
)  # one is in each of these words
_ANY_CODE = ("pin", "cod", "otp", "2fa", "tan", "time", "einmal")  # and one of these in each word for a code
_STRIPPED = ".,;:!?"
_PIN = re.compile(
    rf"(?<![a-z])(?:my|the|mein|mi|mon|il\smio|mijn|meu)?\s?(?:\w{{2,10}}\s)?(?<![a-z])pin(?:\s?(?:code|number"
    rf"|nummer))?{_IS}"
    r"(?P<secret>[0-9](?:[ .\-]?[0-9]){3,7})(?![0-9a-z]|[.,:/-][0-9])",
    re.IGNORECASE,
)
_CODE = (
    r"(?:one[\s-]time\s(?:pass)?(?:code|word|pin)|otp|2fa(?:\scode)?|tan|(?:verification|authentication|auth|sms"
    r"|login|log-in|access|passcode"
    r"|activation|confirmation|security|reset|unlock|text)\s?(?:code|pin)|pass\s?code|bestatigungscode|einmal\w{0,10}"
    r"|codigo\s(?:de\s)?(?:verificacion|acceso|confirmacion|verificacao|acesso)|code\sde\s(?:verification|confirmation)"
    r"|codice\sdi\s(?:verifica|conferma)|verificatiecode)"
)
_DIGITS = r"(?P<secret>[0-9](?:[ .\-]?[0-9]){3,7})(?![0-9a-z]|[.,:/-][0-9]|\s?%)"
_NAMED_CODE = re.compile(
    rf"(?<![a-z]){_CODE}(?:\s(?:you|we|they|i)\s\w{{2,10}}(?:\s(?:me|us|you))?)?(?:{_IS}|\s?[#(,-]?\s?){_DIGITS}",
    re.IGNORECASE,
)
_SENT_CODE = re.compile(
    r"(?<![a-z])(?P<lead>\w{0,20})[\s-]?\bcode\s?(?:(?:that\s)?(?:you|i|we|they)\s(?:just\s)?(?:sent|got|received"
    r"|texted|get|was)"
    rf"(?:\s(?:me|us|you|sent))?)?{_IS}{_DIGITS}",
    re.IGNORECASE,
)
# What else a code may be: the world's, the brand's or the machine's.
_OTHER_CODES_TEXT = (
    "zip post postal area country error err promo discount voucher coupon gift qr bar dress sort swift product item "
    "colour color station airport fault gate store offer referral invite source reason status fare class booking "
    "reservation dialling dial hex style model part exit version response http stop route tariff plan tax branch"
)
_OTHER_CODES = frozenset(_OTHER_CODES_TEXT.split())
_NO_SECRETS_TEXT = (
    "wrong incorrect invalid not being been still never also only always reset resetting changed changing expired "
    "expiring required needed lost forgotten forgot working broken weak strong strength too very case correct right "
    "the that this your my mine our a an in on at for from to so now here there what when where why how again because "
    "please valid locked blocked hacked stolen compromised saved stored safe secure unsafe public private hidden "
    "encrypted protected sent falsch richtig nicht weg vergessen immer nur zu sehr neu alt abgelaufen gesperrt no si "
    "muy incorrecta correcta mal pas bon faux plus perdu oublie incorrect mauvais non sbagliata errata errato niet "
    "fout onjuist nao incorreta errada something simple different asked same gone fine good okay shit crap stupid "
    "useless impossible hard easy set just missing rejected denied accepted recognised recognized unknown unavailable "
    "empty blank reused shared default password passwords email username account link case-sensitive alphanumeric "
    "longer shorter least more less characters which who whatever it they we he she you i as of by with without but "
    "and or if than then all any everything nothing actually really definitely apparently suddenly keeps should must "
    "can cannot won't doesn't isn't"
)
_NO_SECRETS = frozenset(_NO_SECRETS_TEXT.split())


def find_passwords(text: str) -> Iterator[Finding]:
    """Secrets in a folded text."""
    lowered = text.lower()
    if any(word in lowered for word in _ANY):
        for match in _SAID.finditer(text):
            group = "secret" if match["secret"] else "plain"
            secret = match[group].rstrip(_STRIPPED)
            quoted = bool(match["open"] or match["other"])
            if _is_secret(secret, named=group == "secret", quoted=quoted):
                start = match.start(group)
                yield Finding("password", start, start + len(secret), 0.85, "what is called a password")
        for match in _BESIDE.finditer(text):
            secret = match["secret"].rstrip(_STRIPPED)
            if _is_secret(secret, named=True, quoted=False):
                start = match.start("secret")
                yield Finding(
                    "password", start, start + len(secret), 0.75, "letters and digits beside a password's name"
                )
    if not any(word in lowered for word in _ANY_CODE):
        return
    for match in _PIN.finditer(text):
        yield Finding("password", *match.span("secret"), 0.85, "digits called a PIN")
    for match in _NAMED_CODE.finditer(text):
        yield Finding("one_time_code", *match.span("secret"), 0.85, "digits called a one-time code")
    for match in _SENT_CODE.finditer(text):
        if match["lead"].lower() not in _OTHER_CODES:
            yield Finding("one_time_code", *match.span("secret"), 0.7, "digits called a code")


def _is_secret(secret: str, *, named: bool, quoted: bool) -> bool:
    lowered = secret.lower()
    if (
        len(secret) < 4
        or (lowered in _NO_SECRETS and not quoted)
        or "://" in secret
        or not set(secret) - {"*", "x", "X", ".", "•", "_"}
    ):
        return False
    mixed = any(map(str.isdigit, secret)) or any(not character.isalnum() for character in secret.strip("'’-"))
    # A plain word may be a secret only where it is said to be one and is no word about secrets.
    return mixed or quoted or (named and not lowered.endswith(("ing", "ed", "ly")))
