"""What an answer of X to a request means for the outbox, by its status and its problem.

tweepy reads the body of an error itself, and fails on one that is HTML, empty, null or a list, which is what a proxy in
front of X sends on a bad day; then the status is lost. So answers other than 2xx are judged here, before tweepy.
"""

import math
from collections.abc import Mapping
from typing import Final

import msgspec

from gateway.channels.twitter.fields import entries, mapping, string
from gateway.errors import SendError, SendLockedOut, SendRefused, SendRetryable, SendThrottled, SendUnclear

_OPERATOR_ACTS_S = 900.0
"""Seconds between tries where a person has to do something first: renew a token, buy credits."""
_LONGEST_WAIT_S = 86_400.0
"""The longest window of X's limits: 24 hours (X docs, fundamentals/rate-limits, Aug 2026)."""
_WORDS = 300
"""So many characters of X's reason are kept."""

_LIMITS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")
"""Only the first is documented; the daily ones come with posts (crate twapi-v2 0.26, header.yaml)."""

_LOCKED: Final = (
    # The last part of a problem's `type`, its `title` or its `reason` (openapi.json 2.168, Aug 2026).
    "client-forbidden",
    "client-not-enrolled",
    "official-client-forbidden",
    "unsupported-authentication",
    "oauth1-permissions",
    "usage-capped",
    "usagecapexceeded",
    "credits",
    "creditsdepleted",
    "spendcapreached",
    "noncompliant-rules",
)
_LOCKED_CODES: Final = {32, 64, 89, 135, 215, 226, 261, 326, 416, 453}
"""Codes of API 1.1 that API 2 still sends: wrong or expired keys, an account or an app suspended or locked, an app that
may not write, or has no access (X docs, response-codes, 2021)."""
_SAME_AGAIN: Final = ({187}, ("duplicate content", "status is a duplicate"))
_NOT_SUMMONED: Final = ({385, 433}, ("reply to this conversation is not allowed", "restricted who can reply"))
_NO_MESSAGES: Final = (
    {150, 151, 349, 476},
    ("permission to dm", "cannot send messages to", "dm this user", "not verified to send message"),
)
_GONE: Final = ({144}, ("deleted or not visible",))


class SameAgain(SendUnclear):
    """X refuses a text that it has from us already: this message, or another one with the same words."""

    code = "send_unclear"


class NotSummoned(SendRefused):
    """X lets us answer in public only who has named us."""

    code = "send_refused"


def judge(status: int, headers: Mapping[str, str], body: bytes, now: float) -> SendError:
    """The error that an answer other than 2xx stands for; `now` is in seconds since 1970. Header names in lower case.

    There is no idempotency key on any write of X (openapi.json, Aug 2026), so only what surely did not happen is
    retryable. 500, 502 and 504 may come after the effect; 503 is turned away before it. What an operator must put
    right (token revoked, credits used up, app not enrolled, account locked) keeps the queue until that is done. Another
    403 is for good, and in words for an agent: a customer who takes no direct messages; a reply to a post that neither
    names nor quotes us, which X refuses to self-serve accounts (X docs, changelog of Feb 23 2026). A text posted again
    too soon may be the very message whose answer was lost: it is looked for.
    """
    problem = _problem(body)
    words = _words(problem)
    message = f"X answered {status}: {words}" if words else f"X answered {status}."
    if status in (401, 402) or (status in (403, 429) and _is_locked(problem)):
        return SendLockedOut(message, retry_after=_OPERATOR_ACTS_S)
    if status == 429:
        return SendThrottled(message, retry_after=_until_reset(headers, now), used_up=bool(_used_up(headers)))
    if status == 503:
        return SendRetryable(message, retry_after=_seconds(headers.get("retry-after")))
    if status >= 500:
        return SendUnclear(message)
    if status == 408 or status < 400:
        # A request that X did not wait for, or a redirect, which is not followed: nothing was written.
        return SendRetryable(message)
    return _refusal(problem, message)


