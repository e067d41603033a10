"""A public post that concerns us: a mention, a reply or a quote, in the fields of API 1.1 or of API 2.

1.1 (Account Activity): `id_str, text, user, in_reply_to_status_id_str, extended_tweet, entities.user_mentions`.
2 (Activity API): `id, text, author_id, conversation_id, referenced_tweets, note_tweet, entities.mentions`.
"""

import html
import re
from collections.abc import Mapping
from datetime import datetime

from gateway.channels.base import ParseError
from gateway.channels.twitter import attachment, snowflake
from gateway.channels.twitter.fields import entries, mapping, native_id, string
from gateway.channels.twitter.payloads import Piece, speaker_id
from gateway.channels.twitter.settings import TwitterSettings
from gateway.messages import Channel, Ignored, Place, Said, Sender, Surface

# A handle is up to 15 letters, digits and _; the full-width @ of East Asian keyboards makes a mention too.
_LEADING_HANDLE = re.compile(r"\s*[@＠]([A-Za-z0-9_]{1,20})[,:;]?(?:\s+|$)")


def read_post(piece: Piece, settings: TwitterSettings, now: datetime) -> Said | Ignored:
    """Understand a post. Raises `ParseError` where it has no id, no author or no text.

    A retweet says nothing of its author's own. The Account Activity API delivers all that our own account posts
    (X docs, account-activity/introduction, Aug 2026); to answer that would be to talk to ourselves.
    """
    body = mapping(piece.body)
    own_id, author = native_id(body), speaker_id(body)
    if not own_id or not author:
        raise ParseError("a post without an id or an author")
    refers_to = references(body)
    if author == settings.user_id:
        return Ignored(reason="own_echo")
    if "retweeted" in refers_to or mapping(body.get("retweeted_status")):
        return Ignored(reason="retweet")
    if piece.blocked:
        return Ignored(reason="blocked")
    text = _full_text(body)
    if text is None:
        raise ParseError("a post without a text")
    # 1.1 names no conversation: there the post that this one answers stands for it.
    reply_to = refers_to.get("replied_to", "") or native_id(body, "in_reply_to_status_id")
    stated = snowflake.from_milliseconds(body.get("timestamp_ms")) or snowflake.from_date(body.get("created_at"))
    return Said(
        channel=Channel.TWITTER,
        account=settings.user_id,
        native_id=own_id,
        place=Place(surface=Surface.PUBLIC, native_id=native_id(body, "conversation_id") or reply_to or own_id),
        sender=_sender(piece, body, author),
        text=_without_our_handle(text, _our_handles(body, settings)),
        at=snowflake.said_at(own_id, stated, now),
        order=snowflake.order_of(own_id),
        target=own_id,
        reply_to=reply_to,
        attachments=attachment.of_post(body),
    )


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
