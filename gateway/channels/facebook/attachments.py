"""What comes along with a message or a comment, in our words.

`type`s by "messages" (Messenger Platform, 2026): image, audio, video, file, sticker, reel, ig_reel, post, ig_post,
appointment_booking, fallback, template; location is recorded. Until 30 Aug 2026 a sticker came twice, as `image` too.
"""

from typing import Any, Final

from gateway.channels.facebook.payloads import Feed, Message, text_id
from gateway.messages import Attachment

_KINDS: Final = {
    "audio": "audio",
    "file": "document",
    "image": "image",
    "sticker": "sticker",
    "video": "video",
    "reel": "video",
    "ig_reel": "video",
    "fallback": "link",
    "share": "link",
    "post": "link",
    "ig_post": "link",
    "location": "location",
}
_SOMETHING: Final = Attachment(kind="other")
"""Something came that Facebook does not show us: a person must look."""
_WORDS: Final = 300  # characters
_SEPARATOR: Final = "#"


def of_message(message: Message, mid: str) -> tuple[Attachment, ...]:
    """What came along with a message, in its order: the first is `<mid>#0` to `fetch`."""
    found: list[Attachment] = []
    for index, each in enumerate(message.attachments or ()):
        attachment = _one(each, source(mid, index)) if isinstance(each, dict) else _SOMETHING
        if attachment.kind != "sticker" or attachment not in found:
            found.append(attachment)
    if message.sticker_id is not None and not any(each.kind == "sticker" for each in found):
        found.append(Attachment(kind="sticker", native_id=text_id(message.sticker_id)))
    if message.is_unsupported and not found:
        found.append(_SOMETHING)
    return tuple(found)


def of_feed(value: Feed) -> tuple[Attachment, ...]:
    """What came along with a comment or a post."""
    images, videos = [value.photo, *(value.photos or ())], [value.video]
    links: list[str | None] = []
    # The link of a photo or video post is the medium itself; the link of another post is a page somewhere.
    {"photo": images, "video": videos}.get(value.item or "", links).append(value.link)
    node = text_id(value.comment_id) or text_id(value.post_id)
    media = [("image", url) for url in dict.fromkeys(images) if url]
    media += [("video", url) for url in dict.fromkeys(videos) if url]
    found = [Attachment(kind=kind, url=url, native_id=source(node, at)) for at, (kind, url) in enumerate(media)]
    return (*found, *(Attachment(kind="link", url=url) for url in links if url))


def something() -> tuple[Attachment, ...]:
    """For what came without words, and without anything that Facebook shows us."""
    return (_SOMETHING,)


def source(node: str, index: int) -> str:
    """By which Graph can be asked for an attachment once its link has expired."""
    return f"{node}{_SEPARATOR}{index}" if node else ""


def source_of(attachment: Attachment) -> tuple[str, int] | None:
    """The message or comment that an attachment belongs to, and which of several it is."""
    node, separator, index = attachment.native_id.rpartition(_SEPARATOR)
    return (node, int(index)) if separator and node and index.isdecimal() and len(index) < 4 else None


def _one(each: dict[str, Any], at: str) -> Attachment:
    payload = each.get("payload")
    media: dict[str, Any] = payload if isinstance(payload, dict) else {}  # null and text have been recorded
    said = each.get("type")
    kind = _KINDS.get(said, "other") if isinstance(said, str) else "other"
    url, title = (
        _text(media.get("url")) or _text(each.get("url")),
        _text(each.get("title")) or _text(media.get("title")),
    )
    if sticker := text_id(media.get("sticker_id")):
        return Attachment(kind="sticker", native_id=sticker, url=_text(media.get("url")))
    if kind == "location":
        return Attachment(kind=kind, url=url, words=_place(title, media.get("coordinates")))
    if kind == "link":
        return Attachment(kind=kind, url=url, words=title)
    if said == "template":
        return Attachment(kind=kind, url=url, words=_template(title, media))
    native_id = at if url else ""
    return Attachment(kind=kind, native_id=native_id, url=url, name=title)


def _place(title: str, coordinates: object) -> str:
    where = ""
    if isinstance(coordinates, dict):
        latitude, longitude = coordinates.get("lat"), coordinates.get("long")
        if all(isinstance(each, int | float) for each in (latitude, longitude)):
            where = f"{latitude}, {longitude}"
    return " ".join(each for each in (title, where) if each)


def _template(title: str, media: dict[str, Any]) -> str:
    """What there is to read of a template: its text, and the titles of its products, elements and buttons."""
    product = media.get("product")
    lists = [media.get("elements"), product.get("elements") if isinstance(product, dict) else None]
    if media.get("template_type") == "button":
        lists.append(media.get("buttons"))
    shown = [title, _text(media.get("text"))]
    for elements in lists:
        for each in elements if isinstance(elements, list) else ():
            if isinstance(each, dict):
                shown += [_text(each.get("title")), _text(each.get("subtitle"))]
    return " · ".join(each for each in shown if each)[:_WORDS]


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
