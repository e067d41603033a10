"""The hands of X's customers, and of the people at the brand who use X's own app."""

from typing import Any

from playground.people import Customer
from playground.x.platform import X
from playground.x.records import Post


class XDeeds:
    """One method per deed; each returns the native ids of what it made."""

    def __init__(self, x: X) -> None:
        self._x = x

    def deeds(self) -> dict[str, Any]:
        """All of them, by their paths."""
        return {
            "x/post": self.post,
            "x/edit": self.edit,
            "x/delete": self.delete,
            "x/like": self.like,
            "x/dm": self.dm,
            "x/read": self.read,
            "x/chat": self.chat,
            "x/block": self.block,
            "x/follow_way_in": self.follow_way_in,
            "x/app_reply": self.app_reply,
            "x/app_dm": self.app_dm,
            "x/app_block": self.app_block,
        }

    def post(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, in_reply_to?, quote_of?, media?}; media: photo, animated_gif or video."""
        medium = str(body.get("media") or "")
        made = self._x.customer_posts(who, _text(body), body.get("in_reply_to"), body.get("quote_of"), medium)
        return _posted(*made)

    def edit(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post, text}: the post gets a new id."""
        return _posted(*self._x.customer_edits(who, str(body.get("post")), _text(body)))

    def delete(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post}: the brand is not told."""
        self._x.customer_deletes(who, str(body.get("post")))
        return {"deleted": True}

    def like(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post}"""
        self._x.customer_likes(who, str(body.get("post")))
        return {"liked": True}

    def dm(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, media?}"""
        message = self._x.customer_writes(who, _text(body), str(body.get("media") or ""))
        return {"id": message.id, "sender_id": message.sender_id}

    def read(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: opens the conversation."""
        return {"id": self._x.customer_reads(who)}

    def chat(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: writes by XChat, which nobody but a person in X's own app can read."""
        return {"id": self._x.customer_writes_encrypted(who), "sender_id": who.x_id}

    def block(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, undo?}: the brand is not told, and cannot write any more."""
        self._x.customer_blocks(who, undone=bool(body.get("undo")))
        return {"blocked": not body.get("undo")}

    def follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post}: opens the composer with the link's text; nothing is sent before x/dm."""
        return {"composer": {"text": self._x.way_in(str(body.get("post")))}}

    def app_reply(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post, text}: somebody at the brand answers this customer's post in X's own app."""
        post = self._x.app_posts(_text(body), str(body.get("post")))
        return {"id": post.id, "conversation_id": post.conversation_id}

    def app_dm(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: somebody at the brand answers this customer's Direct Message in X's own app."""
        message = self._x.brand_writes(who.x_id, _text(body))
        return {"id": message.id}

    def app_block(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, undo?}: somebody at the brand blocks this customer in X's own app."""
        self._x.app_blocks(who.x_id, undone=bool(body.get("undo")))
        return {"blocked": not body.get("undo")}


def _text(body: dict[str, Any]) -> str:
    return str(body.get("text", ""))


def _posted(post: Post, events: list[str]) -> dict[str, Any]:
    return {"id": post.id, "author_id": post.author_id, "conversation_id": post.conversation_id, "events": events}
