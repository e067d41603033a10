"""The outlook: what can still be said in a case, in the words of the desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from typing import Final

from gateway.messages import Channel, Surface
from handoff.limits import LimitJson
from handoff.render import clock, moment, window

_FEW: Final = 20  # messages left, from which on it is worth saying
_PLACES: Final = {
    (Channel.TWITTER, Surface.PRIVATE): "Direct message",
    (Channel.TWITTER, Surface.PUBLIC): "X",
    (Channel.FACEBOOK, Surface.PRIVATE): "Messenger",
    (Channel.FACEBOOK, Surface.PUBLIC): "Facebook",
    (Channel.TELEGRAM, Surface.PRIVATE): "Telegram chat",
    (Channel.TELEGRAM, Surface.PUBLIC): "Telegram group",
}
_ACCEPT: Final = {
    "image": "image/png,image/jpeg,image/gif,image/webp",
    "video": "video/mp4,video/quicktime,video/webm",
    "audio": "audio/*",
    "document": ".pdf,.docx,.xlsx,.pptx,.odt,.ods,.txt,.csv,.vcf",
}


def to_reply(limits: Sequence[LimitJson], surface: Surface) -> LimitJson | None:
    """Where a reply on a surface would go; None where it could not."""
    return next((limit for limit in limits if limit.surface is surface and limit.can_send), None)


def obstacle(limits: Sequence[LimitJson], surface: Surface) -> str | None:
    """Why nothing can be said on a surface, in a sentence; None where it can."""
    if to_reply(limits, surface) is not None:
        return None
    why = next((limit.why for limit in limits if limit.surface is surface), "")
    return why or "There is no thread to answer in."


def by_place(limits: Sequence[LimitJson]) -> list[LimitJson]:
    """What is worth listing: each kind of place once, and as shut only where no place of its kind is open."""
    open_ones = {(limit.channel, limit.surface) for limit in limits if limit.can_send}
    told: dict[tuple[Channel, Surface, str], LimitJson] = {}
    for limit in limits:
        if limit.can_send or (limit.channel, limit.surface) not in open_ones:
            told.setdefault((limit.channel, limit.surface, limit.why), limit)
    return list(told.values())


def words_of(limit: LimitJson, now: datetime, zone: tzinfo) -> str:
    """What to mind in a place, in a sentence or two; empty where there is nothing."""
    parts = []
    if limit.until is not None:
        parts.append(f"{_PLACES[limit.channel, limit.surface]}: can answer until {_when(limit.until, now, zone)}.")
    if limit.why and limit.takes is None:  # what is only to come is for the side pane
        parts.append(limit.why)
    if limit.left is not None and limit.left <= _FEW and limit.window_seconds and limit.window_seconds >= 60:
        parts.append(_room(limit.left, window(limit.window_seconds)))
    return " ".join(parts)


def accept(limit: LimitJson) -> str:
    """The kinds of files that can go along, as a form's `accept`."""
    kinds = () if limit.takes is None else sorted(limit.takes.kinds)
    return ",".join(_ACCEPT[kind] for kind in kinds if kind in _ACCEPT)


def _when(at: datetime, now: datetime, zone: tzinfo) -> str:
    return clock(at, zone) if at - now < timedelta(hours=20) else moment(at, zone)


def _room(left: int, within: str) -> str:
    if not left:
        return f"No room for more within {within}: what you send waits, and goes out by itself."
    return f"Room for {left} more message{'' if left == 1 else 's'} within {within}."
