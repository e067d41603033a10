"""Telegram: groups and private chats of one bot, over its webhook and the Bot API."""

from gateway.channels.telegram.channel import TelegramChannel
from gateway.channels.telegram.settings import TelegramSettings

__all__ = ["TelegramChannel", "TelegramSettings"]
