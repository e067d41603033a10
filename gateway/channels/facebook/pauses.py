"""How long Facebook wants to be left alone: `Retry-After`, or what is used up of an hourly budget.

Source: "Rate limits", Graph API, read 22 Nov 2026: X-Business-Use-Case-Usage tells `estimated_time_to_regain_access` in
minutes for each use case; X-App-Usage and X-Page-Usage tell only how much is used.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import msgspec

_HEADERS: Final = ("x-business-use-case-usage", "x-page-usage", "x-app-usage")
_LONGEST: Final = 3600.0  # seconds; what waits longer is asked for again anyhow


def seconds(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by an answer's headers; None where they do not say."""
    after = headers.get("retry-after") or ""
    if after.isdecimal() and len(after) < 10:
        return min(float(after), _LONGEST)
    found = [minutes for name in _HEADERS for minutes in _estimates(headers.get(name))]
    return min(max(found) * 60.0, _LONGEST) if found else None


def _estimates(header: str | None) -> list[float]:
    try:
        told: Any = msgspec.json.decode(header or "null")
    except (msgspec.DecodeError, RecursionError):
        return []
    cases: list[Any] = [told]
    if isinstance(told, dict):
        cases += [each for listed in told.values() if isinstance(listed, list) for each in listed]
    minutes = [each.get("estimated_time_to_regain_access") for each in cases if isinstance(each, dict)]
    # 0 where nothing is held back.
    return [float(each) for each in minutes if isinstance(each, int | float) and each > 0 and math.isfinite(each)]
