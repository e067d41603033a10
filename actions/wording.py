"""How days and amounts are written in answers."""

from datetime import date
from decimal import Decimal


def spoken_day(day: date) -> str:
    """Return for example `Tuesday 24 November`; the year is never in doubt for an order that runs."""
    return f"{day:%A} {day.day} {day:%B}"


def spoken_amount(pounds: Decimal) -> str:
    """Return for example `£34.50`."""
    return f"£{pounds:.2f}"
