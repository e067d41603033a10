"""What every channel can do: verify -> split -> parse on the way in, render -> send (-> look up) on the way out.

Besides: fetch what came along, hide what should not be read, give small signs, bring what no webhook has brought
(`supply`), and look after the account (`care`). A channel's folder holds `verify` (signatures and challenges),
`payloads` (the platform's documented shapes and their ids), `parse` (in), `render` (out), `client` (the platform's
API), `lookup` (asking for a message whose answer was lost, where the platform can be asked) and `channel` (the
adapter that joins them). Nothing of the vendor leaves the folder.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Protocol

import msgspec

from gateway.files import Takes as Takes
from gateway.happenings import Event
from gateway.messages import Attachment, Channel, File, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a platform's verification request."""

    body: str
    content_type: str = "text/plain; charset=utf-8"


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """A file with its content."""

    file: File
    content: bytes


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What a customer sent along, as the platform handed it out."""

    content: bytes
    mime: str
    """By its first bytes, not by what anybody says it is."""
    name: str = ""


class SignKind(StrEnum):
    """Small signs of life. They may be lost: nothing hangs on them."""

    TYPING = "typing"
    SEEN = "seen"
    PRESSED = "pressed"
    """A button's press has been taken: the app shows it as busy no longer."""


class Sign(msgspec.Struct, frozen=True, kw_only=True):
    """A sign for one customer."""

    kind: SignKind
    place: str
    """`Place.native_id` of the thread."""
    target: str
    """As in `Outbound.target`."""
    acknowledge: str = ""
    """As in `Said.acknowledge`."""


class ActKind(StrEnum):
    """What can be done about a customer's own public message."""

    HIDE = "hide"
    REMOVE = "remove"


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

    def parse(self, event: RawEvent) -> Event:
        """Understand one event. Raises `ParseError` where it is of a documented kind but of an undocumented shape.

        An `Echoed`, which is an `Ignored`, tells of a message of our own that is surely there.
        """

    def way_in(self, code: str, said: Said) -> WayIn:
        """The link that leads the author of the public `said` into a private thread."""

    def writes_first(self, said: Said) -> bool:
        """Whether a first private message can be anchored on the public `said` (Facebook's private reply)."""

    def text_limit(self, surface: Surface) -> int:
        """The longest text of one message, in the platform's own units; in public, what the wall lets through."""

    def takes(self) -> Takes:
        """What can be sent along in private."""

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        """Send a private message, which is a text, or one file (`out.text` is then empty).

        `reference` is our own id of it, passed along where the platform takes one. `files` are those of `out`.
        Raises `SendRetryable`, `SendRefused` or `SendUnclear`.
        """

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Send a public message; `text` is what the wall let through. Raises as `send_private`."""

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> Sequence[Sent]:
        """Ask the platform whether `out`, whose sending with `reference` began at `since` (our clock), is there.

        Returns what its answer would have been, the likeliest first where several messages may be it (the same words
        may have been said twice); nothing where the platform plainly shows that it is not there, which can be said a
        minute after `since` at the earliest. Raises `SendRetryable` where that cannot be told now, and `SendRefused`
        where it cannot be told at all, and a person must look. Raises nothing else.
        """

    async def fetch(self, attachment: Attachment) -> Fetched:
        """What came along with a message. Raises `FetchRefused` (never to be had) or `FetchRetryable`."""

    async def sign(self, sign: Sign) -> None:
        """Give a small sign, where the platform has it. Raises nothing: whatever happens, nothing hangs on it."""

    def can(self, act: ActKind, place: str, target: str) -> bool:
        """Whether the platform may let us do this about a customer's public message."""

    async def act(self, act: ActKind, target: str) -> None:
        """Do it; what is done already is well. Raises `SendRetryable` or `SendRefused`."""

    async def start(self) -> None:
        """Open connections. No call to the platform."""

    async def stop(self) -> None:
        """Close connections."""


class ParseError(Exception):
    """An event of a known kind in a shape that is not documented: it is set aside, visible and replayable."""
