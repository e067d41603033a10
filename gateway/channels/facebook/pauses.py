"""How long Facebook wants to be left alone, and in what: `Retry-After`, or what is used up of an hourly budget.

Source: "Rate limits", Graph API, read 22 Nov 2026: X-Business-Use-Case-Usage tells `estimated_time_to_regain_access` in
minutes for each use case; X-App-Usage and X-Page-Usage tell only how much is used, in percent. They come along "with
most API responses once enough calls have been made". Without them nothing tells a Page's limit from a thread's: "Your
app may be rate limited if too many messages are sent to a single thread" (Messenger platform, overview/rate-limiting,
23 Mar 2026), with the same codes.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_HEADERS: Final = ("x-business-use-case-usage", "x-page-usage", "x-app-usage")
_PERCENT: Final = ("call_count", "total_cputime", "total_time")
_LONGEST: Final = 3600.0  # seconds; what waits longer is asked for again anyhow


def seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by an answer's headers; None where they do not say."""
    after = headers.get("retry-after") or ""
    if after.isdecimal() and len(after) < 10:
        return min(float(after), _LONGEST)
    found = [minutes for name in _HEADERS for minutes in _estimates(headers.get(name))]
    return min(max(found) * 60.0, _LONGEST) if found else None


def used_up(headers: Mapping[str, str]) -> bool:
    """Whether an answer's headers say that a budget of the application or of the Page is used up."""
    told = [case for name in _HEADERS for case in _cases(headers.get(name))]
    percent = [case.get(name) for case in told for name in _PERCENT]
    return any(isinstance(each, int | float) and each >= 100 for each in percent) or any(
        _estimates(headers.get(name)) for name in _HEADERS
    )


def _estimates(header: str | None) -> list[float]:
    minutes = [case.get("estimated_time_to_regain_access") for case in _cases(header)]
    # 0 where nothing is held back.
    return [float(each) for each in minutes if isinstance(each, int | float) and each > 0 and math.isfinite(each)]


def _cases(header: str | None) -> list[dict[str, Any]]:
    """What a header tells of each budget: of one, or of several by the account that they are of."""
    try:
        told: Any = msgspec.json.decode(header or "null")
    except (msgspec.DecodeError, RecursionError):
        return []
    cases: list[Any] = [told]
    if isinstance(told, dict):
        cases += [each for listed in told.values() if isinstance(listed, list) for each in listed]
    return [each for each in cases if isinstance(each, dict)]
