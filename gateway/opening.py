"""Opening channels: the sections of `credentials.yml` become adapters; a channel without its secrets is off.

section -> what is lacking? nothing -> the channel's settings -> its adapter
"""

import inspect
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.channels.base import ChannelAdapter
from gateway.channels.facebook.channel import FacebookChannel
from gateway.channels.facebook.settings import FacebookSettings
from gateway.channels.telegram.channel import TelegramChannel
from gateway.channels.telegram.settings import TelegramSettings
from gateway.channels.twitter.channel import TwitterChannel
from gateway.channels.twitter.settings import TwitterSettings
from gateway.clock import Clock
from gateway.credentials import Sections, given, usable
from gateway.errors import SettingsError
from gateway.messages import Channel
from gateway.storage.database import Database
from gateway.storage.grants import StoredGrants


def open_channels(sections: Sections, clock: Clock, database: Database | None = None) -> dict[Channel, ChannelAdapter]:
    """The channels whose secrets are all there. Raises `SettingsError` on a wrong value.

    `database` keeps access that a platform renews; without one it is kept until the process ends.
    """
    return {name: _open(name, given(sections[name]), clock, database) for name in usable(sections)}


_KINDS: Final[Mapping[Channel, type[Any]]] = {
    Channel.TWITTER: TwitterSettings,
    Channel.FACEBOOK: FacebookSettings,
    Channel.TELEGRAM: TelegramSettings,
}


def keys(name: Channel) -> frozenset[str]:
    """What a channel's section of `credentials.yml` may hold; Rasa writes some names with a hyphen."""
    return frozenset(inspect.signature(_KINDS[name]).parameters)


def _open(name: Channel, values: Mapping[str, str], clock: Clock, database: Database | None) -> ChannelAdapter:
    if name is Channel.TWITTER:
        twitter: TwitterSettings = _settings(values, TwitterSettings, name)
        grants = StoredGrants(database, name, twitter.user_id) if database else None
        return TwitterChannel(twitter, clock=clock, grants=grants)
    if name is Channel.FACEBOOK:
        return FacebookChannel(_settings(values, FacebookSettings, name), clock)
    return TelegramChannel(_settings(values, TelegramSettings, name), clock)


def _settings(values: Mapping[str, str], kind: Any, name: Channel) -> Any:
    try:
        return msgspec.convert(dict(values), kind, strict=False)
    except msgspec.ValidationError as error:
        raise SettingsError(f"{name}: {error}.") from error
