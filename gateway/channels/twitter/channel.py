"""X as the stages see it: the adapter that joins verify, payloads, parse, render, client and lookup."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from gateway.channels.base import Challenge
from gateway.channels.twitter import lookup, payloads, render, verify
from gateway.channels.twitter.client import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S, XClient
from gateway.channels.twitter.fields import identifier
from gateway.channels.twitter.parse import parse
from gateway.channels.twitter.settings import TwitterSettings
from gateway.errors import SendRefused
from gateway.messages import Channel, Ignored, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _check_target(out: Outbound) -> None:
    """Raise `SendRefused` where there is nobody to answer: a post to nobody would be a post to everybody."""
    if not identifier(out.target):
        raise SendRefused(f"There is nothing on X to answer under {out.target!r}.")


class TwitterChannel:
    """One account on X: a `ChannelAdapter`."""

    name = Channel.TWITTER
    can_look_up = True
    """Our own timeline and the conversation's events can be read."""

    def __init__(
        self,
        settings: TwitterSettings,
        *,
        clock: Callable[[], datetime] = _utc_now,
        total_timeout: float = TOTAL_TIMEOUT_S,
        connect_timeout: float = CONNECT_TIMEOUT_S,
    ) -> None:
        """`clock` gives the time of what carries none of its own, aware and in UTC; time-outs are in seconds."""
        self.account = settings.user_id
        self._settings = settings
        self._clock = clock
        self._client = XClient(settings, total_timeout=total_timeout, connect_timeout=connect_timeout, clock=clock)

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Answer X's check of the webhook (CRC); None where this is none. Raises `BadSignature` on an odd token."""
        return verify.answer_challenge(self._settings.consumer_secret, query)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless X signed exactly these bytes. Header names are lower case."""
        verify.check_signature(self._settings.consumer_secret, headers, body)

    def split(self, body: bytes) -> list[RawEvent]:
        """Cut a delivery into its events, each with its own key. Never raises."""
        return payloads.split(body, self.account)

    def parse(self, event: RawEvent) -> Said | Ignored:
        """Understand one event. Raises `ParseError` for a documented kind in an undocumented shape."""
        return parse(event, self._settings, self._clock())

    def way_in(self, code: str, said: Said) -> WayIn:
        """The link into direct messages with us; on X it is the same for everybody but for the code."""
        return render.way_in(self.account, code)

    def writes_first(self, said: Said) -> bool:
        """Never: X lets a bot send direct messages "only after user DMs you first" (developer-guidelines, Aug 2026)."""
        return False

    def text_limit(self, surface: Surface) -> int:
        """The longest text: weighted characters in public, characters in private."""
        return render.text_limit(surface)

    async def send_private(self, out: Outbound, reference: str) -> Sent:
        """Send a direct message; X takes no `reference`. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        _check_target(out)
        return Sent(native_id=await self._client.message(out.target, render.render_message(out)))

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Publish a reply with what the wall let through; X takes no `reference`. Raises as `send_private`."""
        _check_target(out)
        return Sent(native_id=await self._client.post(render.render_post(out, str(text))))

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> Sent | None:
        """Look for `out` in our timeline or in the conversation; X keeps no `reference`. Raises as the port says."""
        _check_target(out)
        find = lookup.find_post if out.surface is Surface.PUBLIC else lookup.find_message
        found = await find(self._client, self.account, out, since, self._clock())
        return Sent(native_id=found) if found else None

    async def start(self) -> None:
        """Make the session; no call to X."""
        await self._client.open()

    async def stop(self) -> None:
        """Close the session."""
        await self._client.close()
