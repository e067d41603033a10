"""What is ours in an event: the Page, and our application where it is known."""

from typing import Any

from gateway.channels.facebook.payloads import text_id


class Ours:
    """One Page. The envelope names it as well, which counts as much as our settings."""

    def __init__(self, page: str, entry_page: str = "", app: str = "") -> None:
        self.page = page
        self.app = app
        """Our application's id; empty where nobody has told it."""
        self._pages = frozenset((page, entry_page)) - {""}

    def is_page(self, native_id: str) -> bool:
        """Whether an id is the Page's own."""
        return native_id in self._pages

    def person(self, event: dict[str, Any]) -> str:
        """Who is talked with in Messenger, whoever talks; empty where that is nobody."""
        found = (party(event, "sender"), party(event, "recipient"))
        return next((each for each in found if each and not self.is_page(each)), "")


def party(event: dict[str, Any], role: str) -> str:
    """The id of `sender` or `recipient`; empty where there is none."""
    found = event.get(role)
    return text_id(found.get("id")) if isinstance(found, dict) else ""
