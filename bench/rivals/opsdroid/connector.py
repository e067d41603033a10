"""opsdroid's own Telegram connector, pointed at the pretend Telegram; nothing else of it is changed."""

import os

from opsdroid.connector import telegram


class BenchTelegram(telegram.ConnectorTelegram):
    """`telegram`, elsewhere."""

    def build_url(self, method):
        """As the original, but for the address."""
        return f"{os.environ['BENCH_TELEGRAM_ROOT']}/bot{self.token}/{method}"
