"""The webhooks: signature -> masked in memory -> cut into events -> recorded once -> 200. Understanding comes later."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from typing import Final

from sanic import Blueprint, Request
from sanic.response import BaseHTTPResponse, HTTPResponse, json, text
from sqlalchemy.exc import SQLAlchemyError

from gateway import log, metrics
from gateway.channels.base import ChannelAdapter
from gateway.clock import Clock
from gateway.errors import BadSignature, Overloaded
from gateway.intake.pressure import Pressure
from gateway.intake.pulse import Pulse
from gateway.intake.recorder import Recorder
from gateway.lanes import Carrier
from gateway.messages import Channel
from gateway.privacy.mask import mask_body
from gateway.storage.database import Database, TransactionLost

_log = log.get(__name__)
_NOTE_EVERY: Final = 60.0  # seconds
_LARGE: Final = 50_000  # bytes


class Taken(BaseHTTPResponse):
    """`200 ok`, in bytes that are the same each time: sanic's own way to them costs as much as checking a signature."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.status = 200
        self.body = b"ok"

    @property
    def processed_headers(self) -> Iterator[tuple[bytes, bytes]]:
        """What is sent, as sanic asks for it."""
        return iter(_KEPT_OPEN if self.headers.get("connection") == "keep-alive" else _CLOSED)


_SAME: Final = ((b"content-length", b"2"), (b"content-type", b"text/plain; charset=utf-8"))
_KEPT_OPEN: Final = (*_SAME, (b"connection", b"keep-alive"))
_CLOSED: Final = (*_SAME, (b"connection", b"close"))


class Intake:
    """Takes in what platforms deliver: on disk first, then the answer."""

    def __init__(
        self,
        channels: Mapping[Channel, ChannelAdapter],
        database: Database,
        clock: Clock,
        carrier: Carrier,
    ) -> None:
        """`carrier` is told after something new is on disk."""
        self._channels = channels
        self.pressure = Pressure()
        self.pulse = Pulse(database, clock)
        self._recorder = Recorder(database, carrier, clock)
        self._taken = {name: metrics.webhooks.labels(name, "taken") for name in channels}
        self._refusal_noted: dict[Channel, float] = {}

    def challenge(self, name: str, query: Mapping[str, str]) -> HTTPResponse:
        """Answer a platform that asks whether this is us."""
        channel = _channel(self._channels, name)
        if channel is None:
            return _off(name)
        try:
            answer = channel.challenge(query)
        except BadSignature:
            return json({"error": "bad_signature", "message": "The verification token does not match."}, status=403)
        if answer is None:
            return json({"error": "bad_request", "message": "This is not a verification request."}, status=400)
        return text(answer.body, content_type=answer.content_type)

    async def receive(self, name: str, headers: Mapping[str, str], body: bytes) -> BaseHTTPResponse:
        """Take one delivery in. Header names are lower case."""
        started = time.perf_counter()
        channel = _channel(self._channels, name)
        if channel is None:
            return _off(name)
        try:
            channel.verify(headers, body)
        except BadSignature:
            metrics.webhooks.labels(channel.name, "refused").inc()
            self._note_refusal(channel.name)
            return json({"error": "bad_signature", "message": "The signature does not match."}, status=403)
        # A large body is looked through beside the event loop, so that nobody else waits for it.
        masked = mask_body(body) if len(body) <= _LARGE else await asyncio.to_thread(mask_body, body)
        events = channel.split(masked)
        self.pressure.note()
        try:
            await self._recorder.record(channel.name, channel.account, events)
        except (Overloaded, TransactionLost, SQLAlchemyError) as error:
            # Never a 200 for what is not on disk: the platform comes again.
            metrics.webhooks.labels(channel.name, "not_stored").inc()
            _log.error("not_stored", channel=channel.name, error=type(error).__name__)
            return json(
                {"error": Overloaded.code, "message": Overloaded().message}, status=503, headers={"Retry-After": "5"}
            )
        self.pulse.note(channel.name, channel.account, len(events))
        self._taken[channel.name].inc()
        metrics.webhook_seconds.observe(time.perf_counter() - started)
        return Taken()

    def _note_refusal(self, channel: Channel) -> None:
        """Say that somebody knocks with a wrong signature; once a minute, for strangers must not fill the disk."""
        now = time.monotonic()
        if now - self._refusal_noted.get(channel, -_NOTE_EVERY) >= _NOTE_EVERY:
            self._refusal_noted[channel] = now
            _log.warning("signature_refused", channel=channel)


def blueprint(intake: Intake) -> Blueprint:
    """The routes `/webhooks/<channel>/webhook`, as Rasa's paths."""
    routes = Blueprint("webhooks", url_prefix="/webhooks")

    @routes.get("/<name:str>/webhook")
    async def challenge(request: Request, name: str) -> HTTPResponse:
        return intake.challenge(name, {key: str(values[0]) for key, values in request.args.items()})

    @routes.post("/<name:str>/webhook")
    async def receive(request: Request, name: str) -> BaseHTTPResponse:
        return await intake.receive(name, request.headers, request.body)

    return routes


def _channel(channels: Mapping[Channel, ChannelAdapter], name: str) -> ChannelAdapter | None:
    found: ChannelAdapter | None = channels.get(name)  # type: ignore[call-overload] # a channel equals its name
    return found


def _off(name: str) -> HTTPResponse:
    if name in set(Channel):
        return json({"error": "channel_off", "message": f"The channel {name} has no secrets and is off."}, status=404)
    return json({"error": "not_found", "message": "There is no such channel."}, status=404)
