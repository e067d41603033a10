"""Faults planted into what becomes of messages after they were said. See `mutations`."""

from collections.abc import Callable, Iterator
from typing import Any, Final
from unittest import mock

from sqlalchemy.engine import Connection

from gateway.happenings import SaidForUs
from gateway.intake import changes, inbox
from gateway.intake.changes import Early
from gateway.intake.inbox import InboxStatus
from gateway.intake.line import Waiting
from gateway.routing import changes as routing_changes
from gateway.routing import takeover
from gateway.sending import echoes
from gateway.sending.echoes import Whose

Mutation = Callable[[], Iterator[None]]


def _answer_what_was_removed() -> Iterator[None]:
    with mock.patch.object(changes, "drop", return_value=False):
        yield


def _answer_what_was_said_before() -> Iterator[None]:
    def heedless(conn: Connection, head: Waiting) -> bool:
        return inbox.settle(conn, head.id, InboxStatus.DONE)

    with mock.patch.object(inbox, "take_turn", heedless):
        yield


def _lose_what_comes_too_early() -> Iterator[None]:
    with mock.patch.object(changes, "take_early", return_value=Early(changes=[], stands_already=False)):
        yield


def _take_every_edit_for_the_latest() -> Iterator[None]:
    with mock.patch.object(routing_changes, "_is_newer", return_value=True):
        yield


def _take_an_echo_for_anothers() -> Iterator[None]:
    def distrust(conn: Connection, said: SaidForUs, *_: Any, **__: Any) -> Whose:
        return Whose.ANOTHERS

    with mock.patch.object(echoes, "whose", distrust):
        yield


def _go_on_after_a_takeover() -> Iterator[None]:
    with mock.patch.object(takeover, "hand_over"):
        yield


MUTATIONS: Final[dict[str, Mutation]] = {
    "answer what was removed": _answer_what_was_removed,
    "answer what was said before an edit": _answer_what_was_said_before,
    "lose an edit that comes before its message": _lose_what_comes_too_early,
    "take every edit for the latest": _take_every_edit_for_the_latest,
    "take an echo for another's words": _take_an_echo_for_anothers,
    "go on after somebody answered past us": _go_on_after_a_takeover,
}
