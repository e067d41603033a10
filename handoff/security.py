"""What the browser is told about our pages: load nothing from elsewhere, run nothing inline, be framed by nobody."""

from typing import Any, Final

from sanic import Request, Sanic
from sanic.response import BaseHTTPResponse

_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "base-uri 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would also hide our own origin from our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}

_WEBHOOKS: Final = "/webhooks/"


def install(app: Sanic[Any, Any], *, secure: bool) -> None:
    """Put the headers on every answer but a platform's; what shows cases is kept by no cache."""

    every = HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})
    every["Cache-Control"] = "no-store"

    def add(request: Request, response: BaseHTTPResponse) -> None:
        # A platform that is told "ok" shows nothing to anybody, and asks a thousand times a second.
        if response.status == 200 and request.method == "POST" and request.path.startswith(_WEBHOOKS):
            return
        for name, value in every.items():
            response.headers.setdefault(name, value)

    app.register_middleware(add, "response")
