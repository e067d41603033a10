"""One conversation, played: what a customer can do, what an agent can do, and what was heard of it.

a script (`scripts`) -> post, write, edit -> webhooks; claim, say, resolve -> the API; the town's ear -> the judge
"""

import asyncio
import random
from collections.abc import Callable
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
_PERHAPS: Final = 3.0
_HANDED_OVER: Final = "passing you to one of our team"
_TAKING_OVER: Final = "is taking over from here"
_LOOK_EVERY: Final = 0.3  # seconds between two looks of the desk at its newest cases


class Conversation:
    """A customer's side of it, and what it heard."""

    def __init__(
        self,
        town: Town,
        courier: Courier,
        customer: Customer,
        dice: random.Random,
        kind: str,
        beside: "Conversation | None" = None,
    ) -> None:
        """`beside`: the conversation in whose public place this customer speaks up as well."""
        self.dice = dice
        self.customer = customer
        self.outcome: Outcome = Outcome(kind) if beside is None else beside.outcome
        self.outcome.people.append(customer.name)
        self.own: list[Personal] = []
        """This customer's data; nobody else is to hear of it, in private either."""
        self._town = town
        self._courier = courier
        self._ear: Ear = Ear() if beside is None else beside._ear
        self._judged = 0
        town.listen(self._ear, customer.channel, customer.private_place)

    def companion(self, customer: Customer) -> "Conversation":
        """Somebody else, in the same public place."""
        return Conversation(self._town, self._courier, customer, self.dice, self.outcome.kind, beside=self)

    def carry(self, *kinds: str) -> Personal:
        """Personal data of this customer."""
        return self.own_up(draw(self.dice, *kinds))

    def own_up(self, personal: Personal) -> Personal:
        """Have it count as this customer's."""
        self.own.append(personal)
        self.outcome.personal.append(personal)
        return personal

    def as_written(self, personal: Personal) -> str:
        """A value as this customer writes it now."""
        shape = written(self.dice, personal)
        self.outcome.written.setdefault(shape, personal.kind)
        return shape

    def with_data(self, said: str, *kinds: str) -> str:
        """What is said, with data of this customer in it."""
        personal = self.carry(*kinds)
        return sayings.along(self.dice, said, personal, self.as_written(personal))

    # --- the customer ---

    async def post(self, text: str) -> int:
        """Say something in public; how much had been heard before."""
        delivery, place = self.customer.in_public(text)
        self._listen_at(place)
        before = len(self._ear.heard)
        self.outcome.said.append(f"{self.customer.name}, in public on {self.customer.channel}: {text}")
        await self._courier.deliver(delivery)
        return before

    async def edit(self, text: str) -> int:
        """Say the latest public message in other words."""
        delivery, place = self.customer.edited(text)
        self._listen_at(place)
        before = len(self._ear.heard)
        self.outcome.said.append(f"{self.customer.name} edits it: {text}")
        await self._courier.deliver(delivery)
        return before

    async def write(self, text: str, code: str = "") -> int:
        """Say something in private, or follow a way in with it."""
        if code and self.customer.channel == FACEBOOK:
            await self._ear.hear(self.privately, within=_PRIVATE_REPLY_WITHIN)  # and answer that, as most people do
        before = len(self._ear.heard)
        self.outcome.said.append(f"{self.customer.name}, in private: {text}")
        deliveries = self.customer.by_way_in(code, text) if code else [self.customer.in_private(text)]
        for delivery in deliveries:
            await self._courier.deliver(delivery)
        return before

    def privately(self, told: Told) -> bool:
        """Whether this was said to this customer alone."""
        return not told.public and told.place == self.customer.private_place

    @property
    def with_people(self) -> bool:
        """Whether people have the case, as far as this customer was told: then nobody else answers."""
        return any(
            (told.public and _TAKING_OVER in told.text) or (self.privately(told) and _HANDED_OVER in told.text)
            for told in self._ear.heard
        )

    async def hear(self, wanted: Callable[[Told], bool], *, after: int, what: str) -> Told | None:
        """Wait for something; that it never came is a fault, unless people have the case: they answer."""
        told = await self._ear.hear(wanted, after=after, within=_ANSWER_WITHIN)
        if told is None and not self.with_people:
            self.outcome.faults.append(f"SILENCE: {what} never came")
        return told

    async def may_hear(self, wanted: Callable[[Told], bool], *, after: int, within: float = _PERHAPS) -> Told | None:
        """Wait a moment for what may come, or not."""
        return await self._ear.hear(wanted, after=after, within=within)

    def judge(self) -> Outcome:
        """Look at everything that was said since the last look."""
        for told in self._ear.heard[self._judged :]:
            if told.public:
                self.outcome.hear_public(told.text, told.place)
            else:
                self.outcome.said.append(f"us, in private to {told.place}: {told.text}")
        self._judged = len(self._ear.heard)
        return self.outcome

    def check_private(self, others: list[Personal]) -> None:
        """What this customer was told in private holds nothing of somebody else's."""
        for told in self._ear.heard:
            if self.privately(told):
                self.outcome.hear_of_others(told.text, others)

    def _listen_at(self, place: str) -> None:
        self._town.listen(self._ear, self.customer.channel, place)
        if self.customer.channel == FACEBOOK:
            self._town.commenters[place] = str(self.customer.id)


class Agent:
    """A person at the desk, by the API; one look at the newest cases serves everybody who waits for one."""

    def __init__(self, api: httpx.AsyncClient) -> None:
        self.api = api
        self._newest: list[dict[str, Any]] = []
        self._looking = asyncio.Lock()
        self._looks = 0

    async def case_of(self, customer: Customer, within: float = 60.0) -> dict[str, Any] | None:
        """The case of a customer, once it waits for a person."""
        for _ in range(int(within / _LOOK_EVERY)):
            await self._look()
            for case in self._newest:
                if case["state"] == "queued" and case["customer"]["name"] in (customer.name, f"p{customer.id}"):
                    return dict(case)
            await asyncio.sleep(_LOOK_EVERY)
        return None

    async def _look(self) -> None:
        before = self._looks
        async with self._looking:
            if self._looks == before:
                self._newest = (await self.api.get("/cases?limit=200")).json()["cases"]
                self._looks += 1

    async def act(self, case: dict[str, Any], verb: str, **body: Any) -> dict[str, Any]:
        """Claim, resolve, ...; the case as it is then."""
        answer = await self.api.post(f"/cases/{case['id']}/{verb}", json={"epoch": case["epoch"], **body})
        answer.raise_for_status()
        return dict(answer.json())

    async def say(self, case: dict[str, Any], surface: str, text: str, **more: str) -> httpx.Response:
        """Say something."""
        return await self.api.post(f"/cases/{case['id']}/messages", json={"surface": surface, "text": text, **more})

    async def messages(self, case_id: str) -> list[dict[str, Any]]:
        """The transcript as the desk shows it."""
        return list((await self.api.get(f"/cases/{case_id}/messages?limit=200")).json()["messages"])


def in_public(told: Told) -> bool:
    """Whether everybody can read it."""
    return told.public
