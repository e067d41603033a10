"""Slow senders: what drips in byte by byte does not keep its connection for as long as it likes.

    first byte of a request -> so many seconds, and a little more for what has come -> an answer (408, 503) -> hung up

Sanic counts its time-outs from the last byte, and after an answer reads the rest of a body however long that takes, so
that a byte every few seconds holds a connection for days (25.12: `HttpProtocol.data_received`, `Http.http1`). Here each
byte buys as much time as it takes at the slowest rate that we bear, as in Apache's `mod_reqtimeout`, so that a large
file over a thin line still arrives.
"""

from typing import Final

from sanic.http import Stage
from sanic.server import HttpProtocol

_SLOWEST: Final = 16_000.0  # bytes a second, beyond the seconds that sanic's time-outs allow
_LAST_WORDS: Final = 1.0  # seconds in which the answer to what came too slowly leaves


class ImpatientProtocol(HttpProtocol):
    """Sanic's protocol, with time-outs that count from a request's first byte."""

    __slots__ = ()

    def data_received(self, data: bytes) -> None:
        """Some bytes have come."""
        before = self._time
        http = self.http
        under_way = http is not None and (http.stage is not Stage.IDLE or http.request_body)
        super().data_received(data)
        if under_way:
            self._time = min(self._time, before + len(data) / _SLOWEST)

    def check_timeouts(self) -> None:
        """Look at the time; whose time is over is answered, and not listened to any more."""
        super().check_timeouts()  # type: ignore[no-untyped-call]
        if self._task is not None and self._task.cancelling():
            self.loop.call_later(_LAST_WORDS, self.abort)
