"""Files on X: what an agent sends along with a direct message, and what came along with anybody's.

out: begin -> append in parts -> end -> (X works on it) -> media id -> the direct message
in:  the media's address -> in direct messages X's own archive, with our signature or token; else anybody's -> content

`POST /2/media/upload/initialize`, `/2/media/upload/:id/append`, `/2/media/upload/:id/finalize`, `GET /2/media/upload`
(X docs, x-api/media and openapi.json 2.168, Aug 2026). An upload that nobody uses vanishes after a day: all of it may
be repeated. The media of direct messages: `GET /2/dm_conversations/media/...` by OAuth 2.0, else the address under
https://ton.twitter.com signed by OAuth 1.0a (X docs, direct-messages/media/introduction, Aug 2026).
"""

import asyncio
import base64
import re
from collections.abc import Mapping
from typing import Final

from gateway.channels.base import Fetched, Loaded
from gateway.channels.download import Downloader
from gateway.channels.twitter.client import XClient
from gateway.channels.twitter.fields import mapping, native_id, string
from gateway.errors import FetchRefused, FetchRetryable, SendError, SendRefused, SendRetryable
from gateway.messages import Attachment

ARCHIVE_HOST: Final = "ton.twitter.com"
_ARCHIVED: Final = re.compile(
    r"https?://[^/?#]+(?:/[^?#]*)?(/1\.1/ton/data/dm/([0-9]+)/([0-9]+)/([A-Za-z0-9_.-]+))(?:[:?].*)?"
)
_PART: Final = 500_000
"""Bytes of one part: X takes up to 1,000 parts of at most 5 MB; small ones come through on a slow line in time."""
_LOOKS: Final = 12
"""How often X is asked whether it is done with a film."""
_LONGEST_PAUSE: Final = 5.0  # seconds between two looks
_AGAIN: Final = 30.0  # seconds until a film that takes longer is tried anew
_LARGEST_PICTURE: Final = 5_000_000  # bytes (X docs, media/quickstart/best-practices, Aug 2026)
_LARGEST_GIF: Final = 15_000_000


async def upload(client: XClient, loaded: Loaded) -> str:
    """Put a file where a direct message can take it from; its media id. Raises `SendRetryable` and `SendRefused`."""
    mime, content = loaded.file.mime, loaded.content
    category, largest = _category(mime)
    if largest and len(content) > largest:
        raise SendRefused(f"X takes such a picture up to {largest // 1_000_000} MB.")
    begun = await client.ask(
        "POST",
        "/2/media/upload/initialize",
        json={"media_type": mime, "media_category": category, "total_bytes": len(content), "shared": False},
    )
    media_id = native_id(mapping(begun.get("data")))
    if not media_id:
        raise SendRetryable("X began an upload and gave it no id.")
    for index, start in enumerate(range(0, len(content), _PART)):
        part = base64.b64encode(content[start : start + _PART]).decode("ascii")
        await client.ask("POST", f"/2/media/upload/{media_id}/append", json={"media": part, "segment_index": index})
    await _finish(client, media_id, await client.ask("POST", f"/2/media/upload/{media_id}/finalize"))
    return media_id


async def _finish(client: XClient, media_id: str, answer: Mapping[str, object]) -> None:
    """Wait until X has done with a file: a film is worked on for a while."""
    for _ in range(_LOOKS):
        progress = mapping(mapping(answer.get("data")).get("processing_info"))
        state = string(progress.get("state"))
        if state in ("", "succeeded"):
            return
        if state == "failed":
            why = string(mapping(progress.get("error")).get("message"))
            raise SendRefused(f"X cannot use this file: {why}" if why else "X cannot use this file.")
        pause = progress.get("check_after_secs")
        await asyncio.sleep(min(pause, _LONGEST_PAUSE) if isinstance(pause, int | float) and pause > 0 else 1.0)
        answer = await client.ask("GET", "/2/media/upload", {"command": "STATUS", "media_id": media_id})
    raise SendRetryable("X is still working on this file.", retry_after=_AGAIN)


def _category(mime: str) -> tuple[str, int]:
    """What X calls such a file in a direct message, and its most bytes; 0 where that is beyond what we keep."""
    if mime == "image/gif":
        return "dm_gif", _LARGEST_GIF
    if mime.startswith("image/"):
        return "dm_image", _LARGEST_PICTURE
    if mime.startswith("video/"):
        return "dm_video", 0
    raise SendRefused("X takes pictures and films along with direct messages, and nothing else.")


async def fetch(client: XClient, downloader: Downloader, root: str, attachment: Attachment) -> Fetched:
    """Bring what came along with a message. `root` is that of the API. Raises `FetchRefused`, `FetchRetryable`."""
    if not attachment.url:
        raise FetchRefused("X does not say where this lies.")
    url, headers = attachment.url, {}
    if found := _ARCHIVED.fullmatch(url):
        path, message, medium, resource = found.groups()
        try:
            headers = await client.bearer()
        except SendError as error:
            raise FetchRetryable(error.message) from error
        if headers:
            url = f"{root}/2/dm_conversations/media/{message}/{medium}/{resource}"
        else:
            url = (f"https://{ARCHIVE_HOST}" if _is_x(root) else root) + path
            headers = client.signature(url)
    return await downloader.fetch(url, kind=attachment.kind, name=attachment.name, headers=headers)


def _is_x(root: str) -> bool:
    """Whether this is X itself, and no test double, which has its archive under its own root."""
    return root in ("https://api.twitter.com", "https://api.x.com")
