"""The scripts: who does what, where, with which data; each a conversation from its beginning to its end."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from tests.conversations import agents, sayings
from tests.conversations.agents import Facts, Try
from tests.conversations.asking import harmless
from tests.conversations.personal import Personal, draw, draw_amount, draw_name
from tests.conversations.play import Agent, Conversation, in_public
from tests.conversations.town import Told
from tests.conversations.voices import Customer

_MONTHS: Final = ("January", "March", "June", "September", "November")
_LATER: Final = 30.0  # seconds for an answer, where a closing word came first
_SPLIT: Final = ("phone", "card", "order_number", "email", "iban", "account", "tracking")


def _of(talk: Conversation, intents: list[str]) -> str:
    return talk.dice.choice(sayings.examples()[talk.dice.choice(intents)])


async def _ask(talk: Conversation) -> bool:
    """A general question in public, which is to be answered there."""
    intent = talk.dice.choice(sayings.questions())
    said = talk.dice.choice(sayings.examples()[intent])
    before = await talk.post(said)
    told = await talk.hear(in_public, after=before, what="an answer")
    if told is not None and not _is_answer(told):  # others may be spoken to in the same place
        told = await talk.may_hear(_is_answer, after=before, within=_LATER)
    if told is not None or not talk.with_people:
        talk.outcome.count_question(said, answered=told is not None)
    return told is not None


def _is_answer(told: Told) -> bool:
    """Whether it answers a general question, in public."""
    return told.public and any(sayings.is_answer(told.text, each) for each in sayings.questions())


async def question(talk: Conversation, _agent: Agent) -> None:
    """A general question in public: answered there; now and then another one after it."""
    if await _ask(talk) and talk.dice.random() < 0.2:
        await _ask(talk)


async def question_with_data(talk: Conversation, _agent: Agent) -> None:
    """The same with personal data in it: aside, or answered where that changes nothing."""
    before = await talk.post(talk.with_data(_of(talk, sayings.questions())))
    await talk.hear(in_public, after=before, what="an acknowledgement")


async def matter(talk: Conversation, _agent: Agent) -> None:
    """A matter of one's own in public: acknowledged, and gone on with in private, where what is needed is asked for."""
    acknowledged = await _moved_aside(talk, _of(talk, sayings.matters()))
    if acknowledged is None:
        return
    await _identify(talk, acknowledged)
    before = await talk.write(talk.dice.choice(sayings.THANKS))
    await talk.may_hear(talk.privately, after=before)
    if talk.dice.random() < 0.35 and not talk.with_people:
        await _back(talk)


async def _moved_aside(talk: Conversation, said: str) -> Told | None:
    before = await talk.post(said)
    return await talk.hear(in_public, after=before, what="an acknowledgement")


async def _identify(talk: Conversation, acknowledged: Told) -> None:
    """Follow the way in, with the order's number, and then its address."""
    order = talk.carry("order_number")
    before = await talk.write(talk.as_written(order), acknowledged.code)
    answered = await talk.hear(talk.privately, after=before, what="a private answer")
    if answered is None or talk.with_people:
        return
    email = talk.own_up(Personal("email", sayings.email_of(order.value), "email"))
    before = await talk.write(talk.as_written(email))
    await talk.hear(talk.privately, after=before, what="a private answer")


async def _back(talk: Conversation) -> None:
    """Once more in public: answered there, with nothing of what was said in private."""
    if talk.dice.random() < 0.5:
        await _ask(talk)
    else:
        before = await talk.post(_of(talk, sayings.matters()))
        await talk.hear(in_public, after=before, what="an acknowledgement")


async def matter_with_data(talk: Conversation, _agent: Agent) -> None:
    """A matter whose words give data away: never repeated in public."""
    if talk.dice.random() < 0.25:
        said, carried = sayings.fill(talk.dice, talk.dice.choice(sayings.filled()))
        for personal, shape in carried:
            talk.own_up(personal)
            talk.outcome.written.setdefault(shape, personal.kind)
    else:
        said = talk.with_data(_of(talk, sayings.matters()))
    acknowledged = await _moved_aside(talk, said)
    if acknowledged is not None and acknowledged.code and talk.dice.random() < 0.6:
        before = await talk.write("hello, it's me", acknowledged.code)
        await talk.hear(talk.privately, after=before, what="a private answer")


