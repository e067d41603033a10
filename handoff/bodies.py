"""What the API takes: bodies of requests and the words of queries. The documentation is made from these types."""

import re
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final, Literal, TypeVar

import msgspec
from msgspec import Meta
from sanic import Request

from gateway.errors import NotFound
from gateway.messages import Channel, Surface
from handoff.errors import BadRequest, Invalid, TooLarge

B = TypeVar("B", bound=msgspec.Struct)
E = TypeVar("E", bound=StrEnum)

_LARGEST: Final = 262_144  # bytes: 10,000 characters, even where every one of them is escaped
_GIVEN: Final = re.compile(r"(?<=Invalid enum value) (?:.*(?= - at `)|.*$)", re.DOTALL)
"""What was given where a word of ours belongs: it may be anything, and answers repeat nothing."""
_BIGGEST_ID: Final = 2**63
LIMIT: Final = 50
_LARGEST_LIMIT: Final = 200

Epoch = Annotated[int, Meta(ge=1, description="The case's epoch that you looked at.")]
Reason = Annotated[str, Meta(max_length=500)]


class MessageBody(msgspec.Struct, kw_only=True):
    """Say something, or note it."""

    surface: Surface
    text: str = ""
    """May be empty where files are sent."""
    thread: str | None = None
    """The thread's id; the latest of the surface where none is given."""
    files: Annotated[list[Annotated[str, Meta(max_length=40)]], Meta(max_length=10)] = []
    """Ids of files that were put here before (`POST /api/v1/files`); in private only, each a message of its own."""
    override: Reason | None = None
    """A supervisor's reason to say in public what the wall refuses for its wording. It is kept with the case."""


class ClaimBody(msgspec.Struct, kw_only=True):
    """Take a case."""

    epoch: Epoch


class TransferBody(msgspec.Struct, kw_only=True):
    """Give a case away."""

    epoch: Epoch
    to: str | None = None
    """An agent's name; the queue where none is given."""
    note: Annotated[str, Meta(max_length=10_000)] = ""
    """Kept as a note between agents."""


class HoldBody(msgspec.Struct, kw_only=True):
    """Come back to a case later: one of `due_at` and `minutes`."""

    epoch: Epoch
    due_at: Annotated[datetime, Meta(tz=True)] | None = None
    minutes: Annotated[int, Meta(ge=1, le=43_200)] | None = None


class ReturnBody(msgspec.Struct, kw_only=True):
    """Give a case back to the assistant."""

    epoch: Epoch
    reason: Reason = ""


class ResolveBody(msgspec.Struct, kw_only=True):
    """Close a case."""

    epoch: Epoch
    outcome: Reason = "resolved"
    public_close: bool = True
    """Whether public threads that were moved aside get a closing word."""


class ClosingBody(msgspec.Struct, kw_only=True):
    """Decide about the word that closes the case's public threads."""

    say: bool = True
    """Have it said, or have the threads closed without a word."""


class ReopenBody(msgspec.Struct, kw_only=True):
    """Open a resolved case again."""

    epoch: Epoch
    to: Literal["me", "queue"] = "me"


class WallBody(msgspec.Struct, kw_only=True):
    """Ask the wall about a text before it is said in public."""

    text: Annotated[str, Meta(max_length=10_000)]
    channel: Channel
    case: str | None = None
    """The case in which it would be said: nothing is said again of what was told there in private."""


def body_of(request: Request, kind: type[B]) -> B:
    """The body of a request. Raises `BadRequest`, `TooLarge` or `Invalid`."""
    if len(request.body) > _LARGEST:
        raise TooLarge
    try:
        found = msgspec.json.decode(request.body or b"{}", type=kind)
    except msgspec.ValidationError as error:
        raise Invalid(_GIVEN.sub("", str(error))) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest("The body is not JSON.") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deep.") from error
    for name, value in msgspec.structs.asdict(found).items():
        if any("\0" in text for text in (value if isinstance(value, list) else [value]) if isinstance(text, str)):
            raise Invalid(f"`{name}` holds a NUL character, which no platform takes.")
    return found


def row_id(number: int) -> int:
    """An id of ours in an address. Raises `NotFound` where no database counts that far."""
    if not 0 <= number < _BIGGEST_ID:
        raise NotFound
    return number


def limit_of(request: Request) -> int:
    """How many items a page shall hold. Raises `Invalid`."""
    given = request.args.get("limit")
    if given is None:
        return LIMIT
    if not (given.isascii() and given.isdecimal()) or len(given) > 6 or not 1 <= int(given) <= _LARGEST_LIMIT:
        raise Invalid(f"`limit` is a number from 1 to {_LARGEST_LIMIT}.")
    return int(given)


def number_of(request: Request, name: str) -> int | None:
    """A number that is looked for. Raises `Invalid`."""
    given = request.args.get(name)
    if given is None:
        return None
    if not (given.isascii() and given.isdecimal()) or len(given) > 18:
        raise Invalid(f"`{name}` is a number.")
    return int(given)


def choice_of(request: Request, name: str, kind: type[E]) -> E | None:
    """One of an enumeration's words. Raises `Invalid`."""
    found = choices_of(request, name, kind)
    if len(found) > 1:
        raise Invalid(f"`{name}` is given more than once.")
    return next(iter(found), None)


def choices_of(request: Request, name: str, kind: type[E]) -> frozenset[E]:
    """Any of an enumeration's words, repeated or with commas between. Raises `Invalid`."""
    words = [word for given in request.args.getlist(name) or [] for word in given.split(",") if word]
    if not set(words) <= set(kind):
        raise Invalid(f"`{name}` is one of {', '.join(kind)}.")
    return frozenset(kind(word) for word in words)
