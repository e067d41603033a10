"""Whether Telegram sent it: the secret that we chose comes back in a header.

Source: Bot API, `setWebhook`, parameter `secret_token` (python-telegram-bot 22.8, Bot API 10.0).
"""

import hmac
from collections.abc import Mapping

from gateway.errors import BadSignature

SECRET_HEADER = "x-telegram-bot-api-secret-token"  # noqa: S105  a header's name


def verify(headers: Mapping[str, str], secret_token: str) -> None:
    """Raise `BadSignature` unless the header holds our secret. It says nothing about the body: TLS must."""
    given = headers.get(SECRET_HEADER, "")
    # `compare_digest` refuses text beyond ASCII, and what is given may be anything.
    if not secret_token or not hmac.compare_digest(given.encode(errors="replace"), secret_token.encode()):
        raise BadSignature
