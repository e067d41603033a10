"""What we say, as the Graph API wants it.

Sources: developers.facebook.com, Messenger Platform, "Send messages" (5 May 2026), "Private replies" (16 Apr 2026) and
"Saving assets" (22 Apr 2026); parameter names of Meta's facebook_business 26.0.3. The sizes are from third-party pages,
not from Meta's; that of a comment is the wall's (`gateway.privacy.limits`).
"""

from typing import Any, Final

from gateway.channels.facebook.payloads import CHOICE_PREFIX
from gateway.messages import Button, Channel, File, Outbound, Surface, WayIn
from gateway.privacy.limits import LIMITS

_MESSENGER_LIMIT = 2000  # characters
_TITLE_LIMIT = 20  # characters
_BUTTON_LIMIT = 13
_ASSETS: Final = {"image": "image", "video": "video", "audio": "audio", "voice": "audio"}


def text_limit(surface: Surface) -> int:
    """The longest text, in characters."""
    return LIMITS[Channel.FACEBOOK] if surface is Surface.PUBLIC else _MESSENGER_LIMIT


def private_message(out: Outbound, page_id: str, reference: str, kind: dict[str, Any]) -> dict[str, Any]:
    """The body of `POST /{page}/messages`; `metadata` comes back in the echo and so confirms our own sending.

    `kind` as `windows.kind_of` says.
    """
    message: dict[str, Any] = {"text": out.text, "metadata": reference}
    if out.buttons:
        message["quick_replies"] = [_quick_reply(button) for button in out.buttons[:_BUTTON_LIMIT]]
    return {"recipient": _recipient(out, page_id), **kind, "message": message}


def private_file(out: Outbound, page_id: str, reference: str, kind: dict[str, Any], file: File) -> dict[str, Any]:
    """The fields that go beside a file; there is one in a message, and no text."""
    attachment = {"type": _ASSETS.get(file.kind, "file"), "payload": {}}
    message = {"attachment": attachment, "metadata": reference}
    return {"recipient": _recipient(out, page_id), **kind, "message": message}


def public_comment(text: str, way_in: WayIn | None) -> dict[str, Any]:
    """The body of `POST /{comment or post}/comments`. A comment has no buttons: the way in is a line of its own."""
    return {"message": f"{text}\n{way_in.url}" if way_in else text}


def _recipient(out: Outbound, page_id: str) -> dict[str, str]:
    if not out.opens_private:
        return {"id": out.target}
    # The private reply says what it answers: a visitor's post is `<page>_<post>`, a comment `<post>_<comment>`.
    return {"post_id" if out.target.startswith(f"{page_id}_") else "comment_id": out.target}


def _quick_reply(button: Button) -> dict[str, str]:
    return {
        "content_type": "text",
        "title": button.title[:_TITLE_LIMIT],
        "payload": f"{CHOICE_PREFIX}{button.choice}",
    }
