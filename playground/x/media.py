"""Pictures and films: what people send along, what the brand uploads, and where both can be fetched.

`POST /2/media/upload/initialize`, `/:id/append`, `/:id/finalize`, `GET /2/media/upload` (docs.x.com/x-api/media, read
2026-11-22). Direct messages' media lie in X's archive, for their two participants only.
"""

import base64
import binascii
import zlib
from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw

from playground.gate import fields
from playground.x.errors import forbidden, invalid, not_found
from playground.x.records import Medium, XState

KINDS = {"image": "photo", "gif": "animated_gif", "video": "video"}
CATEGORIES = {"dm_image": "photo", "dm_gif": "animated_gif", "dm_video": "video", "tweet_image": "photo"}
LARGEST = {"photo": 5_000_000, "animated_gif": 15_000_000, "video": 512_000_000}
"""Bytes (docs.x.com/x-api/media/quickstart/best-practices, read 2026-11-22)."""
SEGMENTS = 1000

GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=")
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(64)
"""The beginning of an MP4 file, and nothing in it."""


class Media:
    """Keeps them, and hands them out."""

    def __init__(self, state: XState, next_id: Callable[[], str], root: str, changed: Callable[[], None]) -> None:
        self._state = state
        self._next_id = next_id
        self._root = root
        self._changed = changed
        self._uploads: dict[str, dict[str, Any]] = {}

    def routes(self, blueprint: Blueprint) -> None:
        """Add where they are uploaded and fetched."""
        add = blueprint.add_route
        add(self.initialize, "/2/media/upload/initialize", methods=["POST"], name="media_initialize")
        add(self.append, "/2/media/upload/<media_id:str>/append", methods=["POST"], name="media_append")
        add(self.finalize, "/2/media/upload/<media_id:str>/finalize", methods=["POST"], name="media_finalize")
        add(self.status, "/2/media/upload", methods=["GET"], name="media_status")
        path = "<message_id:str>/<media_id:str>/<name:str>"
        add(self.archived, f"/2/dm_conversations/media/{path}", methods=["GET"], name="dm_media")
        add(self.archived, f"/1.1/ton/data/dm/{path}", methods=["GET"], name="ton")
        add(self.shown, "/media/<name:str>", methods=["GET"], name="media")

    def make(self, kind: str, alt_text: str = "") -> Medium:
        """Something that a customer sends along: `photo`, `animated_gif` or `video`."""
        samples = {
            "photo": ("image/png", _png()),
            "animated_gif": ("image/gif", GIF),
            "video": ("video/mp4", FILM),
        }
        if kind not in samples:
            raise invalid("media must be photo, animated_gif or video.")
        mime, content = samples[kind]
        return self._keep(Medium(self._next_id(), kind, mime, content, alt_text))

    def told(self, media_id: str) -> dict[str, Any]:
        """A medium of a post as API v2 tells of it, beside the post."""
        medium = self._state.media[media_id]
        url = f"{self._root}/x/media/{_name(medium)}"
        content: dict[str, Any] = {"media_key": medium.key, "type": medium.type}
        if medium.alt_text:
            content["alt_text"] = medium.alt_text
        if medium.type == "photo":
            return {**content, "url": url}
        film = {"content_type": "video/mp4", "bit_rate": 832_000, "url": url}
        return {**content, "preview_image_url": url, "variants": [film]}

    def attached(self, media_id: str, message_id: str) -> dict[str, Any]:
        """A medium of a direct message as webhooks tell of it: in X's archive, whatever the API's address is."""
        medium = self._state.media[media_id]
        url = f"https://ton.twitter.com/1.1/ton/data/dm/{message_id}/{media_id}/{_name(medium)}"
        return {
            "type": "media",
            "media": {
                "id": int(media_id),
                "id_str": media_id,
                "type": medium.type,
                "media_url": url,
                "media_url_https": url,
                "url": "https://t.co/media",
                "expanded_url": f"https://twitter.com/messages/media/{message_id}",
            },
        }

    def uploaded(self, media_id: str) -> str:
        """An upload that is done and can go along with a message."""
        if media_id not in self._state.media:
            raise invalid(f"Your media IDs are invalid: [{media_id}].")
        return media_id

    async def initialize(self, request: Request) -> HTTPResponse:
        """POST /2/media/upload/initialize."""
        body = fields(request)
        kind = CATEGORIES.get(str(body.get("media_category")))
        size = body.get("total_bytes")
        if kind is None or not isinstance(size, int) or not 0 < size <= LARGEST[kind]:
            raise invalid("One or more parameters to your request was invalid: media_category or total_bytes.")
        media_id = self._next_id()
        self._uploads[media_id] = {"type": kind, "mime": str(body.get("media_type")), "size": size, "parts": {}}
        return json({"data": {"id": media_id, "media_key": f"3_{media_id}", "expires_after_secs": 86_400}})

    async def append(self, request: Request, media_id: str) -> HTTPResponse:
        """POST /2/media/upload/:id/append."""
        upload, body = self._upload(media_id), fields(request)
        index = body.get("segment_index")
        try:
            part = base64.b64decode(str(body.get("media", "")), validate=True)
        except binascii.Error as error:
            raise invalid("media is not base64.") from error
        if not isinstance(index, int) or not 0 <= index < SEGMENTS or not part:
            raise invalid("segment_index must be 0 to 999, and media must not be empty.")
        upload["parts"][index] = part
        return json({"data": {"expires_at": 0}})

    async def finalize(self, request: Request, media_id: str) -> HTTPResponse:
        """POST /2/media/upload/:id/finalize. Films and GIFs are worked on for a moment."""
        upload = self._upload(media_id)
        content = b"".join(part for _, part in sorted(upload["parts"].items()))
        if len(content) != upload["size"]:
            raise invalid("Segments do not add up to provided total file size.")
        del self._uploads[media_id]
        self._keep(Medium(media_id, upload["type"], upload["mime"], content))
        answer: dict[str, Any] = {"id": media_id, "size": len(content), "expires_after_secs": 86_400}
        if upload["type"] != "photo":
            answer["processing_info"] = {"state": "pending", "check_after_secs": 1}
        return json({"data": answer})

    async def status(self, request: Request) -> HTTPResponse:
        """GET /2/media/upload."""
        media_id = request.args.get("media_id", "")
        if media_id not in self._state.media:
            raise not_found("media", media_id)
        return json({"data": {"id": media_id, "processing_info": {"state": "succeeded", "progress_percent": 100}}})

    async def archived(self, request: Request, message_id: str, media_id: str, name: str) -> HTTPResponse:
        """A medium of a direct message; whoever may call has been checked already."""
        found = [one for one in self._state.messages if one.id == message_id and one.medium == media_id]
        if not found:
            raise forbidden("You are not a participant of this conversation.")
        return _content(self._state.media[media_id])

    async def shown(self, request: Request, name: str) -> HTTPResponse:
        """A medium of a post."""
        medium = self._state.media.get(name.partition(".")[0])
        return HTTPResponse(status=404) if medium is None else _content(medium)

    def _upload(self, media_id: str) -> dict[str, Any]:
        if media_id not in self._uploads:
            raise invalid(f"Media upload session [{media_id}] was not found.")
        return self._uploads[media_id]

    def _keep(self, medium: Medium) -> Medium:
        self._state.media[medium.id] = medium
        self._changed()
        return medium


def _name(medium: Medium) -> str:
    endings = {"image/png": "png", "image/gif": "gif", "image/jpeg": "jpg", "image/webp": "webp"}
    return f"{medium.id}.{endings.get(medium.mime, 'mp4')}"


def _content(medium: Medium) -> HTTPResponse:
    return raw(medium.content, content_type=medium.mime)


def _png() -> bytes:
    """A picture of one brown dot."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    header = (1).to_bytes(4) + (1).to_bytes(4) + bytes((8, 2, 0, 0, 0))
    dot = zlib.compress(bytes((0, 120, 80, 40)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", dot) + chunk(b"IEND", b"")
