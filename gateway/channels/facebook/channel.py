"""The Facebook adapter: joins the modules of this folder to the ports of `gateway.channels`.

in:  webhook, or `supply` -> verify -> split -> parse -> messaging | feed
out: windows -> render -> client; hiding, signs; files both ways; `care` for the Page
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from gateway.channels.base import ActKind, Challenge, Fetched, Loaded, Sign, Takes
from gateway.channels.care import Check, Step
from gateway.channels.download import Downloader
from gateway.channels.facebook import deeds, fetching, lookup, parse, profile, render, sending, split, verify
from gateway.channels.facebook.account import Account
from gateway.channels.facebook.care import Keeper
from gateway.channels.facebook.client import GraphClient
from gateway.channels.facebook.payloads import messenger_account, messenger_thread
from gateway.channels.facebook.settings import FacebookSettings
from gateway.channels.facebook.supply import Listing
from gateway.channels.supply import Receive, Supplied
from gateway.clock import Clock
from gateway.errors import SendUnclear
from gateway.files import TAKES
from gateway.happenings import Event
from gateway.messages import Attachment, Channel, Outbound, RawEvent, Said, Sender, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText

_PRIVATE_REPLY_WINDOW: Final = timedelta(days=7)


class FacebookChannel:
    """One Page: its feed in public, its Messenger thread in private."""

    name = Channel.FACEBOOK
    receive = Receive.WEBHOOK
    """Always: what no webhook brings is caught up with, but not for each message anew."""
    can_look_up = True
    """Conversations and comments can be read. What went by Messenger also comes back as an echo (`Echoed`)."""

    def __init__(self, settings: FacebookSettings, clock: Clock) -> None:
        """Raise `SettingsError` where something is missing."""
        settings.check()
        self.account = settings.page_id
        self._settings = settings
        self._clock = clock
        self._client = GraphClient(
            access_token=settings.page_access_token,
            secret=settings.secret,
            api_root=settings.api_root,
            connect_timeout=settings.connect_timeout,
            total_timeout=settings.total_timeout,
            clock=clock,
        )
        self._downloader = Downloader("Facebook", settings.api_root)
        self._listing = Listing(self._client, settings.page_id, settings.app_id, clock, settings.pace)
        self._keeper = Keeper(Account(self._client, settings), settings, clock)

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Answer the verification of the webhook. Raises `BadSignature` on a wrong token."""
        return verify.challenge(query, self._settings.verify)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless Facebook signed exactly these bytes."""
        verify.verify(headers, body, self._settings.secret)

    def split(self, body: bytes) -> list[RawEvent]:
        """Cut a body into its events. Never raises."""
        return split.split(body)

    def parse(self, event: RawEvent) -> Event:
        """Understand one event. Raises `ParseError`."""
        return parse.parse(event, self.account, self._settings.app_id, self._clock)

    def way_in(self, code: str, said: Said) -> WayIn:
        """An m.me link. It carries the code as `ref`, for a new thread and an old one ("m.me links")."""
        url = f"https://m.me/{quote(self.account, safe='')}?ref={quote(code, safe='')}"
        return WayIn(url=url, label="Continue in Messenger", code=code)

    def writes_first(self, said: Said) -> bool:
        """Comments and visitors' posts take one private reply within 7 days ("Private replies", 16 Apr 2026)."""
        from_feed = said.place.surface is Surface.PUBLIC and said.sender.scope == "feed"
        return from_feed and self._clock() - said.at < _PRIVATE_REPLY_WINDOW

    def text_limit(self, surface: Surface) -> int:
        """Characters of one comment or of one Messenger text."""
        return render.text_limit(surface)

    def takes(self) -> Takes:
        """What can be sent along in private."""
        return TAKES[self.name]

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        """Write in the Messenger thread, or open it by a private reply. Raises as the port says."""
        answer = await sending.send(self._client, self.account, out, reference, files, self._clock())
        if not answer.message_id:
            raise SendUnclear("Facebook took the message but gave no id.")
        return _sent(answer.message_id, answer.recipient_id if out.opens_private else None)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Comment on the comment or post. Graph takes no id of ours here, so `reference` stays at home."""
        answer = await self._client.comment(out.target, render.public_comment(str(text), out.way_in))
        if not answer.id:
            raise SendUnclear("Facebook took the comment but gave no id.")
        return Sent(native_id=answer.id)

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> list[Sent]:
        """Look for `out` in the conversation or among the comments; raises as the port says.

        Neither shows our `reference`: only the echo does ("message_echoes", 18 Mar 2026).
        """
        search = lookup.Search(self._client, self.account, out, since, self._clock())
        if out.opens_private:
            return [_sent(opening.native_id, opening.person) for opening in await search.find_private_reply()]
        found = await (search.find_comment() if out.surface is Surface.PUBLIC else search.find_message())
        return [Sent(native_id=native_id) for native_id in found]

    async def fetch(self, attachment: Attachment) -> Fetched:
        """What came along with a message or a comment. Raises `FetchRefused` or `FetchRetryable`."""
        return await fetching.fetch(self._client, self._downloader, attachment)

    async def name_of(self, sender: Sender) -> str:
        """What who writes in Messenger is called. Raises `SendRetryable` or `SendRefused`."""
        return await profile.name_of(self._client, sender.native_id)

    async def sign(self, sign: Sign) -> None:
        """Show in Messenger that somebody types, or has read. Raises nothing."""
        await deeds.sign(self._client, self.account, sign)

    def can(self, act: ActKind, place: str, target: str) -> bool:
        """Whether it stands on the Page, where all can be hidden or removed."""
        return deeds.can(place)

    async def act(self, act: ActKind, target: str) -> None:
        """Hide or remove a comment or a visitor's post. Raises `SendRetryable` or `SendRefused`."""
        await deeds.act(self._client, act, target)

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """What conversations and feed show since `cursors`. Raises `SendRetryable` or `SendRefused`."""
        return await self._listing.supply(cursors)

    async def checks(self, url: str) -> list[Check]:
        """Look at token, rights, subscriptions and profile. Raises nothing."""
        return await self._keeper.checks(url)

    async def connect(self, url: str) -> list[Step]:
        """Have events delivered to `url`, and set Messenger up. Raises nothing."""
        return await self._keeper.connect(url)

    async def disconnect(self) -> list[Step]:
        """Have the Page deliver nothing more. Raises nothing."""
        return await self._keeper.disconnect()

    async def start(self) -> None:
        """Nothing to open: the first call connects."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()
        await self._downloader.close()


def _sent(native_id: str, opened_by: str | None) -> Sent:
    if not opened_by:
        return Sent(native_id=native_id)
    return Sent(native_id=native_id, opened=messenger_thread(opened_by), opened_by=messenger_account(opened_by))
