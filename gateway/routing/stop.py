"""Stop: a customer who wants no automatic answers gets none, on any channel, until they want them again.

X asks for that of automated accounts (developer guidelines, Oct 2026: a clear opt-out, "stop" must be honoured); it is
right everywhere.

"stop" -> kept at once; what waits in the line before it is for people -> confirmed in its turn (`unanswered`)
"""

import re
from datetime import datetime
from typing import Final

from sqlalchemy.engine import Connection

from gateway.cases import HandoffReason
from gateway.intake import changes as waiting
from gateway.messages import Channel, Said, Surface
from gateway.privacy.folding import fold
from gateway.storage import people

STOP: Final = "stop"
START: Final = "start"

_LONGEST: Final = 40  # characters, punctuation and all

_WORDS: Final = {
    **dict.fromkeys(("stop", "stopp", "unsubscribe", "optout", "stopall"), STOP),
    **dict.fromkeys(("start", "optin", "subscribe", "unstop"), START),
}


_POLITE: Final = frozenset(("please", "pls", "plz", "bitte", "thanks", "thank", "you", "danke", "now"))
"""Words beside which it is still nothing else."""

_TO_US: Final = re.compile(r"^(?:\s*@\w{1,40})+")


def wish(said: Said) -> str:
    """`STOP` or `START` where that, and nothing else, is what is said to us; empty where it is not."""
    if said.choice or said.overheard:
        return ""
    private = said.place.surface is Surface.PRIVATE
    text = said.text if private else _TO_US.sub("", said.text)
    if len(text) > _LONGEST:
        return ""
    if private and said.channel is Channel.TELEGRAM and not (text or said.code or said.attachments or said.unreadable):
        return START  # the app's own button of that name: it brings no words along
    # In capitals more letters of other alphabets look like ours.
    spoken = re.findall(r"[^\W_]+", fold(text.upper()).text.casefold())
    return _WORDS.get("".join(word for word in spoken if word not in _POLITE), "")


def heed(conn: Connection, case_id: str, said: Said, now: datetime, *, opted_out: bool) -> str:
    """Why a message is none for the assistant, in one word; empty where it is one. Under its case's lock.

    Keeps what the customer wishes, and has what they said before "stop" and was not answered yet wait for people.
    """
    wished = wish(said)
    if wished == STOP or (wished == START and opted_out):
        people.opt_out(conn, said.channel, said.account, said.sender, now if wished == STOP else None)
        if wished == STOP:
            waiting.leave_to_people(conn, case_id, said, HandoffReason.OPTED_OUT.value)
        return wished
    if opted_out:
        return HandoffReason.OPTED_OUT.value
    if said.automated:
        return HandoffReason.AUTOMATED.value
    return HandoffReason.UNREADABLE.value if said.unreadable else ""
