"""One conversation, played: a customer with a question or a matter, and an agent where one is needed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from typing import Any, Final

import httpx

from tests.conversations import sayings
from tests.conversations.judge import Outcome
from tests.conversations.personal import Personal, draw, written
from tests.conversations.town import Ear, Told, Town
from tests.conversations.voices import Customer
from tests.faults.courier import Courier
from tests.faults.events import FACEBOOK

_ANSWER_WITHIN: Final = 60.0  # seconds: hundreds talk at once
_PRIVATE_REPLY_WITHIN: Final = 5.0
_AFTER: Final = 0.6  # seconds for what should not come


class Conversation:
    """A customer's side of it, and what it heard."""

    def __init__(self, town: Town, courier: Courier, customer: Customer, dice: random.Random, kind: str) -> None:
        self.dice = dice
        self.customer = customer
        self.outcome = Outcome(kind)
        self._town = town
        self._courier = courier
        self._ear = Ear()
        self._judged = 0
        town.listen(self._ear, customer.channel, customer.private_place)

    def carry(self, *kinds: str) -> Personal:
        """Personal data of this customer."""
        personal = draw(self.dice, *kinds)
        self.outcome.personal.append(personal)
        return personal

    async def post(self, text: str) -> int:
        """Say something in public; how much had been heard before."""
        delivery, place = self.customer.in_public(text)
        self._town.listen(self._ear, self.customer.channel, place)
        if self.customer.channel == FACEBOOK:
            self._town.commenters[place] = str(self.customer.id)
        before = len(self._ear.heard)
        self.outcome.said.append(f"customer, in public: {text}")
        await self._courier.deliver(delivery)
        return before

    async def write(self, text: str, code: str = "") -> int:
        """Say something in private, or follow a way in with it."""
        if code and self.customer.channel == FACEBOOK:
            await self._ear.hear(_private, within=_PRIVATE_REPLY_WITHIN)  # and answer that, as most people do
        before = len(self._ear.heard)
        self.outcome.said.append(f"customer, in private: {text}")
        deliveries = self.customer.by_way_in(code, text) if code else [self.customer.in_private(text)]
        for delivery in deliveries:
            await self._courier.deliver(delivery)
        return before

    async def hear(self, wanted: Callable[[Told], bool], *, after: int, what: str) -> Told | None:
        """Wait for something; that it never came is a fault."""
        told = await self._ear.hear(wanted, after=after, within=_ANSWER_WITHIN)
        if told is None:
            self.outcome.faults.append(f"SILENCE: {what} never came")
        return told

    def heard(self, after: int = 0) -> list[Told]:
        """What was heard since."""
        return self._ear.heard[after:]

    def judge(self) -> Outcome:
        """Look at everything that was said in public."""
        for told in self._ear.heard[self._judged :]:
            if told.public:
                self.outcome.hear_public(told.text)
            else:
                self.outcome.said.append(f"us, in private: {told.text}")
        self._judged = len(self._ear.heard)
        return self.outcome


class Agent:
    """A person at the desk, by the API."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self._api = api

    async def case_of(self, customer: Customer, within: float = 60.0) -> dict[str, Any] | None:
        """The case of a customer, once it waits for a person."""
        wanted = f"Person {customer.id}"
        for _ in range(int(within / 0.25)):
            cases = (await self._api.get("/cases?state=queued&limit=200")).json()["cases"]
            for case in cases:
                if case["customer"]["name"] in (wanted, f"p{customer.id}"):
                    return dict(case)
            await asyncio.sleep(0.25)
        return None

    async def act(self, case: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        """Claim, resolve, ...; the case as it is then."""
        answer = await self._api.post(f"/cases/{case['id']}/{verb}", json={"epoch": case["epoch"], **body})
        answer.raise_for_status()
        return dict(answer.json())

    async def say(self, case: dict[str, Any], surface: str, text: str) -> httpx.Response:
        """Say something."""
        return await self._api.post(f"/cases/{case['id']}/messages", json={"surface": surface, "text": text})


def _public(told: Told) -> bool:
    return told.public


def _private(told: Told) -> bool:
    return not told.public


async def question(talk: Conversation, _agent: Agent) -> None:
    """A general question in public: answered there."""
    intent = talk.dice.choice(sayings.questions())
    before = await talk.post(talk.dice.choice(sayings.examples()[intent]))
    talk.outcome.answerable = True
    told = await talk.hear(_public, after=before, what="an answer")
    talk.outcome.answered = told is not None and any(sayings.is_answer(told.text, each) for each in sayings.questions())


async def question_with_data(talk: Conversation, _agent: Agent) -> None:
    """The same with personal data in it: aside."""
    said = talk.dice.choice(sayings.examples()[talk.dice.choice(sayings.questions())])
    before = await talk.post(sayings.along(talk.dice, said, talk.carry()))
    await talk.hear(_public, after=before, what="an acknowledgement")


async def matter(talk: Conversation, _agent: Agent) -> None:
    """A matter of one's own in public: acknowledged, and gone on with in private, where the number is asked for."""
    said = talk.dice.choice(sayings.examples()[talk.dice.choice(sayings.matters())])
    before = await talk.post(said)
    acknowledged = await talk.hear(_public, after=before, what="an acknowledgement")
    if acknowledged is None:
        return
    order = talk.carry("order_number")
    before = await talk.write(written(talk.dice, order), acknowledged.code)
    await talk.hear(_private, after=before, what="a private answer")
    await talk.write(talk.dice.choice(("thanks", "thank you!", "great, cheers")))


