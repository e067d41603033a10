"""What Telegram keeps."""

from typing import Any

import msgspec

SKIPPED = 1000
"""Ids left out at a restart: some may have been handed out after the last snapshot."""

OLD_GROUP_ID = -4_870_311
OLD_GROUP_TITLE = "Wren & Co Friends"
"""A basic group, as groups begin. It can become a supergroup, and then has another id."""
MOVED_GROUP_ID = -1_002_200_870_311

CONNECTION_ID = "wren7shop0account"
"""The connection of the shop owner's own account, a business account, with the bot."""
OWNER_ID = 611_400_001


class Button(msgspec.Struct):
    """A button of an inline keyboard."""

    text: str
    url: str | None = None
    callback_data: str | None = None


class Media(msgspec.Struct):
    """What a message holds besides text. `fields`: the object of the Bot API, ready to be told."""

    kind: str
    """The message's field: photo, document, voice, location ..."""
    fields: dict[str, Any]
    file_id: str = ""
    """Of the file, where there is one (`files`)."""


class ChatMessage(msgspec.Struct):
    """A message in the group or in a private chat."""

    message_id: int
    chat_id: int
    from_id: int
    text: str
    """The caption, where there is `media`."""
    created: float
    reply_to: int | None = None
    thread_id: int | None = None
    keyboard: list[list[Button]] = msgspec.field(default_factory=list)
    edited: float | None = None
    media: Media | None = None
    album: str = ""
    business: bool = False
    """Said in a chat of the owner's own account."""
    by_bot: bool = False
    """There: by the bot, in the owner's name."""
    reactions: dict[str, str] = msgspec.field(default_factory=dict)
    """Emoji by the id of the person."""


class StoredFile(msgspec.Struct):
    """A file that was sent. Its content is beside the snapshot, under `unique`."""

    unique: str
    path: str
    size: int


class TelegramState(msgspec.Struct):
    """All messages, in the order in which they were written."""

    last_update_id: int = 524_100_000
    last_group_message_id: int = 0
    last_private_message_id: int = 0
    """Groups count for themselves; all private chats of a bot share one count."""
    messages: list[ChatMessage] = msgspec.field(default_factory=list)
    business: list[ChatMessage] = msgspec.field(default_factory=list)
    """What was said in the owner's own chats."""
    started: list[int] = msgspec.field(default_factory=list)
    """People who have ever started the bot."""
    blocked: list[int] = msgspec.field(default_factory=list)
    """People who have blocked it."""
    moved: bool = False
    """Whether the basic group has become a supergroup."""
    files: dict[str, StoredFile] = msgspec.field(default_factory=dict)
    """By file id."""
    webhook: str | None = None
    """What setWebhook said; None before the first call, "" after deleteWebhook."""
    secret_token: str | None = None
    allowed: list[str] | None = None
    """The updates that the bot asked for; None before it said so, and empty for all but those that must be named."""
    commands: list[dict[str, str]] = msgspec.field(default_factory=list)
    """What setMyCommands said for private chats."""
    pending: list[str] = msgspec.field(default_factory=list)
    """Updates that wait for getUpdates while there is no webhook."""

    def skip_ids(self) -> None:
        """Never hand out an id twice, even when the last moments before a crash were not written."""
        self.last_update_id += SKIPPED
        self.last_group_message_id += SKIPPED
        self.last_private_message_id += SKIPPED
