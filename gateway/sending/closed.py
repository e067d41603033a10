"""Threads in which nothing can be said any more, and threads that have moved: what waits for them.

closed: NEW -> FAILED at once, with words, and a person looks
moved:  NEW -> NEW, under the new key and address
"""

from datetime import datetime
from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.lanes import Lane
from gateway.messages import Channel, Outbound, Surface
from gateway.sending import parcels
from gateway.sending.limits import Outlet
from gateway.sending.parcels import OutboxStatus
from gateway.storage import lanes, threads, timers
from gateway.storage.tables import OUTBOX_UNSETTLED
from gateway.storage.tables import outbox as table
from gateway.storage.timers import Alarm

_NAMES: Final = {Channel.TWITTER: "X", Channel.FACEBOOK: "Facebook", Channel.TELEGRAM: "Telegram"}
_WHY: Final = {
    "blocked": "The customer has blocked us on {channel}.",
    "left": "The customer has left the conversation on {channel}.",
    "removed": "We were removed from the conversation on {channel}.",
}


def in_words(why: str, channel: Channel) -> str:
    """Why nothing can be said in a thread, in a sentence for agents."""
    sentence = _WHY.get(why, "{channel} takes no messages of ours for this conversation any more.")
    return sentence.format(channel=_NAMES[channel])


def give_up(
    conn: Connection, channel: Channel, account: str, surface: Surface, native_id: str, why: str, now: datetime
) -> int:
    """Have what waits for a thread fail. Returns how many messages that were."""
    words = in_words(why, channel)
    key = _key(channel, account, surface, native_id)
    told: set[str] = set()
    rows = _waiting(conn, key)
    for row in rows:
        parcel = parcels.of_message(conn, row.message_id)
        if parcel is None or not parcels.finish(conn, parcel, OutboxStatus.FAILED, now, error=words):
            continue
        if parcel.case_id not in told:
            told.add(parcel.case_id)
            payload = {"message_id": parcel.message_id, "why": words}
            timers.set_timer(conn, Alarm.UNDELIVERABLE, parcel.case_id, now, payload)
    return len(rows)


def move(conn: Connection, channel: Channel, account: str, surface: Surface, before: str, after: str) -> None:
    """Have what waits for a thread go to where it is now."""
    key = _key(channel, account, surface, after)
    for row in _waiting(conn, _key(channel, account, surface, before)):
        out = msgspec.convert(row.payload, Outbound)
        out = msgspec.structs.replace(out, place=after, target=threads.readdressed(out.target, before, after))
        conn.execute(
            table.update().where(table.c.id == row.id).values(thread_key=key, payload=msgspec.to_builtins(out))
        )
    lanes.call(conn, Lane.thread(key))


def _key(channel: Channel, account: str, surface: Surface, native_id: str) -> str:
    return f"{Outlet(channel=channel, surface=surface, account=account)}:{native_id}"


def _waiting(conn: Connection, key: str) -> list[sa.Row[tuple[int, int, dict[str, object]]]]:
    query = sa.select(table.c.id, table.c.message_id, table.c.payload).where(
        table.c.thread_key == key, OUTBOX_UNSETTLED, table.c.status == OutboxStatus.NEW
    )
    return list(conn.execute(query.order_by(table.c.id).with_for_update()))
