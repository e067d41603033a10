"""The whole product for generated conversations: its processes, a town of pretend platforms, agents with a token.

`aside assistant` and `aside serve` on ports and in a folder of their own; SQLite.
"""

import asyncio
import base64
import random
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from tests.conversations import leftovers, probes
from tests.conversations.judge import Figures, Outcome
from tests.conversations.personal import KINDS, draw
from tests.conversations.play import Agent, Conversation
from tests.conversations.scripts import SCRIPTS
from tests.conversations.town import Town
from tests.conversations.voices import Customer
from tests.faults.accounts import Accounts
from tests.faults.courier import Courier
from tests.faults.deployment import SqliteDeployment, checkout
from tests.faults.events import FACEBOOK, TELEGRAM, TWITTER, Voice
from tests.faults.process import Process
from tests.stack import free_ports

_LIMITS: Final = "twitter/public=6000/60 twitter/private=6000/60 facebook/public=6000/60 facebook/private=6000/60"
_RASA_WITHIN: Final = 240.0  # seconds
_REMINDED_AFTER: Final = 0.02  # hours: within the run
_ASKED_WITH: Final = [kind for kind in KINDS if kind != "security_code"]
"""Some of which are put into wrong requests."""
_AFTER: Final = 3.0  # seconds for what should not come


@dataclass
class Product:
    """The product under test."""

    home: Path
    temporary: Path
    """Where its processes put temporary files."""
    key: bytes
    """Of the vault."""
    deployment: SqliteDeployment
    town: Town
    courier: Courier
    voice: Voice
    agent: Agent
    address: str
    _next: int = 0

    async def converse(self, dice: random.Random) -> Conversation:
        """One conversation, drawn and played."""
        self._next += 1
        script = dice.choices(list(SCRIPTS), list(SCRIPTS.values()))[0]
        customer = Customer(self.voice, dice.choice((TELEGRAM, FACEBOOK, TWITTER)), self._next)
        talk = Conversation(self.town, self.courier, customer, dice, script.__name__)
        await script(talk, self.agent)
        talk.judge()
        return talk

    async def left_behind(self, outcomes: list[Outcome], seed: int) -> list[str]:
        """Personal data in the clear in logs, files, the database, metrics, error pages, public transcripts."""
        dice = random.Random(f"wrong requests/{seed}")
        values = [draw(dice, kind) for kind in dice.sample(_ASKED_WITH, 4)]
        asked = Outcome("wrong requests", personal=values)
        told = await probes.answers(self.agent.api, self.address, self.voice, values)
        told += await probes.without_a_database(self.deployment.file, self.address, self.voice, values)
        told += [each async for each in probes.public_sides(self.agent.api, outcomes)]
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as anybody:
            told.append(("metrics", (await anybody.get("/metrics")).content))
        places = (*told, *leftovers.tables(self.deployment.file), *leftovers.files(self.home, self.temporary))
        left = leftovers.found(places, leftovers.needles([*outcomes, asked]))
        left += leftovers.halves(self.deployment.file, outcomes)
        key = {self.key: "the vault's key", base64.urlsafe_b64decode(self.key): "the vault's key"}
        left += [f"{what} in {place}" for place, content in leftovers.files(self.home, self.temporary)
                 for needle, what in key.items() if needle in content]  # fmt: skip
        statuses = sorted({place.split()[1] for place, _ in told if place.startswith("answer ")})
        return [*left, *([] if "503" in statuses else ["no 503 was provoked"])]


@asynccontextmanager
async def product(folder: Path) -> AsyncIterator[Product]:
    """The product for a while, with everything started, in a folder of its own."""
    accounts = Accounts()
    town_port, rasa_port, actions_port = free_ports(3)
    town = Town(town_port)
    home, temporary = folder / "home", folder / "temporary"
    temporary.mkdir(parents=True)
    key = base64.urlsafe_b64encode(secrets.token_bytes(32))
    environment = {
        **accounts.environment(town.address),
        "TMPDIR": str(temporary),
        "ASIDE_LIMITS": _LIMITS,
        "RASA_PORT": str(rasa_port),
        "ACTIONS_PORT": str(actions_port),
        "ASIDE_ASSISTANT_TIMEOUT": "30",
        "ASIDE_ASSISTANT_PATIENCE": "120",
        "ASIDE_HIDE_LEAKS": "true",
        "ASIDE_REMIND_HOURS": str(_REMINDED_AFTER),
        "ASIDE_NO_SHOW_HOURS": str(_REMINDED_AFTER),
        "ASIDE_VAULT_KEY": key.decode(),
    }
    deployed = SqliteDeployment(home, environment)
    await deployed.prepare()
    assistant = Process(
        "assistant", [*deployed._aside, "assistant"], checkout(), deployed._full(), home / "assistant.log"
    )
    await town.start()
    try:
        await assistant.start()
        await _says(assistant, "answers at")
        await deployed.start()
        token = (await deployed.command("agent", "add", "Kim", "--role", "supervisor", "--print-token")).strip()
        (address,) = deployed.addresses()
        headers = {"Authorization": f"Bearer {token}"}
        async with (
            Courier(deployed.addresses, random.Random(0)) as courier,
            httpx.AsyncClient(base_url=f"{address}/api/v1", headers=headers, timeout=30, trust_env=False) as api,
        ):
            yield Product(home, temporary, key, deployed, town, courier, Voice(accounts), Agent(api), address)
    finally:
        await deployed.stop()
        await assistant.terminate()
        await town.stop()


async def _says(process: Process, words: str) -> None:
    async with asyncio.timeout(_RASA_WITHIN):
        while words not in process.said():
            assert process.runs, process.tail()
            await asyncio.sleep(0.2)


async def many(made: Product, seed: int, amount: int, side_by_side: int = 24) -> Figures:
    """So many conversations, a few at once; a seed is one set of scripts. What comes late is judged as well."""
    slots = asyncio.Semaphore(side_by_side)

    async def one(number: int) -> Conversation:
        async with slots:
            return await made.converse(random.Random(f"{seed}/{number}"))

    talks = await asyncio.gather(*(one(number) for number in range(amount)))
    await asyncio.sleep(_AFTER)
    outcomes = [talk.judge() for talk in talks]
    outcomes += [Outcome("astray", faults=[f"FAULT: said where nobody was: {told}"]) for told in made.town.astray]
    return Figures(outcomes)
