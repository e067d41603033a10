"""What the channel tells an action about the message it has just understood."""

import re
from dataclasses import dataclass

from rasa_sdk.interfaces import Tracker

#: What the gateway writes for what came along, in place of words.
_WORDLESS = re.compile(r"(?:\[[a-z]+\] ?)+")


@dataclass(frozen=True)
class Suggestion:
    """An intent that the customer may have meant."""

    intent: str
    title: str


@dataclass(frozen=True)
class Understood:
    """The last message: `kind` is the section of the policy table that its intent stands in."""

    intent: str
    text: str
    kind: str
    surface: str
    reason: str
    entities: dict[str, str]
    suggestions: tuple[Suggestion, ...]

    @property
    def is_wordless(self) -> bool:
        """Whether a picture, a recording or the like came without a word."""
        return _WORDLESS.fullmatch(self.text) is not None


def understood(tracker: Tracker) -> Understood:
    """Read the last message of the customer and the metadata that our channel puts beside it."""
    message = tracker.latest_message
    metadata = message.get("metadata") or {}
    return Understood(
        intent=message["intent"]["name"],
        text=message.get("text") or "",
        kind=metadata["kind"],
        surface=metadata["surface"],
        reason=metadata["reason"],
        entities={entity["entity"]: str(entity["value"]) for entity in message.get("entities", [])},
        suggestions=tuple(Suggestion(**suggestion) for suggestion in metadata["suggestions"]),
    )
