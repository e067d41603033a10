"""The gateway's side of the contract with the assistant: what it sends and reads, held against the schemas."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as some
from jsonschema import Draft202012Validator

from gateway.errors import AssistantRefused, AssistantUnavailable
from gateway.messages import Channel, Surface
from gateway.routing.assistant import Answer, Choice, RasaAssistant, TurnRequest
from tests.fakes import said_back

FOLDER = Path(__file__).parent


def validator(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((FOLDER / name).read_text()))


def request(text: str | None = "hello", intent: Choice | None = None) -> TurnRequest:
    return TurnRequest(
        message_id="1:said",
        sender="case",
        text=text,
        intent=intent,
        surface=Surface.PRIVATE,
        channel=Channel.TELEGRAM,
        findings=[],
        state=None,
    )


@pytest.mark.parametrize("asked", [request(), request(None, Choice(name="where_is_my_order", entities={"a": "b"}))])
def test_what_we_send_keeps_to_the_schema(asked: TurnRequest) -> None:
    validator("turn_request.schema.json").validate(json.loads(msgspec.json.encode(asked)))


def test_what_the_fake_assistant_answers_keeps_to_the_schema() -> None:
    validator("turn_response.schema.json").validate(json.loads(msgspec.json.encode(said_back(request(), "hello"))))


EFFECTS: list[dict[str, Any]] = [
    {"type": "handoff", "reason": "asked"},
    {"type": "move_aside", "intent": "refund_status", "entities": {"order_number": "104217"}},
    {"type": "resolved", "topic": "refund_status"},
    {"type": "label", "name": "refund_status"},
]


def test_every_effect_of_the_schema_is_understood() -> None:
    body = json.loads(msgspec.json.encode(said_back(request(), "hello")))
    body["effects"] = EFFECTS
    validator("turn_response.schema.json").validate(body)
    assert msgspec.to_builtins(msgspec.convert(body, Answer).effects) == EFFECTS


@asynccontextmanager
async def assistant(status: int, body: bytes, pause: float = 0.0) -> AsyncIterator[RasaAssistant]:
    """A real client, and a server that has one answer."""

    async def answer(_request: web.Request) -> web.Response:
        await asyncio.sleep(pause)
        return web.Response(status=status, body=body)

    app = web.Application()
    app.router.add_post("/webhooks/gateway/turn", answer)
    async with TestServer(app) as server, RasaAssistant(str(server.make_url("")), "token", 0.5) as asked:
        yield asked


def fine() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(msgspec.json.encode(said_back(request(), "hello")))
    return body


def changed(**values: object) -> bytes:
    return json.dumps(fine() | values).encode()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error": "turn_failed", "message": "x"}'),
        (502, b"<html>bad gateway</html>"),
        (503, b'{"error": "not_ready", "message": "x"}'),
        (401, b'{"error": "unauthorized", "message": "x"}'),
        (302, b""),
        (200, b"[]"),
        (200, b""),
        (200, b'{"contract": "\xff"}'),
        (200, changed(replies=[], effects=[])),
        (200, changed(message_id="another")),
        (200, changed(contract=2)),
        (200, b"x" * 50_000_000),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_a_failed_turn_is_never_silence(status: int, body: bytes) -> None:
    async with assistant(status, body) as asked:
        with pytest.raises(AssistantUnavailable):
            await asked.turn(request())


async def test_an_assistant_that_is_slow_or_not_there_is_a_failed_turn() -> None:
    async with assistant(200, b"", pause=2.0) as asked:
        with pytest.raises(AssistantUnavailable, match="does not answer"):
            await asked.turn(request())
    async with RasaAssistant("http://127.0.0.1:9", "token", 0.5) as asked:
        assert not await asked.ready()
        with pytest.raises(AssistantUnavailable, match="does not answer"):
            await asked.turn(request())


async def test_a_request_that_is_wrong_is_not_tried_again() -> None:
    async with assistant(400, b'{"error": "bad_request", "message": "x"}') as asked:
        with pytest.raises(AssistantRefused):
            await asked.turn(request())


@given(some.text(max_size=5000))
def test_any_text_becomes_a_request_that_keeps_to_the_schema(text: str) -> None:
    asked = request(text[:2000])
    validator("turn_request.schema.json").validate(json.loads(msgspec.json.encode(asked)))
