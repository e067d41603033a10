"""Answers of platforms that are lost on the way: what both platforms that can be asked have in common."""

from datetime import datetime, timedelta
from typing import cast

import pytest

from gateway.channels.base import ChannelAdapter
from gateway.clock import utc_now
from gateway.errors import SendUnclear
from gateway.messages import Outbound, Sent, Surface
from gateway.privacy.wall import PublicText
from playground.testing import Town

LONG_AGO = timedelta(minutes=2)


async def send(channel: ChannelAdapter, out: Outbound) -> Sent:
    """Send it, as delivery does."""
    if out.surface is Surface.PUBLIC:
        return await channel.send_public(out, cast(PublicText, out.text), "aside:1")
    return await channel.send_private(out, "aside:1")


async def lose(
    town: Town, platform: str, channel: ChannelAdapter, out: Outbound, kind: str = "timeout_after_effect"
) -> datetime:
    """Send, and lose the answer; returns when the sending began. `platform` by its name in the town."""
    since = utc_now()
    await town.fault(platform, kind, count=1, hold=0.0)
    with pytest.raises(SendUnclear):
        await send(channel, out)
    return since


async def are_both_shown(town: Town, platform: str, channel: ChannelAdapter, out: Outbound) -> None:
    """Say the same twice, once with an answer: both are shown. Whose the other one is only we can tell."""
    since = await lose(town, platform, channel, out)
    told = await send(channel, out)
    shown = {each.native_id for each in await channel.look_up(out, "aside:1", since)}
    assert told.native_id in shown
    assert len(shown) == 2
