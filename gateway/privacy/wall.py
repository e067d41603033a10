"""The wall: a public text exists only as a value that `Wall.check` made; senders accept nothing else.

    text, what was told in its case -> identifiers | repeats | requests | confirmations | what the platform refuses
    none of them -> `PublicText`        some -> `WallRefusal` with each, its kind, its place in the text and a reason

A supervisor may waive requests, confirmations and the platform's rules, never identifiers and repeats.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Final, final

from gateway.errors import WallRefusal
from gateway.messages import Channel
from gateway.privacy import limits
from gateway.privacy.confirmations import find_confirmations
from gateway.privacy.detect import Detector
from gateway.privacy.disguises import undisguised
from gateway.privacy.findings import WAIVABLE, WallFinding, WallKind
from gateway.privacy.folding import Folded, fold
from gateway.privacy.kinds import NAMES
from gateway.privacy.repeats import NOTHING_TOLD, PrivateWords, Told, commonplace
from gateway.privacy.requests import find_requests

__all__ = ["NOTHING_TOLD", "PublicText", "Told", "Wall", "WallFinding", "WallKind"]

_KEY: Final = object()
_SLOT: Final = re.compile(r"\{\{?[^{}]{1,60}\}\}?")
_FILLED_IN: Final = "it"  # drawn out to the length of its slot, so that places stay
_TURNING: Final = re.compile("[\u202d\u202e]")  # overrides, behind which everybody reads 712401 as 104217
_BAR: Final = 0.5  # the score from which a finding of the detector is an identifier

_MESSAGES: Final = {
    WallKind.IDENTIFIER: "It shows personal data, so it cannot be said in public. Send it privately instead.",
    WallKind.REPEAT: "It repeats what was said in private, so it cannot be said in public. Send it privately instead.",
    WallKind.REQUEST: "It asks for personal data, so it cannot be said in public. Ask in the private chat instead.",
    WallKind.CONFIRMATION: "It tells everybody that this person is a customer. Send it privately instead.",
    WallKind.PLATFORM: "The platform would not take this text.",
}
_GRAVEST_FIRST: Final = (
    WallKind.IDENTIFIER, WallKind.REPEAT, WallKind.REQUEST, WallKind.CONFIRMATION, WallKind.PLATFORM,
)  # fmt: skip


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

    def __init__(self, detector: Detector, *, public: Iterable[str] = ()) -> None:
        """`public`: the brand's public answers and contact details; what they say is nobody's secret."""
        self._detector = detector
        self._known = commonplace(public)

    def check(
        self, text: str, channel: Channel, told: Told = NOTHING_TOLD, *, waived: Collection[WallKind] = ()
    ) -> PublicText:
        """The text as a value that may be said in public, in a case in which so much has been `told`.

        `waived`: kinds that a supervisor lets pass. Raises `WallRefusal` with every finding that is left.
        """
        _refuse(self.findings(text, channel, told), waived)
        return PublicText(text, key=_KEY)

    def check_pieces(
        self,
        text: str,
        pieces: Sequence[str],
        channel: Channel,
        told: Told = NOTHING_TOLD,
        *,
        waived: Collection[WallKind] = (),
    ) -> list[PublicText]:
        """A text that goes out in pieces, as the values that may be said; for what a cut takes apart, or puts first,
        the whole is looked at and each of them. Raises `WallRefusal`, with findings by their place in the whole.
        """
        private = PrivateWords.of(told, self._known)
        found = self._said(text, private)
        start = 0
        for piece in pieces:
            start = text.index(piece, start)
            for finding in (*self._said(piece, private), *_platform(piece, channel, told)):
                found.append(WallFinding(finding.kind, finding.start + start, finding.end + start, finding.reason))
            start += len(piece)
        _refuse(_in_order(found), waived)
        return [PublicText(piece, key=_KEY) for piece in pieces]

    def findings(self, text: str, channel: Channel, told: Told = NOTHING_TOLD) -> list[WallFinding]:
        """Why the text cannot be said in public, in the order of the text; empty where it can."""
        unsent = list(_platform(text, channel, told))
        if len(text) > limits.LONGEST_IN_PIECES:
            # Nobody reads it to its end, so nobody can waive what is in it.
            too_long = WallFinding(WallKind.IDENTIFIER, 0, len(text), "The text is too long to be looked at.")
            return _in_order([too_long, *unsent])
        return _in_order([*self._said(text, PrivateWords.of(told, self._known)), *unsent])

    def template_findings(self, template: str, channel: Channel) -> list[WallFinding]:
        """Why a template cannot be kept for public use; what is filled into its `{slots}` is looked at when it is sent.

        The length is left to that, too. Spans are those of the template.
        """
        bare = _SLOT.sub(lambda match: _FILLED_IN + _FILLED_IN[-1] * (len(match.group()) - len(_FILLED_IN)), template)
        return [finding for finding in self.findings(bare, channel) if finding.kind is not WallKind.PLATFORM]

    def _said(self, text: str, private: PrivateWords) -> list[WallFinding]:
        lowered = _lowered(text)
        return [*self._identifiers(text), *_repeats(text, private), *_requests(lowered), *_confirmations(lowered)]

    def _identifiers(self, text: str) -> Iterator[WallFinding]:
        for finding in self._detector.find(text, ours=True):
            if finding.score >= _BAR:
                reason = f"This looks like {NAMES.get(finding.type, 'personal data')}."
                yield WallFinding(WallKind.IDENTIFIER, finding.start, finding.end, reason)
        for sign in _TURNING.finditer(text):
            yield WallFinding(WallKind.IDENTIFIER, *sign.span(), "A hidden sign turns the text round.")


def _refuse(findings: list[WallFinding], waived: Collection[WallKind]) -> None:
    findings = [finding for finding in findings if finding.kind not in WAIVABLE or finding.kind not in waived]
    if findings:
        kinds = {finding.kind for finding in findings}
        gravest = next(kind for kind in _GRAVEST_FIRST if kind in kinds)
        message = findings[0].reason if kinds == {WallKind.PLATFORM} else _MESSAGES[gravest]
        raise WallRefusal(message, findings=tuple(findings))


def _in_order(found: list[WallFinding]) -> list[WallFinding]:
    return sorted(set(found), key=lambda finding: (finding.start, finding.end))


def _repeats(text: str, private: PrivateWords) -> Iterator[WallFinding]:
    for start, end, what in private.find(text):
        yield WallFinding(WallKind.REPEAT, start, end, f"This repeats {what} from the private conversation.")


def _requests(folded: Folded) -> Iterator[WallFinding]:
    for text in (folded, undisguised(folded)):
        if text is not None:
            for span in find_requests(text.text):
                yield WallFinding(WallKind.REQUEST, *text.span(*span), "This asks for personal data.")


def _confirmations(folded: Folded) -> Iterator[WallFinding]:
    for span in find_confirmations(folded.text):
        reason = "This tells everybody about this person's order or account."
        yield WallFinding(WallKind.CONFIRMATION, *folded.span(*span), reason)


def _platform(text: str, channel: Channel, told: Told) -> Iterator[WallFinding]:
    if not text.strip():
        yield WallFinding(WallKind.PLATFORM, 0, len(text), "The text is empty.")
    elif channel is Channel.TWITTER and limits.same_again(text, told.posted):
        yield WallFinding(WallKind.PLATFORM, 0, len(text), "X takes no post with the same words as one before.")
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
