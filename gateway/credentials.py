"""Credentials: which channels are on, what the others lack, and how what happens on them comes to us.

`credentials.yml` (`gateway.settings.channel_credentials`) -> `Account`; adapters are made of it by `gateway.opening`
"""

from collections.abc import Collection, Mapping
from typing import Final, Literal

import msgspec

from gateway.messages import Channel
from gateway.settings import channel_credentials, channel_setting_names

Sections = Mapping[Channel, Mapping[str, str]]
"""Of `credentials.yml`, by channel and name."""

_NEEDED: Final[Mapping[Channel, tuple[tuple[str, ...], ...]]] = {
    Channel.TWITTER: (
        ("consumer_key", "consumer_secret", "user_id", "username", "access_token", "access_token_secret"),
        ("consumer_key", "consumer_secret", "user_id", "username", "oauth2_client_id", "oauth2_refresh_token"),
    ),
    Channel.FACEBOOK: (("verify", "secret", "page_access_token", "page_id"),),
    Channel.TELEGRAM: (("access_token",),),
}
"""What makes a channel work; of several ways the first is the one that is asked for."""


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A channel, as far as its settings tell."""

    channel: Channel
    lacking: list[str]
    """The settings without which it is off; empty: it is on."""
    receives: Literal["webhook", "polling"]
    """How what happens there comes to us."""
    native_id: str
    """Our own account: X user id, Page id, bot id; empty where that is not set."""
    pretend: bool = False
    """The playground stands in for the platform."""


def accounts(pretended: Collection[Channel] = ()) -> list[Account]:
    """All channels, on or off; the playground stands in for those that are `pretended`.

    Raises `SettingsError` where `credentials.yml` cannot be read.
    """
    sections, names = channel_credentials(), channel_setting_names()
    lacking = missing_secrets(sections)
    return [
        Account(
            channel=channel,
            lacking=[names[channel].get(key, key) for key in lacking.get(channel, ())],
            receives="polling" if _polls(channel, given(section)) else "webhook",
            native_id=_native_id(channel, given(section)),
            pretend=channel in pretended,
        )
        for channel, section in sections.items()
    ]


def given(section: Mapping[str, str]) -> dict[str, str]:
    """What is set of a section; Rasa writes some names with a hyphen."""
    return {key.replace("-", "_"): value for key, value in section.items() if value}


def usable(sections: Sections) -> list[Channel]:
    """The channels whose secrets are all there."""
    lacking = missing_secrets(sections)
    return [name for name in sections if name not in lacking]


def missing_secrets(sections: Sections) -> dict[Channel, list[str]]:
    """What each channel that is off lacks, by the names in `credentials.yml`."""
    lacking: dict[Channel, list[str]] = {}
    for name, section in sections.items():
        known = given(section)
        absent = [[key for key in way if key not in known] for way in _NEEDED[name]]
        if all(absent):
            lacking[name] = absent[0]
    return lacking


def _polls(channel: Channel, values: Mapping[str, str]) -> bool:
    if channel is Channel.TELEGRAM:
        return not values.get("secret_token")
    return channel is Channel.TWITTER and values.get("receive") == "polling"


def _native_id(channel: Channel, values: Mapping[str, str]) -> str:
    if channel is Channel.TELEGRAM:
        return values.get("access_token", "").partition(":")[0]
    return values.get("user_id" if channel is Channel.TWITTER else "page_id", "")
