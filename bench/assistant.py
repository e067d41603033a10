"""A stub of the assistant that speaks the gateway's contract: `python -m bench.assistant PORT [MILLISECONDS] [LANES]`.

Answers each turn with one reply that repeats the text, with a state of the size that the real assistant's has, after
a wait of so many milliseconds. `LANES` turns at a time (default: any number), the others queue, as before a real one.
"""

import asyncio
import json
import sys
from collections.abc import Awaitable
from typing import Final

from bench.wire import as_json, run_server

_MODEL: Final = "bench"


def state(turn: int) -> dict[str, object]:
    """A dialogue state in the form and size of the real one (some 350 bytes), different each turn."""
    recent = [
        {"intent": "returns_policy", "actions": ["utter_returns_policy"]},
        {"intent": "thanks", "actions": ["utter_thanks"]},
        {"intent": f"payment_methods_{turn % 10}", "actions": ["utter_payment_methods"]},
    ]
    slots = {"order_number": "104217", "topic": "where_is_my_order", "form_failures": 0, "unhelped": turn % 10}
    return {"version": 1, "slots": slots, "loop": None, "recent": recent}


class Assistant:
    """Takes turns."""

    def __init__(self, wait: float, lanes: int) -> None:
        self._wait = wait
        self._lanes = lanes
        self._free: asyncio.Semaphore | None = None
        self._turns = 0

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes] | Awaitable[tuple[int, bytes]]:
        """A turn, or the question whether we are ready."""
        if not target.startswith("/webhooks/gateway/turn"):
            return 200, as_json({"model_id": _MODEL, "turns": self._turns})
        self._turns += 1
        done = 200, _turn(json.loads(body), self._turns)
        return self._later(done) if self._wait else done

    async def _later(self, done: tuple[int, bytes]) -> tuple[int, bytes]:
        if not self._lanes:
            await asyncio.sleep(self._wait)
            return done
        self._free = self._free or asyncio.Semaphore(self._lanes)
        async with self._free:
            await asyncio.sleep(self._wait)
        return done


def _turn(asked: dict[str, object], turn: int) -> bytes:
    ranking = [{"name": f"intent_{place}", "confidence": round(0.9 / (place + 1), 4)} for place in range(10)]
    return as_json(
        {
            "contract": 1,
            "message_id": asked["message_id"],
            "model_id": _MODEL,
            "intent": ranking[0],
            "intent_ranking": ranking,
            "entities": [],
            "policy": "answer",
            "replies": [{"text": f"You said: {asked['text']}", "buttons": []}],
            "effects": [],
            "slots": {},
            "state": state(turn),
        }
    )


if __name__ == "__main__":
    milliseconds, lanes = (float(value) for value in (*sys.argv[2:4], "0", "0")[:2])
    run_server(Assistant(milliseconds / 1000, int(lanes)).answer, int(sys.argv[1]))
