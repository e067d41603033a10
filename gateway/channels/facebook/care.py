"""Looking after a Page: is the token good, may it do what it must, do events reach us, is Messenger set up.

connect(url) -> the application's webhook -> the Page's subscription -> Get Started and a greeting
checks(url)  -> token, page, rights, subscription, webhook, profile, privacy: well, not well, or not to be told

The application's own settings can be asked and set only with FACEBOOK_APP_ID. Sources: Graph API v26.0, `debug_token`,
`Page/subscribed_apps`, `Application/subscriptions`; Messenger Platform, "Messenger Profile"; read 22 Nov 2026.
"""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.channels.care import Check, Step
from gateway.channels.facebook.account import FIELDS, NEEDED, RIGHTS, Account, Profile, TokenData
from gateway.channels.facebook.payloads import GET_STARTED, text_id
from gateway.channels.facebook.settings import FacebookSettings
from gateway.channels.facebook.times import moment
from gateway.clock import Clock
from gateway.errors import SendError, SendLockedOut

_SOON: Final = timedelta(days=7)
_CONNECT: Final = "Run `aside channels connect facebook`."
_NEW_TOKEN: Final = "Make a new Page access token and set FACEBOOK_PAGE_ACCESS_TOKEN."  # noqa: S105
_GREETING: Final = "Hello! An automatic assistant answers here first. Ask for a person at any time."
"""At most 160 characters. Automation must be disclosed ("Send messages", 5 May 2026)."""
_BY_HAND: Final = (
    "Facebook tells an application's webhook only to who knows its id. Set FACEBOOK_APP_ID, or do it by hand: App "
    "Dashboard, Webhooks, Page: callback URL {url}, verify token as in FACEBOOK_VERIFY, fields {fields}."
)