async def in_two(talk: Conversation, _agent: Agent) -> None:
    """A value in two pieces, one message after the other; in public or in private."""
    personal = talk.carry(*_SPLIT)
    half = len(personal.value) // 2
    pieces = personal.value[:half], personal.value[half:]
    talk.outcome.split[personal.kind] = pieces
    publicly = talk.dice.random() < 0.7
    say = talk.post if publicly else talk.write
    before = await say(f"{_of(talk, sayings.matters())} my {personal.word} is {pieces[0]}")
    await say(talk.dice.choice(("... and {it}", "{it}", "then {it}", "{it} is the rest")).format(it=pieces[1]))
    await talk.hear(in_public if publicly else talk.privately, after=before, what="an answer")


async def in_private(talk: Conversation, _agent: Agent) -> None:
    """All of it in private."""
    intents = talk.dice.choice((sayings.matters(), sayings.questions(), sayings.for_people(), sayings.talk()))
    before = await talk.write(talk.with_data(_of(talk, intents)))
    await talk.hear(talk.privately, after=before, what="a private answer")


async def small_talk(talk: Conversation, _agent: Agent) -> None:
    """Small talk in public, or what nobody understands: there is an answer to each."""
    said = talk.dice.choice(sayings.GIBBERISH) if talk.dice.random() < 0.2 else _of(talk, sayings.talk())
    before = await talk.post(said)
    await talk.hear(in_public, after=before, what="an answer")


async def for_people(talk: Conversation, agent: Agent) -> None:
    """What a person sees to, said in public, with or without data: said that they do, and they have it."""
    said = _of(talk, sayings.for_people())
    if talk.dice.random() < 0.4:  # so much beside the point that it may be taken for another matter
        before = await talk.post(talk.with_data(said))
        await talk.hear(in_public, after=before, what="a word")
        return
    before = await talk.post(said)
    await talk.hear(in_public, after=before, what="a word")
    case = await agent.case_of(talk.customer)
    if case is None:
        talk.outcome.faults.append("SILENCE: nobody was asked to take over")
        return
    case = await agent.act(case, "claim")
    for text in harmless(talk.dice, 1):
        await _try(talk, agent, case, Try(text))
    await agent.act(case, "resolve", public_close=True)


async def edited(talk: Conversation, _agent: Agent) -> None:
    """A public message that comes to hold data, or that loses it again."""
    said = _of(talk, sayings.questions())
    leaky = talk.with_data(said)
    first, then = (said, leaky) if talk.dice.random() < 0.6 else (leaky, said)
    before = await talk.post(first)
    await talk.hear(in_public, after=before, what="an answer")
    await talk.edit(then)


async def together(talk: Conversation, _agent: Agent) -> None:
    """Two customers in one public thread; the second asks something, and tries the first one's way in."""
    with_data = talk.dice.random() < 0.5
    matters = _of(talk, sayings.matters())
    acknowledged = await _moved_aside(talk, talk.with_data(matters) if with_data else matters)
    if acknowledged is None:
        return
    other = talk.companion(
        Customer(talk.customer.voice, talk.customer.channel, 500_000 + talk.customer.number, talk.customer)
    )
    await _ask(other)
    if acknowledged.code and talk.dice.random() < 0.6:
        before = await other.write("where is my parcel", acknowledged.code)
        await other.hear(other.privately, after=before, what="a private answer")
    await _identify(talk, acknowledged)
    other.check_private(talk.own)
    talk.check_private(other.own)


