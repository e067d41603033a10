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

from tests.conversations import play
from tests.conversations.judge import Figures, Outcome
from tests.conversations.play import Agent, Conversation
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


@dataclass
class Product:
    """The product under test."""

    home: Path
    deployment: SqliteDeployment
    town: Town
    courier: Courier
    voice: Voice
    agent: Agent
    address: str
    _next: int = 0

    async def converse(self, dice: random.Random) -> Outcome:
        """One conversation, drawn and played."""
        self._next += 1
        script = dice.choices(list(play.SCRIPTS), list(play.SCRIPTS.values()))[0]
        customer = Customer(self.voice, dice.choice((TELEGRAM, FACEBOOK, TWITTER)), self._next)
        talk = Conversation(self.town, self.courier, customer, dice, script.__name__)  # type: ignore[attr-defined]
        await script(talk, self.agent)
        return await play.settle(talk)


@asynccontextmanager
async def product(home: Path) -> AsyncIterator[Product]:
    """The product for a while, with everything started."""
    accounts = Accounts()
    town_port, rasa_port, actions_port = free_ports(3)
    town = Town(town_port)
    environment = {
        **accounts.environment(town.address),
        "ASIDE_LIMITS": _LIMITS,
        "RASA_PORT": str(rasa_port),
        "ACTIONS_PORT": str(actions_port),
        "ASIDE_ASSISTANT_TIMEOUT": "30",
        "ASIDE_ASSISTANT_PATIENCE": "120",
        "ASIDE_HIDE_LEAKS": "true",
        "ASIDE_VAULT_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
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
            yield Product(home, deployed, town, courier, Voice(accounts), Agent(api), address)
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
    """So many conversations, a few at once; a seed is one set of scripts."""
    slots = asyncio.Semaphore(side_by_side)

    async def one(number: int) -> Outcome:
        async with slots:
            return await made.converse(random.Random(f"{seed}/{number}"))

    return Figures(list(await asyncio.gather(*(one(number) for number in range(amount)))))
