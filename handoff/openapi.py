"""The OpenAPI 3.1 document of the API, from the types that the routes take and give."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.cases import CaseState, Owner
from gateway.messages import Channel, File
from gateway.privacy.findings import WallFinding
from handoff import aside, bodies, channels, reveal, troubles, view
from handoff.live import EventJson
from handoff.operations import limit, number, operation, query, text
from handoff.overrides import FindingList


class Problem(msgspec.Struct, kw_only=True):
    """Why something was refused."""

    error: str
    """A word for programs."""
    message: str
    """A sentence for people."""
    agent: str | None = None
    """Who has the case, with `taken` and `not_owner`."""
    findings: list[WallFinding] | None = None
    """What the wall found, with `wall`."""


class Agent(msgspec.Struct, kw_only=True):
    """Somebody to whom a case can be given."""

    name: str
    role: str


class AgentList(msgspec.Struct, kw_only=True):
    """Everybody to whom a case can be given."""

    agents: list[Agent]


_SCHEMAS: Final[tuple[type, ...]] = (
    view.CaseJson, view.CaseDetailJson, view.CasePage, view.MessageJson, view.MessagePage, EventJson,
    reveal.RevealedJson, reveal.NotedJson, aside.FunnelList,
    bodies.MessageBody, bodies.ClaimBody, bodies.TransferBody, bodies.HoldBody, bodies.ReturnBody, bodies.ResolveBody,
    bodies.ReopenBody, bodies.ClosingBody, bodies.WallBody, File, troubles.TroubleList, channels.ChannelList,
    channels.HeldPage, channels.HeldJson, channels.ReplayBody, channels.Replayed, Problem, AgentList, FindingList,
)  # fmt: skip


def document() -> dict[str, Any]:
    """The whole document."""
    _, components = msgspec.json.schema_components(_SCHEMAS, ref_template="#/components/schemas/{name}")
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Aside: the desk's API",
            "version": "1",
            "description": "Cases that people own: list, read, claim, answer, hand back, resolve. Times are ISO 8601 "
            "in UTC. Every act on a case carries the `epoch` that you looked at; if the case has changed hands since, "
            "the answer is 409.",
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}, {"session": [], "csrf": []}, {"session": []}],
        "paths": _paths(),
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "From `aside agent add --print-token`."},
                "session": {"type": "apiKey", "in": "cookie", "name": "aside_session"},
                "csrf": {"type": "apiKey", "in": "header", "name": "X-CSRF-Token"},
            },
        },
    }


def sections(whole: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The document's operations in the order of the page."""
    return [
        {
            "method": method.upper(),
            "path": path,
            "anchor": operation["operationId"],
            "operation": operation,
            "body": _named(operation.get("requestBody")),
            "answer": _answer(operation),
        }
        for path, methods in whole["paths"].items()
        for method, operation in methods.items()
        if method != "parameters"
    ]


