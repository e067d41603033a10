"""How the Bot API says no: `{"ok": false, error_code, description, parameters}`."""

from typing import Any

from sanic.response import HTTPResponse, json

from playground.faults import Fault, Kind


class BotError(Exception):
    """A call that the Bot API refuses."""

    def __init__(
        self,
        code: int,
        description: str,
        retry_after: int | None = None,
        migrate_to_chat_id: int | None = None,
    ) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after
        self.migrate_to_chat_id = migrate_to_chat_id

    def response(self) -> HTTPResponse:
        """The body as Telegram sends it."""
        content: dict[str, Any] = {"ok": False, "error_code": self.code, "description": self.description}
        if self.retry_after is not None:
            content["parameters"] = {"retry_after": self.retry_after}
        if self.migrate_to_chat_id is not None:
            content["parameters"] = {"migrate_to_chat_id": self.migrate_to_chat_id}
        return json(content, status=self.code)


def bad_request(reason: str) -> BotError:
    """A parameter that makes no sense."""
    return BotError(400, f"Bad Request: {reason}")


def refuse(fault: Fault) -> HTTPResponse:
    """What a fault looks like on Telegram."""
    if fault.kind is Kind.TOO_MANY:
        wait = fault.retry_after
        return BotError(429, f"Too Many Requests: retry after {wait}", wait).response()
    return BotError(403, "Forbidden: bot was blocked by the user").response()
