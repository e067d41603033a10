"""What we do besides speaking: hide or remove what a customer said in public, and small signs in Messenger.

Sources: Graph API v26.0, `Comment` and `Post` (`is_hidden`; facebook_business 26.0.3); Messenger Platform, "Sender
actions". A hidden comment is still shown to its author and their friends. A Page may remove what others wrote below its
posts, and visitors' posts.
"""

from typing import Final
from urllib.parse import quote

from msgspec import Struct

from gateway.channels.base import ActKind, Sign, SignKind
from gateway.channels.facebook.client import GraphClient, ObjectGone
from gateway.errors import SendError, SendRefused, SendRetryable, SendUnclear

_ACTIONS: Final = {SignKind.TYPING: "typing_on", SignKind.SEEN: "mark_seen"}
PRIVATE: Final = "psid:"
"""What the places of Messenger begin with."""


class Shown(Struct, frozen=True):
    """How a comment or post stands."""

    is_hidden: bool | None = None


def can(place: str) -> bool:
    """Whether something said there may be hidden or removed: all that stands on the Page."""
    return not place.startswith(PRIVATE)


async def act(client: GraphClient, kind: ActKind, target: str) -> None:
    """Hide or remove a comment or a visitor's post. Raises `SendRetryable` or `SendRefused`.

    What is not there any more needs neither.
    """
    node = quote(target, safe="")
    try:
        if kind is ActKind.REMOVE:
            await client.write("DELETE", node, {})
        else:
            await client.write("POST", node, {"is_hidden": True})
    except ObjectGone:
        return
    except SendUnclear as error:
        # To do it twice is to do it once.
        raise SendRetryable(error.message) from error
    except SendRefused:
        if kind is ActKind.REMOVE or not await _is_hidden(client, node):
            raise


async def sign(client: GraphClient, page: str, given: Sign) -> None:
    """Show that somebody is typing, or has read. Raises nothing."""
    action = _ACTIONS.get(given.kind)
    if action is None or not given.place.startswith(PRIVATE):
        return
    body = {"recipient": {"id": given.target}, "sender_action": action}
    try:
        await client.send_message(page, body)
    except SendError:
        return


async def _is_hidden(client: GraphClient, node: str) -> bool:
    """Whether somebody has hidden it already; False where Facebook does not tell."""
    try:
        return bool((await client.read(node, {"fields": "is_hidden"}, Shown)).is_hidden)
    except (SendRefused, SendRetryable):
        return False