async def with_an_agent(talk: Conversation, agent: Agent) -> None:
    """A matter that goes to a person: who answers in private, and then forgets where they are."""
    acknowledged = await _moved_aside(talk, _of(talk, sayings.matters()))
    if acknowledged is None:
        return
    dice = talk.dice
    asked_for = talk.carry("phone", "email", "order_number", "account", "loyalty", "booking")
    said = sayings.along(dice, "I want to talk to a person please.", asked_for, talk.as_written(asked_for))
    before = await talk.write("I want to talk to a person please", acknowledged.code)
    case = await agent.case_of(talk.customer)
    if case is None:
        talk.outcome.faults.append("SILENCE: nobody was asked to take over")
        return
    case = await agent.act(case, "claim")
    before = await talk.write(said)
    facts = Facts(
        order=draw(dice, "order_number"), address=draw(dice, "address"), email=draw(dice, "email"),
        name=draw_name(dice), amount=draw_amount(dice), tracking=draw(dice, "tracking"),
        day=f"{dice.randrange(4, 20)} {dice.choice(_MONTHS)}",
    )  # fmt: skip
    desk = agents.at_the_desk(dice, facts, asked_for)
    for personal in desk.knows:
        if personal not in talk.own:
            talk.own_up(personal)
    late = dice.random() < 0.2  # the private reply leaves after the public attempts
    if not late:
        await _answer(talk, agent, case, desk.private, before if dice.random() < 0.7 else None)
    for attempt in desk.tries:
        if not late or attempt.wrong in ("", "a request", "a confirmation"):  # nobody has said the rest yet
            await _try(talk, agent, case, attempt)
    if late:
        await _answer(talk, agent, case, desk.private, None)
        for attempt in desk.tries[:3]:
            if attempt.wrong:
                await _try(talk, agent, case, attempt)
    await agent.act(case, "resolve", public_close=True)
    before = await talk.write(dice.choice(sayings.THANKS))
    await talk.may_hear(talk.privately, after=before)
    if dice.random() < 0.3 and not talk.with_people:
        await _back(talk)


async def _answer(talk: Conversation, agent: Agent, case: dict[str, Any], text: str, after: int | None) -> None:
    """In private; and wait until it is there where `after` says since when."""
    (await agent.say(case, "private", text)).raise_for_status()
    if after is not None:
        await talk.hear(lambda told: told.text == text, after=after, what="the agent's answer")


async def _try(talk: Conversation, agent: Agent, case: dict[str, Any], attempt: Try) -> None:
    answer = await agent.say(case, "public", attempt.text)
    outcome = talk.outcome
    outcome.said.append(f"agent, in public, {answer.status_code}: {attempt.text}")
    refused = answer.status_code == 422 and answer.json().get("error") == "wall"
    if answer.status_code != 201 and not refused:
        outcome.faults.append(f"FAULT: {answer.status_code} {answer.text[:200]}")
    elif attempt.wrong and refused:
        outcome.refused_rightly += 1
        await _insist(talk, agent, case, attempt, answer.json())
    elif attempt.wrong:
        outcome.passed_wrongly.append(f"{attempt.wrong}: {attempt.text}")
        outcome.faults.append(f"LEAK past the wall ({attempt.wrong}): {attempt.text}")
    elif refused:
        outcome.refused_wrongly.append(attempt.text)
    else:
        outcome.passed_rightly += 1


async def _insist(talk: Conversation, agent: Agent, case: dict[str, Any], attempt: Try, said: dict[str, Any]) -> None:
    """A supervisor overrides the wall: never for identifiers and repeats."""
    kinds = {finding["kind"] for finding in said["findings"]}
    if not kinds & {"identifier", "repeat"} or talk.dice.random() < 0.7:
        return
    answer = await agent.say(case, "public", attempt.text, override="They asked for it.")
    if answer.status_code == 201:
        talk.outcome.faults.append(f"LEAK by override ({attempt.wrong}): {attempt.text}")


Script = Callable[[Conversation, Agent], Awaitable[None]]
SCRIPTS: Final[dict[Script, int]] = {
    question: 24,
    question_with_data: 10,
    matter: 13,
    matter_with_data: 13,
    in_two: 6,
    in_private: 7,
    small_talk: 4,
    for_people: 4,
    edited: 4,
    together: 5,
    with_an_agent: 10,
}
"""Script to how many of a hundred conversations follow it."""
