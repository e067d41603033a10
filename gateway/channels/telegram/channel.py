"""The Telegram adapter: joins verify, split, parse, render and client to the port of `gateway.channels.base`.

in:  webhook, or `supply` -> verify -> split -> parse
out: render -> client; small signs, deletions; files both ways; `care` for the account
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from telegram.helpers import create_deep_linked_url

from gateway.channels.base import ActKind, Challenge, Fetched, Loaded, Sign, Takes
from gateway.channels.care import Check, Step
from gateway.channels.download import Downloader
from gateway.channels.supply import Receive, Supplied
from gateway.channels.telegram import fetch, parse, render, signs, split, verify
from gateway.channels.telegram.account import Account
from gateway.channels.telegram.care import Keeper
from gateway.channels.telegram.client import TelegramClient
from gateway.channels.telegram.settings import TelegramSettings
from gateway.channels.telegram.supply import Updates
from gateway.clock import Clock
from gateway.errors import SendRefused, SendRetryable
from gateway.files import TAKES
from gateway.happenings import Event
from gateway.messages import Attachment, Channel, Outbound, RawEvent, Said, Sent, Surface, WayIn
from gateway.privacy.limits import LIMITS
from gateway.privacy.wall import PublicText


class TelegramChannel:
    """One bot: its groups in public, its private chats in private."""

    name = Channel.TELEGRAM
    can_look_up = False
    """The Bot API has no method that lists or searches a chat's messages (Bot API 10.0), and a bot gets no update for
    what it sends itself."""

    def __init__(self, settings: TelegramSettings, clock: Clock) -> None:
        """Raise `SettingsError` where something is missing. Without a `secret_token`, updates are fetched."""
        settings.check()
        self.account = settings.bot_id
        self.receive = Receive.WEBHOOK if settings.secret_token else Receive.POLLING
        self._secret_token = settings.secret_token
        self._clock = clock
        self._client = TelegramClient(
            token=settings.access_token,
            api_root=settings.api_root,
            connect_timeout=settings.connect_timeout,
            total_timeout=settings.total_timeout,
            patience=max(settings.upload_timeout, settings.poll_timeout + settings.total_timeout),
        )
        request = self._client.request
        self._downloader = Downloader("Telegram", self._client.root)
        self._account = Account(request, settings.bot_id, settings.bot_username)
        self._updates = Updates(request, self._account, clock, self.receive, settings.poll_timeout)
        self._keeper = Keeper(request, self._account, settings, self.receive, clock)

    def challenge(self, query: Mapping[str, str]) -> Challenge | None:
        """None: Telegram verifies nothing by GET."""
        return None

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Raise `BadSignature` unless the secret header is ours; always where no secret is set."""
        verify.verify(headers, self._secret_token)

    def split(self, body: bytes) -> list[RawEvent]:
        """The events of a body, nearly always one. Never raises."""
        return split.split(body)

    def parse(self, event: RawEvent) -> Event:
        """Understand one update. Raises `ParseError`."""
        return parse.parse(event, self._account.bot, self._clock)

    def way_in(self, code: str, said: Said) -> WayIn:
        """A deep link; the customer's app sends `/start <code>` when it is pressed.

        Raises `SendRetryable` as long as the bot's name is not known, which is before Telegram has answered at all.
        """
        if not self._account.bot.username:
            raise SendRetryable("Telegram has not told the bot's name yet.")
        url = create_deep_linked_url(self._account.bot.username, code)
        return WayIn(url=url, label="Continue in private", code=code)

    def writes_first(self, said: Said) -> bool:
        """Never by a message in a group: a bot cannot write to a person who has not started it ("Forbidden")."""
        return False

    def text_limit(self, surface: Surface) -> int:
        """UTF-16 code units of one message; the same on both surfaces."""
        return LIMITS[self.name]

    def takes(self) -> Takes:
        """What can be sent along in private."""
        return TAKES[self.name]

    async def send_private(self, out: Outbound, reference: str, files: Sequence[Loaded] = ()) -> Sent:
        """Write in the private chat, or send a file. The Bot API takes no id of ours, so `reference` stays at home."""
        address = render.private_address(out.target)
        if files:
            return Sent(native_id=await self._client.send_file(address, files[0]))
        return Sent(native_id=await self._client.send(address, out.text, render.keyboard(out)))

    async def send_public(self, out: Outbound, text: PublicText, reference: str) -> Sent:
        """Answer the message in the group. Raises as the port says."""
        address = render.public_address(out.place, out.target)
        return Sent(native_id=await self._client.send(address, str(text), render.keyboard(out)))

    async def look_up(self, out: Outbound, reference: str, since: datetime) -> list[Sent]:
        """Raise `SendRefused`: see `can_look_up`."""
        raise SendRefused("Telegram cannot be asked whether a message is there. Please look.")

    async def fetch(self, attachment: Attachment) -> Fetched:
        """What came along with a message. Raises `FetchRefused` or `FetchRetryable`."""
        return await fetch.fetch(self._client.request, self._client.root, self._downloader, attachment)

    async def sign(self, sign: Sign) -> None:
        """Show that a button's press was taken, or that somebody types. Raises nothing."""
        await signs.give(self._client.request, sign)

    def can(self, act: ActKind, place: str, target: str) -> bool:
        """Whether it is a message of a group, which an admin can delete."""
        return act is ActKind.REMOVE and signs.can_remove(place, target)

    async def act(self, act: ActKind, target: str) -> None:
        """Delete a message for everybody. Raises `SendRetryable` or `SendRefused`."""
        signs.check(act)
        await signs.remove(self._client.request, target)

    async def supply(self, cursors: Mapping[str, str]) -> Supplied:
        """The next updates, where there is no webhook. Raises `SendRetryable` or `SendRefused`."""
        return await self._updates.supply(cursors)

    async def checks(self, url: str) -> list[Check]:
        """Look at token, rights and webhook. Raises nothing."""
        return await self._keeper.checks(url)

    async def connect(self, url: str) -> list[Step]:
        """Have updates delivered to `url`, or prepare to fetch them. Raises nothing."""
        return await self._keeper.connect(url)

    async def disconnect(self) -> list[Step]:
        """Take the webhook away. Raises nothing."""
        return await self._keeper.disconnect()

    async def start(self) -> None:
        """Make the client ready. One call to Telegram, where the bot's name is not set."""
        await self._client.start()
        await self._account.start()

    async def stop(self) -> None:
        """Close the connections."""
        await self._account.stop()
        await self._client.close()
        await self._downloader.close()
