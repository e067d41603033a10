"""From one recorded event to the vocabulary: what was said, what happened, or why an event is not for us.

Names of events: X docs, account-activity/introduction and activity/introduction, and the `event_type`s of openapi.json
2.168, Aug 2026. What is ignored, and why, stands in docs/channels/twitter.md.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.twitter.around import read_block, read_deletion, read_like, read_receipt
from gateway.channels.twitter.direct_message import read_encrypted, read_message
from gateway.channels.twitter.fields import mapping, string
from gateway.channels.twitter.payloads import BROKEN, DELETE, MESSAGE, OTHER_ACCOUNT, POST, Piece
from gateway.channels.twitter.post import read_post
from gateway.channels.twitter.settings import TwitterSettings
from gateway.happenings import Event
from gateway.messages import Ignored, RawEvent

Reader = Callable[[Piece, TwitterSettings, datetime], Event]

_READERS: dict[str, Reader] = {
    POST: read_post,
    MESSAGE: read_message,
    DELETE: read_deletion,
    "favorite_events": read_like,
    "like.create": read_like,
    "direct_message_mark_read_events": read_receipt,
    "dm.read": read_receipt,
    "chat.received": read_encrypted,
    "block.block": partial(read_block, blocked=True),
    "block.unblock": partial(read_block, blocked=False),
}
_REASONS = {
    OTHER_ACCOUNT: "other_account",
    "direct_message_indicate_typing_events": "typing",
    "dm.indicate_typing": "typing",
    "oauth.revoke": "access_revoked",
    "user_event": "user_event",
    "replay_job_status": "replay_finished",
    "chat.sent": "own_echo",
    "follow.follow": "followed",
    "follow.unfollow": "unfollowed",
    "mute.mute": "muted",
    "mute.unmute": "unmuted",
}
_FAMILIES = {
    "chat.": "conversation_changed",
    "post.repost": "retweet",
    "profile.": "profile",
    "spaces.": "space",
    "broadcast.": "broadcast",
    "news.": "news",
    "like.": "like",
    "dm.": "unknown_event",
}
"""By how the name begins."""
_OLD_NAMES = frozenset(
    {
        "ProfileBioUpdate",
        "ProfilePictureUpdate",
        "ProfileBannerUpdate",
        "ProfileGeoUpdate",
        "ProfileUrlUpdate",
        "ProfileScreennameUpdate",
        "ProfileVerifiedBadgeUpdate",
        "ProfileAffiliateBadgeUpdate",
        "ProfileHandleUpdate",
    }
)
"""As the Activity API called changes of a profile in its first months (X docs, activity/introduction, Oct 2025)."""
_RELATIONS = {"follow": "followed", "unfollow": "unfollowed", "mute": "muted", "unmute": "unmuted"}
"""The `type` within `follow_events` and `mute_events`: undoing comes in the same list as doing."""
_RELATION_LISTS = frozenset(
    {"follow_events", "unfollow_events", "block_events", "unblock_events", "mute_events", "unmute_events"}
)


def parse(event: RawEvent, settings: TwitterSettings, now: datetime) -> Event:
    """Understand one event that `payloads.split` has cut. `now` dates what carries no time of its own.

    Raises `ParseError` for a body that is no JSON object, and for a post or message that lacks a documented part.
    """
    try:
        piece = msgspec.json.decode(event.payload, type=Piece)
    except (ValueError, RecursionError) as error:
        raise ParseError("the delivery is not a JSON object") from error
    if reader := _READERS.get(piece.kind):
        return reader(piece, settings, now)
    if piece.kind == BROKEN:
        raise ParseError("an event of the Activity API without its event_type")
    if piece.kind in _RELATION_LISTS:
        return _read_relation(piece, settings, now)
    return Ignored(reason=_reason(piece))


def _read_relation(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    kind = string(mapping(piece.body).get("type"))
    if kind in ("block", "unblock"):
        return read_block(piece, settings, now, blocked=kind == "block")
    return Ignored(reason=_RELATIONS.get(kind, "unknown_event"))


def _reason(piece: Piece) -> str:
    if piece.kind == "user_event" and "revoke" in mapping(piece.body):
        return "access_revoked"
    if piece.kind in _OLD_NAMES:
        return "profile"
    family = next((reason for name, reason in _FAMILIES.items() if piece.kind.startswith(name)), "unknown_event")
    return _REASONS.get(piece.kind, family)
