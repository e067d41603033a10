"""The way to the action server, on which a failure is a failure."""

from __future__ import annotations

import os
from typing import Any

import aiohttp
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

from bot.dialogue.errors import ActionServerError

#: Seconds. The gateway gives a whole turn 15; Rasa's own default is 300.
ANSWER_TIMEOUT = 5.0

_REJECTED = 400


class ActionServer(EndpointConfig):
    """Where Rasa posts its actions to.

    Rasa logs what goes wrong here and goes on with no reply. `ActionServerError` is no error that it knows, so that it
    reaches our processor unchanged.
    """

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Post one action.

        Raises:
            ActionServerError: no connection, no answer in time, an error, or an answer that is no JSON object.
            ClientResponseError: the action rejected its own execution, which Rasa understands.
        """
        self.headers["Authorization"] = f"Bearer {os.environ.get('ASIDE_BOT_TOKEN', '')}"
        kwargs["timeout"] = aiohttp.ClientTimeout(total=ANSWER_TIMEOUT)
        # None of our actions reads the domain (endpoints.yml switches it off), but rasa-sdk insists on being sent one.
        kwargs["json"].setdefault("domain", {})
        try:
            answer = await super().request(*args, **kwargs)
        except ClientResponseError as error:
            if error.status == _REJECTED:
                raise
            raise ActionServerError(f"The action server answered with status {error.status}.") from error
        except TimeoutError as error:
            raise ActionServerError(f"The action server did not answer within {ANSWER_TIMEOUT:.0f} s.") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise ActionServerError(f"The action server cannot be reached or read: {error}.") from error
        if not isinstance(answer, dict):
            raise ActionServerError("The action server's answer is not what an action answers.")
        return answer
