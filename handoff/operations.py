"""Operations of the OpenAPI document: methods of paths, their parameters, answers and refusals."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

_MEANINGS: Final = {
    400: "The body is not JSON (`bad_request`).",
    401: "No token and no session (`unauthorized`).",
    403: "The role does not allow it (`forbidden`), or a cookie came without its `X-CSRF-Token` (`csrf`).",
    404: "There is no such thing (`not_found`).",
    409: "The case has moved on (`stale`), another agent has it (`taken`), it is not yours (`not_owner`), or it is not "
    "in a state for this (`wrong_state`).",
    413: "The body is too large (`too_large`).",
    422: "Not acceptable (`invalid`; when saying something also `wall`, `no_private_thread`, `no_public_thread` and "
    "`idempotency_conflict`).",
}


def operation(
    name: str,
    summary: str,
    answer: str | None,
    *,
    body: str | None = None,
    takes: Mapping[str, Any] | None = None,
    gives: Mapping[str, Any] | None = None,
    status: int = 200,
    media: str = "application/json",
    params: Iterable[Mapping[str, Any]] = (),
    refuses: Iterable[int] = (),
) -> dict[str, Any]:
    """A method of a path. `refuses`: statuses besides 401 and 403."""
    described: dict[str, Any] = {"operationId": name, "summary": summary, "parameters": list(params)}
    taken = content(body) if body is not None else takes
    if taken is not None:
        described["requestBody"] = {"required": True, "content": taken}
    given = content(answer, media) if answer is not None else gives
    described["responses"] = {str(status): {"description": "Done."} | ({"content": given} if given else {})} | {
        str(code): {"description": _MEANINGS[code], "content": content("Problem")}
        for code in sorted({401, 403, *refuses})
    }
    return described


def content(schema: str, media: str = "application/json") -> dict[str, Any]:
    """A body of one of the types."""
    return {media: {"schema": {"$ref": f"#/components/schemas/{schema}"}}}


def query(name: str, words: Iterable[str], description: str) -> dict[str, Any]:
    """A parameter with one of these words."""
    return text(name, f"{description} One of {', '.join(words)}.".strip())


def text(name: str, description: str) -> dict[str, Any]:
    """A parameter with any text."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": "string"}}


def number(name: str, description: str) -> dict[str, Any]:
    """A parameter with a number."""
    return {"name": name, "in": "query", "description": description, "schema": {"type": "integer"}}


def limit() -> dict[str, Any]:
    """How many items a page holds."""
    return {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}}
