"""What one screen of the desk shows, read on one snapshot: lists, and the case that is open."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from sqlalchemy.engine import Connection

from gateway.cases import HELD_BY_A_PERSON, Case, CaseState
from gateway.messages import Surface
from gateway.sending.planner import Rules
from gateway.storage import events, feed, threads, transcript, vault
from handoff import attachments, clear, conversation, fates, outlook, queue, refusals, reveal, troubles, users, view
from handoff.queue import Counts, Wanted
from handoff.rights import Right, access_case, may
from handoff.users import User

LISTS: Final = ("queue", "mine", "open", "resolved")
_ROWS: Final = 100
_SHOWN: Final = 200  # messages, the latest or the last before a place


class Screen(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody asked to see."""

    user: User
    csrf: str
    view: str
    case_id: str | None
    before: str
    """The cursor of the message before which to show the conversation; empty: its end."""
    zone: tzinfo
    now: datetime
    brand: str
    rules: Rules
    """By what is planned what can still be said."""


class Doors(msgspec.Struct, frozen=True, kw_only=True):
    """What this agent can do with the case now."""

    mine: bool
    claim: bool
    take_over: bool
    reopen: bool
    public: bool
    """Whether there is a public thread to answer in."""
    public_channel: str
    obstacle: str | None
    """Why the customer cannot be written to in private."""
    private: str
    """What to mind when writing in private: until when, how many."""
    files: str
    """Kinds of files that can go along in private, as a form's `accept`; empty where none can."""


def read_screen(conn: Connection, asked: Screen) -> dict[str, object]:
    """The values for the desk's templates. Raises `Forbidden`, `NotFound` or `Invalid` for a case."""
    numbers = queue.counts(conn, asked.user)
    which = asked.view if asked.view in LISTS else _first_list(numbers)
    values: dict[str, object] = {
        "user": asked.user,
        "csrf": asked.csrf,
        "zone": asked.zone,
        "now": asked.now,
        "brand": asked.brand,
        "soon": asked.now + timedelta(minutes=10),
        "counts": numbers,
        "list": which,
        "rows": queue.listing(conn, _wanted(which, asked.user), limit=_ROWS).rows,
        "troubles": troubles.listed(conn, asked.now),
        "event_id": feed.beginning(conn, asked.now),
        "open": None,
    }
    if asked.case_id is not None:
        values["open"] = _case(conn, asked, access_case(conn, asked.user, asked.case_id))
    return values


def zone_of(name: str) -> tzinfo:
    """A time zone by its name; UTC where there is none of that name."""
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _first_list(numbers: Counts) -> str:
    """What waits for everybody, else what is one's own."""
    return "mine" if numbers.mine and not numbers.queue else "queue"


def _wanted(which: str, user: User) -> Wanted:
    if which == "queue":
        return Wanted(states=frozenset({CaseState.QUEUED}))
    if which == "mine":
        return Wanted(states=HELD_BY_A_PERSON, agent_id=user.id)
    if which == "resolved":
        return Wanted(states=frozenset({CaseState.RESOLVED}))
    return Wanted(states=frozenset(CaseState) - {CaseState.RESOLVED})


def _case(conn: Connection, asked: Screen, case: Case) -> dict[str, object]:
    before = view.place_of(asked.before) if asked.before else None
    found = transcript.latest(conn, case.id, _SHOWN + 1, before=before)
    shown, masked = clear.read(conn, found[-_SHOWN:])
    happened = events.told(
        conn, case.id, since=shown[0].at if shown else None, until=None if before is None else before[0]
    )
    detail = view.case_detail(conn, case.id, asked.rules, asked.now)
    return {
        "case": detail,
        "severity": case.severity,
        "waiting_since": queue.waiting_since(case),
        "slots": reveal.masked_slots(reveal.noted(case)),
        "kept": masked if may(asked.user, Right.SEE_CLEAR) else set(),
        "sealed": vault.is_open() and may(asked.user, Right.SEE_CLEAR),
        "blocks": conversation.blocks(shown, happened, asked.zone),
        "earlier": view.cursor_of(shown[0]) if len(found) > _SHOWN else None,
        "in_the_past": before is not None,
        "attachments": attachments.of_messages(conn, shown),
        "outlook": outlook.by_place(detail.limits),
        "places": _places(detail.threads),
        "refusals": refusals.told(conn, shown),
        "fates": fates.shown(shown, threads.of_case(conn, case.id)),
        "doors": _doors(asked, case, detail),
        "others": [
            user.name
            for user in users.list_all(conn)
            if user.id != asked.user.id and user.disabled_at is None and may(user, Right.WORK_CASES)
        ],
    }


def _places(its_threads: Sequence[view.ThreadJson]) -> list[tuple[view.ThreadJson, int]]:
    """Each kind of place in which the case goes on, as its latest thread, with how many there are; the latest first."""
    found: dict[tuple[str, str, str], list[view.ThreadJson]] = {}
    for thread in its_threads:
        found.setdefault((thread.channel, thread.surface, thread.title), []).append(thread)
    return [(ones[0], len(ones)) for ones in found.values()]


def _doors(asked: Screen, case: Case, detail: view.CaseDetailJson) -> Doors:
    public = outlook.to_reply(detail.limits, Surface.PUBLIC)
    private = outlook.to_reply(detail.limits, Surface.PRIVATE)
    return Doors(
        mine=case.state in HELD_BY_A_PERSON and case.agent_id == asked.user.id,
        claim=case.state is CaseState.QUEUED,
        take_over=case.state is CaseState.BOT,
        reopen=case.state is CaseState.RESOLVED,
        public=public is not None,
        public_channel="" if public is None else public.channel,
        obstacle=outlook.obstacle(detail.limits, Surface.PRIVATE),
        private="" if private is None else outlook.words_of(private, asked.now, asked.zone),
        files="" if private is None else outlook.accept(private),
    )