async def matter_with_data(talk: Conversation, _agent: Agent) -> None:
    """A matter whose words give the number away: never repeated in public."""
    personal = talk.carry()
    said = talk.dice.choice(sayings.examples()[talk.dice.choice(sayings.matters())])
    before = await talk.post(sayings.along(talk.dice, said, personal))
    acknowledged = await talk.hear(_public, after=before, what="an acknowledgement")
    if acknowledged is not None and acknowledged.code:
        before = await talk.write("hello, it's me", acknowledged.code)
        await talk.hear(_private, after=before, what="a private answer")


async def in_two(talk: Conversation, _agent: Agent) -> None:
    """A number in two pieces, one after the other."""
    personal = talk.carry("phone", "card", "order_number")
    said = talk.dice.choice(sayings.examples()[talk.dice.choice(sayings.matters())])
    half = len(personal.value) // 2
    before = await talk.post(f"{said} my {personal.word} is {personal.value[:half]}")
    await talk.post(f"... and {personal.value[half:]}")
    await talk.hear(_public, after=before, what="an acknowledgement")


async def in_private(talk: Conversation, _agent: Agent) -> None:
    """All of it in private."""
    personal = talk.carry()
    said = talk.dice.choice(sayings.examples()[talk.dice.choice([*sayings.matters(), *sayings.questions()])])
    before = await talk.write(sayings.along(talk.dice, said, personal))
    await talk.hear(_private, after=before, what="a private answer")


async def with_an_agent(talk: Conversation, agent: Agent) -> None:
    """A matter that goes to a person: who answers in private, and then forgets where they are."""
    said = talk.dice.choice(sayings.examples()[talk.dice.choice(sayings.matters())])
    before = await talk.post(said)
    acknowledged = await talk.hear(_public, after=before, what="an acknowledgement")
    if acknowledged is None:
        return
    order, address, email = talk.carry("order_number"), talk.carry("address"), talk.carry("email")
    before = await talk.write("I want to talk to a person please", acknowledged.code)
    case = await agent.case_of(talk.customer)
    if case is None:
        talk.outcome.faults.append("SILENCE: nobody was asked to take over")
        return
    case = await agent.act(case, "claim")
    desk = sayings.at_the_desk(talk.dice, order, address, email)
    talk.outcome.personal.extend(each for each in desk.knows if each not in talk.outcome.personal)
    talk.outcome.said.append(f"agent, in private: {desk.private}")
    late = talk.dice.random() < 0.2  # the private reply leaves after the public attempts
    if not late:
        (await agent.say(case, "private", desk.private)).raise_for_status()
        await talk.hear(lambda told: told.text == desk.private, after=before, what="the agent's answer")
    for attempt in desk.tries:
        if late and attempt.wrong == "an echo":
            continue  # nobody has said it yet
        await _try(talk, agent, case, attempt)
    if late:
        (await agent.say(case, "private", desk.private)).raise_for_status()
    await agent.act(case, "resolve", public_close=True)
    await talk.write("thanks a lot!")


async def _try(talk: Conversation, agent: Agent, case: dict[str, Any], attempt: sayings.Try) -> None:
    answer = await agent.say(case, "public", attempt.text)
    outcome = talk.outcome
    outcome.said.append(f"agent, in public, {answer.status_code}: {attempt.text}")
    refused = answer.status_code == 422 and answer.json().get("error") == "wall"
    if answer.status_code != 201 and not refused:
        outcome.faults.append(f"FAULT: {answer.status_code} {answer.text[:200]}")
    elif attempt.wrong and refused:
        outcome.refused_rightly += 1
    elif attempt.wrong:
        outcome.passed_wrongly.append(f"{attempt.wrong}: {attempt.text}")
        outcome.faults.append(f"LEAK past the wall ({attempt.wrong}): {attempt.text}")
    elif refused:
        outcome.refused_wrongly.append(attempt.text)
    else:
        outcome.passed_rightly += 1


Script = Callable[[Conversation, Agent], Awaitable[None]]
SCRIPTS: Final[dict[Script, int]] = {
    question: 30,
    question_with_data: 10,
    matter: 18,
    matter_with_data: 18,
    in_two: 5,
    in_private: 9,
    with_an_agent: 10,
}
"""Script to how many of a hundred conversations follow it."""


async def settle(talk: Conversation) -> Outcome:
    """Give what should not come a moment to come, and judge."""
    await asyncio.sleep(_AFTER)
    return talk.judge()
