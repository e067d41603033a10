"""What a platform tells is kept as it was, but for what no store keeps and times that nothing can be reckoned with."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from gateway.clock import utc_now
from gateway.happenings import Change, Changed, Event, Reacted
from gateway.messages import Attachment, Channel, Echoed, Place, Said, Sender, Surface
from gateway.routing.storable import storable
from tests.integration.road import said

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BAD = "a\0b\ud800"


def _said(word: str) -> Said:
    attachment = Attachment(kind="document", native_id=word, url=word, name=word, words=word)
    return Said(
        channel=Channel.TELEGRAM, account="brand", native_id=word, at=NOW, text=word, target=word, reply_to=word,
        place=Place(surface=Surface.PUBLIC, native_id=word, title=word), code=word, album=word,
        sender=Sender(native_id=word, name=word, handle=word), attachments=(attachment,),
    )  # fmt: skip


def _told(word: str) -> list[Event]:
    by = Sender(native_id=word, name=word)
    common = {"channel": Channel.TELEGRAM, "account": "brand", "at": NOW, "native_id": word}
    return [
        _said(word),
        Reacted(**common, by=by, emoji=word),  # type: ignore[arg-type]
        Changed(**common, change=Change.EDITED, text=word, said=_said(word)),  # type: ignore[arg-type]
        Echoed(reference=word, native_id=word, place=_said(word).place, correspondent=by),
    ]


@pytest.mark.parametrize("number", range(4))
def test_no_text_name_or_id_holds_what_no_store_keeps(number: int) -> None:
    clean = storable(_told(BAD)[number], NOW)
    assert clean == _told("ab?")[number]
    assert type(clean) is type(_told(BAD)[number])


def test_what_is_sound_is_not_touched() -> None:
    for told in _told("\\u0000 ü 🚚"):
        assert storable(told, NOW) == told
    fine = said("hello")
    assert storable(fine, utc_now()) is fine


@pytest.mark.parametrize(
    ("at", "kept"),
    [
        (datetime(9999, 12, 31, 23, tzinfo=UTC), NOW + timedelta(days=1)),
        (datetime(1, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)),
        (NOW + timedelta(hours=5), NOW + timedelta(hours=5)),
        (NOW - timedelta(days=400), NOW - timedelta(days=400)),
    ],
)
def test_a_time_outside_of_any_calendar_is_brought_near(at: datetime, kept: datetime) -> None:
    one = msgspec.structs.replace(_said("hello"), at=at)
    edit = msgspec.structs.replace(_told("hello")[2], at=at, said=one)
    assert storable(one, NOW).at == kept  # type: ignore[union-attr]
    assert (storable(edit, NOW).at, storable(edit, NOW).said.at) == (kept, kept)  # type: ignore[union-attr]
