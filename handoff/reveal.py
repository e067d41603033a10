"""Revealing: an agent asks to see personal data that is masked; each time stands in the log of the case.

POST for a message -> it, as it was said | POST for a case -> what the assistant has noted | event with who and when
"""

import re
from datetime import datetime
from typing import Any, Final

import msgspec
from sanic import Blueprint, HTTPResponse, Request
from sqlalchemy.engine import Connection

from gateway.cases import Case
from gateway.errors import NotFound
from gateway.storage import events, transcript, vault
from handoff.auth import caller_of
from handoff.rights import Right, access_case, require
from handoff.tools import Tools
from handoff.users import User

_NUMBER: Final = re.compile(r"\d{4,}|@")
"""What an identifier has, where a slot's value says nothing else."""
_SHOWN_ELSEWHERE: Final = frozenset({"topic", "problem", "surface"})  # slots that tell a person nothing new


class RevealedJson(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it was said."""

    id: int
    text: str
    attachments: list[dict[str, Any]]
    """What came along, where words of it are masked in the transcript."""


class NotedJson(msgspec.Struct, frozen=True, kw_only=True):
    """What the assistant has noted in a case, as it was told."""

    slots: dict[str, str]


def add_to(api: Blueprint, tools: Tools) -> None:
    """Give the API its routes."""

    async def revealed(request: Request, case_id: str, message_id: int) -> HTTPResponse:
        user, now = caller_of(request).user, tools.clock()
        require(user, Right.SEE_CLEAR)
        return _json(await tools.db.write(lambda conn: reveal(conn, user, case_id, message_id, now)))

    async def noted(request: Request, case_id: str) -> HTTPResponse:
        user, now = caller_of(request).user, tools.clock()
        require(user, Right.SEE_CLEAR)
        return _json(await tools.db.write(lambda conn: reveal_noted(conn, user, case_id, now)))

    message = "/cases/<case_id:str>/messages/<message_id:int>/reveal"
    api.add_route(revealed, message, methods=["POST"], name="reveal_message")
    api.add_route(noted, "/cases/<case_id:str>/reveal", methods=["POST"], name="reveal_noted")


def reveal(conn: Connection, user: User, case_id: str, message_id: int, now: datetime) -> RevealedJson:
    """A message as it was said, for somebody who may. Raises `NotFound` where no more is kept than is shown."""
    case = access_case(conn, user, case_id, Right.SEE_CLEAR)
    kept = vault.get(conn, message_id) if transcript.one(conn, case.id, message_id) is not None else None
    if kept is None:
        raise NotFound("No more is kept of this message than is shown.")
    _note(conn, user, case, now, message_id=message_id)
    return RevealedJson(id=message_id, text=kept.text, attachments=kept.attachments)


def reveal_noted(conn: Connection, user: User, case_id: str, now: datetime) -> NotedJson:
    """What the assistant has noted, for somebody who may."""
    case = access_case(conn, user, case_id, Right.SEE_CLEAR)
    _note(conn, user, case, now)
    return NotedJson(slots=noted(case))


def noted(case: Case) -> dict[str, str]:
    """What the customer has told the assistant. What is told is text; the assistant's counts are numbers."""
    slots = (case.dialogue or {}).get("slots")
    if not isinstance(slots, dict):
        return {}
    return {name: value for name, value in slots.items() if isinstance(value, str) and name not in _SHOWN_ELSEWHERE}


def masked_slots(slots: dict[str, Any]) -> dict[str, Any]:
    """Slots as they may lie open: what looks like an identifier is called by its slot's name."""
    if not vault.is_open():
        return slots
    return {name: _masked(name, value) if isinstance(value, str) else value for name, value in slots.items()}


def masked_packet(packet: dict[str, Any] | None) -> dict[str, Any] | None:
    """A packet as it may lie open; its texts are the transcript's, which are masked already."""
    return None if packet is None else {**packet, "slots": masked_slots(packet.get("slots") or {})}


def _masked(name: str, value: str) -> str:
    label = name.replace("_", " ")
    # A number by itself is found by the word before it.
    if _NUMBER.search(value) or vault.masked(f"{label}: {value}") != f"{label}: {value}":
        return f"[{label}]" if len(value.split()) < 4 else vault.masked(value)
    return vault.masked(value)


def _note(conn: Connection, user: User, case: Case, now: datetime, **data: object) -> None:
    events.append(conn, "data.revealed", case_id=case.id, actor=user.actor, epoch=case.epoch, at=now, data=data)


def _json(body: object) -> HTTPResponse:
    return HTTPResponse(
        msgspec.json.encode(body), content_type="application/json", headers={"Cache-Control": "no-store"}
    )
