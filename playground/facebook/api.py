"""The HTTP face of the pretend Facebook: the Graph API under /facebook, at any version."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json

from playground.facebook.conversations import Conversations, conversation_id
from playground.facebook.errors import GraphError, invalid, no_such_object
from playground.facebook.fields import only, wanted
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.facebook.records import Comment, PagePost, iso
from playground.gate import Gate, fields, unpacked
from playground.people import BRAND
from playground.settings import Settings

VERSION = re.compile(r"^v\d+\.\d+/")
ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen"})


class GraphApi:
    """Answers the gateway's calls."""

    def __init__(self, page: Page, messenger: Messenger, settings: Settings, note: Callable[..., None]) -> None:
        self._page = page
        self._messenger = messenger
        self._conversations = Conversations(messenger, page.id)
        self._settings = settings
        self._note = note

    def blueprint(self, gate: Gate) -> Blueprint:
        """One route: Graph's paths begin with ids, so the path is read here."""
        blueprint = Blueprint("facebook", url_prefix="/facebook")
        gate.guard(blueprint)
        blueprint.exception(GraphError)(_error)
        blueprint.add_route(self.call, "/<path:path>", methods=["GET", "POST", "DELETE"])
        return blueprint

    async def call(self, request: Request, path: str) -> HTTPResponse:
        """Any call."""
        given = {name: unpacked(value) for name, value in fields(request).items()}
        given |= {name: unpacked(value) for name, value in request.query_args if name not in given}
        self._authorize(request, given)
        node, _, edge = VERSION.sub("", path).strip("/").partition("/")
        if node == "me":
            node = self._page.id
        # Graph takes ?method=delete in place of the verb.
        verb = str(given.get("method", request.method)).upper()
        return json(self._dispatch(verb, node, edge, given))

    def _dispatch(self, verb: str, node: str, edge: str, given: dict[str, Any]) -> dict[str, Any]:
        on_page = node == self._page.id
        match verb, edge:
            case "POST", "messages" if on_page:
                return self._send(given)
            case (("GET" | "POST"), "subscribed_apps") if on_page:
                return {"success": True} if verb == "POST" else {"data": []}
            case "GET", "feed" | "posts" if on_page:
                return {"data": [_only(self._post(post), given) for post in reversed(self._page.state.posts.values())]}
            case "POST", "comments":
                return {"id": self._page.page_comments(node, str(given.get("message", ""))).id}
            case "GET", "comments":
                return self._comments(node, given)
            case "GET", "conversations" if on_page:
                person = given.get("user_id")
                fields = wanted(_text(given, "fields") or "id,link,updated_time")
                return self._conversations.listed(_text(given, "platform"), person and str(person), fields)
            case "GET", "messages" if self._conversations.exists(node):
                fields = wanted(_text(given, "fields") or "id,created_time")
                limit, after = (_number(given, name, default) for name, default in (("limit", 25), ("after", 0)))
                return self._conversations.messages(node, limit, after, fields)
            case "GET", "" if self._conversations.exists(node):
                return self._conversations.read(node, wanted(_text(given, "fields") or "id,link,updated_time"))
            case "POST", "":
                self._page.hide(node, _truth(given.get("is_hidden")))
                return {"success": True}
            case "DELETE", "":
                self._page.delete(node)
                return {"success": True}
            case "GET", "":
                return _only(self._node(node), given)
        raise no_such_object(f"{node}/{edge}" if edge else node)

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        recipient = given.get("recipient")
        if not isinstance(recipient, dict):
            raise invalid("The parameter recipient is required")
        if (action := given.get("sender_action")) is not None:
            if action not in ACTIONS:
                raise invalid("Param sender_action must be one of {TYPING_ON, TYPING_OFF, MARK_SEEN}")
            psid = self._messenger.known(recipient)
            self._note(kind="typing", place="messenger", who=psid, on=action == "typing_on")
            return {"recipient_id": psid}
        content = given.get("message")
        if not isinstance(content, dict):
            raise invalid("The parameter message is required")
        message = self._messenger.send(recipient, content, given.get("tag"))
        return {"recipient_id": message.psid, "message_id": message.mid}

    def _comments(self, node: str, given: dict[str, Any]) -> dict[str, Any]:
        """One page of what stands below a post or comment (Graph API, "Comments" and "Paginated results")."""
        if node not in self._page.state.posts:
            self._page.comment(node)
        comments = self._page.comments_of(node)
        order = _text(given, "order") or "chronological"
        if order not in ("chronological", "reverse_chronological"):
            raise invalid("Param order must be one of {CHRONOLOGICAL, REVERSE_CHRONOLOGICAL}")
        if order == "reverse_chronological":
            comments = comments[::-1]
        limit, after = (_number(given, name, default) for name, default in (("limit", 25), ("after", 0)))
        page = comments[after : after + limit]
        answer: dict[str, Any] = {"data": [_only(self._comment(comment), given) for comment in page]}
        if page:
            end = after + len(page)
            answer["paging"] = {"cursors": {"before": str(after), "after": str(end)}}
            if end < len(comments):
                answer["paging"]["next"] = f"https://graph.facebook.com/{node}/comments?after={end}"
        return answer

    def _node(self, node: str) -> dict[str, Any]:
        if node == self._page.id:
            return {"id": node, "name": BRAND, "category": "Shop", "link": f"https://www.facebook.com/{node}"}
        if node in self._page.state.posts:
            return self._post(self._page.state.posts[node])
        return self._comment(self._page.comment(node))

    def _post(self, post: PagePost) -> dict[str, Any]:
        author = {"id": self._page.id, "name": BRAND}
        return {"id": post.id, "message": post.message, "created_time": iso(post.created), "from": author}

    def _comment(self, comment: Comment) -> dict[str, Any]:
        own = comment.author_id == self._page.id
        content: dict[str, Any] = {
            "id": comment.id,
            "message": comment.message,
            "created_time": iso(comment.created),
            "from": {"id": comment.author_id, "name": comment.author_name},
            "is_hidden": comment.hidden,
            "can_hide": not own,
            "can_remove": True,
            "can_reply_privately": not own and comment.private_reply is None,
        }
        if comment.parent_id != comment.post_id:
            content["parent"] = {"id": comment.parent_id}
        if comment.private_reply is not None:
            message = next((each for each in self._messenger.state.messages if each.mid == comment.private_reply), None)
            content["private_reply_conversation"] = {"id": conversation_id(message.psid if message else "")}
        return content

    def _authorize(self, request: Request, given: dict[str, Any]) -> None:
        """The token comes as a parameter or as a Bearer; the proof is checked when it is given."""
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = str(given.get("access_token") or (bearer if scheme.lower() == "bearer" else ""))
        if not hmac.compare_digest(token.encode(), self._settings.facebook_page_access_token.encode()):
            raise GraphError(190, "Invalid OAuth access token - Cannot parse access token", status=401)
        if (proof := given.get("appsecret_proof")) is not None:
            right = hmac.digest(self._settings.facebook_secret.encode(), token.encode(), hashlib.sha256).hex()
            if not hmac.compare_digest(str(proof).encode(), right.encode()):
                raise GraphError(
                    100, "Invalid appsecret_proof provided in the API argument", kind="GraphMethodException"
                )


def _only(content: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """Graph sends what `fields` asks for, and the id always."""
    asked = _text(given, "fields")
    return only(content, wanted(asked)) if asked else content


def _text(given: dict[str, Any], name: str) -> str:
    return str(given.get(name) or "")


def _number(given: dict[str, Any], name: str, default: int) -> int:
    try:
        return max(int(given.get(name, default)), 0)
    except (ValueError, TypeError):
        raise invalid(f"Param {name} must be an integer") from None


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "1"):
        return True
    if value in ("false", "0"):
        return False
    raise invalid("Param is_hidden must be a boolean")


def _error(request: Request, error: GraphError) -> HTTPResponse:
    return error.response()
