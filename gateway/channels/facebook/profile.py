"""Who writes in Messenger: their name, which no event of Messenger tells.

psid -> `GET /{psid}?fields=first_name,last_name` -> the name

Source: Messenger Platform, "User Profile API", 18 Mar 2026. It takes the feature *Business Asset User Profile Access*
(App Review), and a person who has written to the Page. Who came by a phone number has no profile (error 2018218, on the
wire 100/2018218: 3P); without the feature, and for whom the Page may not see, 100/33 (3P).
"""

from typing import Final
from urllib.parse import quote

from msgspec import Struct

from gateway.channels.facebook.client import GraphClient

_LONGEST: Final = 100  # characters


class Profile(Struct, frozen=True):
    """A person, as far as they let us see them: what they hide is left out."""

    first_name: str | None = None
    last_name: str | None = None


async def name_of(client: GraphClient, psid: str) -> str:
    """First and last name; empty where neither is told. Raises `SendRetryable` or `SendRefused`."""
    shown = await client.read(quote(psid, safe=""), {"fields": "first_name,last_name"}, Profile)
    said = f"{shown.first_name or ''} {shown.last_name or ''}".replace("\0", "")
    return " ".join(said.split())[:_LONGEST]
