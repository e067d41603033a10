"""What Telegram keeps."""

import msgspec

SKIPPED = 1000
"""Ids left out at a restart: some may have been handed out after the last snapshot."""


class Button(msgspec.Struct):
    """A button of an inline keyboard."""

    text: str
    url: str | None = None
    callback_data: str | None = None


class ChatMessage(msgspec.Struct):
    """A message in the group or in a private chat."""

    message_id: int
    chat_id: int
    from_id: int
    text: str
    created: float
    reply_to: int | None = None
    thread_id: int | None = None
    keyboard: list[list[Button]] = msgspec.field(default_factory=list)


class TelegramState(msgspec.Struct):
    """All messages, in the order in which they were written."""

    last_update_id: int = 524_100_000
    last_group_message_id: int = 0
    last_private_message_id: int = 0
    """Groups count for themselves; all private chats of a bot share one count."""
    messages: list[ChatMessage] = msgspec.field(default_factory=list)
    started: list[int] = msgspec.field(default_factory=list)
    """People who have ever started the bot."""
    webhook: str | None = None
    """What setWebhook said; None before the first call, "" after deleteWebhook."""
    secret_token: str | None = None
    pending: list[str] = msgspec.field(default_factory=list)
    """Updates that wait for getUpdates while there is no webhook."""

    def skip_ids(self) -> None:
        """Never hand out an id twice, even when the last moments before a crash were not written."""
        self.last_update_id += SKIPPED
        self.last_group_message_id += SKIPPED
        self.last_private_message_id += SKIPPED
