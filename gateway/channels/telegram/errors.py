"""What the Bot API says no with, as errors of ours: each tried again or not as it should be, and told in plain words.

    status, body -> the meaning -> SendRetryable | SendThrottled | SendLockedOut | SendRefused | SendUnclear | Migrated

A refusal (4xx) is one of something that has not happened. A 5xx may be one of something that has: `SendUnclear`, for
the Bot API has no idempotency key and cannot be asked afterwards. 503 is what stands before it, turning us away.

Sources, read 22 Nov 2026: tdlib/telegram-bot-api `Client::fail_query_with_error` (which statuses there are, and which
of Telegram's own codes become which words); teloxide/teloxide `crates/teloxide-core/src/errors.rs` (the words); Bot API
10.0, `ResponseParameters`; core.telegram.org/method/messages.sendMessage (Telegram's own codes).
"""

from typing import Final

import msgspec

from gateway.channels.telegram.payloads import UNREADABLE
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear

OPERATOR_PAUSE: Final = 300.0
"""Seconds: the operator must renew the token; the queue is kept meanwhile."""
_ANOTHER_READER: Final = 20.0  # seconds; one of two programs that read updates wins, and the other comes back

_LONGEST: Final = 300  # characters of what Telegram, or what stands before it, said

_MEANINGS: Final = (
    # In the order in which they are looked for, without regard to case; the first that is found in what was said.
    ("bot was blocked by the user", "The customer has blocked the bot."),
    ("user is deactivated", "The customer's account is gone."),
    ("bot can't initiate conversation", "The customer has never started the bot, which may not write first."),
    ("bot can't send messages to bots", "This is a bot, which bots may not write to."),
    ("bot was kicked", "The bot was thrown out of the group."),
    ("bot is not a member", "The bot is not in the group any more."),
    ("group chat was deactivated", "The group is gone."),
    ("group is deactivated", "The group is gone."),
    ("topic_closed", "The topic is closed."),
    ("topic_deleted", "The topic is gone."),
    ("message thread not found", "The topic is gone."),
    ("chat_write_forbidden", "The bot may not write in this chat."),
    ("have no rights to send", "The bot may not write in this chat."),
    ("not enough rights to send", "The bot may not send this in the group."),
    ("need administrator rights", "The bot must be an admin for this."),
    ("business_connection_invalid", "The business account has taken its connection away from the bot."),
    ("business connection not found", "The business account has taken its connection away from the bot."),
    ("business_peer_invalid", "The business account does not let the bot write to this customer."),
    ("business_peer_usage_missing", "The customer has not written to the business account for 24 hours."),
    ("chat not found", "There is no such chat, or the bot has never been in it."),
    ("user not found", "There is no such person."),
    ("peer_id_invalid", "There is no such chat, or the bot has never been in it."),
    ("chat_restricted", "The group does not let the bot send this."),
    ("voice_messages_forbidden", "The customer takes no voice messages."),
    ("message is too long", "The text is too long."),
    ("message_too_long", "The text is too long."),
    ("message caption is too long", "The text is too long."),
    ("message text is empty", "There is nothing to say."),
    ("query is too old", "The query is too old to be answered."),
    ("message can't be deleted", "The message cannot be deleted: it is older than 48 hours, or the bot is no admin."),
    ("not enough rights to delete", "The bot is no admin who may delete messages."),
    ("file is too big", "The file is larger than bots may fetch (20 MB)."),
    ("request entity too large", "The file is larger than bots may send (50 MB; 10 MB as a picture)."),
    ("image_process_failed", "Telegram cannot read the picture."),
    ("photo_invalid_dimensions", "The picture is too large or too thin."),
    ("logged out", "The bot has been logged out of this Bot API server."),
)

_SLOW: Final = ("slowmode_wait", "slow mode")
"""A group in slow mode lets nobody write again within so many seconds; admins are exempt."""

PICTURE: Final = ("image_process_failed", "photo_invalid", "photo_ext_invalid", "photo_save_file_invalid", "wrong type")
"""Refusals of a picture that would pass as a document."""


class Migrated(SendRefused):
    """The group became a supergroup, and has another id."""

    def __init__(self, message: str, chat_id: int) -> None:
        super().__init__(message)
        self.chat_id = chat_id


class _Parameters(msgspec.Struct):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters | None = None


def failure(status: int, content: bytes, secret: str) -> SendError:
    """What an answer other than 2xx means. `secret`, the token's second half, is taken out of what was said."""
    try:
        refusal = msgspec.json.decode(content, type=_Refusal)
    except UNREADABLE:
        refusal = _Refusal()
    parameters = refusal.parameters or _Parameters()
    words = told(refusal.description or f"status {status}", secret)
    if parameters.migrate_to_chat_id:
        return Migrated(f"{words} ({parameters.migrate_to_chat_id})", parameters.migrate_to_chat_id)
    match status:
        case 429:
            return SendThrottled(words, retry_after=parameters.retry_after)
        case 503:
            return SendRetryable(words, retry_after=parameters.retry_after)
        case 401 | 404:
            return SendLockedOut(words, retry_after=OPERATOR_PAUSE)
        case 409:
            return _conflict(words)
        case 400 if (seconds := _slow_mode(refusal.description)) is not None:
            return SendThrottled(words, retry_after=seconds)
        case 400 | 403 | 413:
            return SendRefused(words)
        case _:
            return SendUnclear(words)


def told(said: str, secret: str) -> str:
    """What was said, for an error of ours: what it means, and the words; no secret, and not whole pages of it."""
    said = said.replace(secret, "[secret]") if secret else said
    meaning = next((plain for words, plain in _MEANINGS if words in said.casefold()), "")
    return f"{meaning} Telegram: {said[:_LONGEST]}".strip()


def _conflict(words: str) -> SendError:
    """Only `getUpdates` is refused so."""
    if "webhook" in words.casefold():
        return SendRefused(
            "A webhook is set, so that updates cannot be fetched. Run `aside channels disconnect telegram` to take it "
            f"away, or set TELEGRAM_SECRET_TOKEN to use it. {words}"
        )
    return SendRetryable(f"Another program fetches this bot's updates. Stop it. {words}", retry_after=_ANOTHER_READER)


def _slow_mode(description: str) -> float | None:
    said = description.casefold()
    if not any(words in said for words in _SLOW):
        return None
    digits = "".join(character if character.isdigit() else " " for character in said).split()
    return float(min(int(digits[-1]), 3600)) if digits and len(digits[-1]) < 6 else 30.0
