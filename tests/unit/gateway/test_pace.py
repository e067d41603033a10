"""The pace: what the limits let out, on a clock that the test owns."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as some
from sqlalchemy.engine import Connection

from gateway.errors import SettingsError
from gateway.messages import Author, Channel, Surface
from gateway.sending import pace
from gateway.sending.limits import LIMITS, Limit, Outlet, Rank, Scope, limits, rank_of
from gateway.sending.pace import Ask
from gateway.storage.model import metadata
from tests.factories import Ticking

POSTS = "twitter:public:brand:1"
GROUP = "telegram:public:brand:-100"
CHAT = "telegram:private:brand:7"


@pytest.fixture
def conn() -> Iterator[Connection]:
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.create_all(engine)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def go(conn: Connection, key: str, now: datetime, times: int = 1, rank: Rank = Rank.PEOPLE) -> int:
    """How many of so many may go now."""
    asks = [Ask(thread_key=key, rank=rank)] * times
    return pace.take(conn, LIMITS, asks, now).count(None)


def test_telegram_lets_thirty_out_a_second_whatever_the_thread(conn: Connection) -> None:
    clock = Ticking()
    asks = [Ask(thread_key=f"telegram:private:brand:{chat}", rank=Rank.CHATTER) for chat in range(40)]
    assert pace.take(conn, LIMITS, asks, clock()).count(None) == 30
    clock.pass_by(seconds=0.999)
    assert go(conn, CHAT, clock()) == 0
    clock.pass_by(seconds=0.001)
    assert pace.take(conn, LIMITS, asks, clock()).count(None) == 30


def test_a_group_gets_twenty_a_minute_of_which_the_bot_leaves_some_to_people(conn: Connection) -> None:
    clock = Ticking()
    assert go(conn, GROUP, clock(), 30, Rank.CHATTER) == 16
    assert go(conn, GROUP, clock(), 30, Rank.NOTICE) == 2
    assert go(conn, GROUP, clock(), 30, Rank.PEOPLE) == 2
    assert go(conn, "telegram:public:brand:-200", clock(), 1, Rank.CHATTER) == 1
    clock.pass_by(seconds=60)
    assert go(conn, GROUP, clock(), 30, Rank.PEOPLE) == 20


def test_a_chat_may_burst_briefly_and_then_gets_one_a_second(conn: Connection) -> None:
    clock = Ticking()
    sent = 0
    for _ in range(60):
        sent += go(conn, CHAT, clock(), 10)
        clock.pass_by(seconds=0.5)
    assert sent == 30
    assert go(conn, "telegram:private:brand:8", clock(), 10) == 5


def test_who_is_not_let_out_is_told_when_to_ask_again(conn: Connection) -> None:
    clock = Ticking()
    go(conn, POSTS, clock(), 60, Rank.CHATTER)
    clock.pass_by(minutes=5)
    go(conn, POSTS, clock(), 60, Rank.CHATTER)
    [bot] = pace.take(conn, LIMITS, [Ask(thread_key=POSTS, rank=Rank.CHATTER)], clock())
    assert bot == clock() + timedelta(minutes=10)
    [person] = pace.take(conn, LIMITS, [Ask(thread_key=POSTS, rank=Rank.PEOPLE)], clock())
    assert person is None


def test_posts_and_direct_messages_of_x_have_budgets_of_their_own(conn: Connection) -> None:
    clock = Ticking()
    assert go(conn, POSTS, clock(), 200) == 100
    assert go(conn, "twitter:private:brand:dm:1", clock(), 200) == 15
    clock.pass_by(minutes=14, seconds=59)
    assert go(conn, POSTS, clock()) == 0
    clock.pass_by(seconds=1)
    assert go(conn, POSTS, clock(), 200) == 100


def test_a_day_has_a_limit_as_well(conn: Connection) -> None:
    clock = Ticking()
    sent = 0
    for _ in range(24 * 4):
        sent += go(conn, "twitter:private:brand:dm:1", clock(), 20)
        clock.pass_by(minutes=15)
    assert sent == 1_440
    assert go(conn, "twitter:private:brand:dm:1", clock(), 20) == 15


def test_a_pause_that_the_platform_asks_for_holds_its_own_bucket_only(conn: Connection) -> None:
    clock = Ticking()
    pace.pause(conn, LIMITS, POSTS, clock() + timedelta(minutes=7), clock())
    [until] = pace.take(conn, LIMITS, [Ask(thread_key="twitter:public:brand:2", rank=Rank.PEOPLE)], clock())
    assert until == clock() + timedelta(minutes=7)
    assert go(conn, "twitter:private:brand:dm:1", clock()) == 1
    assert go(conn, CHAT, clock()) == 1


def test_what_was_let_out_and_not_sent_is_given_back(conn: Connection) -> None:
    clock = Ticking()
    assert go(conn, "twitter:private:brand:dm:1", clock(), 15) == 15
    pace.give_back(conn, LIMITS, "twitter:private:brand:dm:1", clock())
    assert go(conn, "twitter:private:brand:dm:1", clock(), 15) == 1


def test_a_clock_that_is_put_back_stops_nobody_for_longer_than_a_window(conn: Connection) -> None:
    clock = Ticking()
    go(conn, POSTS, clock(), 100)
    pace.pause(conn, LIMITS, CHAT, clock() + timedelta(seconds=30), clock())
    clock.pass_by(days=-2)
    assert go(conn, POSTS, clock()) == 0
    assert go(conn, CHAT, clock()) == 1
    clock.pass_by(minutes=15)
    assert go(conn, POSTS, clock(), 100) == 100


@settings(max_examples=60, deadline=None)
@given(some.lists(some.tuples(some.floats(0, 40), some.integers(1, 30)), max_size=60))
def test_no_stretch_of_time_ever_holds_more_than_the_limit(steps: list[tuple[float, int]]) -> None:
    limit = Limit(scope=Scope.SURFACE, count=150, seconds=100)
    table = {(Channel.FACEBOOK, Surface.PUBLIC): (limit,)}
    engine = sa.create_engine("sqlite://", poolclass=sa.StaticPool)
    metadata.tables["pace"].create(engine)
    clock = Ticking()
    gone: list[datetime] = []
    with engine.begin() as connection:
        for seconds, times in steps:
            clock.pass_by(seconds=seconds)
            asks = [Ask(thread_key="facebook:public:page:1", rank=Rank.PEOPLE)] * times
            gone += [clock() for verdict in pace.take(connection, table, asks, clock()) if verdict is None]
    engine.dispose()
    for start in gone:
        assert sum(start <= at < start + timedelta(seconds=100) for at in gone) <= 150


def test_buckets_that_nobody_uses_any_more_are_forgotten(conn: Connection) -> None:
    clock = Ticking()
    go(conn, CHAT, clock())
    clock.pass_by(hours=26)
    go(conn, POSTS, clock())
    assert pace.prune(conn, clock()) == 2
    assert go(conn, POSTS, clock(), 100) == 99


def test_ranks_follow_from_who_speaks_and_whether_it_leads_aside() -> None:
    assert rank_of(Author.AGENT, leads_aside=False) is Rank.PEOPLE
    assert rank_of(Author.SYSTEM, leads_aside=False) is Rank.NOTICE
    assert rank_of(Author.BOT, leads_aside=True) is Rank.NOTICE
    assert rank_of(Author.BOT, leads_aside=False) is Rank.CHATTER


def test_an_outlet_is_read_off_a_threads_key_also_of_the_version_before() -> None:
    assert str(Outlet.of("twitter:private:42:dm:7")) == "twitter:private:42"
    assert str(Outlet.of("telegram:42:-100/3")) == "telegram:public:42"


def test_every_channel_has_limits() -> None:
    assert set(LIMITS) == {(channel, surface) for channel in Channel for surface in (Surface.PUBLIC, Surface.PRIVATE)}


def test_an_operator_may_put_other_limits_in_their_place() -> None:
    table = limits("twitter/private=200/900,1000/86400 telegram=60/1 telegram/public=9/1 telegram/private/thread=8/1")

    def of(channel: Channel, surface: Surface) -> list[tuple[Scope, int, int]]:
        return [(limit.scope, limit.count, limit.seconds) for limit in table[channel, surface]]

    assert of(Channel.TWITTER, Surface.PRIVATE) == [(Scope.SURFACE, 200, 900), (Scope.SURFACE, 1000, 86400)]
    assert of(Channel.TELEGRAM, Surface.PRIVATE) == [(Scope.ACCOUNT, 60, 1), (Scope.THREAD, 8, 1)]
    assert of(Channel.TELEGRAM, Surface.PUBLIC) == [
        (Scope.THREAD, 20, 60),
        (Scope.ACCOUNT, 60, 1),
        (Scope.SURFACE, 9, 1),
    ]
    assert table[Channel.TWITTER, Surface.PUBLIC] == LIMITS[Channel.TWITTER, Surface.PUBLIC]
    assert limits("") == LIMITS


@pytest.mark.parametrize("setting", ["twitter", "myspace/public=1/1", "twitter/public=0/5", "twitter/note=1/1", "x=y"])
def test_limits_that_are_none_are_refused_with_a_sentence(setting: str) -> None:
    with pytest.raises(SettingsError, match="ASIDE_LIMITS"):
        limits(setting)
