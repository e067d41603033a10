"""What came along with a message, brought from Meta's servers.

    link -> downloader -> content
      |-> expired -> Graph, for the same message's or comment's attachments -> a new link -> downloader

Links expire; how soon, Meta does not print. The new one is that of the attachment at the same place of the message.
"""

import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

from msgspec import Struct

from gateway.channels.base import Fetched
from gateway.channels.download import Downloader
from gateway.channels.facebook.attachments import source_of
from gateway.channels.facebook.client import GraphClient
from gateway.errors import FetchRefused, FetchRetryable, SendRefused, SendRetryable
from gateway.messages import Attachment

_ON_FEED: Final = re.compile(r"\d+_\d+")
"""The id of a comment or a post; a message's has letters."""


class Listed(Struct, frozen=True):
    """`GET /{message}/attachments`."""

    data: list[dict[str, Any]] = []


class WithAttachment(Struct, frozen=True):
    """`GET /{comment}?fields=attachment`."""

    attachment: dict[str, Any] | None = None


async def fetch(client: GraphClient, downloader: Downloader, attachment: Attachment) -> Fetched:
    """The content. Raises `FetchRefused` or `FetchRetryable`."""
    expired: FetchRefused | None = None
    if attachment.url:
        try:
            return await downloader.fetch(attachment.url, kind=attachment.kind, name=attachment.name)
        except FetchRefused as error:
            expired = error
    anew = await _link(client, attachment)
    if not anew or anew == attachment.url:
        raise expired or FetchRefused("Facebook tells no address for it.")
    return await downloader.fetch(anew, kind=attachment.kind, name=attachment.name)


async def _link(client: GraphClient, attachment: Attachment) -> str:
    """Where it is now; empty where Graph does not say."""
    at = source_of(attachment)
    if at is None:
        return ""
    node, index = quote(at[0], safe=""), at[1]
    try:
        if _ON_FEED.fullmatch(at[0]):
            shown = await client.read(node, {"fields": "attachment"}, WithAttachment)
            return link_of(shown.attachment or {}) if index == 0 else ""
        fields = {"fields": "id,mime_type,name,size,image_data,video_data,file_url"}
        listed = (await client.read(f"{node}/attachments", fields, Listed)).data
        return link_of(listed[index]) if index < len(listed) else ""
    except SendRetryable as error:
        raise FetchRetryable(error.message) from error
    except SendRefused:
        return ""


def link_of(shown: Mapping[str, Any]) -> str:
    """The address of an attachment as Graph shows it: a message's, or a comment's."""
    media = shown.get("media")
    places: list[Any] = [shown.get("image_data"), shown.get("video_data")]
    if isinstance(media, dict):
        places += [{"url": media.get("source")}, {"url": _inner(media.get("image"), "src")}]
    urls = [_inner(place, "url") for place in places] + [shown.get("file_url")]
    return next((url for url in urls if isinstance(url, str) and url), "")


def _inner(value: object, name: str) -> Any:
    return value.get(name) if isinstance(value, dict) else None
