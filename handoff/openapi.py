"""The OpenAPI 3.1 document of the API, from the types that the routes take and give."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from gateway.cases import CaseState, Owner
from gateway.messages import Channel
from gateway.privacy.findings import WallFinding
from handoff import bodies, troubles, view
from handoff.live import EventJson


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


class FindingList(msgspec.Struct, kw_only=True):
    """What the wall has against a text; empty where it may be said."""

    findings: list[WallFinding]


_SCHEMAS: Final[tuple[type, ...]] = (
    view.CaseJson, view.CaseDetailJson, view.CasePage, view.MessageJson, view.MessagePage, EventJson,
    bodies.MessageBody, bodies.ClaimBody, bodies.TransferBody, bodies.HoldBody, bodies.ReturnBody, bodies.ResolveBody,
    bodies.ReopenBody, bodies.WallBody, troubles.TroubleList, Problem, AgentList, FindingList,
)  # fmt: skip

_MEANINGS: Final = {
    400: "The body is not JSON (`bad_request`).",
    401: "No token and no session (`unauthorized`).",
    403: "The role does not allow it (`forbidden`), or a cookie came without its `X-CSRF-Token` (`csrf`).",
    404: "There is no such case (`not_found`).",
    409: "The case has moved on (`stale`), another agent has it (`taken`), it is not yours (`not_owner`), or it is not "
    "in a state for this (`wrong_state`).",
    413: "The body is too large (`too_large`).",
    422: "Not acceptable (`invalid`; when saying something also `wall`, `no_private_thread`, `no_public_thread` and "
    "`idempotency_conflict`).",
}


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
    state = [_query("state", CaseState, "One or more, with commas between."), _query("channel", Channel, "")]
    state += [_query("owner", Owner, ""), _text("topic", "The topic that the assistant named.")]
    state.append(_number("crisis", "Given to people in this crisis, by its id."))
    paging = [_text("cursor", "`next` of the page before."), _limit()]
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
            "get": _operation(
                "listCases",
                "List cases. With `state=queued` in the order of the queue (due time, severity, age), else the latest "
                "word first. With `channel` or `topic` a page may be short, or empty, and have a `next` all the same: "
                "the search goes on there.",
                "CasePage", params=[*state, *paging], refuses=(422,),
            )
        },
        case: {"get": _operation("getCase", "A case with its handoff packet.", "CaseDetailJson", refuses=(404,))},
        f"{case}/messages": {
            "get": _operation(
                "listMessages", "The transcript, oldest first, notes included.", "MessagePage",
                params=paging, refuses=(404, 422),
            ),
            "post": _operation(
                "say",
                "Say something to the customer, or note it. Public texts must pass the wall; only the agent who has "
                "the case may speak; anybody at the desk may note.",
                "MessageJson", body="MessageBody", status=201, params=[key], refuses=(400, 404, 409, 413, 422),
            ),
        },
    }  # fmt: skip
    for verb, summary in _ACTS.items():
        paths[f"{case}/{verb}"] = {
            "post": _operation(
                verb, summary, "CaseJson", body=f"{verb.capitalize()}Body", refuses=(400, 404, 409, 413, 422)
            )
        }
    for path in paths:
        if "{case_id}" in path:
            paths[path]["parameters"] = [_CASE_ID]
    return paths | {
        "/api/v1/wall": {
            "post": _operation(
                "askWall", "What the wall has against a text, before it is said in public.", "FindingList",
                body="WallBody", refuses=(400, 413, 422),
            )
        },
        "/api/v1/crises": {
            "get": _operation(
                "listCrises",
                "Channels on which more comes in than goes out, with the cases that people got because of it by topic "
                "(`GET /api/v1/cases?crisis=`), and channels that fail.",
                "TroubleList",
            )
        },
        "/api/v1/agents": {"get": _operation("listAgents", "Everybody to whom a case can be given.", "AgentList")},
        "/api/v1/events": {
            "get": _operation(
                "listen",
                "What happens to cases, as server-sent events: `id` and a JSON `data`. After a break send "
                "`Last-Event-ID` (or `last_event_id`) and nothing is lost or doubled.",
                "EventJson", media="text/event-stream", params=[last, _text("last_event_id", "")], refuses=(422,),
            )
        },
    }  # fmt: skip


_CASE_ID: Final = {"name": "case_id", "in": "path", "required": True, "schema": {"type": "string"}}

_ACTS: Final = {
    "claim": "Take a case from the queue, or take it over from the assistant.",
    "transfer": "Give the case to another agent, or to the queue.",
    "hold": "Keep the case and come back to it by a time.",
    "return": "Hand the case back to the assistant. The customer is told in private.",
    "resolve": "Close the case; public threads that were moved aside get a closing word.",
    "reopen": "Open a resolved case again, for yourself or for the queue.",
}


def _operation(
    name: str,
    summary: str,
    answer: str,
    *,
    body: str | None = None,
    status: int = 200,
    media: str = "application/json",
    params: Iterable[Mapping[str, Any]] = (),
    refuses: Iterable[int] = (),
) -> dict[str, Any]:
    operation: dict[str, Any] = {"operationId": name, "summary": summary, "parameters": list(params)}
    if body is not None:
        operation["requestBody"] = {"required": True, "content": _content(body)}
    operation["responses"] = {str(status): {"description": "Done.", "content": _content(answer, media)}} | {
        str(code): {"description": _MEANINGS[code], "content": _content("Problem")}
        for code in sorted({401, 403, *refuses})
    }
    return operation


def _content(schema: str, media: str = "application/json") -> dict[str, Any]:
    return {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def _query(name: str, words: Iterable[str], description: str) -> dict[str, Any]:
    return _text(name, f"{description} One of {', '.join(words)}.".strip())


def _text(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def _number(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": {"type": "integer"}}


def _limit() -> dict[str, Any]:
    return {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}}


def _named(holder: Mapping[str, Any] | None) -> str | None:
    if holder is None:
        return None
    content = next(iter(holder["content"].values()))
    return str(content["schema"]["$ref"]).rpartition("/")[2]


def _answer(operation: Mapping[str, Any]) -> str | None:
    return _named(next(response for code, response in operation["responses"].items() if code.startswith("2")))
