"""A public post that concerns us: a mention, a reply, a quote, an edit, or our own, in the fields of API 1.1 or 2.

1.1 (Account Activity): `id_str, text, user, in_reply_to_status_id_str, extended_tweet, entities.user_mentions`.
2 (Activity API): `id, text, author_id, conversation_id, referenced_tweets, note_tweet, entities.mentions`.
"""

import html
import re
from collections.abc import Mapping
from datetime import datetime

from gateway.channels.base import ParseError
from gateway.channels.twitter import attachment, snowflake
from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.channels.twitter.payloads import Piece, speaker_id
from gateway.channels.twitter.settings import TwitterSettings
from gateway.happenings import Change, Changed, Event, SaidForUs
from gateway.messages import Channel, Ignored, Place, Said, Sender, Surface

_TAG = re.compile(r"<[^<>]*>")
# A handle is up to 15 letters, digits and _; the full-width @ of East Asian keyboards makes a mention too.
_LEADING_HANDLE = re.compile(r"\s*[@＠]([A-Za-z0-9_]{1,20})[,:;]?(?:\s+|$)")


def read_post(piece: Piece, settings: TwitterSettings, now: datetime) -> Event:
    """Understand a post. Raises `ParseError` where it has no id, no author or no text.

    A retweet says nothing of its author's own. The Account Activity API delivers all that our own account posts
    (X docs, account-activity/introduction, Aug 2026), and the Activity API what we subscribe to: what answers somebody
    was said in our name, by us or by a person in X's own app; to answer it would be to talk to ourselves.
    """
    body = mapping(piece.body)
    own_id, author = native_id(body), speaker_id(body)
    if not own_id or not author:
        raise ParseError("a post without an id or an author")
    ours = author == settings.user_id
    if "retweeted" in references(body) or mapping(body.get("retweeted_status")):
        return Ignored(reason="own_retweet" if ours else "retweet")
    if piece.blocked and not ours:
        return Ignored(reason="blocked")
    if _full_text(body) is None:
        raise ParseError("a post without a text")
    said = _said(piece, settings, now)
    if said.native_id != own_id:
        return Changed(
            channel=said.channel,
            account=said.account,
            at=said.at,
            native_id=said.native_id,
            change=Change.EDITED,
            by=said.sender,
            text=said.text,
            attachments=said.attachments,
            order=said.order,
            said=None if ours else said,
        )
    return _said_for_us(piece, said) if ours else said


def _said(piece: Piece, settings: TwitterSettings, now: datetime) -> Said:
    """A post as somebody says it.

    An edited post has a new id, and names those before it. It stays the message that its first version was; a reply
    is addressed to the newest version (X docs, fundamentals/edit-posts, Aug 2026: up to five edits within an hour).
    """
    body = mapping(piece.body)
    own_id, author = native_id(body), speaker_id(body)
    first = _first_version(body) or own_id
    # 1.1 names no conversation: there the post that this one answers stands for it.
    reply_to = references(body).get("replied_to", "") or native_id(body, "in_reply_to_status_id")
    stated = snowflake.from_milliseconds(body.get("timestamp_ms")) or snowflake.from_date(body.get("created_at"))
    return Said(
        channel=Channel.TWITTER,
        account=settings.user_id,
        native_id=first,
        place=Place(surface=Surface.PUBLIC, native_id=native_id(body, "conversation_id") or reply_to or first),
        sender=_sender(piece, body, author),
        text=_without_our_handle(_full_text(body) or "", _our_handles(body, settings)),
        at=snowflake.said_at(own_id, stated, now),
        order=snowflake.order_of(own_id),
        target=own_id,
        reply_to=reply_to,
        attachments=attachment.of_post(body, piece.beside),
        automated=piece.speaker.automated,
    )


