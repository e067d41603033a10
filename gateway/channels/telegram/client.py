"""The Bot API through python-telegram-bot, as far as we use it: one call, and what each answer means.

`SendUnclear` is the answer wherever the request may have had its effect: the Bot API has no idempotency key and cannot
be asked afterwards (platforms.md section 4, 21 Nov 2026), so nobody may send it again blindly.
"""

from typing import Final

from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError

from gateway.channels.connections import Connections
from gateway.channels.telegram.render import Address
from gateway.channels.telegram.request import Request, RequestFailed
from gateway.errors import SendError, SendLockedOut, SendRefused, SendUnclear

_OPERATOR_PAUSE: Final = 300.0  # seconds: the operator must renew the token; the queue is kept meanwhile
_NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


class TelegramClient:
    """Calls as one bot. Opens nothing before the first call; in particular it never asks `getMe`."""

    def __init__(self, *, token: str, api_root: str, connect_timeout: float, total_timeout: float) -> None:
        """`connect_timeout` and `total_timeout` in seconds; the total bounds the whole call.

        Raises `SettingsError` where `api_root` is no address.
        """
        connections = Connections("Telegram", api_root, connect_timeout=connect_timeout, total_timeout=total_timeout)
        self._request = Request(connections, token, total_timeout)
        self._bot = Bot(
            token=self._request.public,
            base_url=f"{connections.root}/bot",
            request=self._request,
            get_updates_request=self._request,
        )

    async def start(self) -> None:
        """Make ready, without a call."""
        await self._request.initialize()

    async def close(self) -> None:
        """Close the connections."""
        await self._request.shutdown()

    async def send(self, address: Address, text: str, keyboard: InlineKeyboardMarkup | None) -> int:
        """`sendMessage`; the new message's id. Raises `SendRetryable`, `SendRefused` or `SendUnclear`."""
        answers = address.message_id
        failure: SendError
        try:
            message = await self._bot.send_message(
                address.chat_id,
                text,
                message_thread_id=address.topic,
                # The customer may have deleted the question; the answer is said all the same.
                reply_parameters=ReplyParameters(answers, allow_sending_without_reply=True) if answers else None,
                reply_markup=keyboard,
                link_preview_options=_NO_PREVIEW,
            )
        except RequestFailed as error:
            failure = error.failure
        except TelegramError as error:
            failure = self._failure(error)
        except (KeyError, TypeError, AttributeError, ValueError):
            # The library reads an answer of another shape than documented without a check.
            failure = SendUnclear("Telegram's answer cannot be read.")
        else:
            return message.message_id
        raise failure  # out here: what the library says may quote what Telegram said, whole

    def _failure(self, error: TelegramError) -> SendError:
        words = self._request.words(error.message)
        match error:
            case InvalidToken():
                return SendLockedOut(words, retry_after=_OPERATOR_PAUSE)
            case Forbidden() | BadRequest() | ChatMigrated():
                return SendRefused(words)
            case _:
                return SendUnclear(words)
