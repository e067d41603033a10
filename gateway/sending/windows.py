"""Windows: what each channel lets a brand say where, and until when; the rules alone, one line each with its source.

a thread, when the customer was last heard there, who wants to speak -> may they, why not, until when
"""

from datetime import datetime, timedelta
from typing import Final

import msgspec

from gateway.messages import Channel, Surface
from gateway.storage.threads import CaseThread

_RESPONSE: Final = timedelta(hours=24)
"""Messenger platform, policy, 28 Sep 2026: from the person's last message, press of a button or m.me click. The same
for Telegram's business accounts (core.telegram.org, messages.sendMessage, BUSINESS_PEER_USAGE_MISSING)."""
_HUMAN_AGENT: Final = timedelta(days=7)
"""The same: text that a person wrote, with the tag HUMAN_AGENT, which Meta grants in the app's review."""
_PRIVATE_REPLY: Final = timedelta(days=7)
"""Messenger platform, discovery/private-replies, 16 Apr 2026: one message for each comment, within seven days."""

_CLOSED: Final = {
    "blocked": "The customer has blocked the brand there.",
    "left": "The customer has left the chat.",
    "removed": "The brand has been removed from there.",
}


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something can be said in a place."""

    can_send: bool
    why: str = ""
    """Why not; or what to mind, where one can."""
    until: datetime | None = None
    """When that ends; None where it does not, or has not begun."""
    files: bool = True
    """Whether files can go along."""


def of_thread(thread: CaseThread, heard_at: datetime | None, now: datetime) -> Window:
    """What a person may say in a thread. `heard_at`: when the customer last said something there."""
    if thread.closed:
        return of_chat(thread.closed)
    if thread.surface is Surface.PUBLIC:
        return _PUBLIC[thread.channel]
    if thread.channel is Channel.FACEBOOK:
        return _messenger(heard_at, now)
    if thread.channel is Channel.TELEGRAM and ":" in thread.native_id:
        return _business(heard_at, now)
    if thread.channel is Channel.TWITTER and heard_at is None:
        # X docs, developer-guidelines, "Automated actions", Aug 2026: direct messages "only after user DMs you first".
        return Window(can_send=False, why=NOT_BEGUN[Channel.TWITTER])
    return Window(can_send=True)


def of_chat(closed: str) -> Window:
    """A chat that the customer has begun, and may have shut: `closed` says why (`CaseThread.closed`)."""
    if closed:
        return Window(can_send=False, why=_CLOSED.get(closed, "Nothing can be said there any more."))
    return Window(can_send=True)


def of_private_reply(heard_at: datetime, answered: bool, now: datetime) -> Window:
    """Whether a first private message may answer a public comment, which Facebook knows alone."""
    if answered:
        return Window(can_send=False, why=ANSWERED_ONCE)
    until = heard_at + _PRIVATE_REPLY
    if now > until:
        return Window(can_send=False, why=NOT_BEGUN[Channel.FACEBOOK], until=until)
    return Window(can_send=True, why="One message, until the customer answers it.", until=until, files=False)


def _messenger(heard_at: datetime | None, now: datetime) -> Window:
    if heard_at is None:
        return Window(can_send=False, why=ANSWERED_ONCE)
    if now <= heard_at + _RESPONSE:
        why = "After that, a person may still send text until 7 days after the customer's last message."
        return Window(can_send=True, why=why, until=heard_at + _RESPONSE)
    if now <= heard_at + _HUMAN_AGENT:
        why = "The customer wrote more than 24 hours ago: text from a person only, no files."
        return Window(can_send=True, why=why, until=heard_at + _HUMAN_AGENT, files=False)
    why = (
        "The customer last wrote more than 7 days ago, and Facebook closes Messenger then. Ask in public for a message."
    )
    return Window(can_send=False, why=why, until=heard_at + _HUMAN_AGENT)


def _business(heard_at: datetime | None, now: datetime) -> Window:
    """A chat of a business account that the bot answers for. Its key is `<connection>:<chat>`."""
    until = None if heard_at is None else heard_at + _RESPONSE
    if until is not None and now <= until:
        return Window(can_send=True, until=until)
    why = "The customer has not written for 24 hours, and Telegram closes a business account's chat to bots then."
    return Window(can_send=False, why=why, until=until)


_PUBLIC: Final = {
    # X changelog, 23 Feb 2026: others are refused with 403, and Aside gives those to a person.
    Channel.TWITTER: Window(can_send=True, why="X takes a reply only to a post that names or quotes the brand."),
    Channel.FACEBOOK: Window(can_send=True),
    Channel.TELEGRAM: Window(can_send=True),
}

ANSWERED_ONCE: Final = (
    "This comment has been answered in private once, and Facebook allows one. "
    "You can go on when the customer answers there."
)
NOT_BEGUN: Final = {
    Channel.TWITTER: "The customer has never written in private, and X lets customers only begin. "
    "Reply in public and ask them to send a direct message.",
    Channel.FACEBOOK: "The customer has never written in private, and Facebook allows a private reply to a comment "
    "within 7 days only. Reply in public and ask them to send a message.",
    Channel.TELEGRAM: "The customer has never written to the bot in private, and Telegram lets customers only begin. "
    "Reply in the group and ask them to open the bot's chat.",
}
"""Why nobody can be written to in private who has not begun."""
