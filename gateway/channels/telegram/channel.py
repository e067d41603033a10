"""The Telegram adapter: joins verify, split, parse, render and client to the port of `gateway.channels.base`.

A pressed button is not confirmed to Telegram (`answerCallbackQuery`): parsing makes no calls. The app shows the button
as busy until it gives up, and the answer arrives as a message all the same.
"""

from collections.abc import Mapping
from datetime import datetime

from telegram.helpers import create_deep_linked_url

from gateway.channels.base import Challenge
from gateway.channels.telegram import parse, render, split, verify
from gateway.channels.telegram.addressed import Bot
from gateway.channels.telegram.client import TelegramClient
from gateway.channels.telegram.settings import TelegramSettings
from gateway.clock import Clock
from gateway.errors import SendRefused
from gateway.messages import Channel, Ignored, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.limits import LIMITS
from gateway.privacy.wall import PublicText


class TelegramChannel:
    """One bot: its groups in public, its private chats in private."""

    name = Channel.TELEGRAM
    can_look_up = False
    """The Bot API has no method that lists or searches a chat's messages (Bot API 10.0), and a bot gets no update for
    what it sends itself."""

    def __init__(self, settings: TelegramSettings, clock: Clock) -> None:
        """Raise `SettingsError` where something is missing."""
        settings.check()
        self.account = settings.bot_id
        self._bot = Bot(id=int(settings.bot_id), username=settings.bot_username.removeprefix("@"))
        self._secret_token = settings.secret_token
        self._clock = clock
        self._client = TelegramClient(
            token=settings.access_token,
            api_root=settings.api_root,
            connect_timeout=settings.connect_timeout,
            total_timeout=settings.total_timeout,
        )

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """None: Telegram verifies nothing by GET."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless the secret header is ours."""
        verify.verify(headers, self._secret_token)

    def split(self, body: bytes) -> list[RawEvent]:
        """The one update of a body. Never raises."""
        return split.split(body)

    def parse(self, event: RawEvent) -> Said | Ignored:
        """Understand one update. Raises `ParseError`."""
        return parse.parse(event, self._bot, self._clock)

    def way_in(self, code: str, said: Said) -> WayIn:
        """A deep link; the customer's app sends `/start <code>` when it is pressed."""
        url = create_deep_linked_url(self._bot.username, code)
        return WayIn(url=url, label="Continue in private", code=code)

    def writes_first(self, said: Said) -> bool:
        """Never by a message in a group: a bot cannot write to a person who has not started it ("Forbidden")."""
        return False

    def text_limit(self, surface: Surface) -> int:
        """Characters of one message; the same on both surfaces."""
        return LIMITS[self.name]

    async def send_private(self, out: Outbound, reference: str) -> Sent:
        """Write in the private chat. The Bot API takes no id of ours, so `reference` stays at home."""
        return await self._send(render.private_address(out), out.text, out)

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Answer the message in the group. Raises as the port says."""
        return await self._send(render.public_address(out), str(text), out)

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> Sent | None:
        """Raise `SendRefused`: see `can_look_up`."""
        raise SendRefused("Telegram cannot be asked whether a message is there. Please look.")

    async def start(self) -> None:
        """Make the client ready. No call to Telegram."""
        await self._client.start()

    async def stop(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _send(self, address: render.Address, text: str, out: Outbound) -> Sent:
        message_id = await self._client.send(address, text, render.keyboard(out))
        return Sent(native_id=f"{address.chat_id}/{message_id}")
