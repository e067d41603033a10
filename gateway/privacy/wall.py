"""The wall: a public text exists only as a value that `Wall.check` made; senders accept nothing else.

It refuses what shows personal data, what asks for it, what confirms that somebody is a customer, and what the platform
would not take. It knows nothing of the case: a safe text is safe for everybody.
"""

from collections.abc import Iterator, Sequence
from typing import Final, final

from gateway.errors import WallRefusal
from gateway.messages import Channel
from gateway.privacy import limits
from gateway.privacy.confirmations import find_confirmations
from gateway.privacy.detect import Detector
from gateway.privacy.findings import WallFinding, WallKind
from gateway.privacy.folding import Folded, fold
from gateway.privacy.requests import find_requests

__all__ = ["PublicText", "Wall", "WallFinding", "WallKind"]

_KEY: Final = object()
_BAR: Final = 0.5  # the score from which a finding of the detector is an identifier

_NAMES: Final = {
    "card": "a card number",
    "security_code": "a card's security code",
    "iban": "a bank account number",
    "email": "an e-mail address",
    "phone": "a phone number",
    "order_number": "an order, booking, account or case number",
    "address": "a postal address",
    "birth_date": "a birth date",
    "ip": "an IP address",
}
_MESSAGES: Final = {
    WallKind.IDENTIFIER: "It shows personal data, so it cannot be said in public. Send it privately instead.",
    WallKind.REQUEST: "It asks for personal data, so it cannot be said in public. Ask in the private chat instead.",
    WallKind.CONFIRMATION: "It tells everybody that this person is a customer. Send it privately instead.",
    WallKind.PLATFORM: "The platform would not take this text.",
}
_GRAVEST_FIRST: Final = (WallKind.IDENTIFIER, WallKind.REQUEST, WallKind.CONFIRMATION, WallKind.PLATFORM)


@final
class PublicText:
    """A text that the wall let through. Only `Wall.check` can make one."""

    __slots__ = ("_text",)

    def __init__(self, text: str, *, key: object) -> None:
        if key is not _KEY:
            raise TypeError("a public text is made by the wall only")
        self._text = text

    def __str__(self) -> str:
        return self._text


class Wall:
    """Lets a text through to the public, or says why not."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector

    def check(self, text: str, channel: Channel) -> PublicText:
        """The text as a value that may be said in public. Raises `WallRefusal` with every finding."""
        _refuse(self.findings(text, channel))
        return PublicText(text, key=_KEY)

    def check_pieces(self, text: str, pieces: Sequence[str], channel: Channel) -> list[PublicText]:
        """A text that goes out in pieces, as the values that may be said; for what a cut takes apart, or puts first,
        the whole is looked at and each of them. Raises `WallRefusal`, with findings by their place in the whole.
        """
        found = self._said(text)
        start = 0
        for piece in pieces:
            start = text.index(piece, start)
            for finding in self.findings(piece, channel):
                found.append(WallFinding(finding.kind, finding.start + start, finding.end + start, finding.reason))
            start += len(piece)
        _refuse(_in_order(found))
        return [PublicText(piece, key=_KEY) for piece in pieces]

    def findings(self, text: str, channel: Channel) -> list[WallFinding]:
        """Why the text cannot be said in public, in the order of the text; empty where it can."""
        # A text beyond every limit is refused for that alone: reading it to the end would be work for nothing.
        unsent = list(_platform(text, channel))
        if len(text) > max(limits.LIMITS.values()):
            return unsent
        return _in_order([*self._said(text), *unsent])

    def _said(self, text: str) -> list[WallFinding]:
        lowered = _lowered(text)
        return [*self._identifiers(text), *_requests(lowered), *_confirmations(lowered)]

    def _identifiers(self, text: str) -> Iterator[WallFinding]:
        for finding in self._detector.find(text):
            if finding.score >= _BAR:
                reason = f"This looks like {_NAMES[finding.type]}."
                yield WallFinding(WallKind.IDENTIFIER, finding.start, finding.end, reason)


def _refuse(findings: list[WallFinding]) -> None:
    if findings:
        kinds = {finding.kind for finding in findings}
        gravest = next(kind for kind in _GRAVEST_FIRST if kind in kinds)
        message = findings[0].reason if kinds == {WallKind.PLATFORM} else _MESSAGES[gravest]
        raise WallRefusal(message, findings=tuple(findings))


def _in_order(found: list[WallFinding]) -> list[WallFinding]:
    return sorted(set(found), key=lambda finding: (finding.start, finding.end))


def _requests(folded: Folded) -> Iterator[WallFinding]:
    for span in find_requests(folded.text):
        yield WallFinding(WallKind.REQUEST, *folded.span(*span), "This asks for personal data.")


def _confirmations(folded: Folded) -> Iterator[WallFinding]:
    for span in find_confirmations(folded.text):
        reason = "This tells everybody about this person's order or account."
        yield WallFinding(WallKind.CONFIRMATION, *folded.span(*span), reason)


def _platform(text: str, channel: Channel) -> Iterator[WallFinding]:
    if not text.strip():
        yield WallFinding(WallKind.PLATFORM, 0, len(text), "The text is empty.")
    longest, length = limits.LIMITS[channel], limits.length(text, channel)
    if length > longest:
        reason = f"The text is too long: {length} of at most {longest} characters."
        yield WallFinding(WallKind.PLATFORM, 0, len(text), reason)
    span = limits.unsendable(text)
    if span is not None:
        yield WallFinding(WallKind.PLATFORM, *span, "The text holds a character that cannot be sent.")


def _lowered(text: str) -> Folded:
    folded = fold(text)
    # Folding leaves no letter whose lower case is longer, so that offsets stay.
    return Folded(folded.text.lower(), folded.origins, folded.length)
