"""The customers' hands: every deed by HTTP, for the page, for tests and for the curious."""

from collections.abc import Callable, Coroutine
from typing import Any
from urllib.parse import parse_qs, urlsplit

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.facebook.errors import GraphError, invalid
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.people import GROUP_ID, Customer, UnknownCustomerError, customer
from playground.telegram.errors import BotError
from playground.telegram.platform import Telegram
from playground.x.errors import XError
from playground.x.platform import X

Deed = Callable[[Customer, dict[str, Any]], dict[str, Any]]


class Play:
    """One method per deed; each returns the native ids of what it made."""

    def __init__(self, x: X, page: Page, messenger: Messenger, telegram: Telegram) -> None:
        self._x = x
        self._page = page
        self._messenger = messenger
        self._telegram = telegram

    def blueprint(self) -> Blueprint:
        """All deeds under /_play."""
        blueprint = Blueprint("play", url_prefix="/_play")
        deeds: dict[str, Deed] = {
            "x/post": self.x_post,
            "x/dm": self.x_dm,
            "x/follow_way_in": self.x_follow_way_in,
            "facebook/comment": self.facebook_comment,
            "facebook/message": self.facebook_message,
            "facebook/press": self.facebook_press,
            "facebook/follow_way_in": self.facebook_follow_way_in,
            "facebook/page_inbox": self.facebook_page_inbox,
            "telegram/group": self.telegram_group,
            "telegram/private": self.telegram_private,
            "telegram/press": self.telegram_press,
            "telegram/follow_way_in": self.telegram_follow_way_in,
        }
        for path, deed in deeds.items():
            blueprint.add_route(_answering(deed), f"/{path}", methods=["POST"], name=path.replace("/", "_"))
        return blueprint

    def x_post(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, in_reply_to?, quote_of?}"""
        post, events = self._x.customer_posts(who, _text(body), body.get("in_reply_to"), body.get("quote_of"))
        return {"id": post.id, "author_id": post.author_id, "conversation_id": post.conversation_id, "events": events}

    def x_dm(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}"""
        message = self._x.customer_writes(who, _text(body))
        return {"id": message.id, "sender_id": message.sender_id}

    def x_follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, post}: opens the composer with the link's text; nothing is sent before x/dm."""
        return {"composer": {"text": self._x.way_in(str(body.get("post")))}}

    def facebook_comment(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, parent?}: on the newest post, or under a post or comment."""
        comment = self._page.customer_comments(who, _text(body), body.get("parent"))
        return {"id": comment.id, "post_id": comment.post_id, "from": comment.author_id}

    def facebook_message(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}"""
        message = self._messenger.customer_writes(who, _text(body))
        return {"mid": message.mid, "psid": message.psid}

    def facebook_press(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, mid, title}: a quick reply or a button under a message."""
        message = self._messenger.customer_presses(who, str(body.get("mid")), str(body.get("title")))
        return {"mid": message.mid, "psid": message.psid}

    def facebook_follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, link}: an m.me link of this Page with a ref."""
        link = urlsplit(str(body.get("link", "")))
        ref = "".join(parse_qs(link.query).get("ref", []))
        if link.hostname != "m.me" or link.path.strip("/") != self._page.id or not ref:
            raise invalid("This is no m.me link of this Page with a ref.")
        return {"event": self._messenger.customer_arrives(who, ref), "psid": who.psid}

    def facebook_page_inbox(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: somebody at the brand answers this customer in Facebook's own inbox."""
        message = self._messenger.page_inbox_writes(who, _text(body))
        return {"mid": message.mid, "psid": message.psid}

    def telegram_group(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text, reply_to?}"""
        message = self._telegram.customer_in_group(who, _text(body), body.get("reply_to"))
        return {"chat_id": message.chat_id, "message_id": message.message_id, "from": message.from_id}

    def telegram_private(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, text}: presses Start first where that has not happened."""
        message = self._telegram.customer_in_private(who, _text(body))
        return {"chat_id": message.chat_id, "message_id": message.message_id, "from": message.from_id}

    def telegram_press(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, data, chat_id?}: a button that calls back; in the own private chat by default."""
        chat_id = int(body.get("chat_id") or who.telegram_id)
        query_id = self._telegram.customer_presses(who, chat_id, int(body["message_id"]), str(body["data"]))
        return {"callback_query_id": query_id}

    def telegram_follow_way_in(self, who: Customer, body: dict[str, Any]) -> dict[str, Any]:
        """{customer, message_id, chat_id?}: the button that opens the private chat; in the group by default."""
        chat_id = int(body.get("chat_id") or GROUP_ID)
        message = self._telegram.way_in(who, chat_id, int(body["message_id"]))
        return {"chat_id": message.chat_id, "message_id": message.message_id, "text": message.text}


def _text(body: dict[str, Any]) -> str:
    return str(body.get("text", ""))


def _answering(deed: Deed) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """A route for `deed`, with the platforms' refusals as `{error}`."""

    async def route(request: Request) -> HTTPResponse:
        body = request.json
        if not isinstance(body, dict):
            return json({"error": "The body must be a JSON object."}, status=400)
        try:
            return json(deed(customer(str(body.get("customer"))), body), status=201)
        except UnknownCustomerError as unknown:
            return json({"error": f"No customer is called {unknown}."}, status=404)
        except (XError, GraphError, BotError) as refusal:
            return json({"error": str(refusal)}, status=422)
        except (KeyError, ValueError) as missing:
            return json({"error": f"Missing or malformed: {missing}"}, status=400)

    route.__doc__ = deed.__doc__
    return route
