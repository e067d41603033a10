"""The desk's small parts: cursors, passwords, rights, words on pages, scenes."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sanic import Request

from gateway.cases import HandoffReason
from gateway.messages import Author, Channel, Delivery, Surface
from gateway.public_thread import MoveState
from gateway.storage.events import Event
from gateway.storage.transcript import Message
from handoff import conversation, cursor, outlook, passwords, refusals, render, words
from handoff.bodies import WallBody, body_of
from handoff.conversation import Day, Happening, Scene
from handoff.errors import Invalid
from handoff.limits import LimitJson
from handoff.rights import Right, may
from handoff.screen import zone_of
from handoff.users import Role, User

START = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)


@given(st.integers(), st.text())
def test_a_cursor_comes_back_as_it_went(number: int, word: str) -> None:
    assert cursor.decode("list", cursor.encode("list", (number, word)), (int, str)) == (number, word)


@given(st.text())
def test_a_cursor_that_is_none_of_ours_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        cursor.decode("list", text, (int, str))


def test_a_cursor_of_another_list_is_refused() -> None:
    for wrong in (cursor.encode("other", (1, "a")), cursor.encode("list", ("a", 1)), cursor.encode("list", (1,))):
        with pytest.raises(Invalid):
            cursor.decode("list", wrong, (int, str))


def test_a_password_is_checked_and_nothing_matches_nobody() -> None:
    stored = passwords.hashed("a long enough one")
    assert passwords.matches("a long enough one", stored)
    assert not passwords.matches("a long enough two", stored)
    assert not passwords.matches("a long enough one", None)
    assert not passwords.matches("x", "not a hash")


@pytest.mark.parametrize("password", ["", "short", "x" * 201])
def test_a_password_has_a_sensible_length(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.hashed(password)


def test_trainers_see_no_cases_and_everybody_else_works_on_them() -> None:
    for role in Role:
        user = User(id=1, name="x", role=role, created_at=START)
        for right in (Right.SEE_CASES, Right.WORK_CASES):
            assert may(user, right) is (role is not Role.TRAINER)


def test_supervisors_and_admins_look_after_channels() -> None:
    for role in Role:
        user = User(id=1, name="x", role=role, created_at=START)
        assert may(user, Right.MIND_CHANNELS) is (role in (Role.SUPERVISOR, Role.ADMIN))


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (20, "now"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (47 * 3600, "47 h"),
        (48 * 3600, "2 d"),
        (-300, "5 min"),
    ],
)
def test_lengths_of_time_are_short(length: int, shown: str) -> None:
    assert render.span(timedelta(seconds=length)) == shown


@pytest.mark.parametrize(
    ("length", "lasting", "late", "due"),
    [(20, "just now", "late", "due now"), (300, "for 5 min", "5 min late", "due in 5 min")],
)
def test_less_than_a_minute_is_said_as_people_say_it(length: int, lasting: str, late: str, due: str) -> None:
    spans = timedelta(seconds=length)
    assert (render.lasting(spans), render.late(spans), render.due(spans)) == (lasting, late, due)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (
            "A private reply was sent already: there is one for each comment. Facebook answered 400, error 10900: (#1)",
            "A private reply was sent already: there is one for each comment.",
        ),
        ("X answered 403: You are not permitted.", "X answered 403: You are not permitted."),
        ("", "The platform refused it."),
        ("x" * 400, f"{'x' * 300}…"),
    ],
)
def test_a_refusal_is_told_by_its_meaning(error: str, shown: str) -> None:
    assert refusals.words_of(error) == shown


def place(channel: Channel, surface: Surface, thread: str, why: str = "", *, can_send: bool = True) -> LimitJson:
    return LimitJson(
        channel=channel, thread=thread, surface=surface, can_send=can_send, why=why, until=None, left=None,
        window_seconds=None, cost_usd=0, takes=None,
    )  # fmt: skip


def test_what_can_still_be_said_is_listed_once_for_each_kind_of_place() -> None:
    comments = [place(Channel.FACEBOOK, Surface.PUBLIC, thread) for thread in ("c1", "c2", "c3")]
    shut = place(Channel.FACEBOOK, Surface.PRIVATE, "psid:1", "once", can_send=False)
    way = place(Channel.FACEBOOK, Surface.PRIVATE, "c2")
    never = place(Channel.TWITTER, Surface.PRIVATE, "dm:1", "never", can_send=False)
    again = place(Channel.TWITTER, Surface.PRIVATE, "dm:2", "never", can_send=False)
    assert outlook.by_place([shut, *comments, way, never, again]) == [comments[0], way, never]


def test_times_are_shown_where_the_reader_is() -> None:
    tokyo = ZoneInfo("Asia/Tokyo")
    assert render.clock(START, tokyo) == "07:30"
    assert render.day(START, tokyo) == "Sunday, 22 November 2026"
    assert render.moment(START, UTC) == "Sat 21 Nov, 22:30"


@pytest.mark.parametrize("name", ["", "Nowhere/Land", "../../etc/passwd", "Europe", "\0"])
def test_a_zone_that_is_none_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


@pytest.mark.parametrize(
    ("name", "shown"), [("Ada Lindqvist", "AL"), ("ada", "A"), ("", "?"), ("<b>", "?"), ("J. R. R. T", "JT")]
)
def test_a_name_has_initials(name: str, shown: str) -> None:
    assert render.initials(name) == shown


def test_ticks_become_code_and_nothing_else_becomes_markup() -> None:
    assert render.ticks("say `x<y` & <b>") == "say <code>x&lt;y</code> &amp; &lt;b&gt;"


def test_everything_that_pages_name_has_words() -> None:
    assert set(words.REASONS) == set(HandoffReason)
    assert set(words.MOVES) == set(MoveState)
    assert set(words.DELIVERIES) == set(words.DELIVERIES_AT_LENGTH) == set(Delivery) - {Delivery.NONE}


def said(number: int, minutes: int, surface: Surface, thread: str = "t") -> Message:
    return Message(
        id=number, case_id="c", at=START + timedelta(minutes=minutes), author=Author.CUSTOMER, agent="",
        surface=surface, channel="telegram", thread=thread, text="", attachments=[], extras={},
        delivery=Delivery.NONE, native_id="", understood=None,
    )  # fmt: skip


def happened(kind: str, minutes: int, why: str = "") -> Event:
    at = START + timedelta(minutes=minutes)
    return Event(id=minutes, case_id="c", kind=kind, actor="agent:Ada", why=why, epoch=1, at=at, data={})


def test_a_conversation_falls_into_scenes_by_surface_and_place_with_days_and_happenings() -> None:
    messages = [
        said(1, 0, Surface.PUBLIC),
        said(2, 1, Surface.PUBLIC),
        said(3, 2, Surface.PRIVATE),
        said(4, 95, Surface.PRIVATE),
        said(5, 96, Surface.PRIVATE, thread="other"),
    ]
    events = [happened("handoff", 50, "asked"), happened("message.added", 51), happened("case.claimed", 96)]
    made = conversation.blocks(messages, events, UTC)
    assert [
        [one.id for one in block.messages] if isinstance(block, Scene) else type(block).__name__ for block in made
    ] == ["Day", [1, 2], [3], "Happening", "Day", [4], "Happening", [5]]
    told = [block.text for block in made if isinstance(block, Happening)]
    assert told == ["Handed to people: Asked for a person", "Ada took the case"]


def test_what_happened_before_the_first_message_shown_is_left_out() -> None:
    made = conversation.blocks([said(1, 10, Surface.PRIVATE)], [happened("case.claimed", 5)], UTC)
    assert [type(block) for block in made] == [Day, Scene]


def test_what_was_given_for_a_word_of_ours_is_not_repeated() -> None:
    given = SimpleNamespace(body=b'{"text": "hi", "channel": "ines@mail.example\' - at `$.x`"}')
    with pytest.raises(Invalid) as refused:
        body_of(cast(Request, given), WallBody)
    assert "ines" not in str(refused.value)
    assert "`$.channel`" in str(refused.value)
