"""Copies: where else the words of a message stand, and what becomes of them once the customer takes them back.

removed, or edited -> its event's body and words: blank, under the same key | what was understood: without entities
                   -> the case's slots, what moves bring along, packets: without what stood in those words alone
"""

import unicodedata
from collections.abc import Callable
from typing import Final

from sqlalchemy.engine import Connection

from gateway.intake import changes as waiting
from gateway.messages import Author
from gateway.privacy.detect import Detector
from gateway.privacy.redact import redacted
from gateway.public_thread import MoveState
from gateway.storage import cases, episodes, moves, transcript
from gateway.storage.afterwards import Standing

_LEAST: Final = 3  # letters and digits by which a value is known again


def take_back(conn: Connection, message: Standing, said: str, now_reads: str, detector: Detector) -> None:
    """Have what was `said` in `message`, and `now_reads` does not say, stand nowhere but masked. Under its case's lock.

    What was answered stays answered: no state changes, and the keys of its events stay.
    """
    waiting.forget_words(conn, message.id)
    told = transcript.forget_entities(conn, message.id)
    is_gone = _gone(said if message.author is Author.CUSTOMER else "", now_reads, told)
    dialogue = cases.get(conn, message.case_id).dialogue or {}
    slots = dialogue.get("slots")
    if isinstance(slots, dict) and any(map(is_gone, slots.values())):
        kept = {name: value for name, value in slots.items() if not is_gone(value)}
        cases.keep_dialogue(conn, message.case_id, {**dialogue, "slots": kept})
    for move in moves.of_case(conn, message.case_id, *MoveState):
        if any(map(is_gone, move.entities.values())):
            moves.bring_only(conn, move, {name: value for name, value in move.entities.items() if not is_gone(value)})
    episodes.take_back(conn, message.case_id, message.id, message.text, redacted(message.text, detector), is_gone)


def _gone(before: str, now: str, told: list[str]) -> Callable[[object], bool]:
    """Whether a value came out of what was said `before`, or was `told` by it, and does not stand in what it is now."""
    was, stands, known = _bare(before), _bare(now), {_bare(value) for value in told}

    def is_gone(value: object) -> bool:
        bare = _bare(value) if isinstance(value, str) else ""
        if len(bare) < _LEAST or bare in stands:
            return False
        return bare in was or bare in known or (len(was) >= _LEAST and was in bare)

    return is_gone


def _bare(text: str) -> str:
    """Letters and digits alone: what a form has tidied up is known again."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))
