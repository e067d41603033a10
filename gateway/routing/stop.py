"""Stop: a customer who wants no automatic answers gets none, on any channel, until they want them again.

X asks for that of automated accounts (developer guidelines, Oct 2026: a clear opt-out, "stop" must be honoured); it is
right everywhere.
"""

import re
from typing import Final

from gateway.messages import Said, Surface

STOP: Final = "stop"
START: Final = "start"

_WORDS: Final = {
    **dict.fromkeys(("stop", "unsubscribe", "optout", "stopall"), STOP),
    **dict.fromkeys(("start", "optin", "subscribe", "unstop"), START),
}


def wish(said: Said) -> str:
    """`STOP` or `START` where that, and nothing else, is what is said in private; empty where it is not."""
    if said.place.surface is not Surface.PRIVATE or said.choice or len(said.text) > 40:
        return ""
    return _WORDS.get(re.sub(r"[\W_]+", "", said.text).casefold(), "")
