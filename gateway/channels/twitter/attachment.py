"""What comes along with a text on X: pictures and films. Their t.co links stay in the text as well."""

from collections.abc import Mapping

from gateway.channels.twitter.fields import entries, identifier, mapping, native_id, string
from gateway.messages import Attachment

_KINDS = {"photo": "image", "video": "video", "animated_gif": "video"}


def of_post(body: Mapping[str, object]) -> tuple[Attachment, ...]:
    """The media of a post: whole in 1.1, only their keys in API 2."""
    extended = mapping(body.get("extended_tweet"))
    lists = (
        mapping(source.get(key)).get("media")
        for source in (extended, body)
        for key in ("extended_entities", "entities")
    )
    media = next((found for found in map(entries, lists) if found), [])
    keys = map(identifier, entries(mapping(body.get("attachments")).get("media_keys")))
    return tuple(
        [_medium(mapping(item)) for item in media] or [Attachment(kind="other", native_id=key) for key in keys if key]
    )


def of_message(data: Mapping[str, object]) -> tuple[Attachment, ...]:
    """The one attachment that a direct message can have."""
    attached = mapping(data.get("attachment"))
    if not attached:
        return ()
    if string(attached.get("type")) == "location":
        return (Attachment(kind="location"),)
    return (_medium(mapping(attached.get("media"))),)


def _medium(media: Mapping[str, object]) -> Attachment:
    return Attachment(
        kind=_KINDS.get(string(media.get("type")), "other"),
        native_id=native_id(media),
        url=string(media.get("media_url_https")),
    )