class Keeper:
    """Looks after one Page."""

    def __init__(self, account: Account, settings: FacebookSettings, clock: Clock) -> None:
        self._account = account
        self._settings = settings
        self._clock = clock

    async def checks(self, url: str) -> list[Check]:
        """Look at everything. Raises nothing."""
        token = await _look("token", self._token)
        if token.well is False:
            return [token]
        found = [token]
        for name, look in (
            ("rights", self._rights),
            ("subscription", self._subscription),
            ("webhook", lambda: self._webhook(url)),
            ("profile", self._profile),
            ("privacy", self._privacy),
        ):
            found.append(await _look(name, look))
        if self._settings.api_root.startswith("http:"):
            return found  # no Facebook: there is no dashboard in which a person could look
        words = "Whether people may answer after 24 hours (feature Human Agent) cannot be asked."
        found.append(Check(name="human agent", well=None, words=words, advice="See App Dashboard, App Review."))
        return found

    async def connect(self, url: str) -> list[Step]:
        """Have events delivered to `url`, and set up Messenger; each step as often as you like. Raises nothing."""
        return [
            await self._register(url),
            await _do(self._account.subscribe, f"The Page delivers: {', '.join(FIELDS)}.", "The Page delivers nothing"),
            await self._set_profile(),
        ]

    async def disconnect(self) -> list[Step]:
        """Have the Page deliver nothing more. Raises nothing."""
        done = "The Page delivers nothing more. The application's webhook is left as it is: other Pages may use it."
        return [await _do(self._account.unsubscribe, done, "The Page still delivers")]

    async def _token(self) -> Check:
        page = await self._account.page()
        if text_id(page.id) != self._settings.page_id:
            words = "The token is another Page's, or a person's, and not that of FACEBOOK_PAGE_ID."
            return Check(name="token", well=False, words=words, advice=_NEW_TOKEN)
        return Check(name="token", well=True, words=f"The Page is {page.name}.")

    async def _rights(self) -> Check:
        token = await self._account.token()
        if not token.is_valid:
            return Check(name="rights", well=False, words="Facebook calls the token invalid.", advice=_NEW_TOKEN)
        if missing := [right for right in RIGHTS if right not in token.scopes]:
            advice = "Ask for them in App Review, with Advanced Access, and make a new token."
            return Check(name="rights", well=False, words=f"The token lacks {', '.join(missing)}.", advice=advice)
        if ends := self._ends(token):
            return Check(name="rights", well=None, words=ends, advice=_NEW_TOKEN)
        return Check(name="rights", well=True, words="The token may do all that is needed.")

    def _ends(self, token: TokenData) -> str:
        for at, what in ((token.expires_at, "The token expires"), (token.data_access_expires_at, "Its access ends")):
            ends = moment(at) if at else None
            if ends is not None and ends - self._clock() < _SOON:
                return f"{what} on {ends:%d %b %Y}."
        return ""

    async def _subscription(self) -> Check:
        found = await self._account.subscribed()
        if found is None:
            return Check(name="subscription", well=False, words="The Page delivers nothing to us.", advice=_CONNECT)
        missing = [field for field in FIELDS if field not in found.subscribed_fields]
        if not missing:
            return Check(name="subscription", well=True, words="The Page delivers all that we understand.")
        well = None if set(found.subscribed_fields) >= NEEDED else False
        return Check(
            name="subscription", well=well, words=f"The Page does not deliver {', '.join(missing)}.", advice=_CONNECT
        )

    async def _webhook(self, url: str) -> Check:
        name = "webhook"
        if not self._account.knows_app:
            words = "Where the application has its events delivered can be asked only with FACEBOOK_APP_ID."
            return Check(name=name, well=None, words=words)
        webhook = await self._account.webhook()
        if webhook is None or not webhook.active:
            words = "The application has the events of Pages delivered nowhere."
            return Check(name=name, well=False, words=words, advice=_CONNECT)
        host = urlsplit(webhook.callback_url).hostname or "an address that cannot be read"
        if url and webhook.callback_url != url:
            words = f"Facebook delivers to another address, at {host}."
            return Check(name=name, well=False, words=words, advice=_CONNECT)
        if missing := [field for field in FIELDS if field not in webhook.names]:
            well = None if webhook.names >= NEEDED else False
            words = f"The application is not subscribed to {', '.join(missing)}."
            return Check(name=name, well=well, words=words, advice=_CONNECT)
        if not url:
            return Check(
                name=name, well=None, words=f"Facebook delivers to {host}; whether that is here, nobody knows."
            )
        return Check(name=name, well=True, words="Facebook delivers here.")

    async def _profile(self) -> Check:
        profile = await self._account.profile()
        if not profile.get_started:
            words = "Messenger has no Get Started button: whoever follows a link for the first time comes without it."
            return Check(name="profile", well=False, words=words, advice=_CONNECT)
        if not profile.greeting:
            words = "Messenger has no greeting, which says that an assistant answers."
            return Check(name="profile", well=None, words=words, advice=_CONNECT)
        return Check(name="profile", well=True, words="Messenger has Get Started and a greeting.")

    async def _privacy(self) -> Check:
        name = "privacy"
        if not self._account.knows_app:
            words = "Whether the application names its privacy policy can be asked only with FACEBOOK_APP_ID."
            return Check(name=name, well=None, words=words)
        if (await self._account.app()).privacy_policy_url:
            return Check(name=name, well=True, words="The application names its privacy policy.")
        words = "The application names no privacy policy, which Facebook asks for."
        return Check(name=name, well=None, words=words, advice="App Dashboard, App Settings, Basic.")

    async def _register(self, url: str) -> Step:
        if not self._account.knows_app:
            where = url or "https://YOUR-HOST/webhooks/facebook/webhook"
            return Step(words=_BY_HAND.format(url=where, fields=", ".join(FIELDS)), done=False)
        if not url.startswith("https://") and not self._settings.api_root.startswith("http:"):
            return Step(words="Facebook delivers to a public https address only. Set ASIDE_PUBLIC_URL.", done=False)
        done = f"Facebook delivers to {urlsplit(url).hostname}."
        return await _do(lambda: self._account.register(url), done, "Facebook does not deliver here")

    async def _set_profile(self) -> Step:
        try:
            profile = await self._account.profile()
        except SendError:
            profile = Profile()  # then all of it is set
        values: dict[str, Any] = {}
        payload = str((profile.get_started or {}).get("payload", ""))
        if GET_STARTED not in payload.casefold():
            values["get_started"] = {"payload": GET_STARTED}
        if not profile.greeting:
            values["greeting"] = [{"locale": "default", "text": _GREETING}]
        if not values:
            return Step(words="Messenger had Get Started and a greeting already.", done=True)
        done = (
            f"Messenger has {' and '.join('Get Started' if key == 'get_started' else 'a greeting' for key in values)}."
        )
        return await _do(lambda: self._account.set_profile(values), done, "Messenger was not set up")


async def _look(name: str, look: Callable[[], Awaitable[Check]]) -> Check:
    try:
        return await look()
    except SendLockedOut as error:
        return Check(name=name, well=False, words=error.message, advice=_NEW_TOKEN)
    except SendError as error:
        return Check(name=name, well=None, words=f"It cannot be told. {error.message}")


async def _do(deed: Callable[[], Awaitable[None]], done: str, failed: str) -> Step:
    try:
        await deed()
    except SendError as error:
        return Step(words=f"{failed}. {error.message}", done=False)
    return Step(words=done, done=True)
