"""The channels, as `aside doctor` looks at them.

secrets there? -> settings that contradict -> the adapter's own checks: account, rights, webhook
"""

import asyncio
from collections.abc import Iterator
from typing import Final

from aside import channels as accounts
from aside.findings import Line, Verdict, broken, look, ok
from gateway import credentials
from gateway.channels.base import ChannelAdapter
from gateway.channels.care import Care, Check
from gateway.channels.supply import Receive
from gateway.errors import AsideError
from gateway.messages import Channel
from gateway.settings import Settings, channel_credentials, channel_setting_names

_ONE_CHANNEL: Final = 60.0  # seconds


async def channels(settings: Settings, only: Channel | None) -> list[Line]:
    """All channels, or that one. Raises `SettingsError`."""
    sections = {name: section for name, section in channel_credentials().items() if only in (None, name)}
    lines = list(_secrets(sections, settings))
    path = settings.database_file
    if path is not None and not path.parent.exists():
        return lines  # nothing is set up yet: what a channel renews could not be kept
    for name in credentials.usable(sections):
        try:
            async with accounts.opened(settings, name) as channels:
                lines += await _one_channel(settings, channels[name])
        except AsideError as error:
            lines.append(broken(name.value, "settings", error.message))
    return lines


def _secrets(sections: credentials.Sections, settings: Settings) -> Iterator[Line]:
    lacking = credentials.missing_secrets(sections)
    names = channel_setting_names()
    for name, section in sections.items():
        spelt = names.get(name, {})
        absent = [spelt.get(key, key) for key in lacking.get(name, ())]
        given = [key for key, value in section.items() if value and not key.endswith("api_root")]
        if not absent and name in settings.pretended:
            yield ok(name.value, "secrets", "The playground stands in for it, while `aside run --playground` runs.")
        elif not absent:
            yield ok(name.value, "secrets", "Its secrets are set.")
            root = next((value for key, value in section.items() if key.endswith("api_root") and value), "")
            if root:
                yield look(
                    name.value, "api_root", f"It is pointed at {root}, not at the platform itself.", "For tests only."
                )
        elif given:
            yield broken(
                name.value, "secrets", f"Off: {', '.join(absent)} missing, others are set.", "Set them in .env."
            )
        else:
            yield ok(name.value, "secrets", f"Off. To turn it on, set {', '.join(absent)}.")


async def _one_channel(settings: Settings, channel: ChannelAdapter) -> list[Line]:
    name = channel.name.value
    url = settings.webhook(channel.name)
    polls = accounts.receive_of(channel) is Receive.POLLING
    lines = [ok(name, "receives", f"What comes in is {'asked for' if polls else 'delivered by webhook'}.")]
    if polls and url:
        lines.append(
            look(
                name,
                "ASIDE_PUBLIC_URL",
                "The gateway has a public address, but this channel is polled.",
                "A webhook is faster and costs fewer calls: see docs/channels.",
            )
        )
    elif not polls and not url:
        lines.append(
            look(
                name,
                "ASIDE_PUBLIC_URL",
                "Nobody has said where the platform delivers, so that cannot be checked.",
                "Set ASIDE_PUBLIC_URL to the https address under which the internet reaches this gateway.",
            )
        )
    if not polls and settings.aside_catch_up_minutes == 0:
        lines.append(look(name, "ASIDE_CATCH_UP_MINUTES", "What a webhook misses is never fetched.", "Set it to 5."))
    if isinstance(channel, Care):
        found: list[Check] = []
        try:
            async with asyncio.timeout(_ONE_CHANNEL):
                found = await channel.checks("" if polls else url)
        except TimeoutError:
            lines.append(look(name, "platform", "The platform did not answer in time.", "Try again."))
        verdicts = {True: Verdict.OK, False: Verdict.BROKEN, None: Verdict.LOOK}
        lines += [
            Line(part=name, name=one.name, verdict=verdicts[one.well], words=one.words, advice=one.advice)
            for one in found
        ]
    return lines
