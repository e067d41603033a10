"""Public answers: what the assistant's domain lets be said in public, held against the wall before anybody hears it.

bot/domain/policy.yml (who is answered in public) -> responses of those intents -> texts that are nobody's secret
                                                                                -> what the wall has against them
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from gateway.brand import Brand
from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.findings import WallFinding
from gateway.privacy.wall import Wall
from gateway.settings import ROOT

DOMAIN: Final = ROOT / "bot" / "domain"
_MOVING: Final = "utter_move_aside"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One variation of a response that may stand in public; its text may hold `{slots}`."""

    name: str
    text: str
    channels: tuple[Channel, ...]
    file: str


def answers(folder: Path = DOMAIN) -> list[Answer]:
    """Every public answer of a domain; none where there is no domain here. Raises `SettingsError`."""
    policy = folder / "policy.yml"
    if not policy.exists():
        return []
    public = set(_answered(_decoded(policy)))
    found = []
    for path in sorted(folder.glob("*.yml")):
        for name, variations in (_decoded(path).get("responses") or {}).items():
            if name.removeprefix("utter_") in public or name.startswith(_MOVING):
                found += [
                    Answer(
                        name=name,
                        text=str(variation.get("text") or ""),
                        channels=(Channel(variation["channel"]),)
                        if variation.get("channel") in set(Channel)
                        else tuple(Channel),
                        file=path.name,
                    )
                    for variation in variations
                ]
    return found


def texts(brand: Brand, spoken: Sequence[str] = (), folder: Path = DOMAIN) -> list[str]:
    """What everybody can read: the brand's contact details, its fixed words (`spoken`) and its public answers."""
    own = (*brand.formats.own_phones, *brand.formats.own_emails, *brand.formats.own_addresses)
    return [*own, *spoken, *(answer.text for answer in answers(folder))]


def refused(wall: Wall, folder: Path = DOMAIN) -> list[tuple[Answer, WallFinding]]:
    """The public answers that the wall would not let through, as far as that is known before slots are filled in."""
    return [
        (answer, finding)
        for answer in answers(folder)
        if answer.text
        for finding in wall.template_findings(answer.text, answer.channels[0])
    ]


def must_pass(brand: Brand, folder: Path = DOMAIN) -> None:
    """Raise `SettingsError` that names each public answer which the wall would refuse, with its file."""
    wall, where = Wall(Detector(brand.formats)), "/".join(folder.parts[-2:])
    found = {f"{where}/{answer.file}: {answer.name}: {finding.reason}" for answer, finding in refused(wall, folder)}
    if found:
        raise SettingsError("Not fit for the public:\n" + "\n".join(sorted(found)))


def _answered(policy: dict[str, Any]) -> Iterator[str]:
    for rows in policy.values():
        for intent, row in rows.items() if isinstance(rows, dict) else ():
            if isinstance(row, dict) and row.get("public") == "answer":
                yield intent


def _decoded(path: Path) -> dict[str, Any]:
    try:
        return msgspec.yaml.decode(path.read_bytes(), type=dict[str, Any])
    except (OSError, msgspec.MsgspecError, ValueError) as error:
        raise SettingsError(f"{path.name} is not as it should be: {error}") from error
