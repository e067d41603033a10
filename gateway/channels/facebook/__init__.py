"""Facebook: comments on the Page and its Messenger thread, over webhooks and the Graph API."""

from gateway.channels.facebook.channel import FacebookChannel
from gateway.channels.facebook.settings import FacebookSettings

__all__ = ["FacebookChannel", "FacebookSettings"]
