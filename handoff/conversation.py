"""The conversation as the desk shows it: scenes, each in one place and on one surface, and what happened between."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, tzinfo
from typing import Final

import msgspec

from gateway.messages import Surface
from gateway.storage.events import Event
from gateway.storage.transcript import Message
from handoff import words


class Scene(msgspec.Struct, kw_only=True):
    """Messages that follow each other in one place: on the public stage, aside in private, or notes among ourselves."""

    surface: Surface
    channel: str
    thread: str
    messages: list[Message]


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to the case."""

    at: datetime
    text: str
    icon: str


class Day(msgspec.Struct, frozen=True, kw_only=True):
    """A new day begins."""

    at: datetime


Block = Scene | Happening | Day


def blocks(messages: Sequence[Message], events: Iterable[Event], zone: tzinfo) -> list[Block]:
    """Scenes, happenings and days in the order of time. What happened before the first message shown is left out."""
    since = messages[0].at if messages else None
    told = [_told(event) for event in events if since is None or event.at >= since]
    happenings = [happening for happening in told if happening is not None]
    # Of one moment: first what happened, then what was said about it.
    both: list[Message | Happening] = sorted([*happenings, *messages], key=lambda one: one.at)
    made: list[Block] = []
    today: date | None = None
    for one in both:
        its_day = one.at.astimezone(zone).date()
        if its_day != today:
            today = its_day
            made.append(Day(at=one.at))
        if isinstance(one, Happening):
            made.append(one)
        elif (scene := made[-1] if made else None) and isinstance(scene, Scene) and _fits(scene, one):
            scene.messages.append(one)
        else:
            made.append(Scene(surface=one.surface, channel=one.channel, thread=one.thread, messages=[one]))
    return made


def _fits(scene: Scene, message: Message) -> bool:
    return (scene.surface, scene.channel, scene.thread) == (message.surface, message.channel, message.thread)


def _told(event: Event) -> Happening | None:
    """What happened, in words; None for what the messages show by themselves."""
    line = _LINES.get(event.kind)
    if line is None:
        return None
    icon, sentence = line
    who = event.actor.removeprefix("agent:").replace("customer", "The customer")
    reason = event.why.removeprefix("answered past Aside").removeprefix(": ")
    why = f": {words.REASONS.get(reason, reason.replace('_', ' '))}" if reason else ""
    return Happening(at=event.at, icon=icon, text=sentence.format(who=who, why=why, to=event.why))


_LINES: Final = {
    "handoff": ("people", "Handed to people{why}"),
    "case.claimed": ("hand", "{who} took the case"),
    "case.transferred": ("people", "{who} passed the case {to}"),
    "case.held": ("pause", "{who} put the case on hold"),
    "case.returned": ("bot", "{who} handed the case back to the assistant{why}"),
    "customer.stop": ("pause", "The customer wants no automatic answers any more"),
    "customer.start": ("bot", "The customer wants automatic answers again"),
    "case.resolved": ("check", "{who} resolved the case"),
    "case.reopened": ("reopen", "{who} reopened the case"),
    "reopened": ("reopen", "The customer wrote again"),
    "case.taken_over": ("people", "Somebody answered past Aside, so the assistant is silent{why}"),
    "thread.closed": ("alert", "{to}"),
    "thread.opened": ("aside", "The customer can be written to again"),
    "thread.moved": ("aside", "The place has moved on the platform"),
    "case.grouped": ("alert", "Given to people in a crisis: more came in than the channel lets out"),
    "move.invited": ("aside", "Invited to step aside into private"),
    "move.arrived": ("aside", "The customer stepped aside into private"),
    "move.resolved": ("check", "The matter was answered in private"),
    "move.reminded": ("aside", "Reminded in public, once, of the way aside"),
    "move.watched": ("people", "The customer did not come aside: a person looks"),
    "data.revealed": ("hidden", "{who} looked at masked personal data"),
    "move.approved": ("check", "{who} wants the public thread closed with a word"),
    "move.declined": ("check", "{who} closed the public thread without a word"),
    "move.offered": ("alert", "Told in public that our private answer did not arrive, with another way in"),
    "move.no_show": ("check", "The customer never came: closed in public with a word that says where to write"),
    "wall.overridden": ("alert", "{who} said in public what the wall had refused{why}"),
    "move.public_closed": ("check", "The public thread was closed with a word"),
}
