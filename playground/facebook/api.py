"""The HTTP face of the pretend Facebook: the Graph API under /facebook, at any version."""

import hashlib
import hmac
import re
from collections.abc import Callable
from typing import Any

from sanic import Blueprint, Request
from sanic.response import HTTPResponse, json, raw, text

from playground.facebook.account import Account
from playground.facebook.conversations import Conversations, conversation_id
from playground.facebook.errors import GraphError, invalid, no_such_object
from playground.facebook.events import APP_ID
from playground.facebook.feed import Feed, number
from playground.facebook.fields import only, wanted
from playground.facebook.files import Files
from playground.facebook.messenger import Messenger
from playground.facebook.page import Page
from playground.gate import Gate, fields, unpacked
from playground.people import by_psid
from playground.settings import Settings

VERSION = re.compile(r"^v\d+\.\d+/")
ACTIONS = frozenset({"typing_on", "typing_off", "mark_seen"})


class GraphApi:
    """Answers the gateway's calls."""

    def __init__(
        self,
        page: Page,
        messenger: Messenger,
        files: Files,
        account: Account,
        settings: Settings,
        note: Callable[..., None],
    ) -> None:
        self._page = page
        self._messenger = messenger
        self._files = files
        self._account = account
        self._feed = Feed(page, messenger, files)
        self._conversations = Conversations(messenger, files, page.id)
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
        if path.startswith("files/"):
            found = self._files.at(path.removeprefix("files/"))
            return raw(found[1], content_type=found[0]) if found else text("URL signature expired", status=403)
        given = {name: unpacked(value) for name, value in fields(request).items()}
        given |= {name: unpacked(value) for name, value in request.query_args if name not in given}
        node, _, edge = VERSION.sub("", path).strip("/").partition("/")
        # Graph takes ?method=delete in place of the verb.
        verb = str(given.get("method", request.method)).upper()
        if node in (str(APP_ID), "debug_token"):
            self._authorize(request, given, self._account.app_token)
            return json(self._of_app(verb, node, edge, given))
        self._authorize(request, given)
        if node == "me":
            node = self._page.id
        if (verb, edge) == ("POST", "messages") and request.files:
            upload = request.files["filedata"][0]
            given["filedata"] = (upload.name, upload.type, upload.body)
        return json(self._dispatch(verb, node, edge, given))

    def _of_app(self, verb: str, node: str, edge: str, given: dict[str, Any]) -> dict[str, Any]:
        match verb, node, edge:
            case "GET", "debug_token", "":
                return self._account.token(given)
            case "GET", _, "subscriptions":
                return self._account.webhooks()
            case "POST", _, "subscriptions":
                return self._account.register(given)
            case "GET", _, "":
                return _only(self._account.app(), given)
        raise no_such_object(f"{node}/{edge}" if edge else node)

    def _dispatch(self, verb: str, node: str, edge: str, given: dict[str, Any]) -> dict[str, Any]:
        on_page = node == self._page.id
        if on_page and edge and (answered := self._of_page(verb, edge, given)) is not None:
            return answered
        match verb, edge:
            case "POST", "comments":
                return {"id": self._page.page_comments(node, str(given.get("message", ""))).id}
            case "GET", "comments":
                return self._feed.comments(node, given)
            case "GET", "messages" if self._conversations.exists(node):
                return self._conversations.messages(
                    node, *number(given, 25), wanted(_text(given, "fields") or "id,created_time")
                )
            case "GET", "attachments":
                return self._conversations.attachments(node)
            case "GET", "" if person := by_psid(node):
                return _only(self._messenger.profile(person), given)
            case "GET", "" if self._conversations.exists(node):
                return self._conversations.read(node, wanted(_text(given, "fields") or "id,link,updated_time"))
            case "POST", "":
                self._page.hide(node, _truth(given.get("is_hidden")))
                return {"success": True}
            case "DELETE", "":
                self._page.delete(node)
                return {"success": True}
            case "GET", "":
                return _only(self._feed.node(node), given)
        raise no_such_object(f"{node}/{edge}" if edge else node)

    def _of_page(self, verb: str, edge: str, given: dict[str, Any]) -> dict[str, Any] | None:
        match verb, edge:
            case "POST", "messages":
                return self._send(given)
            case "POST", "take_thread_control":
                self._messenger.take_thread(_recipient(given))
                return {"success": True}
            case "GET", "thread_owner":
                psid = str(given.get("recipient"))
                owner = self._messenger.state.owners.get(psid, str(APP_ID))
                return {"data": [{"thread_owner": {"thread_id": conversation_id(psid), "app_id": owner}}]}
            case "GET", "subscribed_apps":
                return self._account.subscribed()
            case "POST", "subscribed_apps":
                return self._account.subscribe(given)
            case "DELETE", "subscribed_apps":
                return self._account.unsubscribe()
            case "GET", "messenger_profile":
                return self._account.profile()
            case "POST", "messenger_profile":
                return self._account.set_profile(given)
            case "DELETE", "messenger_profile":
                return self._account.clear_profile(given)
            case "GET", "feed" | "posts" | "visitor_posts":
                return self._feed.posts(edge, given)
            case "GET", "conversations":
                person = given.get("user_id")
                asked = wanted(_text(given, "fields") or "id,link,updated_time")
                return self._conversations.listed(
                    _text(given, "platform"), person and str(person), asked, *number(given, 25)
                )
        return None

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        recipient = _recipient(given)
        if (action := given.get("sender_action")) is not None:
            if action not in ACTIONS:
                raise invalid("Param sender_action must be one of {TYPING_ON, TYPING_OFF, MARK_SEEN}")
            psid = self._messenger.known(recipient)
            self._note(kind="typing", place="messenger", who=psid, on=action == "typing_on")
            return {"recipient_id": psid}
        content = given.get("message")
        if not isinstance(content, dict):
            raise invalid("The parameter message is required")
        file = self._files.keep(*given["filedata"]) if "filedata" in given else None
        message = self._messenger.send(recipient, content, given.get("tag"), file)
        return {"recipient_id": message.psid, "message_id": message.mid}

    def _authorize(self, request: Request, given: dict[str, Any], other: str = "") -> None:
        """The token comes as a parameter or as a Bearer; the proof is checked when it is given.

        `other`: a token that is as good as the Page's.
        """
        scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
        token = str(given.get("access_token") or (bearer if scheme.lower() == "bearer" else ""))
        if other and hmac.compare_digest(token.encode(), other.encode()):
            return
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


def _recipient(given: dict[str, Any]) -> dict[str, Any]:
    recipient = given.get("recipient")
    if not isinstance(recipient, dict):
        raise invalid("The parameter recipient is required")
    return recipient


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
