"""Bodies as platforms deliver them: signed, taken in by the real intake, understood by the real adapters.

Only what goes out is pretended (`tests.fakes`), so that a body can be followed into its case.
"""

import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from gateway.channels.base import ChannelAdapter
from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.channels.telegram import TelegramChannel, TelegramSettings
from gateway.channels.twitter import TwitterChannel, TwitterSettings
from gateway.clock import utc_now
from gateway.happenings import Event
from gateway.messages import Channel, RawEvent, Said, Surface, WayIn
from tests.fakes import FakePlatform

PAYLOADS: Final = Path(__file__).parents[1] / "payloads"
OURS: Final = {
    Channel.TELEGRAM: "777000111",
    Channel.FACEBOOK: "104000000000001",
    Channel.TWITTER: "1111111111111111111",
}
"""Our accounts in the bodies that were written by hand."""
_SECRET: Final = "a-secret"


def bodies(channel: Channel) -> dict[str, bytes]:
    """All bodies of a channel by name; those of public suites as `public/<name>`."""
    own = {path.stem: path for path in (PAYLOADS / channel).glob("*.json")}
    public = {f"public/{path.stem}": path for path in (PAYLOADS / channel / "public").glob("*.json")}
    return {name: path.read_bytes() for name, path in sorted({**own, **public}.items())}


def account_of(channel: Channel, body: bytes) -> str:
    """Whose account a body was delivered to, as its envelope says."""
    told: Any = json.loads(body)
    found = ""
    if channel is Channel.TWITTER:
        found = told.get("for_user_id", "")
    if channel is Channel.FACEBOOK and isinstance(told.get("entry"), list) and told["object"] == "page":
        found = told["entry"][0]["id"]
    return str(found or OURS[channel])


def adapter(channel: Channel, account: str = "", api_root: str = "http://127.0.0.1:9") -> ChannelAdapter:
    """The real adapter for one of our accounts. Nobody listens where its API is, unless `api_root` says where."""
    account = account or OURS[channel]
    if channel is Channel.TELEGRAM:
        telegram = TelegramSettings(
            access_token=f"{account}:hidden", secret_token=_SECRET, bot_username="aside_help_bot", api_root=api_root
        )
        return TelegramChannel(telegram, utc_now)
    if channel is Channel.FACEBOOK:
        facebook = FacebookSettings(
            verify="word", secret=_SECRET, page_access_token="token", page_id=account, api_root=api_root
        )
        return FacebookChannel(facebook, utc_now)
    twitter = TwitterSettings(
        consumer_key="key",
        consumer_secret=_SECRET,
        access_token="token",
        access_token_secret="token-secret",
        user_id=account,
        username="AsideShop",
        api_root=api_root,
    )
    return TwitterChannel(twitter, clock=utc_now)


def signed(channel: Channel, body: bytes) -> dict[str, str]:
    """The headers that prove that the platform sent it."""
    digest = hmac.digest(_SECRET.encode(), body, "sha256")
    if channel is Channel.TELEGRAM:
        return {"x-telegram-bot-api-secret-token": _SECRET}
    if channel is Channel.FACEBOOK:
        return {"x-hub-signature-256": f"sha256={digest.hex()}"}
    return {"x-twitter-webhooks-signature": f"sha256={b64encode(digest).decode()}"}


class Played(FakePlatform):
    """A platform whose events are the real ones, and whose sends are pretended."""

    def __init__(self, real: ChannelAdapter) -> None:
        super().__init__(real.name, real.account)
        self._real = real

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        self._real.verify(headers, body)

    def split(self, body: bytes) -> list[RawEvent]:
        return self._real.split(body)

    def parse(self, event: RawEvent) -> Event:
        return self._real.parse(event)

    def way_in(self, code: str, said: Said) -> WayIn:
        return self._real.way_in(code, said)

    def writes_first(self, said: Said) -> bool:
        return self._real.writes_first(said)

    def text_limit(self, surface: Surface) -> int:
        return self._real.text_limit(surface)
