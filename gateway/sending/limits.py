"""What each platform lets out: so many messages in so many seconds, for an account, a surface or a thread.

The figures are the platforms' own, with source and date; `ASIDE_LIMITS` puts an operator's in their place. The windows
slide: in no stretch of that length do more go out, whenever it begins.
"""

import re
from collections.abc import Mapping
from enum import IntEnum, StrEnum
from typing import Final

import msgspec

from gateway.errors import SettingsError
from gateway.messages import Author, Channel, Surface


class Rank(IntEnum):
    """Who goes first where less goes out than waits."""

    PEOPLE = 0
    """What a person wrote."""
    NOTICE = 1
    """Acknowledgements, notices of a handoff, ways in."""
    CHATTER = 2
    """What the assistant says."""


def rank_of(author: Author, *, leads_aside: bool) -> Rank:
    """A message's rank. `leads_aside`: it carries a way into a private thread, or opens one."""
    if author is Author.AGENT:
        return Rank.PEOPLE
    return Rank.NOTICE if author is Author.SYSTEM or leads_aside else Rank.CHATTER


class Scope(StrEnum):
    """What a limit counts together."""

    ACCOUNT = "account"
    """Everything that our account says on the channel."""
    SURFACE = "surface"
    """Its public messages, or its private ones."""
    THREAD = "thread"
    """What is said in one thread."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """At the most `count` messages within `seconds`."""

    scope: Scope
    count: int
    seconds: int

    def share(self, rank: Rank) -> int:
        """How many of them may have gone out before one of this rank.

        Where a window is so long that nobody can wait for the next one, some of it is kept for those who go first.
        """
        if self.seconds < _LONG:
            return self.count
        return max(1, int(self.count * _SHARES[rank]))

    @property
    def rate(self) -> float:
        """Messages a second, in the long run and of the lowest rank."""
        return self.share(Rank.CHATTER) / self.seconds


class Outlet(msgspec.Struct, frozen=True, kw_only=True):
    """Whence a thread's messages go out: our account on a channel, in public or in private."""

    channel: Channel
    surface: Surface
    account: str

    def __str__(self) -> str:
        return f"{self.channel}:{self.surface}:{self.account}"

    @classmethod
    def of(cls, thread_key: str) -> "Outlet":
        """The outlet of a thread. A key of the version before has no surface: it counts as public, the scarcer one."""
        channel, second, *rest = thread_key.split(":")
        if second in (Surface.PUBLIC, Surface.PRIVATE):
            return cls(channel=Channel(channel), surface=Surface(second), account=rest[0] if rest else "")
        return cls(channel=Channel(channel), surface=Surface.PUBLIC, account=second)

    def bucket(self, scope: Scope, thread_key: str) -> str:
        """The name under which such a limit is counted."""
        if scope is Scope.ACCOUNT:
            return f"{self.channel}:{self.account}"
        return str(self) if scope is Scope.SURFACE else thread_key


Table = Mapping[tuple[Channel, Surface], tuple[Limit, ...]]
"""All limits of all channels."""

_LONG: Final = 60  # seconds
_SHARES: Final = {Rank.PEOPLE: 1.0, Rank.NOTICE: 0.9, Rank.CHATTER: 0.8}

_POSTS: Final = (
    Limit(scope=Scope.SURFACE, count=100, seconds=900),
    Limit(scope=Scope.SURFACE, count=10_000, seconds=86_400),
)
_DIRECT: Final = (
    Limit(scope=Scope.SURFACE, count=15, seconds=900),
    Limit(scope=Scope.SURFACE, count=1_440, seconds=86_400),
)
_BOT: Final = Limit(scope=Scope.ACCOUNT, count=30, seconds=1)

LIMITS: Final[Table] = {
    # X docs, x-api/fundamentals/rate-limits, Aug 2026: posts 100 in 15 min a user, 10,000 a day an app; direct messages
    # 15 in 15 min (an older page says 200) and 1,440 a day a user.
    (Channel.TWITTER, Surface.PUBLIC): _POSTS,
    (Channel.TWITTER, Surface.PRIVATE): _DIRECT,
    # Messenger platform, overview/rate-limiting, 23 Mar 2026: text 300 a second a Page; private replies 750 an hour, of
    # which each goes along with a comment. For comments alone no figure is printed.
    (Channel.FACEBOOK, Surface.PUBLIC): (Limit(scope=Scope.SURFACE, count=1_500, seconds=3_600),),
    (Channel.FACEBOOK, Surface.PRIVATE): (Limit(scope=Scope.SURFACE, count=300, seconds=1),),
    # Telegram, "Bots FAQ" and python-telegram-bot 22.8, FloodLimit: 30 a second in all, 20 a minute in a group, one a
    # second in a chat, where short bursts pass. The exact limits are not printed: what a 429 says comes first.
    (Channel.TELEGRAM, Surface.PUBLIC): (_BOT, Limit(scope=Scope.THREAD, count=20, seconds=60)),
    (Channel.TELEGRAM, Surface.PRIVATE): (_BOT, Limit(scope=Scope.THREAD, count=5, seconds=5)),
}

AT_ONCE: Final[Mapping[Channel, int]] = {Channel.TWITTER: 8, Channel.FACEBOOK: 64, Channel.TELEGRAM: 32}
"""Requests under way to a platform from one process: enough for its limits where it takes half a second for each, and
so few that a platform which hangs leaves no more than these unclear."""

_SETTING: Final = re.compile(
    r"(?P<channel>[a-z]+)(?:/(?P<surface>public|private)(?P<thread>/thread)?)?="
    r"(?P<limits>[0-9]+/[0-9]+(?:,[0-9]+/[0-9]+)*)"
)


def limits(setting: str) -> Table:
    """The limits, with the operator's in place of ours of that scope.

    `telegram=60/1`: the whole account; `twitter/private=200/900,5000/86400`: one surface of it;
    `telegram/public/thread=10/60`: each thread there. Each is a number of messages in a number of seconds. Raises
    `SettingsError`.
    """
    table = dict(LIMITS)
    for part in setting.split():
        found = _SETTING.fullmatch(part)
        if found is None or found["channel"] not in list(Channel):
            raise SettingsError(f"ASIDE_LIMITS: {part!r} is not of the form channel[/surface[/thread]]=COUNT/SECONDS.")
        scope = Scope.THREAD if found["thread"] else Scope.SURFACE if found["surface"] else Scope.ACCOUNT
        pairs = [pair.split("/") for pair in found["limits"].split(",")]
        instead = [Limit(scope=scope, count=int(count), seconds=int(seconds)) for count, seconds in pairs]
        if not all(limit.count and limit.seconds for limit in instead):
            raise SettingsError(f"ASIDE_LIMITS: nothing in {part!r} may be 0.")
        for channel, surface in LIMITS:
            if channel == found["channel"] and found["surface"] in (None, surface):
                kept = [limit for limit in table[channel, surface] if limit.scope is not scope]
                table[channel, surface] = (*kept, *instead)
    return table
