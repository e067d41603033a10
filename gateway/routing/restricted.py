"""Restricted: the platform does not let our account speak as it should, and says so by an event.

told -> a check named `policy`, ill until the platform takes it back -> the alarm that everybody at the desk sees
"""

from datetime import datetime

from sqlalchemy.engine import Connection

from gateway import log
from gateway.intake.inbox import Recorded
from gateway.messages import Restricted
from gateway.storage import checks
from gateway.storage.checks import POLICY, Finding

_log = log.get(__name__)
_BLOCKED = "The platform has restricted the account: what we say may not arrive."
_ADVICE = "See what it objects to (Facebook: Page settings, Page quality), put it right, and ask for a review."


def note(conn: Connection, recorded: Recorded, told: Restricted, now: datetime) -> None:
    """Raise the alarm, or end it."""
    if told.restricted:
        words = f"{_BLOCKED} {told.why}".strip()
        finding = Finding(name=POLICY, well=False, words=words, advice=_ADVICE)
        _log.error("channel_restricted", channel=recorded.channel)
    else:
        finding = Finding(name=POLICY, well=True, words="The platform has lifted its restriction of the account.")
    checks.note(conn, recorded.channel, recorded.account, [finding], now)
