"""X as the stages see it: the adapter that joins what this folder holds."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from gateway.channels.base import ActKind, Challenge, Fetched, Loaded, Sign, Takes
from gateway.channels.care import Check, Step
from gateway.channels.download import Downloader
from gateway.channels.grants import Grants
from gateway.channels.supply import Supplied
from gateway.channels.twitter import lookup, payloads, render, verify
from gateway.channels.twitter.answer import missing
from gateway.channels.twitter.care import XCare
from gateway.channels.twitter.client import CONNECT_TIMEOUT_S, TOTAL_TIMEOUT_S, XClient
from gateway.channels.twitter.conversations import Conversations
from gateway.channels.twitter.fields import identifier
from gateway.channels.twitter.files import ARCHIVE_HOST, fetch, upload
from gateway.channels.twitter.parse import parse
from gateway.channels.twitter.settings import TwitterSettings
from gateway.channels.twitter.supply import XSupply
from gateway.errors import SendRefused
from gateway.files import TAKES
from gateway.happenings import Event
from gateway.messages import Attachment, Channel, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _check_target(out: Outbound) -> None:
    """Raise `SendRefused` where there is nobody to answer: a post to nobody would be a post to everybody."""
    if not identifier(out.target):
        raise SendRefused(f"There is nothing on X to answer under {out.target!r}.")


class TwitterChannel:
    """One account on X: a `ChannelAdapter`, a `Supply` and a `Care`."""

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
        grants: Grants | None = None,
    ) -> None:
        """`clock` gives the time of what carries none of its own, aware and in UTC; time-outs are in seconds.

        `grants` keeps what OAuth 2.0 renews for all processes; without it, it is lost with this one.
        """
        self.account = settings.user_id
        self.receive = settings.receive
        self._settings = settings
        self._clock = clock
        self._client = XClient(
            settings, total_timeout=total_timeout, connect_timeout=connect_timeout, clock=clock, grants=grants
        )
        self._root = settings.api_root.rstrip("/")
        self._downloader = Downloader("X", settings.api_root, trusted=(ARCHIVE_HOST,))
        self._supply = XSupply(self._client, self.account, settings.receive, clock)
        self._care = XCare(self._client, settings)
        self._conversations = Conversations()

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Answer X's check of the webhook (CRC); None where this is none. Raises `BadSignature` on an odd token."""
        return verify.answer_challenge(self._settings.consumer_secret, query)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless X signed exactly these bytes. Header names are lower case."""
        verify.check_signature(self._settings.consumer_secret, headers, body)

    def split(self, body: bytes) -> list[RawEvent]:
        """Cut a delivery into its events, each with its own key. Never raises."""
        return payloads.split(body, self.account)

    def parse(self, event: RawEvent) -> Event:
        """Understand one event. Raises `ParseError` for a documented kind in an undocumented shape."""
        found = parse(event, self._settings, self._clock())
        self._conversations.note(found)
        return found

    def way_in(self, code: str, said: Said) -> WayIn:
        """The link into direct messages with us; on X it is the same for everybody but for the code."""
        return render.way_in(self.account, code)

    def writes_first(self, said: Said) -> bool:
        """Never: X lets a bot send direct messages "only after user DMs you first" (developer-guidelines, Aug 2026)."""
        return False

    def text_limit(self, surface: Surface) -> int:
        """The longest text: weighted characters in public, characters in private."""
        return render.text_limit(surface)

    def takes(self) -> Takes:
        """Pictures, GIFs and films, one with each direct message."""
        return TAKES[self.name]

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        """Send a direct message; X takes no `reference`. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        _check_target(out)
        if len(files) > 1:
            raise SendRefused("X takes one file with a direct message.")
        media_id = await upload(self._client, files[0]) if files else ""
        return Sent(native_id=await self._client.message(out.target, render.render_message(out), media_id))

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Publish a reply with what the wall let through; X takes no `reference`. Raises as `send_private`."""
        _check_target(out)
        return Sent(native_id=await self._client.post(render.render_post(out, str(text))))

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> list[Sent]:
        """Look for `out` in our timeline or in the conversation; X keeps no `reference`. Raises as the port says."""
        _check_target(out)
        if out.files:
            raise SendRefused("A file cannot be told from another of ours. Please look.")
        find = lookup.find_post if out.surface is Surface.PUBLIC else lookup.find_message
        found = await find(self._client, self.account, out, since, self._clock())
        return [Sent(native_id=one) for one in found]

    async def fetch(self, attachment: Attachment) -> Fetched:
        """What came along with a message. Raises `FetchRefused` (never to be had) or `FetchRetryable`."""
        return await fetch(self._client, self._downloader, self._root, attachment)

    async def sign(self, sign: Sign) -> None:
        """Nothing: API 2 knows neither typing nor read receipts of ours (openapi.json 2.168, Aug 2026)."""

    def can(self, act: ActKind, place: str, target: str) -> bool:
        """Whether X may let us: it hides replies in conversations that we began, and removes nothing of others'."""
        return act is ActKind.HIDE and self._conversations.may_be_ours(place, target)

    async def act(self, act: ActKind, target: str) -> None:
        """Hide a reply; X hides it again without complaint. Raises `SendRetryable` or `SendRefused`."""
        if act is not ActKind.HIDE or not identifier(target):
            raise SendRefused("X lets nobody remove what others have posted.")
        try:
            answer = await self._client.ask("PUT", f"/2/tweets/{target}/hidden", json={"hidden": True})
        except SendRefused as refusal:
            raise SendRefused(f"{refusal.message} X hides replies only in conversations that we began.") from refusal
        if problem := missing(answer):
            raise SendRefused(f"X did not hide it: {problem}")

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """What has happened since `cursors`. Raises `SendRetryable` (and its kinds) or `SendRefused`."""
        return await self._supply.supply(cursors)

    async def checks(self, url: str) -> list[Check]:
        """Look at everything. `url`: where X should deliver; empty where that is not known. Raises nothing."""
        return await self._care.checks(url)

    async def connect(self, url: str) -> list[Step]:
        """Have X deliver to `url` (https, ours) and tell us of what we have a use for. Raises nothing."""
        return await self._care.connect(url)

    async def disconnect(self) -> list[Step]:
        """Have X deliver nothing more. Raises nothing."""
        return await self._care.disconnect()

    async def start(self) -> None:
        """Make the session; no call to X."""
        await self._client.open()

    async def stop(self) -> None:
        """Close the session."""
        await self._client.close()
        await self._downloader.close()
