"""The Facebook adapter: joins the modules of this folder to the port of `gateway.channels.base`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote

from gateway.channels.base import Challenge
from gateway.channels.facebook import lookup, parse, render, split, verify
from gateway.channels.facebook.client import GraphClient
from gateway.channels.facebook.payloads import messenger_account, messenger_thread
from gateway.channels.facebook.settings import FacebookSettings
from gateway.clock import Clock
from gateway.errors import SendUnclear
from gateway.messages import Channel, Ignored, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.wall import PublicText

_PRIVATE_REPLY_WINDOW: Final = timedelta(days=7)


class FacebookChannel:
    """One Page: its feed in public, its Messenger thread in private."""

    name = Channel.FACEBOOK
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

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """Answer the verification of the webhook. Raises `BadSignature` on a wrong token."""
        return verify.challenge(query, self._settings.verify)

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless Facebook signed exactly these bytes."""
        verify.verify(headers, body, self._settings.secret)

    def split(self, body: bytes) -> list[RawEvent]:
        """Cut a body into its events. Never raises."""
        return split.split(body)

    def parse(self, event: RawEvent) -> Said | Ignored:
        """Understand one event. Raises `ParseError`."""
        return parse.parse(event, self.account)

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

    async def send_private(self, out: Outbound, reference: str) -> Sent:
        """Write in the Messenger thread, or open it by a private reply. Raises as the port says."""
        answer = await self._client.send_message(self.account, render.private_message(out, self.account, reference))
        if not answer.message_id:
            raise SendUnclear("Facebook took the message but gave no id.")
        return _sent(answer.message_id, answer.recipient_id if out.opens_private else None)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Comment on the comment or post. Graph takes no id of ours here, so `reference` stays at home."""
        answer = await self._client.comment(out.target, render.public_comment(str(text), out.way_in))
        if not answer.id:
            raise SendUnclear("Facebook took the comment but gave no id.")
        return Sent(native_id=answer.id)

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> Sent | None:
        """Look for `out` in the conversation or among the comments; raises as the port says.

        Neither shows our `reference`: only the echo does ("message_echoes", 18 Mar 2026).
        """
        search = lookup.Search(self._client, self.account, out, since, self._clock())
        if out.opens_private:
            opening = await search.find_private_reply()
            return _sent(opening.native_id, opening.person) if opening else None
        found = await (search.find_comment() if out.surface is Surface.PUBLIC else search.find_message())
        return Sent(native_id=found) if found else None

    async def start(self) -> None:
        """Nothing to open: the first call connects."""

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()


def _sent(native_id: str, opened_by: str | None) -> Sent:
    if not opened_by:
        return Sent(native_id=native_id)
    return Sent(native_id=native_id, opened=messenger_thread(opened_by), opened_by=messenger_account(opened_by))