def _said_for_us(piece: Piece, said: Said) -> SaidForUs | Ignored:
    """A post of our own account: to somebody, or to nobody."""
    body = mapping(piece.body)
    if not said.reply_to:
        return Ignored(reason="own_post")
    answered = native_id(body, "in_reply_to_user_id")
    handle = string(body.get("in_reply_to_screen_name")) or piece.listener.handle
    correspondent = Sender(native_id=answered, name=piece.listener.name, handle=handle)
    return SaidForUs(
        channel=said.channel,
        account=said.account,
        at=said.at,
        native_id=said.native_id,
        place=said.place,
        target=said.reply_to,
        correspondent=correspondent if answered not in ("", said.account) else None,
        text=without_leading_handles(said.text),
        order=said.order,
        reply_to=said.reply_to,
        attachments=said.attachments,
        via=_TAG.sub("", string(body.get("source"))).strip() or "X",
    )


def _first_version(body: Mapping[str, object]) -> str:
    """The id of an edited post's first version; empty where X tells of none.

    API 2: `edit_history_tweet_ids`, oldest first, always there. 1.1: `edit_history.initial_tweet_id` or
    `edit_history.edit_tweet_ids`, there since posts can be edited.
    """
    history = mapping(body.get("edit_history"))
    versions = entries(body.get("edit_history_tweet_ids")) or entries(history.get("edit_tweet_ids"))
    ids = sorted(filter(None, map(identifier, versions)), key=lambda one: (snowflake.order_of(one), one))
    return identifier(history.get("initial_tweet_id")) or (ids[0] if ids else "")


def references(body: Mapping[str, object]) -> dict[str, str]:
    """Ids of other posts by how this one refers to them: replied_to, quoted, retweeted."""
    found = (mapping(reference) for reference in entries(body.get("referenced_tweets")))
    return {string(reference.get("type")): native_id(reference) for reference in found}


def without_leading_handles(text: str) -> str:
    """The text without the row of handles at its start, where X puts whom a reply addresses."""
    while found := _LEADING_HANDLE.match(text):
        text = text[found.end() :]
    return text.strip()


def _full_text(body: Mapping[str, object]) -> str | None:
    """The whole text of a post, without HTML escapes; None where there is none.

    A long post carries a cut text beside the whole one (1.1: X docs, account-activity/introduction "Support for
    Longform Posts"; 2: openapi.json, Tweet.note_tweet; Aug 2026).
    """
    whole = [
        mapping(body.get("extended_tweet")).get("full_text"),
        mapping(body.get("note_tweet")).get("text"),
        body.get("full_text"),
        body.get("text"),
    ]
    found = next((string(text) for text in whole if isinstance(text, str)), None)
    return None if found is None else html.unescape(found)


def _our_handles(body: Mapping[str, object], settings: TwitterSettings) -> set[str]:
    """Our handle in lower case, and what X says it is: a handle can be changed, the id cannot."""
    handles = {settings.username.lower().lstrip("@")} - {""}
    for part in (body, mapping(body.get("extended_tweet")), mapping(body.get("note_tweet"))):
        entities = mapping(part.get("entities"))
        for mention in map(mapping, entries(entities.get("user_mentions")) + entries(entities.get("mentions"))):
            if native_id(mention) == settings.user_id:
                handles |= {string(mention.get(key)).lower() for key in ("screen_name", "username")} - {""}
    return handles


def _without_our_handle(text: str, ours: set[str]) -> str:
    """The text without our handle in the row of handles at its start, where a reply puts whom it addresses."""
    kept, rest = "", text
    while found := _LEADING_HANDLE.match(rest):
        if found.group(1).lower() not in ours:
            kept += found.group()
        rest = rest[found.end() :]
    return (kept + rest).strip()


def _sender(piece: Piece, body: Mapping[str, object], author: str) -> Sender:
    """The author as told in the post (1.1) or beside it (2)."""
    user = mapping(body.get("user"))
    return Sender(
        native_id=author,
        name=string(user.get("name")) or piece.speaker.name,
        handle=string(user.get("screen_name")) or piece.speaker.handle,
    )
