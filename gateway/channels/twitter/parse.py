"""From one recorded event to the vocabulary: what a customer said, or why an event is not for us."""

from datetime import datetime

import msgspec

from gateway.channels.base import ParseError
from gateway.channels.twitter.direct_message import read_message
from gateway.channels.twitter.fields import mapping, string
from gateway.channels.twitter.payloads import BROKEN, DELETE, MESSAGE, OTHER_ACCOUNT, POST, Piece
from gateway.channels.twitter.post import read_post
from gateway.channels.twitter.settings import TwitterSettings
from gateway.messages import Ignored, RawEvent, Said

_REASONS = {
    DELETE: "deleted",
    OTHER_ACCOUNT: "other_account",
    "favorite_events": "favorite",
    "like.create": "favorite",
    "direct_message_indicate_typing_events": "typing",
    "dm.indicate_typing": "typing",
    "direct_message_mark_read_events": "read",
    "dm.read": "read",
    "oauth.revoke": "access_revoked",
    "user_event": "user_event",
    "replay_job_status": "replay_finished",
    "chat.sent": "own_echo",
    "follow.follow": "followed",
    "follow.unfollow": "unfollowed",
    "block.block": "blocked",
    "block.unblock": "unblocked",
    "mute.mute": "muted",
    "mute.unmute": "unmuted",
}
_FAMILIES = {
    "chat.": "encrypted_message",
    "post.repost": "retweet",
    "profile.": "profile",
    "spaces.": "space",
    "news.": "news",
}
"""By how the name begins. `chat` is XChat, end-to-end encrypted: we cannot read it, and must not look as if we had."""
_RELATIONS = {
    "follow": "followed",
    "unfollow": "unfollowed",
    "block": "blocked",
    "unblock": "unblocked",
    "mute": "muted",
    "unmute": "unmuted",
}
"""The `type` within `follow_events`, `block_events` and `mute_events`: undoing comes in the same list as doing."""
_RELATION_LISTS = frozenset(
    {"follow_events", "unfollow_events", "block_events", "unblock_events", "mute_events", "unmute_events"}
)


def parse(event: RawEvent, settings: TwitterSettings, now: datetime) -> Said | Ignored:
    """Understand one event that `payloads.split` has cut. `now` dates what carries no time of its own.

    Raises `ParseError` for a body that is no JSON object, and for a post or message that lacks a documented part.
    """
    try:
        piece = msgspec.json.decode(event.payload, type=Piece)
    except (ValueError, RecursionError) as error:
        raise ParseError("the delivery is not a JSON object") from error
    if piece.kind == POST:
        return read_post(piece, settings, now)
    if piece.kind == MESSAGE:
        return read_message(piece, settings, now)
    if piece.kind == BROKEN:
        raise ParseError("an event of the Activity API without its event_type")
    return Ignored(reason=_reason(piece))


def _reason(piece: Piece) -> str:
    body = mapping(piece.body)
    if piece.kind in _RELATION_LISTS:
        return _RELATIONS.get(string(body.get("type")), "unknown")
    if piece.kind == "user_event" and "revoke" in body:
        return "access_revoked"
    family = next((reason for name, reason in _FAMILIES.items() if piece.kind.startswith(name)), "unknown")
    return _REASONS.get(piece.kind, family)
