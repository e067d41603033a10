"""Rasa's own Telegram connector, pointed at the pretend Telegram, with the three lines it needs to work at all.

As it is, it opens its session on an event loop that is closed right after ("Event loop is closed", HTTP 500 to every
webhook). Nothing else of it is changed. Runs in the environment of Rasa; imports nothing of the benchmark.
"""

import asyncio
import os

from aiogram.bot.api import TelegramAPIServer
from rasa.core.channels.telegram import TelegramInput, TelegramOutput


class RepairedTelegram(TelegramInput):
    """`telegram`, working."""

    def get_output_channel(self) -> TelegramOutput:
        """As the original, but for the address and the session."""
        channel = TelegramOutput(self.access_token)
        channel.server = TelegramAPIServer.from_base(os.environ["BENCH_TELEGRAM_ROOT"])
        asyncio.run(channel.set_webhook(url=self.webhook_url))
        channel._session = None  # the repair: the next call opens a session on the loop that lives
        return channel
