"""What an answer of X to a write means for the outbox, by its status.

tweepy reads the body of an error itself, and fails on one that is HTML, empty, null or a list, which is what a proxy in
front of X sends on a bad day; then the status is lost. So answers other than 2xx are judged here, before tweepy.
"""

import math
from collections.abc import Mapping

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


def judge(status: int, headers: Mapping[str, str], body: bytes, now: float) -> SendError:
    """The error that an answer other than 2xx stands for; `now` is in seconds since 1970. Header names in lower case.

    There is no idempotency key on any write of X (openapi.json, Aug 2026), so only what surely did not happen is
    retryable. 500, 502 and 504 may come after the effect; 503 is turned away before it. 401 (token revoked) and 402
    (credits used up) keep the queue until the operator has acted. 403 is for good: a text posted again too soon, a
    customer who takes no direct messages, or a reply to a post that neither mentions nor quotes us, which X refuses
    to self-serve accounts (X docs, changelog of Feb 23 2026).
    """
    words = _words(body)
    message = f"X answered {status}: {words}" if words else f"X answered {status}."
    if status == 429:
        return SendThrottled(message, retry_after=_until_reset(headers, now))
    if status in (401, 402):
        return SendLockedOut(message, retry_after=_OPERATOR_ACTS_S)
    if status == 503:
        return SendRetryable(message, retry_after=_seconds(headers.get("retry-after")))
    if status >= 500:
        return SendUnclear(message)
    if status == 408 or status < 400:
        # A request that X did not wait for, or a redirect, which is not followed: nothing was written.
        return SendRetryable(message)
    return SendRefused(message)


def _until_reset(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds until every limit that is used up opens again; None where X does not say."""
    used_up = [limit for limit in _LIMITS if headers.get(f"{limit}-remaining") == "0"] or _LIMITS[:1]
    resets = [reset for limit in used_up if (reset := _seconds(headers.get(f"{limit}-reset"))) is not None]
    if not resets:
        return None
    # At least one second: the clocks of two machines differ, and the reset is given in whole seconds.
    return min(max(max(resets) - now, 1.0), _LONGEST_WAIT_S)


def _seconds(value: str | None) -> float | None:
    """A number of seconds in a header; None where there is none."""
    try:
        number = float(value) if value is not None else math.nan
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _words(body: bytes) -> str:
    """X's own reason: `detail` of a problem (API 2), else the messages of `errors` (1.1), else the title."""
    try:
        problem = mapping(msgspec.json.decode(body))
    except (ValueError, RecursionError):
        return ""
    messages = [string(mapping(error).get("message")) for error in entries(problem.get("errors"))]
    found = string(problem.get("detail")) or " ".join(filter(None, messages)) or string(problem.get("title"))
    return found[:_WORDS]
