"""What happens around messages on X: somebody likes, reads, deletes, blocks. Both APIs tell of the same things.

Account Activity: `favorite_events`, `direct_message_mark_read_events`, `tweet_delete_events`, `block_events`
(X docs, account-activity/introduction, Aug 2026). Activity API: `like.create`, `dm.read`, `post.delete`,
`block.block|unblock` with `source` and `target`, each user inside `data` (activity/event-payloads, Aug 2026; `dm.read`
is documented without a sample and is read as the same thing in 1.1).
"""

from collections.abc import Mapping
from datetime import datetime

from gateway.channels.base import ParseError
from gateway.channels.twitter import snowflake
from gateway.channels.twitter.direct_message import private_place
from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.channels.twitter.payloads import Piece
from gateway.channels.twitter.settings import TwitterSettings
from gateway.happenings import Change, Changed, Event, Reached, Reacted, Seen
from gateway.messages import Channel, Ignored, Sender

HEART = "❤"


def read_deletion(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """A post is gone. Raises `ParseError` where nobody can tell which.

    X tells of an account's own posts only; that somebody else's is gone shows when it is answered.
    """
    body = mapping(piece.body)
    status = mapping(body.get("status")) or body
    own_id = native_id(status)
    if not own_id:
        raise ParseError("a deletion without an id")
    author = native_id(status, "user_id") or native_id(status, "author_id")
    return Changed(
        channel=Channel.TWITTER,
        account=settings.user_id,
        at=_at(body, now),
        native_id=own_id,
        change=Change.REMOVED,
        by=Sender(native_id=author) if author else None,
    )


def read_like(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """Somebody likes a post. `like.create` names the post, and who likes it only where that is not ourselves."""
    body = mapping(piece.body)
    user = _user(body.get("user"))
    liked = native_id(mapping(body.get("favorited_status"))) or identifier(body.get("liked_tweet_id"))
    who = native_id(user) or native_id(body, "user_id") or native_id(body, "author_id")
    if not liked or who in ("", settings.user_id):
        return Ignored(reason="own_like" if who == settings.user_id else "like")
    return Reacted(
        channel=Channel.TWITTER,
        account=settings.user_id,
        at=_at(body, now),
        native_id=liked,
        by=_sender(user) or Sender(native_id=who),
        emoji=HEART,
    )


def read_receipt(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """Somebody has read our direct messages; that we read theirs is nothing new."""
    whole = mapping(piece.body)
    body = next(map(mapping, entries(whole.get("direct_message_mark_read_events"))), whole)
    reader = native_id(body, "sender_id")
    if reader == settings.user_id:
        return Ignored(reason="own_read")
    if not reader:
        return Ignored(reason="read")
    return Seen(channel=Channel.TWITTER, account=settings.user_id, at=_at(body, now), place=private_place(reader))


def read_block(piece: Piece, settings: TwitterSettings, now: datetime, *, blocked: bool) -> Event:
    """A customer blocks us, or we block them: either way no direct message gets through any more, or does again."""
    body = mapping(piece.body)
    source, target = _user(body.get("source")), _user(body.get("target"))
    ours = native_id(source) == settings.user_id
    customer = _sender(target if ours else source)
    if customer is None:
        return Ignored(reason="blocked" if blocked else "unblocked")
    return Reached(
        channel=Channel.TWITTER,
        account=settings.user_id,
        at=_at(body, now),
        place=private_place(customer.native_id),
        by=customer,
        reachable=not blocked,
        why=("blocked_by_us" if ours else "blocked") if blocked else "",
    )


def _user(value: object) -> Mapping[str, object]:
    """A user, bare or inside `data`."""
    return mapping(mapping(value).get("data")) or mapping(value)


def _sender(user: Mapping[str, object]) -> Sender | None:
    if not native_id(user):
        return None
    handle = string(user.get("username")) or string(user.get("screen_name"))
    return Sender(native_id=native_id(user), name=string(user.get("name")), handle=handle)


def _at(body: Mapping[str, object], now: datetime) -> datetime:
    stated = (body.get("created_timestamp"), body.get("timestamp_ms"))
    found = next(filter(None, map(snowflake.from_milliseconds, stated)), None)
    return found or snowflake.from_date(body.get("created_at")) or now
