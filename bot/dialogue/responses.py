"""Which of a response's variations is said: by lot, but the same lot for the same message."""

from __future__ import annotations

import hashlib
from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.nlg.generator import ResponseVariationFilter
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig


class SeededResponses(TemplatedNaturalLanguageGenerator):
    """Named in `endpoints.yml`. Rasa's own draws afresh each time, and a repeated call would get another answer."""

    def __init__(self, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Return the filled response, or None where the domain has none of this name."""
        slots = tracker.current_slot_values()
        variations = (
            ResponseVariationFilter(self.responses).responses_for_utter_action(utter_action, output_channel, slots)
            if utter_action in self.responses
            else []
        )
        if not variations:
            return None
        seed = f"{tracker.latest_message.message_id}/{utter_action}".encode()
        lot = int.from_bytes(hashlib.sha256(seed).digest()[:4], "big")
        chosen = variations[lot % len(variations)]
        return self._fill_response({**chosen}, slots, **kwargs)