def _paths() -> dict[str, Any]:
    state = [query("state", CaseState, "One or more, with commas between."), query("channel", Channel, "")]
    state += [query("owner", Owner, ""), text("topic", "The topic that the assistant named.")]
    state.append(number("crisis", "Given to people in this crisis, by its id."))
    paging = [text("cursor", "`next` of the page before."), limit()]
    case = "/api/v1/cases/{case_id}"
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Any text of your own, up to 200 characters. The same key with the same body gives the same "
        "message again; with another body 422 `idempotency_conflict`.",
        "schema": {"type": "string", "maxLength": 200},
    }
    last = {"name": "Last-Event-ID", "in": "header", "schema": {"type": "integer"}}
    paths: dict[str, Any] = {
        "/api/v1/cases": {
            "get": operation(
                "listCases",
                "List cases. With `state=queued` in the order of the queue (due time, severity, age), else the latest "
                "word first. With `channel` or `topic` a page may be short, or empty, and have a `next` all the same: "
                "the search goes on there.",
                "CasePage", params=[*state, *paging], refuses=(422,),
            )
        },
        case: {"get": operation("getCase", "A case with its handoff packet.", "CaseDetailJson", refuses=(404,))},
        f"{case}/messages": {
            "get": operation(
                "listMessages", "The transcript, oldest first, notes included.", "MessagePage",
                params=paging, refuses=(404, 422),
            ),
            "post": operation(
                "say",
                "Say something to the customer, or note it. Public texts must pass the wall; a supervisor may override "
                "it (`override`) for requests, confirmations and the platform's rules. Only the agent who has the case "
                "may speak; anybody at the desk may note.",
                "MessageJson", body="MessageBody", status=201, params=[key], refuses=(400, 404, 409, 413, 422),
            ),
        },
    }  # fmt: skip
    paths[f"{case}/messages/{{message_id}}/hide"] = {
        "post": operation(
            "hideMessage",
            "Have a customer's public message hidden (Facebook, X) or removed (Telegram), where the platform lets a "
            "brand. Done soon after the answer: `act` of the message says what became of it, and so does the event "
            "`message.act`.",
            "MessageJson", status=202, params=[_MESSAGE_ID], refuses=(404, 422),
        )
    }  # fmt: skip
    paths[f"{case}/messages/{{message_id}}/reveal"] = {
        "post": operation(
            "revealMessage",
            "A message as it was said, without masks. Each time is an event of the case (`data.revealed`).",
            "RevealedJson", params=[_MESSAGE_ID], refuses=(404,),
        )
    }  # fmt: skip
    paths[f"{case}/reveal"] = {
        "post": operation(
            "revealNoted", "What the assistant has noted, without masks. Each time is an event.", "NotedJson",
            refuses=(404,),
        )
    }  # fmt: skip
    paths[f"{case}/closing"] = {
        "post": operation(
            "decideClosing",
            "Have the word said that closes the case's public threads, or have them closed without one.",
            "CaseDetailJson", body="ClosingBody", refuses=(400, 404, 409, 413, 422),
        )
    }  # fmt: skip
    for verb, summary in _ACTS.items():
        paths[f"{case}/{verb}"] = {
            "post": operation(
                verb, summary, "CaseJson", body=f"{verb.capitalize()}Body", refuses=(400, 404, 409, 413, 422)
            )
        }
    for path in paths:
        if "{case_id}" in path:
            paths[path]["parameters"] = [_CASE_ID]
    return paths | {
        "/api/v1/files": {
            "post": operation(
                "putFile",
                "Put a file here to send it along with a private message. The body is the file itself, or a form with "
                "one file. What is not sent within a day is let go.",
                "File", status=201, params=[text("name", "What the file is called.")], refuses=(413, 422),
                takes=_FILE,
            )
        },
        "/api/v1/files/{file_id}": {
            "parameters": [_FILE_ID],
            "get": operation("getFile", "A file's content.", None, refuses=(404,), gives=_ANY),
            "delete": operation(
                "removeFile", "Take back a file that was not sent.", None, status=204, refuses=(404,), gives={}
            ),
        },
        "/api/v1/wall": {
            "post": operation(
                "askWall", "What the wall has against a text, before it is said in public.", "FindingList",
                body="WallBody", refuses=(400, 413, 422),
            )
        },
        "/api/v1/crises": {
            "get": operation(
                "listCrises",
                "Channels on which more comes in than goes out, with the cases that people got because of it by topic "
                "(`GET /api/v1/cases?crisis=`), channels that fail, and channels that are not well.",
                "TroubleList",
            )
        },
        "/api/v1/channels": {
            "get": operation(
                "listChannels",
                "The channels: on or off, what came and went last, how they are, what is left of their limits.",
                "ChannelList",
            )
        },
        "/api/v1/aside": {
            "get": operation(
                "countAside",
                "How many public threads came how far on the way into private, by channel: of those in which customers "
                "first spoke within the period.",
                "FunnelList", params=[query("period", aside.Period, "Default `week`.")], refuses=(422,),
            )
        },
        "/api/v1/channels/{channel}/events": {
            "parameters": [_CHANNEL],
            "get": operation(
                "listChannelEvents",
                "Events that were set aside, or taken for not being for us; for supervisors and admins.",
                "HeldPage", params=[query("status", ("set_aside", "ignored"), "Default `set_aside`."), *paging],
                refuses=(404, 422),
            ),
        },
        "/api/v1/channels/{channel}/events/{event_id}": {
            "parameters": [
                _CHANNEL, {"name": "event_id", "in": "path", "required": True, "schema": {"type": "integer"}},
            ],
            "get": operation(
                "getChannelEvent", "One of them, with the shape of its body: without what anybody said.", "HeldJson",
                refuses=(404,),
            ),
        },
        "/api/v1/channels/{channel}/replay": {
            "parameters": [_CHANNEL],
            "post": operation(
                "replay",
                "Have events understood once more, for example after an update; for supervisors and admins.",
                "Replayed", body="ReplayBody", refuses=(400, 404, 413, 422),
            ),
        },
        "/api/v1/agents": {"get": operation("listAgents", "Everybody to whom a case can be given.", "AgentList")},
        "/api/v1/events": {
            "get": operation(
                "listen",
                "What happens to cases, as server-sent events: `id` and a JSON `data`. After a break send "
                "`Last-Event-ID` (or `last_event_id`) and nothing is lost or doubled.",
                "EventJson", media="text/event-stream", params=[last, text("last_event_id", "")], refuses=(422,),
            )
        },
    }  # fmt: skip


_ANY: Final = {"*/*": {"schema": {"type": "string", "format": "binary"}}}
_FILE: Final = {
    "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
    "multipart/form-data": {
        "schema": {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}},
    },
}  # fmt: skip
_FILE_ID: Final = {"name": "file_id", "in": "path", "required": True, "schema": {"type": "string"}}
_MESSAGE_ID: Final = {"name": "message_id", "in": "path", "required": True, "schema": {"type": "integer"}}
_CASE_ID: Final = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string"}}

_CHANNEL: Final = {
    "name": "channel", "in": "path", "required": True, "schema": {"type": "string", "enum": [*Channel]},
}  # fmt: skip

_ACTS: Final = {
    "claim": "Take a case from the queue, or take it over from the assistant.",
    "transfer": "Give the case to another agent, or to the queue.",
    "hold": "Keep the case and come back to it by a time.",
    "return": "Hand the case back to the assistant. The customer is told in private.",
    "resolve": "Close the case; public threads that were moved aside get a closing word.",
    "reopen": "Open a resolved case again, for yourself or for the queue.",
}


def _named(holder: Mapping[str, Any] | None) -> str | None:
    if holder is None or "content" not in holder:
        return None
    schema = next(iter(holder["content"].values()))["schema"]
    return str(schema["$ref"]).rpartition("/")[2] if "$ref" in schema else None


def _answer(operation: Mapping[str, Any]) -> str | None:
    return _named(next(response for code, response in operation["responses"].items() if code.startswith("2")))
