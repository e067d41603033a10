"""X (Twitter): mentions, replies, quotes and direct messages of one account."""

from gateway.channels.twitter.channel import TwitterChannel
from gateway.channels.twitter.settings import TwitterSettings

__all__ = ["TwitterChannel", "TwitterSettings"]
