"""The conversation with the assistant over one message: what to ask, with which state, and what came of it as a script.

    public message ------------------> one turn; where it moves aside: one more, in private, for what we say there first
    first private message of a move -> own words about another matter: that one
                                       else the matter that was brought along, then the own words in its light
                                       nothing, where we have written first and the customer only follows the link
    any other private message -------> one turn

Nothing here has an effect: the script is committed, or not, by `turn`.
"""

import re
from typing import Final

import msgspec

from gateway import codes
from gateway.cases import Case
from gateway.intake.line import Waiting
from gateway.messages import Said, Surface
from gateway.privacy.detect import Detector
from gateway.routing.assistant import (
    Answer,
    Assistant,
    Choice,
    Effect,
    HandoffEffect,
    LabelEffect,
    MoveAsideEffect,
    Reply,
    ResolvedEffect,
    TurnRequest,
)
from gateway.storage.moves import Move


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """What a turn would do, if nobody else takes the case meanwhile."""

    replies: list[Reply]
    effects: list[Effect]
    opening: list[Reply]
    """What to say first in private, where the turn moves aside and the channel lets us write first."""
    dialogue: dict[str, object]
    understood: dict[str, object]
    intent: str
    topic: str
    code: str
    """A fresh code for the way in, should one be needed."""

    @property
    def is_our_matter(self) -> bool:
        """Whether the assistant knew the matter for one of ours, rather than small talk or nothing it understood."""
        return bool(self.topic) or any(
            isinstance(effect, HandoffEffect) and effect.reason not in _NOT_UNDERSTOOD for effect in self.effects
        )


_GREETING: Final = re.compile(
    r"\W*(?:(?:hi|hey|hello|hallo|hola|moin|salut|bonjour|good (?:morning|afternoon|evening))(?: there)?)?\W*",
    re.IGNORECASE,
)
_NOT_UNDERSTOOD: Final = frozenset({"fallback", "loop", "negative"})
"""Reasons to hand over that speak of the conversation, not of a matter."""


class Conversation:
    """Asks the assistant."""

    def __init__(self, assistant: Assistant, detector: Detector) -> None:
        self._assistant = assistant
        self._detector = detector

    async def ask(self, case: Case, head: Waiting, invited: list[Move], *, writes_first: bool) -> Script:
        """Have the assistant answer the head of a case's line. Raises `AssistantError`.

        `invited`: the case's moves whose customer has not come aside yet. `writes_first`: should the matter move aside,
        we may say the first words in private.
        """
        said = head.said
        state = _State(case.dialogue)
        if said.place.surface is Surface.PUBLIC:
            answer = await self._turn(case, head, state, _what(said))
            opening = await self._opening(case, head, state, answer) if writes_first else []
            return _script(answer, state, replies=answer.replies, opening=opening)
        if not invited:
            answer = await self._turn(case, head, state, _what(said))
            return _script(answer, state, replies=answer.replies)
        return await self._arrival(case, head, state, invited[-1])

    async def _arrival(self, case: Case, head: Waiting, state: "_State", move: Move) -> Script:
        """The customer came aside: go on with the matter where the public thread stopped; ask nothing twice.

        What they say now comes first: who asks for a person, or brings up another matter, is answered about that.
        """
        said = head.said
        own_words = _own_words(said)
        if move.begun and not own_words:
            return _nothing_more(case, move)
        if own_words:
            before = state.latest
            answer = await self._turn(case, head, state, _what(said))
            if move.begun or _is_another_matter(answer, move):
                return _script(answer, state, replies=answer.replies)
            state.latest = before
        brought = Choice(name=move.intent, entities=move.entities)
        first = await self._turn(case, head, state, brought, part="brought")
        settled = any(isinstance(effect, ResolvedEffect | HandoffEffect) for effect in first.effects)
        if settled or not own_words:
            return _script(first, state, replies=first.replies)
        # What the customer says now is heard as an answer to what we would have asked.
        answer = await self._turn(case, head, state, _what(said), part="in_its_light")
        handed_over = any(isinstance(effect, HandoffEffect) for effect in answer.effects)
        replies = answer.replies if answer.replies or handed_over else first.replies
        return _script(answer, state, replies=replies, before=first)

    async def _opening(self, case: Case, head: Waiting, state: "_State", answer: Answer) -> list[Reply]:
        moving = next((effect for effect in answer.effects if isinstance(effect, MoveAsideEffect)), None)
        if moving is None:
            return []
        brought = Choice(name=moving.intent, entities=moving.entities)
        opening = await self._turn(case, head, state, brought, part="opening", surface=Surface.PRIVATE)
        # A matter that goes to a person once in private is not begun by us: it waits for the customer to arrive.
        if any(isinstance(effect, HandoffEffect) for effect in opening.effects):
            state.latest = answer.state
            return []
        return opening.replies

    async def _turn(
        self,
        case: Case,
        head: Waiting,
        state: "_State",
        what: str | Choice,
        *,
        part: str = "said",
        surface: Surface | None = None,
    ) -> Answer:
        said = head.said
        surface = surface or said.place.surface
        text = what if isinstance(what, str) else None
        answer = await self._assistant.turn(
            TurnRequest(
                message_id=f"{head.message_id}:{part}",
                sender=case.id,
                text=text,
                intent=None if isinstance(what, str) else what,
                surface=surface,
                channel=said.channel,
                findings=sorted({finding.type for finding in self._detector.find(text)}) if text else [],
                state=state.latest,
            )
        )
        state.latest = answer.state
        return answer


