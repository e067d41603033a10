"""The Bot API through python-telegram-bot, as far as we use it: one call, and what each answer means.

`SendUnclear` is the answer wherever the request may have had its effect: the Bot API has no idempotency key and cannot
be asked afterwards (platforms.md section 4, 21 Nov 2026), so nobody may send it again blindly.
"""

import asyncio
from typing import Any, Final

import httpx
import msgspec
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions, ReplyParameters
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from gateway.channels.telegram.payloads import UNREADABLE
from gateway.channels.telegram.render import Address
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear

_OPERATOR_PAUSE: Final = 300.0  # seconds: the operator must renew the token; the queue is kept meanwhile
_NEVER_LEFT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class TelegramClient:
    """Calls as one bot. Opens nothing before the first call; in particular it never asks `getMe`."""

    def __init__(self, *, token: str, api_root: str, connect_timeout: float, total_timeout: float) -> None:
        """`connect_timeout` and `total_timeout` in seconds; the total bounds the whole call."""
        public, _, _ = token.partition(":")
        self._token = token
        self._total = total_timeout
        self._request = _Request(
            connect_timeout=connect_timeout,
            read_timeout=total_timeout,
            write_timeout=total_timeout,
            pool_timeout=connect_timeout,
            httpx_kwargs={"transport": _SecretPath(f"/bot{public}/", f"/bot{token}/")},
        )
        self._bot = Bot(
            # The library knows only the public half of the token: it writes addresses into its log and its errors.
            token=public,
            base_url=f"{api_root.rstrip('/')}/bot",
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
        try:
            async with asyncio.timeout(self._total):
                message = await self._bot.send_message(
                    address.chat_id,
                    text,
                    message_thread_id=address.topic,
                    # The customer may have deleted the question; the answer is said all the same.
                    reply_parameters=ReplyParameters(answers, allow_sending_without_reply=True) if answers else None,
                    reply_markup=keyboard,
                    link_preview_options=LinkPreviewOptions(is_disabled=True),
                )
        except TelegramError as error:
            raise self._failure(error) from error
        except TimeoutError as error:
            raise SendUnclear("No answer from Telegram in time.") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            # The library reads an answer of another shape than documented without a check.
            raise SendUnclear("Telegram's answer cannot be read.") from error
        return message.message_id

    def _failure(self, error: TelegramError) -> SendError:
        words = f"Telegram: {error.message}".replace(self._token, "[secret]")
        match error:
            case _BusyError():
                return SendRetryable(words, retry_after=error.seconds)
            case InvalidToken():
                return SendRetryable(words, retry_after=_OPERATOR_PAUSE)
            case Forbidden() | BadRequest() | ChatMigrated():
                return SendRefused(words)
            case _ if isinstance(error.__cause__, _NEVER_LEFT):
                return SendRetryable(f"Telegram cannot be reached ({type(error.__cause__).__name__}).")
            case _:
                return SendUnclear(words)


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters | None = None


class _BusyError(TelegramError):
    """Telegram, or what stands before it, turns us away for now: nothing happened."""

    def __init__(self, message: str, seconds: float | None) -> None:
        super().__init__(message)
        self.seconds = seconds


class _Request(HTTPXRequest):
    """Reads a 429 itself: the library takes one without `retry_after` for a failure of the network."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        code, content = await super().do_request(*args, **kwargs)
        if code not in (429, 503):
            return code, content
        try:
            refusal = msgspec.json.decode(content, type=_Refusal)
        except UNREADABLE:
            refusal = _Refusal()
        seconds = refusal.parameters.retry_after if refusal.parameters else None
        raise _BusyError(refusal.description or f"busy ({code})", seconds)


class _SecretPath(httpx.AsyncBaseTransport):
    """Puts the token into the address below httpx, which writes the address of every call into its log."""

    def __init__(self, public: str, secret: str) -> None:
        self._public = public
        self._secret = secret
        self._inner = httpx.AsyncHTTPTransport()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self._inner.handle_async_request(
            httpx.Request(
                request.method,
                request.url.copy_with(path=request.url.path.replace(self._public, self._secret, 1)),
                headers=request.headers,
                stream=request.stream,
                extensions=request.extensions,
            )
        )

    async def aclose(self) -> None:
        await self._inner.aclose()
