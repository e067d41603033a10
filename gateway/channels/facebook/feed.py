"""A change of the Page, understood: comments and visitors' posts, as they are added, edited, hidden and removed.

What the Page itself says below a post comes as well. It is our own comment, or that of a person who used Facebook: only
the outbox can tell, so it is a `SaidForUs`. What the Page posts is no case of anybody's.

Reviews (`ratings`) are left alone on purpose: an automatic answer to a review is for everybody to read and for nobody's
use, and the field is not among those that we subscribe to. People answer them in Meta Business Suite.
"""

from datetime import datetime
from typing import Any, Final

from gateway.channels.base import ParseError
from gateway.channels.facebook import attachments, fields, messaging
from gateway.channels.facebook.messaging import converted
from gateway.channels.facebook.ours import Ours
from gateway.channels.facebook.payloads import POST_ITEMS, Feed, text_id
from gateway.channels.facebook.times import moment
from gateway.happenings import Change, Changed, Event, Reacted, SaidForUs
from gateway.messages import Channel, Ignored, Place, Said, Sender, Surface

_CHANGES: Final = {
    "edit": Change.EDITED,
    "edited": Change.EDITED,
    "update": Change.EDITED,
    "remove": Change.REMOVED,
    "removed": Change.REMOVED,
    "delete": Change.REMOVED,
    "hide": Change.HIDDEN,
    "unhide": Change.SHOWN,
}
"""Verbs that bring nothing new. `edited` is documented; `edit` has been recorded."""
_OTHER_VERBS: Final = {
    "block": "video_flagged",
    "unblock": "video_flagged",
    "mute": "video_flagged",
    "follow": "follow",
}


def understand(change: dict[str, Any], key: str, ours: Ours, received: datetime) -> Event:
    """Understand one change, whose key is `key`. Raises `ParseError`.

    `received` is its time where it tells none.
    """
    field, value = change.get("field"), change.get("value")
    if not isinstance(field, str):
        return Ignored(reason=fields.reason(field))
    if field in fields.MESSENGER and isinstance(value, dict):
        return messaging.understand(value, key, ours, received)
    if field not in ("feed", "mention"):
        return Ignored(reason=fields.reason(field))
    if not isinstance(value, dict):
        raise ParseError(f"a change of {field} has no value")
    return _feed(_Change(converted(value, Feed), field, ours, received))


class _Change:
    """One change with what it says of itself."""

    def __init__(self, value: Feed, field: str, ours: Ours, received: datetime) -> None:
        self.value = value
        self.ours = ours
        self.received = received
        self.author, name = author_of(value)
        self.comment = text_id(value.comment_id)
        self.post = text_id(value.post_id)
        self.parent = text_id(value.parent_id)
        self.sender = Sender(native_id=self.author, scope="feed", name=name) if self.author else None
        # On the Page's own feed, a post's id begins with the Page's.
        on_feed = field == "feed" and self.author and self.post.startswith(f"{self.author}_")
        self.by_page = ours.is_page(self.author) or bool(on_feed)

    @property
    def target(self) -> str:
        """The comment or post that it is about; empty where it does not say."""
        return self.comment if self.value.item == "comment" else self.post

    @property
    def at(self) -> datetime:
        """When that came to be which was added: `created_time`."""
        return moment(self.value.created_time) or self.received


def author_of(value: Feed) -> tuple[str, str]:
    """The id and the name of who wrote it, as far as Facebook tells."""
    author = value.author
    native_id = text_id(author.id) if author else ""
    if native_id:
        return native_id, (author.name or "") if author else ""
    return text_id(value.sender_id) or text_id(value.user_id), value.sender_name or ""


def _feed(change: _Change) -> Event:
    value = change.value
    if value.item in ("reaction", "like"):
        return _reaction(change)
    if value.item != "comment" and value.item not in POST_ITEMS:
        return Ignored(reason="not_a_message")
    if value.verb == "add":
        return _added(change)
    if found := _CHANGES.get(value.verb or ""):
        return _changed(change, found)
    return Ignored(reason=_OTHER_VERBS.get(value.verb or "", "unknown_verb"))


def _reaction(change: _Change) -> Event:
    target = change.comment or change.post
    if not target or change.sender is None or change.by_page:
        return Ignored(reason="reaction")
    kept = change.value.verb not in ("remove", "removed", "delete")
    return Reacted(
        channel=Channel.FACEBOOK,
        account=change.ours.page,
        at=change.at,
        native_id=target,
        by=change.sender,
        emoji=(change.value.reaction_type or "like") if kept else "",
    )


def _changed(change: _Change, found: Change) -> Event:
    if not change.target:
        return Ignored(reason=found.value)
    edited = found is Change.EDITED
    return Changed(
        channel=Channel.FACEBOOK,
        account=change.ours.page,
        at=change.received,  # `created_time` may be that of the comment
        native_id=change.target,
        change=found,
        by=change.sender,
        text=(change.value.message or "") if edited else "",
        attachments=attachments.of_feed(change.value) if edited else None,
    )


def _added(change: _Change) -> Event:
    value, target = change.value, change.target
    if change.sender is None:
        return Ignored(reason="no_author")
    if change.by_page and value.item != "comment":
        return Ignored(reason="own_echo")
    if not target:
        raise ParseError(f"an added {value.item} has no id")
    parent = change.parent if change.comment else ""
    # Answers to answers hang on the first comment: it is the thread, whatever the depth.
    thread = parent if parent and parent != change.post else target
    along = attachments.of_feed(value) or (() if value.message else attachments.something())
    if change.by_page:
        return SaidForUs(
            channel=Channel.FACEBOOK,
            account=change.ours.page,
            at=change.at,
            native_id=target,
            # Below a visitor's post it stands in the thread of that post.
            place=Place(surface=Surface.PUBLIC, native_id=parent or thread),
            target=parent,
            text=value.message or "",
            reply_to=parent,
            attachments=along if value.message else attachments.of_feed(value),
            via="Facebook",
        )
    return Said(
        channel=Channel.FACEBOOK,
        account=change.ours.page,
        native_id=target,
        place=Place(surface=Surface.PUBLIC, native_id=thread),
        sender=change.sender,
        text=value.message or "",
        at=change.at,
        target=target,
        reply_to=parent,
        attachments=along,
    )
