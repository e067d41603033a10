"""A Facebook event, understood: what a person said to us, what became of what was said, or `Ignored` with the reason.

    messaging, standby -> messaging.understand
    changes            -> feed.understand

The Messenger half knows people by page-scoped ids (scope `messenger`), the feed half by another id (scope `feed`); the
two are joined only by the answer to a private reply or by the code of a link.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.facebook import feed, messaging, payloads
from gateway.channels.facebook.ours import Ours
from gateway.channels.facebook.payloads import Piece
from gateway.channels.facebook.times import moment
from gateway.clock import utc_now
from gateway.happenings import Event
from gateway.messages import Ignored, RawEvent, Said


def parse(event: RawEvent, page_id: str, app_id: str = "", clock: Callable[[], datetime] = utc_now) -> Event:
    """Understand one event. Raises `ParseError` where a documented kind has an undocumented shape.

    `app_id`: our own application, where it is known. `clock` tells the time of an event that Facebook tells none of.
    """
    try:
        piece = msgspec.json.decode(event.payload, type=Piece)
    except msgspec.ValidationError:
        return Ignored(reason="unknown_body")
    except payloads.UNREADABLE as error:
        raise ParseError("the body is no JSON") from error
    if piece.object is not None:
        return Ignored(reason="permissions" if piece.object in ("permissions", "user") else "not_a_page")
    if piece.part == "entry" or not isinstance(piece.event, dict):
        return Ignored(reason="unknown_event")
    received = moment(piece.time) or clock()
    ours = Ours(page_id, piece.page, app_id)
    if piece.part == "changes":
        return feed.understand(payloads.plain(piece.event), event.native_id, ours, received)
    if piece.part == "standby":
        return _overheard(payloads.plain(piece.event), event.native_id, ours, received)
    return messaging.understand(payloads.plain(piece.event), event.native_id, ours, received)


def _overheard(event: dict[str, Any], key: str, ours: Ours, received: datetime) -> Event:
    """What happens in a thread that another application owns: what people say there is that application's matter."""
    other = Ignored(reason="other_app_owns_thread")
    try:
        understood = messaging.understand(event, key, ours, received)
    except ParseError:
        return other
    # What became of an older message, and what was said in our name, concerns us all the same.
    return other if isinstance(understood, Said) or type(understood) is Ignored else understood
