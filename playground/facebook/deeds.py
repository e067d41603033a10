"""The hands of Facebook's customers, and of the people at the brand who use Facebook's own app."""

import base64
from typing import Any
from urllib.parse import parse_qs, urlsplit

from playground.facebook.errors import invalid
from playground.facebook.files import SAMPLES, Files
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.facebook.records import Along, Comment
from playground.people import Customer


class FacebookDeeds:
    """One method per deed; each returns the native ids of what it made."""

    def __init__(self, page: Page, messenger: Messenger, files: Files) -> None:
        self._page = page
        self._messenger = messenger
        self._files = files

    def deeds(self) -> dict[str, Any]:
        """All of them, by their paths."""
        return {
            "facebook/comment": self.comment,
            "facebook/post": self.post,
            "facebook/edit_comment": self.edit_comment,
            "facebook/delete_comment": self.delete_comment,
            "facebook/like": self.like,
            "facebook/message": self.message,
            "facebook/send": self.send,
            "facebook/edit": self.edit,
            "facebook/unsend": self.unsend,
            "facebook/react": self.react,
            "facebook/read": self.read,
            "facebook/press": self.press,
            "facebook/follow_way_in": self.follow_way_in,
            "facebook/page_inbox": self.page_inbox,
            "facebook/page_comment": self.page_comment,
            "facebook/page_hide": self.page_hide,
            "facebook/other_app": self.other_app,
            "facebook/give_thread": self.give_thread,
            "facebook/expire_links": self.expire_links,
        }

    def comment(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, parent?, photo?}: on the newest post, or under a post or comment."""
        photo = self._files.sample("image") if body.get("photo") else None
        return _comment(self._page.customer_comments(who, _text(body), body.get("parent"), photo))

    def post(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: on the Page."""
        post = self._page.customer_posts(who, _text(body))
        return {"id": post.id, "from": post.author_id}

    def edit_comment(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, comment, text}"""
        return _comment(self._page.customer_edits(who, str(body.get("comment")), _text(body)))

    def delete_comment(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, comment}"""
        self._page.customer_deletes(who, str(body.get("comment")))
        return {"deleted": True}

    def like(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, comment, reaction?}: like, love, ...; an empty one takes it back."""
        self._page.customer_reacts(who, str(body.get("comment")), str(body.get("reaction", "like")))
        return {"liked": True}

    def message(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}"""
        message = self._messenger.customer_writes(who, _text(body))
        return {"mid": message.mid, "psid": message.psid}

    def send(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, kind, text?, content?, name?, mime?}; image, video, audio, file, location, fallback.

        `content` is base64; without it a sample is sent.
        """
        kind = str(body.get("kind", "image"))
        message = self._messenger.customer_writes(who, _text(body), self._along(kind, body))
        return {"mid": message.mid, "psid": message.psid}

    def edit(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, mid, text}"""
        message = self._messenger.customer_edits(who, str(body.get("mid")), _text(body))
        return {"mid": message.mid, "edits": message.edits}

    def unsend(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, mid}"""
        self._messenger.customer_unsends(who, str(body.get("mid")))
        return {"unsent": True}

    def react(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, mid, emoji}: an empty one takes it back."""
        self._messenger.customer_reacts(who, str(body.get("mid")), str(body.get("emoji", "")))
        return {"reacted": True}

    def read(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: opens the thread."""
        self._messenger.customer_reads(who)
        return {"psid": who.psid}

    def press(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, mid, title}: a quick reply or a button under a message."""
        message = self._messenger.customer_presses(who, str(body.get("mid")), str(body.get("title")))
        return {"mid": message.mid, "psid": message.psid}

    def follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, link}: an m.me link of this Page with a ref."""
        link = urlsplit(str(body.get("link", "")))
        ref = "".join(parse_qs(link.query).get("ref", []))
        if link.hostname != "m.me" or link.path.strip("/") != self._page.id or not ref:
            raise invalid("This is no m.me link of this Page with a ref.")
        return {"event": self._messenger.customer_arrives(who, ref), "psid": who.psid}

    def page_inbox(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: somebody at the brand answers this customer in Facebook's own inbox."""
        message = self._messenger.page_inbox_writes(who, _text(body))
        return {"mid": message.mid, "psid": message.psid}

    def page_comment(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, comment, text}: somebody at the brand answers a comment on Facebook itself."""
        return _comment(self._page.page_comments(str(body.get("comment")), _text(body)))

    def page_hide(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, comment, hidden?}: somebody at the brand hides a comment on Facebook itself."""
        self._page.hide(str(body.get("comment")), bool(body.get("hidden", True)))
        return {"hidden": bool(body.get("hidden", True))}

    def other_app(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, app?}: another application of the brand answers this customer."""
        app = body.get("app")
        message = self._messenger.other_app_writes(who, _text(body), int(app) if app else None)
        return {"mid": message.mid, "psid": message.psid}

    def give_thread(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, app, holds_fast?}: another application has the thread; an empty one gives it back."""
        self._messenger.state.holds_fast = bool(body.get("holds_fast"))
        self._messenger.give_thread(who, str(body.get("app") or ""))
        return {"psid": who.psid}

    def expire_links(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer}: what was handed out cannot be fetched any more; Graph tells new addresses."""
        self._files.expire()
        return {"expired": True}

    def _along(self, kind: str, body: dict[str, Any]) -> Along:
        if kind == "location":
            return Along(type=kind, coordinates=(52.52, 13.405))
        if kind == "fallback":
            return Along(type=kind, title="A page somewhere", url="https://shop.example/felt")
        if kind not in SAMPLES:
            raise invalid(f"A kind is one of {', '.join((*SAMPLES, 'location', 'fallback'))}.")
        if "content" not in body:
            return Along(type=kind, file=self._files.sample(kind))
        content = base64.b64decode(str(body["content"]))
        name, mime = str(body.get("name", "file")), str(body.get("mime", "application/octet-stream"))
        return Along(type=kind, file=self._files.keep(name, mime, content))


def _comment(comment: Comment) -> dict[str, Any]:
    return {"id": comment.id, "post_id": comment.post_id, "from": comment.author_id}


def _text(body: dict[str, Any]) -> str:
    return str(body.get("text", ""))
