"""Looking after the bot: is its token good, what may it hear, do updates reach us; setting the webhook, taking it away.

connect(url) -> setWebhook with our secret and the updates that we understand; without a secret, the webhook is removed
             -> the bot's commands, as the customer's app lists them (`commands`)
checks(url)  -> getMe, getWebhookInfo -> what is well, what is not, what to do
Source: Bot API 10.0, `setWebhook`, `WebhookInfo`, `User` (python-telegram-bot 22.8), read 22 Nov 2026.
"""

from typing import Any, Final
from urllib.parse import urlsplit

from gateway.channels.care import Check, Step
from gateway.channels.supply import Receive
from gateway.channels.telegram import commands
from gateway.channels.telegram.account import Account
from gateway.channels.telegram.request import Request
from gateway.channels.telegram.settings import TelegramSettings
from gateway.channels.telegram.supply import ALLOWED
from gateway.clock import Clock
from gateway.errors import SendError, SendLockedOut

_PORTS: Final = (443, 80, 88, 8443)
_CONNECTIONS: Final = 40  # Telegram's own choice; the webhook stores and answers, so that few are in use
_NEEDED: Final = ("message", "edited_message", "callback_query", "my_chat_member")
_RECENT: Final = 3600.0  # seconds for which a failed delivery is news
_MANY: Final = 100  # waiting updates
_CONNECT: Final = "Run `aside channels connect telegram`."


