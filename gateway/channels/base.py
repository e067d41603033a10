"""What every channel can do: verify -> split -> parse on the way in, render -> send (-> look up) on the way out.

A channel's folder holds `verify` (signatures and challenges), `payloads` (the platform's documented shapes and their
ids), `parse` (in), `render` (out), `client` (the platform's API), `lookup` (asking for a message whose answer was lost,
where the platform can be asked) and `channel` (the adapter that joins them). Nothing of the vendor leaves the folder.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

import msgspec

from gateway.messages import Channel, Ignored, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a platform's verification request."""

    body: str
    content_type: str = "text/plain; charset=utf-8"


class ChannelAdapter(Protocol):
    """One network, as the stages see it."""

    name: Channel
    account: str
    """Our own account: X user id, Page id, bot id."""
    can_look_up: bool
    """Whether the platform can be asked for a message whose answer was lost (`look_up`)."""

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Answer a verification by GET; None where this is none. Raises `BadSignature` on a wrong token."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless the platform signed exactly these bytes. Header names are lower case."""

    def split(self, body: bytes) -> list[RawEvent]:
        """Cut a delivery into its events, each with its own key. Never raises: what cannot be read is one event."""

    def parse(self, event: RawEvent) -> Said | Ignored:
        """Understand one event. Raises `ParseError` where it is of a documented kind but of an undocumented shape.

        An `Echoed`, which is an `Ignored`, tells of a message of our own that is surely there.
        """

    def way_in(self, code: str, said: Said) -> WayIn:
        """The link that leads the author of the public `said` into a private thread."""

    def writes_first(self, said: Said) -> bool:
        """Whether a first private message can be anchored on the public `said` (Facebook's private reply)."""

    def text_limit(self, surface: Surface) -> int:
        """The longest text of one message, in the platform's own units; in public, what the wall lets through."""

    async def send_private(self, out: Outbound, reference: str) -> Sent:
        """Send a private message. `reference` is our own id of it, passed along where the platform takes one.

        Raises `SendRetryable`, `SendRefused` or `SendUnclear`.
        """

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Send a public message; `text` is what the wall let through. Raises as `send_private`."""

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> Sent | None:
        """Ask the platform whether `out`, whose sending with `reference` began at `since` (our clock), is there.

        Returns what its answer would have been; None where the platform plainly shows that it is not there, which can
        be said a minute after `since` at the earliest. Raises `SendRetryable` where that cannot be told now, and
        `SendRefused` where it cannot be told at all, and a person must look. Raises nothing else.
        """

    async def start(self) -> None:
        """Open connections. No call to the platform."""

    async def stop(self) -> None:
        """Close connections."""


class ParseError(Exception):
    """An event of a known kind in a shape that is not documented: it is set aside, visible and replayable."""
