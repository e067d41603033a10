"""The gateway's side of the contract with the assistant: what it sends and reads, held against the schemas."""

import json
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
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


def assistant(answer: httpx.Response | Exception) -> RasaAssistant:
    """A real client, whose network is one answer."""

    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    made = RasaAssistant("http://assistant", "token", 1.0)
    made._client = httpx.AsyncClient(base_url="http://assistant", transport=httpx.MockTransport(handle))
    return made


def fine() -> dict[str, Any]:
    body: dict[str, Any] = json.loads(msgspec.json.encode(said_back(request(), "hello")))
    return body


@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(500, json={"error": "turn_failed", "message": "x"}),
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(503, json={"error": "not_ready", "message": "x"}),
        httpx.Response(401, json={"error": "unauthorized", "message": "x"}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text=""),
        httpx.Response(200, text='{"contract": "\xff"}'),
        httpx.Response(200, json=fine() | {"replies": [], "effects": []}),
        httpx.Response(200, json=fine() | {"message_id": "another"}),
        httpx.Response(200, json=fine() | {"contract": 2}),
        httpx.Response(200, content=b"x" * 5_000_000),
    ],
)
async def test_a_failed_turn_is_never_silence(answer: httpx.Response | Exception) -> None:
    async with assistant(answer) as asked:
        with pytest.raises(AssistantUnavailable):
            await asked.turn(request())


async def test_a_request_that_is_wrong_is_not_tried_again() -> None:
    async with assistant(httpx.Response(400, json={"error": "bad_request", "message": "x"})) as asked:
        with pytest.raises(AssistantRefused):
            await asked.turn(request())


@given(some.text(max_size=5000))
def test_any_text_becomes_a_request_that_keeps_to_the_schema(text: str) -> None:
    asked = request(text[:2000])
    validator("turn_request.schema.json").validate(json.loads(msgspec.json.encode(asked)))