class Keeper:
    """Looks after one bot."""

    def __init__(
        self, request: Request, account: Account, settings: TelegramSettings, receive: Receive, clock: Clock
    ) -> None:
        self._request = request
        self._account = account
        self._settings = settings
        self._receive = receive
        self._clock = clock

    async def checks(self, url: str) -> list[Check]:
        """Look at everything. Raises nothing."""
        try:
            me = await self._account.learn()
        except SendError as error:
            return [_no_token(error)]
        checks = [self._token(me), self._groups(me), self._business(me)]
        checks.append(await commands.check(self._request, _CONNECT))
        try:
            info = await self._request.ask("getWebhookInfo")
        except SendError as error:
            return [*checks, Check(name="webhook", well=None, words=f"It cannot be told. {error.message}")]
        info = info if isinstance(info, dict) else {}
        if self._receive is Receive.POLLING:
            return [*checks, self._no_webhook(info)]
        return [*checks, self._webhook(info, url), self._deliveries(info), self._allowed(info)]

    async def connect(self, url: str) -> list[Step]:
        """Have updates delivered to `url`; without a secret, prepare to fetch them. Raises nothing."""
        if self._receive is Receive.POLLING:
            removed = await self._remove("Updates are fetched: without TELEGRAM_SECRET_TOKEN, nothing is delivered.")
            return [removed, await commands.set_up(self._request, self._account)]
        if fault := self._fault(url):
            return [Step(words=fault, done=False)]
        return [await self._deliver(url), await commands.set_up(self._request, self._account)]

    async def _deliver(self, url: str) -> Step:
        try:
            before = await self._request.ask("getWebhookInfo")
            await self._request.ask(
                "setWebhook",
                url=url,
                secret_token=self._settings.secret_token,
                allowed_updates=ALLOWED,
                max_connections=_CONNECTIONS,
            )
        except SendError as error:
            return Step(words=f"The webhook was not set. {error.message}", done=False)
        same = isinstance(before, dict) and before.get("url") == url
        words = "Telegram delivers to this address already; the secret and the kinds of updates are set anew."
        return Step(words=words if same else f"Telegram delivers to {_host(url)} from now on.", done=True)

    async def disconnect(self) -> list[Step]:
        """Have nothing delivered any more; what comes meanwhile waits for 24 hours. Raises nothing."""
        return [await self._remove("Telegram delivers nothing any more; it keeps what comes for 24 hours.")]

    async def _remove(self, words: str) -> Step:
        try:
            await self._request.ask("deleteWebhook")
        except SendError as error:
            return Step(words=f"The webhook was not removed. {error.message}", done=False)
        return Step(words=words, done=True)

    def _fault(self, url: str) -> str:
        address = urlsplit(url)
        if not url:
            return "Aside does not know its public address. Set ASIDE_PUBLIC_URL, or remove TELEGRAM_SECRET_TOKEN."
        if self._settings.api_root.startswith("http:"):
            return ""  # a pretend Telegram, or an own server of the Bot API, takes any address
        if address.scheme != "https":
            return "Telegram delivers to https only."
        if (address.port or 443) not in _PORTS:
            return f"Telegram delivers to the ports {', '.join(map(str, _PORTS))} only."
        return ""

    def _token(self, me: dict[str, Any]) -> Check:
        name, wanted = str(me.get("username", "")), self._settings.bot_username.removeprefix("@")
        if wanted and name.casefold() != wanted.casefold():
            advice = "Correct TELEGRAM_BOT_USERNAME, or leave it out."
            words = f"The bot is @{name}, and TELEGRAM_BOT_USERNAME says @{wanted}: its links lead nowhere."
            return Check(name="token", well=False, words=words, advice=advice)
        return Check(name="token", well=True, words=f"The bot is @{name}.")

    def _groups(self, me: dict[str, Any]) -> Check:
        admin = "Make the bot an admin of each group, with the right to delete messages, to have leaked data removed."
        if not me.get("can_join_groups", True):
            return Check(
                name="groups",
                well=True,
                words="The bot cannot be added to groups; it is there for private chats only.",
                advice="To change that: BotFather, /setjoingroups.",
            )
        if me.get("can_read_all_group_messages"):
            return Check(name="groups", well=True, words="The bot hears everything in its groups.", advice=admin)
        words = "Privacy mode is on: in groups the bot hears what names it or answers it, and all where it is an admin."
        return Check(name="groups", well=True, words=words, advice=admin)

    def _business(self, me: dict[str, Any]) -> Check:
        if me.get("can_connect_to_business"):
            return Check(name="business", well=True, words="Business accounts can connect the bot to their chats.")
        return Check(
            name="business",
            well=True,
            words="Business accounts cannot connect the bot.",
            advice="To change that: BotFather, Bot Settings, Business Mode.",
        )

    def _no_webhook(self, info: dict[str, Any]) -> Check:
        if info.get("url"):
            words = f"A webhook is set ({_host(str(info['url']))}), so that updates cannot be fetched."
            advice = (
                "Run `aside channels disconnect telegram` to take it away, or set TELEGRAM_SECRET_TOKEN to use one."
            )
            return Check(name="webhook", well=False, words=words, advice=advice)
        waiting = info.get("pending_update_count", 0)
        return Check(name="webhook", well=True, words=f"Updates are fetched; {waiting} wait at Telegram.")

    def _webhook(self, info: dict[str, Any], url: str) -> Check:
        set_to = str(info.get("url", ""))
        if not set_to:
            return Check(name="webhook", well=False, words="No webhook is set: nothing arrives.", advice=_CONNECT)
        if not url:
            words = f"Telegram delivers to {_host(set_to)}; whether that is here cannot be told."
            return Check(name="webhook", well=None, words=words, advice="Set ASIDE_PUBLIC_URL to have it compared.")
        if set_to != url:
            words = f"Telegram delivers to {_host(set_to)}, and not here ({_host(url)})."
            return Check(name="webhook", well=False, words=words, advice=_CONNECT)
        return Check(name="webhook", well=True, words=f"Telegram delivers to {_host(url)}.")

    def _deliveries(self, info: dict[str, Any]) -> Check:
        waiting = _number(info.get("pending_update_count"))
        failed, why = _number(info.get("last_error_date")), str(info.get("last_error_message", ""))
        if waiting and failed and self._clock().timestamp() - failed < _RECENT:
            words = f"{_updates(waiting)}, and the last delivery failed: {why[:200]}."
            advice = "Look whether this address is reached from the internet, by https with a good certificate."
            if "403" in why:
                advice = f"The secret is not the one that was set. {_CONNECT}"
            return Check(name="deliveries", well=False, words=words, advice=advice)
        if waiting > _MANY:
            words = f"{_updates(waiting)} at Telegram."
            return Check(name="deliveries", well=False, words=words, advice="Look whether the gateway keeps up.")
        return Check(name="deliveries", well=True, words=f"Deliveries arrive; {waiting} wait at Telegram.")

    def _allowed(self, info: dict[str, Any]) -> Check:
        allowed = info.get("allowed_updates") or []
        lacking = [kind for kind in _NEEDED if allowed and kind not in allowed]
        if lacking:
            words = f"Telegram does not deliver {', '.join(lacking)}."
            return Check(name="updates", well=False, words=words, advice=_CONNECT)
        if "message_reaction" not in allowed:
            return Check(name="updates", well=True, words="Telegram delivers no reactions.", advice=_CONNECT)
        return Check(name="updates", well=True, words="Telegram delivers all that is understood here.")


def _no_token(error: SendError) -> Check:
    if isinstance(error, SendLockedOut):
        advice = "Ask BotFather for a token (/token) and set TELEGRAM_ACCESS_TOKEN."
        return Check(
            name="token", well=False, words=f"Telegram does not know the token. {error.message}", advice=advice
        )
    return Check(name="token", well=None, words=f"It cannot be told. {error.message}")


def _host(url: str) -> str:
    return urlsplit(url).netloc or "an unknown place"


def _updates(waiting: int) -> str:
    return "1 update waits" if waiting == 1 else f"{waiting} updates wait"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
