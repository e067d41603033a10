"""Conversations as the Graph API shows them to the Page.

Docs: `GET /{page}/conversations?platform=&user_id=`, `GET /{conversation}?fields=participants,messages`; only the 20
newest messages of a conversation can be read (Conversations API, 2026-02-11; Conversation, Graph API v24, read
2026-11-22). A message shows who wrote it, and never the `metadata` it was sent with.
"""

from typing import Any

from playground.facebook.errors import invalid, no_such_object
from playground.facebook.fields import Wanted, only
from playground.facebook.files import Files
from playground.facebook.messenger import Messenger
from playground.facebook.records import Message, iso
from playground.people import BRAND, by_psid

READABLE = 20
"""Messages."""


class Conversations:
    """The Page's threads, by the ids of people and of conversations."""

    MOST = 25
    """Messages of one page of a list, whatever `limit` says: real Graph gives fewer than asked for when it likes."""

    def __init__(self, messenger: Messenger, files: Files, page_id: str) -> None:
        self._messenger = messenger
        self._files = files
        self._page_id = page_id

    def listed(
        self, platform: str, user_id: str | None, fields: list[Wanted], limit: int = 25, after: int = 0
    ) -> dict[str, Any]:
        """`GET /{page}/conversations`: all, or those with one person; the one with the newest message first."""
        if platform.lower() not in ("messenger", ""):
            raise invalid("Param platform must be one of {MESSENGER}")
        newest = list(dict.fromkeys(message.psid for message in reversed(self._messenger.state.messages)))
        psids = [psid for psid in newest if user_id in (None, psid)]
        page = psids[after : after + limit]
        answer: dict[str, Any] = {"data": [self.read(conversation_id(psid), fields) for psid in page]}
        if page:
            answer["paging"] = {"cursors": {"before": str(after), "after": str(after + len(page))}}
            if after + len(page) < len(psids):
                answer["paging"]["next"] = f"https://graph.facebook.com/conversations?after={after + len(page)}"
        return answer

    def attachments(self, node: str) -> dict[str, Any]:
        """`GET /{message}/attachments`."""
        message = next((each for each in self._messenger.state.messages if each.mid == node), None)
        if message is None:
            raise no_such_object(node)
        return self._attachments(message)

    def read(self, node: str, fields: list[Wanted]) -> dict[str, Any]:
        """`GET /{conversation}`."""
        psid = self._psid(node)
        thread = self._messenger.thread(psid)
        content: dict[str, Any] = {
            "id": node,
            "link": f"/{self._page_id}/inbox/{node}/",
            "updated_time": iso(thread[-1].created if thread else 0),
        }
        names = {field.name: field for field in fields}
        # Edges come only when they are asked for.
        if "participants" in names:
            content["participants"] = {"data": [_person(psid), self._page()]}
        if (asked := names.get("messages")) is not None:
            content["messages"] = self._messages(node, thread, int(asked.modifiers.get("limit", 25)), 0)
        return only(content, fields)

    def messages(self, node: str, limit: int, after: int, fields: list[Wanted]) -> dict[str, Any]:
        """`GET /{conversation}/messages`, newest first."""
        page = self._messages(node, self._messenger.thread(self._psid(node)), limit, after)
        return {**page, "data": [only(message, fields) for message in page["data"]]}

    def exists(self, node: str) -> bool:
        """Whether `node` is a conversation."""
        return node.removeprefix("t_") in self._messenger.state.known and node.startswith("t_")

    def _psid(self, node: str) -> str:
        if not self.exists(node):
            raise no_such_object(node)
        return node.removeprefix("t_")

    def _messages(self, node: str, thread: list[Message], limit: int, after: int) -> dict[str, Any]:
        if after >= READABLE:
            raise invalid("This message has been deleted.", 33)
        newest = thread[::-1]
        page = newest[after : min(after + min(limit, self.MOST), READABLE)]
        answer: dict[str, Any] = {"data": [self._message(message) for message in page]}
        if page:
            answer["paging"] = {"cursors": {"before": str(after), "after": str(after + len(page))}}
            if after + len(page) < len(newest):
                answer["paging"]["next"] = f"https://graph.facebook.com/{node}/messages?after={after + len(page)}"
        return answer

    def _message(self, message: Message) -> dict[str, Any]:
        person, page = _person(message.psid), self._page()
        sender, receiver = (page, person) if message.from_page else (person, page)
        content: dict[str, Any] = {
            "id": message.mid,
            "created_time": iso(message.created),
            "from": sender,
            "to": {"data": [receiver]},
            "message": message.text,
        }
        if any(each.file for each in message.along):
            content["attachments"] = self._attachments(message)
        if links := [{"link": each.url, "name": each.title} for each in message.along if each.url]:
            content["shares"] = {"data": links}
        return content

    def _attachments(self, message: Message) -> dict[str, Any]:
        """As Graph shows them: pictures and films by their data, all else by an address."""
        rows = []
        for each in message.along:
            if each.file is None:
                continue
            stored, url = self._files.about(each.file), self._files.url(each.file)
            row: dict[str, Any] = {"id": each.file, "mime_type": stored.mime, "name": stored.name, "size": stored.size}
            if each.type in ("image", "video"):
                row[f"{each.type}_data"] = {"width": 8, "height": 8, "url": url}
            else:
                row["file_url"] = url
            rows.append(row)
        return {"data": rows}

    def _page(self) -> dict[str, Any]:
        return {"id": self._page_id, "name": BRAND, "email": f"{self._page_id}@facebook.com"}


def conversation_id(psid: str) -> str:
    """The id of the conversation with one person."""
    return f"t_{psid}"


def _person(psid: str) -> dict[str, Any]:
    person = by_psid(psid)
    return {"id": psid, "name": person.name if person else "", "email": f"{psid}@facebook.com"}
