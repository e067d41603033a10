"""Vehicle registration plates, only beside words for them: by themselves they look like models and flights."""

import re
from collections.abc import Iterator

from gateway.privacy.findings import Finding

_PLATE = re.compile(
    r"(?<![a-z])(?:reg(?:istration)?(?:\s(?:plate|number|no|mark|is))?|number\splate|licen[cs]e\splate|plates?|vrm"
    r"|vrn|kennzeichen"
    r"|nummernschild|matricula|plaque(?:\sd'immatriculation)?|immatriculation|targa|kenteken|placa)"
    r"\s?(?:is|was|number|no|nr|ist|lautet|es|est|e|:|#|=|-|,|of\smy\scar|for\smy\scar){0,1}\s?(?:is|:)?\s?"
    r"(?P<plate>(?=[a-z0-9 -]{0,8}[0-9])(?=[a-z0-9 -]{0,8}[a-z])[a-z0-9]{1,4}(?:[ -]?[a-z0-9]{1,4}){1,2})(?![a-z0-9])",
    re.IGNORECASE,
)
_MIXED = re.compile(r"(?=.*[0-9])(?=.*[A-Z])[A-Z0-9 -]{4,11}")


def find_plates(text: str) -> Iterator[Finding]:
    """Plates in a folded text."""
    for match in _PLATE.finditer(text):
        plate = match["plate"]
        compact = plate.replace(" ", "").replace("-", "")
        if 4 <= len(compact) <= 9 and (_MIXED.fullmatch(plate) or " " not in plate):
            yield Finding("plate", *match.span("plate"), 0.75, "letters and digits called a number plate")
