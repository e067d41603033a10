"""What became of a message after it was said, as the API and the desk show it, from what is kept beside its text.

extras of a message -> Fate: edited, removed, hidden, what it said before (masked), reactions, said past us, what we did
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec

from gateway.messages import Author, Channel, Delivery, Surface
from gateway.storage.threads import CaseThread
from gateway.storage.transcript import Message

_HIDES: Final = {Channel.FACEBOOK: "hide", Channel.TWITTER: "hide", Channel.TELEGRAM: "remove"}
_OFFERS: Final = {
    Channel.FACEBOOK: "Hide on Facebook",
    Channel.TWITTER: "Hide on X",
    Channel.TELEGRAM: "Remove from the group",
}
_NAMES: Final = {Channel.TWITTER: "X", Channel.FACEBOOK: "Facebook", Channel.TELEGRAM: "the group"}


class WasJson(msgspec.Struct, frozen=True, kw_only=True):
    """What a message said before."""

    text: str
    """With a word in place of each piece of personal data."""
    until: datetime


class ReactionJson(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's reaction to a message."""

    by: str
    """Their name; empty where the platform tells none."""
    emoji: str
    """What is shown, or the platform's word for it."""
    at: datetime


class ActJson(msgspec.Struct, frozen=True, kw_only=True):
    """What we do about a customer's public message."""

    kind: str
    """`hide` or `remove`."""
    status: str
    """`pending`, `done` or `failed`."""
    by: str
    """`system`, or `agent:<name>`."""
    why: str
    """Why it failed, in a sentence."""
    at: datetime


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a message."""

    edited_at: datetime | None = None
    removed_at: datetime | None = None
    hidden: bool = False
    was: list[WasJson] = []
    reactions: list[ReactionJson] = []
    via: str | None = None
    """What it was said with, in our name and past Aside: `Page inbox`."""
    act: ActJson | None = None
    history: bool = False
    """Brought long after it was said: nobody answers it any more."""


def of(said: Message) -> Fate:
    """What became of a message."""
    extras = said.extras
    act = msgspec.convert(extras["act"], ActJson) if "act" in extras else None
    return Fate(
        edited_at=_moment(extras, "edited"),
        removed_at=_moment(extras, "removed"),
        hidden="hidden" in extras or (act is not None and act.status == "done"),
        was=msgspec.convert(extras.get("was") or [], list[WasJson]),
        reactions=_reactions(extras),
        via=str(extras["via"]) if extras.get("via") else None,
        act=act,
        history=bool(extras.get("history")),
    )


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk shows beside a message's text."""

    fate: Fate
    deed: str
    """What we do about it, in words; empty where nothing."""
    offers: str
    """What an agent can have done about it, in the words of a button; empty where nothing."""
    seen_at: datetime | None
    """Where this is our latest message that the customer has seen: when."""


def shown(messages: Sequence[Message], its_threads: Iterable[CaseThread]) -> dict[int, Shown]:
    """What the desk shows beside messages, by their ids."""
    seen_at = {(str(thread.channel), thread.native_id): thread.seen_at for thread in its_threads}
    latest: dict[tuple[str, str], int] = {}
    for said in messages:
        seen = seen_at.get((said.channel, said.thread))
        if said.delivery is Delivery.SENT and seen is not None and said.at <= seen:
            latest[said.channel, said.thread] = said.id
    made = {}
    for said in messages:
        fate, place = of(said), (said.channel, said.thread)
        made[said.id] = Shown(
            fate=fate,
            deed="" if fate.act is None else words_of(fate.act, said.channel),
            offers=_OFFERS[Channel(said.channel)] if can_be_hidden(said) else "",
            seen_at=seen_at[place] if latest.get(place) == said.id else None,
        )
    return made


def words_of(act: ActJson, channel: str) -> str:
    """What is, or was, done about a message, in words."""
    where = _NAMES[Channel(channel)]
    if act.kind == "remove":
        words = {"pending": f"being removed from {where}", "done": f"removed from {where}"}
        return words.get(act.status, f"not removed from {where}")
    words = {"pending": f"being hidden on {where}", "done": f"hidden on {where}"}
    return words.get(act.status, f"not hidden on {where}")


def can_be_hidden(said: Message) -> str:
    """What can be asked for about a message: `hide` or `remove`; empty where nothing can, or it is done."""
    if said.author is not Author.CUSTOMER or said.surface is not Surface.PUBLIC or not said.native_id:
        return ""
    fate = of(said)
    if fate.hidden or fate.removed_at is not None or (fate.act is not None and fate.act.status == "pending"):
        return ""
    return _HIDES[Channel(said.channel)]


def _reactions(extras: dict[str, Any]) -> list[ReactionJson]:
    known = dict(extras.get("reactions") or {}).values()
    shown = [
        ReactionJson(by=one["name"], emoji=one["emoji"], at=datetime.fromisoformat(one["at"]))
        for one in known
        if one["emoji"]
    ]
    return sorted(shown, key=lambda one: one.at)


def _moment(extras: dict[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(extras[name]) if name in extras else None