class _State:
    """The dialogue state while a message is being answered, from one question to the next."""

    def __init__(self, dialogue: dict[str, object] | None) -> None:
        self.latest = dialogue


def _what(said: Said) -> str | Choice:
    """What the customer tells the assistant: a choice, a text, or that they are there."""
    if said.choice:
        return Choice(name=said.choice)
    if said.code and not _own_words(said):
        return Choice(name="greet")  # somebody else's link, or an old one: nothing of theirs is said
    if said.text.strip():
        return said.text
    if said.attachments:
        return " ".join(f"[{attachment.kind}]" for attachment in said.attachments)
    return Choice(name="greet")


def _own_words(said: Said) -> bool:
    """Whether there is more than a code and a greeting, which the link may have filled in beforehand."""
    if said.choice or said.attachments:
        return True
    return not _GREETING.fullmatch(codes.without(said.text)) if said.code else bool(said.text.strip())


def _is_another_matter(answer: Answer, move: Move) -> bool:
    """Whether the customer's own words are plainly about something else than what they were invited for."""
    names = {effect.name for effect in answer.effects if isinstance(effect, LabelEffect)}
    reasons = {effect.reason for effect in answer.effects if isinstance(effect, HandoffEffect)}
    return bool(names - {move.intent}) or bool(reasons - _NOT_UNDERSTOOD)


def _nothing_more(case: Case, move: Move) -> Script:
    """The customer followed the way in to where our question stands already: asking it again would be asking twice."""
    return Script(
        replies=[],
        effects=[],
        opening=[],
        dialogue=case.dialogue or {},
        understood={"intent": {"name": move.intent, "confidence": 1.0}},
        intent=move.intent,
        topic="",
        code="",
    )


def _script(
    answer: Answer,
    state: _State,
    *,
    replies: list[Reply],
    opening: list[Reply] | None = None,
    before: Answer | None = None,
) -> Script:
    effects = [*(before.effects if before else []), *answer.effects]
    label = next((effect.name for effect in effects if isinstance(effect, LabelEffect)), "")
    moving = next((effect.intent for effect in effects if isinstance(effect, MoveAsideEffect)), "")
    resolved = next((effect.topic for effect in effects if isinstance(effect, ResolvedEffect)), "")
    return Script(
        replies=replies,
        effects=effects,
        opening=opening or [],
        dialogue=state.latest or {},
        understood={
            "intent": msgspec.to_builtins(answer.intent),
            "intent_ranking": msgspec.to_builtins(answer.intent_ranking[:5]),
            "entities": answer.entities,
            "policy": answer.policy,
            "model_id": answer.model_id,
            "fallback": answer.intent.name == "nlu_fallback",
        },
        intent=answer.intent.name,
        topic=label or moving or resolved,
        code=codes.mint(),
    )
