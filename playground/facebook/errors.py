"""How the Graph API says no: `{"error": {message, type, code, error_subcode, fbtrace_id}}`."""

import secrets
from typing import Any

from sanic.response import HTTPResponse, json

from playground.faults import Fault, Kind


class GraphError(Exception):
    """A call that Graph refuses."""

    def __init__(
        self, code: int, message: str, subcode: int | None = None, status: int = 400, kind: str = "OAuthException"
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.subcode = subcode
        self.status = status
        self.kind = kind

    def response(self) -> HTTPResponse:
        """The body as Graph sends it."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode is not None:
            error["error_subcode"] = self.subcode
        error["fbtrace_id"] = secrets.token_urlsafe(8)
        return json({"error": error}, status=self.status)


def invalid(message: str, subcode: int | None = None) -> GraphError:
    """A parameter that makes no sense."""
    return GraphError(100, f"(#100) {message}", subcode)


def no_such_object(object_id: str) -> GraphError:
    """Something that does not exist, or not for this token."""
    return GraphError(
        100,
        f"Unsupported request. Object with ID '{object_id}' does not exist, cannot be loaded due to missing "
        "permissions, or does not support this operation",
        33,
        kind="GraphMethodException",
    )


def window_closed() -> GraphError:
    """More than 24 hours since the person's last word."""
    return GraphError(10, "(#10) This message is sent outside of allowed window.", 2018278)


def other_app() -> GraphError:
    """Another application has the thread."""
    return GraphError(
        10, "(#10) Message failed to send because another app is controlling this thread now.", 2018300, status=403
    )


def refuse(fault: Fault) -> HTTPResponse:
    """What a fault looks like on Graph."""
    if fault.kind is Kind.TOO_MANY:
        response = GraphError(613, "(#613) Calls to this api have exceeded the rate limit.", status=429).response()
        response.headers["retry-after"] = str(fault.retry_after)
        return response
    return GraphError(200, "(#200) Permissions error", status=403).response()
