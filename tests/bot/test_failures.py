"""A failure is never disguised as an answer."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.bot.assistant import Assistant, request


class BrokenActions:
    """An action server that fails as it is told to."""

    def __init__(self) -> None:
        self.status, self.body, self.delay = 200, b"{}", 0.0
        actions = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                time.sleep(actions.delay)
                self.rfile.read(int(self.headers["Content-Length"]))
                self.send_response(actions.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(actions.body)))
                self.end_headers()
                self.wfile.write(actions.body)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        Thread(target=self.server.serve_forever, daemon=True).start()

    def fail(self, status: int, body: object, delay: float = 0.0) -> None:
        """Answer so from now on."""
        self.status, self.body, self.delay = status, json.dumps(body).encode(), delay


@pytest.fixture(scope="module")
def actions() -> Iterator[BrokenActions]:
    """Return the broken action server."""
    broken = BrokenActions()
    yield broken
    broken.server.server_close()


@pytest.fixture(scope="module")
def assistant(model: None, actions: BrokenActions) -> Iterator[Assistant]:
    """Return an assistant that relies on it."""
    served, process = Assistant.start(actions.port)
    yield served
    process.terminate()
    process.wait(timeout=10)


@pytest.mark.parametrize("text", ["where is my order", "I want a human", "qx 7"])
@pytest.mark.parametrize(
    ("status", "body"), [(500, {"error": "boom"}), (404, {"error": "unknown"}), (449, {}), (200, None), (200, "?")]
)
def test_a_failing_action_server_is_a_failed_turn(
    assistant: Assistant, actions: BrokenActions, text: str, status: int, body: object
) -> None:
    actions.fail(status, body)
    answer = assistant.post(request(text))
    assert (answer[0], answer[1]["error"]) == (502, "actions_failed")


def test_an_action_server_that_does_not_answer_in_time_is_a_failed_turn(
    assistant: Assistant, actions: BrokenActions
) -> None:
    actions.fail(200, {"events": [], "responses": []}, delay=7)
    answer = assistant.post(request("I want a human"))
    assert (answer[0], answer[1]["error"]) == (502, "actions_failed")


def test_a_turn_with_nothing_to_say_is_a_failed_turn(assistant: Assistant, actions: BrokenActions) -> None:
    actions.fail(200, {"events": [], "responses": []})
    answer = assistant.post(request("I want a human"))
    assert (answer[0], answer[1]["error"]) == (500, "turn_failed")


def test_a_reply_that_the_contract_has_no_place_for_is_a_failed_turn(
    assistant: Assistant, actions: BrokenActions
) -> None:
    actions.fail(200, {"events": [], "responses": [{"image": "https://wren.example/x.png"}]})
    answer = assistant.post(request("I want a human"))
    assert (answer[0], answer[1]["error"]) == (500, "turn_failed")


def test_rules_that_go_in_circles_are_a_failed_turn(assistant: Assistant, actions: BrokenActions) -> None:
    again = {"event": "followup", "name": "action_handoff"}
    actions.fail(200, {"events": [again], "responses": [{"text": "again"}]})
    answer = assistant.post(request("I want a human"))
    assert (answer[0], answer[1]["error"]) == (500, "turn_failed")


def test_what_needs_no_action_is_answered_all_the_same(assistant: Assistant, actions: BrokenActions) -> None:
    actions.fail(500, {})
    assert assistant.post(request("what are your opening hours?"))[0] == 200


def test_an_action_server_that_is_gone_is_a_failed_turn(assistant: Assistant, actions: BrokenActions) -> None:
    actions.server.shutdown()
    actions.server.server_close()
    answer = assistant.post(request("where is my order"))
    assert (answer[0], answer[1]["error"]) == (502, "actions_failed")
