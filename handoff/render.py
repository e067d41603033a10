"""Pages from templates: everything that is put into one is escaped, and a name that does not exist is an error."""

from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from handoff import words

HERE: Final = Path(__file__).resolve().parent


class Renderer:
    """Renders the desk's templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=select_autoescape(default=True, default_for_string=True),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters.update(
            iso=iso,
            clock=clock,
            day=day,
            moment=moment,
            span=span,
            lasting=lasting,
            late=late,
            due=due,
            label=label,
            initials=initials,
            percent=percent,
            window=window,
            sentence=sentence,
            ticks=ticks,
            bytes=in_bytes,
            dollars=dollars,
        )

        self._environment.globals["words"] = words

    def page(self, template: str, **values: object) -> str:
        """A template with its values."""
        return self._environment.get_template(template).render(**values)


def iso(at: datetime) -> str:
    """For `datetime` attributes."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock(at: datetime, zone: tzinfo) -> str:
    """The time of day where the reader is."""
    return f"{at.astimezone(zone):%H:%M}"


def day(at: datetime, zone: tzinfo) -> str:
    """The day where the reader is, spelt out."""
    there = at.astimezone(zone)
    return f"{there:%A}, {there.day} {there:%B %Y}"


def moment(at: datetime, zone: tzinfo) -> str:
    """Day and time where the reader is."""
    there = at.astimezone(zone)
    return f"{there:%a} {there.day} {there:%b}, {there:%H:%M}"


def span(length: timedelta) -> str:
    """A length of time, short: `now`, `4 min`, `3 h`, `2 d`."""
    minutes = int(abs(length).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    hours = minutes // 60
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def lasting(length: timedelta) -> str:
    """How long something has been so: `for 4 min`; `just now`."""
    return "just now" if (words := span(length)) == "now" else f"for {words}"


def late(length: timedelta) -> str:
    """By how much a promise is missed: `4 min late`; `late`."""
    return "late" if (words := span(length)) == "now" else f"{words} late"


def due(length: timedelta) -> str:
    """How much time a promise leaves: `due in 4 min`; `due now`."""
    return "due now" if (words := span(length)) == "now" else f"due in {words}"


def window(seconds: int) -> str:
    """A window of time: `a second`, `15 minutes`, `a day`."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds % size == 0:
            count = seconds // size
            return f"{count} {unit}s" if count > 1 else f"{'an' if unit == 'hour' else 'a'} {unit}"
    return ""


def label(word: str) -> str:
    """A snake_case word as people read it."""
    return word.replace("_", " ")


def sentence(words: str) -> str:
    """The same with a capital at its beginning."""
    return words[:1].upper() + words[1:]


def initials(name: str) -> str:
    """One or two letters for a name."""
    words = [word for word in name.split() if word[:1].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def percent(share: object) -> str:
    """A share between 0 and 1 as per cent."""
    return f"{float(share) * 100:.0f} %" if isinstance(share, int | float) else ""


def in_bytes(size: int) -> str:
    """A file's size: `840 kB`, `2.4 MB`."""
    return f"{max(1, round(size / 1_000))} kB" if size < 1_000_000 else f"{size / 1_000_000:.1f} MB"


def dollars(amount: float) -> str:
    """US dollars, of which small sums are usual: `$0.015`."""
    return f"${amount:.3f}".removesuffix("0") if amount < 10 else f"${amount:,.2f}"


def ticks(text: str) -> Markup:
    """A text in which `this` becomes code; everything else is escaped."""
    parts = text.split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if index % 2 else escape(part) for index, part in enumerate(parts)
    )
