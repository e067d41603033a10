"""Collects what a turn says and asks for."""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import OutputChannel

from bot.dialogue.errors import TurnFailedError


class Replies(OutputChannel):
    """One turn's output. `name` is the customer's channel, so that responses may have a variation for each."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self.replies: list[dict[str, Any]] = []
        self.effects: list[dict[str, Any]] = []

    def name(self) -> str:  # type: ignore[override]
        """Return `twitter`, `facebook` or `telegram`."""
        return self._channel

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep one message.

        Raises:
            TurnFailedError: it holds something that the contract with the gateway has no place for.
        """
        custom = message.get("custom") or {}
        if set(custom) - {"effect"} or any(message.get(part) for part in ("image", "attachment", "elements")):
            raise TurnFailedError("A response holds more than text, buttons and effects.")
        if message.get("text"):
            buttons = [*(message.get("buttons") or []), *(message.get("quick_replies") or [])]
            self.replies.append({"text": message["text"], "buttons": [_button(button) for button in buttons]})
        if "effect" in custom:
            self.effects.append(custom["effect"])


def _button(button: dict[str, Any]) -> dict[str, str]:
    """Turn Rasa's payload `/intent` into the intent; a text that only looks like one never gets here."""
    return {"title": button["title"], "intent": button["payload"].removeprefix("/")}
