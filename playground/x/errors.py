"""How X says no: problem details, `{title, detail, type, status}`."""

from typing import Any

from sanic.response import HTTPResponse, json

from playground.faults import Fault, Kind


class XError(Exception):
    """A call that X refuses."""

    def __init__(self, status: int, title: str, detail: str, kind: str = "about:blank") -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail
        self.kind = kind
        self.errors: list[dict[str, Any]] = []
        """More about it, where X has more to say."""

    def response(self) -> HTTPResponse:
        """The body as X sends it."""
        content: dict[str, Any] = {
            "title": self.title,
            "detail": self.detail,
            "type": self.kind,
            "status": self.status,
        }
        if self.errors:
            content["errors"] = self.errors
        return json(content, status=self.status)


def forbidden(detail: str) -> XError:
    """Understood, and refused."""
    return XError(403, "Forbidden", detail)


def unauthorized() -> XError:
    """No credentials, or wrong ones."""
    return XError(401, "Unauthorized", "Unauthorized")


def invalid(detail: str) -> XError:
    """A request that makes no sense."""
    return XError(400, "Invalid Request", detail, "https://api.twitter.com/2/problems/invalid-request")


def not_found(kind: str, value: str) -> XError:
    """Something that does not exist, or is not to be seen."""
    return XError(
        404,
        "Not Found Error",
        f"Could not find {kind} with id: [{value}].",
        "https://api.twitter.com/2/problems/resource-not-found",
    )


def refuse(fault: Fault) -> HTTPResponse:
    """What a fault looks like on X."""
    if fault.kind is Kind.TOO_MANY:
        response = XError(429, "Too Many Requests", "Too Many Requests").response()
        response.headers["retry-after"] = str(fault.retry_after)
        return response
    return forbidden("You are not permitted to perform this action.").response()