def _refusal(problem: Mapping[str, object], message: str) -> SendError:
    """What is refused for good, with what an agent can do."""
    if _tells(problem, *_SAME_AGAIN):
        return SameAgain(f"{message} It has the same words from us already.")
    if _tells(problem, *_NOT_SUMMONED):
        return NotSummoned(
            f"{message} In public X lets us answer only who names us or quotes a post of ours. "
            "Answer in private if the customer has written there, or from X's own app."
        )
    if _tells(problem, *_NO_MESSAGES):
        return SendRefused(
            f"{message} The customer takes no direct messages from us: they must write first, or let us again. "
            "Answer in public, without anything personal."
        )
    if _tells(problem, *_GONE):
        return SendRefused(f"{message} What this answers is gone, or hidden from us.")
    return SendRefused(message)


def missing(answer: Mapping[str, object]) -> str:
    """What X says is missing where it answers 200 with `errors` and no `data`; empty where it answers anything else.

    So it answers where a post or a user is gone or hidden (X docs, response-codes-and-errors, Aug 2026).
    """
    return (_words(answer) or "It does not say what.") if answer.get("errors") and not answer.get("data") else ""


def _used_up(headers: Mapping[str, str]) -> list[str]:
    """The limits that are used up: those of an endpoint, for our user or our app, whatever is said to whom."""
    return [limit for limit in _LIMITS if headers.get(f"{limit}-remaining") == "0"]


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until every limit that is used up opens again; None where X does not say.

    A 429 may come while the window has calls left (elizaOS/agent-twitter-client issue 68, Jan 2025): then it was not
    the window, and its end is not what is waited for. Sometimes the count is missing: then it is.
    """
    used_up = _used_up(headers)
    if not used_up and f"{_LIMITS[0]}-remaining" not in headers:
        used_up = [_LIMITS[0]]
    resets = [reset for limit in used_up if (reset := _seconds(headers.get(f"{limit}-reset"))) is not None]
    if not resets:
        return _seconds(headers.get("retry-after"))
    # At least one second: the clocks of two machines differ, and the reset is given in whole seconds.
    return min(max(max(resets) - now, 1.0), _LONGEST_WAIT_S)


def _seconds(value: str | None) -> float | None:
    """A number of seconds in a header; None where there is none."""
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _problem(body: bytes) -> Mapping[str, object]:
    try:
        return mapping(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        return {}


def _is_locked(problem: Mapping[str, object]) -> bool:
    """Whether it is the account or the app that is shut out, and not this one message."""
    # The problem itself, or one inside `errors`, as X's own emulator answers (xdevplatform/playground, Nov 2026).
    told = [problem, *map(mapping, entries(problem.get("errors")))]
    names = [string(one.get("type")).rpartition("/")[2] for one in told]
    names += [string(one.get(key)) for one in told for key in ("title", "reason")]
    return any(name.lower().replace(" ", "-") in _LOCKED for name in names if name) or bool(
        _codes(problem) & _LOCKED_CODES
    )


def _tells(problem: Mapping[str, object], codes: set[int], phrases: tuple[str, ...]) -> bool:
    words = _words(problem).lower()
    return bool(_codes(problem) & codes) or any(phrase in words for phrase in phrases)


def _codes(problem: Mapping[str, object]) -> set[int]:
    """The codes of API 1.1 in `errors`, or beside the words."""
    stated = [mapping(error).get("code") for error in entries(problem.get("errors"))] + [problem.get("code")]
    return {code for code in stated if isinstance(code, int) and not isinstance(code, bool)}


def _words(problem: Mapping[str, object]) -> str:
    """X's own reason: `detail` of a problem (API 2), else what its `errors` say, else the title."""
    errors = map(mapping, entries(problem.get("errors")))
    messages = [string(error.get("message")) or string(error.get("detail")) for error in errors]
    detail, title = string(problem.get("detail")), string(problem.get("title"))
    found = detail if detail and detail != "One or more parameters to your request was invalid." else ""
    return (found or " ".join(filter(None, messages)) or detail or title)[:_WORDS]
