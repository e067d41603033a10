"""When Facebook lets a private message through, and under which name it goes.

Source: Messenger Platform, "Policy" (28 Sep 2026) and "Send messages" (5 May 2026): 24 hours from the customer's last
word, pressed button or followed link; a person may answer for 7 days with the tag HUMAN_AGENT, which is reviewed on its
own.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from gateway.errors import SendRefused
from gateway.messages import Author, Outbound

STANDARD: Final = timedelta(hours=24)
HUMAN_AGENT: Final = timedelta(days=7)

RESPONSE: Final[dict[str, Any]] = {"messaging_type": "RESPONSE"}
TAGGED: Final[dict[str, Any]] = {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}

_CLOSED: Final = "Facebook lets the assistant write for 24 hours after the customer's last message only. Please answer."
_CLOSED_TO_ALL: Final = (
    "Facebook lets nobody write more than 7 days after the customer's last message. They would have to write again."
)


def kind_of(out: Outbound, now: datetime) -> dict[str, Any]:
    """What kind of message `out` is to Facebook. Raises `SendRefused` where it would not be let through.

    Where nobody knows when the customer was last heard, Facebook decides. A private reply has a window of its own.
    """
    if out.opens_private or out.heard_at is None:
        return RESPONSE
    silent = now - out.heard_at
    if silent <= STANDARD:
        return RESPONSE
    if silent > HUMAN_AGENT:
        raise SendRefused(_CLOSED_TO_ALL)
    if out.author is not Author.AGENT:
        raise SendRefused(_CLOSED)
    return TAGGED
