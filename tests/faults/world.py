"""The world of one run: deployment, stub assistant, platforms, courier and ledger, opened and closed together."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.faults.accounts import Accounts
from tests.faults.assistant import StubAssistant
from tests.faults.checker import Finding, judge
from tests.faults.courier import Courier
from tests.faults.deployment import Deployment, deployment
from tests.faults.events import FACEBOOK, Event, Voice
from tests.faults.ledger import Ledger
from tests.faults.platforms import Platforms, Taken
from tests.faults.tags import tags
from tests.faults.verdict import Verdict
from tests.stack import free_ports

_STILL: Final = 3  # looks in a row that find nothing waiting
_LIMITS: Final = "twitter/public=600/60 twitter/private=600/60 facebook/public=600/60"
"""What the pretend platforms let out where the real ones would hold a run up for a quarter of an hour."""


@dataclass
class World:
    """Everything that a scenario plays with."""

    seed: int
    dice: random.Random
    home: Path
    accounts: Accounts
    assistant: StubAssistant
    platforms: Platforms
    deployment: Deployment
    ledger: Ledger
    courier: Courier
    voice: Voice
    tags: Iterator[str]
    expected: list[str] = field(default_factory=list)
    """Tags of all that must come to an end."""
    places: dict[str, list[str]] = field(default_factory=dict)
    """Conversation to its tags, in the order in which they were said."""

    async def settled(self, longest: float = 120.0, *, slack: int = 0) -> bool:
        """Wait until the database shows nothing that waits, or no more than `slack`; False after `longest` seconds."""
        deadline = time.monotonic() + longest
        still = 0
        while time.monotonic() < deadline:
            waiting = sum((await self.ledger.waiting()).values())
            still = 0 if waiting > slack else still + 1
            if still >= _STILL:
                return True
            await asyncio.sleep(0.3)
        return False

    async def judge(self, *, expected: list[str] | None = None) -> Finding:
        """What became of the messages until now."""
        entries = await self.ledger.entries()
        return judge(
            self.expected if expected is None else expected,
            self.courier.report.acknowledged,
            entries,
            self.platforms.times_taken(),
        )

    async def hold_to_the_promise(self, verdict: Verdict, *, may_wait: bool = False) -> Finding:
        """Add the figures of all messages to a verdict, and the bars that hold under every fault."""
        finding = await self.judge()
        verdict.say(f"{len(self.expected)} messages")
        verdict.say(", ".join(f"{drawer} {count}" for drawer, count in sorted(finding.drawers.items())))
        verdict.say(f"lost {len(finding.lost)}")
        verdict.say(f"doubled unseen {len(finding.doubled)}")
        verdict.say(f"unclear and flagged {finding.unclear} (of these arrived twice {len(finding.flagged)})")
        verdict.promise(not finding.lost, f"lost {_some(finding.lost)}")
        verdict.need(may_wait or not finding.waiting, f"never finished {_some(finding.waiting)}")
        verdict.promise(not finding.not_kept, f"answered 200 and not stored {_some(finding.not_kept)}")
        verdict.promise(not finding.doubled, f"doubled and not flagged {_some(finding.doubled)}")
        verdict.promise(not finding.feigned, f"shown as sent and never taken {_some(finding.feigned)}")
        verdict.promise(not finding.repeated, f"twice in the transcript {_some(finding.repeated)}")
        return finding

    def answered_out_of_order(self, *, only: Callable[[str], bool] = lambda _: True) -> list[str]:
        """Tags that platforms took after a later one of the same conversation."""
        first: dict[str, int] = {}
        for number, taken in enumerate(self.platforms.taken):
            for tag in taken.tags:
                first.setdefault(tag, number)
        wrong = []
        for said in self.places.values():
            latest = -1
            for tag in said:
                if tag in first and only(tag):
                    if first[tag] < latest:
                        wrong.append(tag)
                    latest = max(latest, first[tag])
        return wrong

    def note(self, event: Event, place: str) -> Event:
        """Remember that this was said, and must come to an end."""
        self.expected.extend(event.tags)
        self.places.setdefault(place, []).extend(event.tags)
        return event

    def echo_what_is_taken(self) -> None:
        """Tell the product of its own Messenger messages, as Facebook does; a receipt that names our reference."""
        pending: set[asyncio.Task[bool]] = set()

        def echo(taken: Taken) -> None:
            if taken.channel != FACEBOOK or taken.public:
                return
            event = self.voice.facebook_echo(taken.place, taken.native_id, taken.text, taken.reference)
            task = asyncio.create_task(self.courier.deliver(self.voice.delivery(event)))
            pending.add(task)
            task.add_done_callback(pending.discard)

        self.platforms.on_taken.append(echo)


@asynccontextmanager
async def world(
    seed: int,
    kind: str = "sqlite",
    *,
    home: Path | None = None,
    logs: Path | None = None,
    settings: Mapping[str, str] | None = None,
    start: bool = True,
) -> AsyncIterator[World]:
    """A world for a while; nothing of it is left behind.

    `home` and `logs`: folders of the product, by default temporary ones. `settings`: of the product, by the names that
    the environment has for them.
    """
    dice = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="aside-faults-", ignore_cleanup_errors=True) as folder:
        where = home or Path(folder)
        accounts = Accounts()
        platforms_port, assistant_port = free_ports(2)
        platforms = Platforms(platforms_port, random.Random(dice.random()))
        assistant = StubAssistant(accounts.bot_token, assistant_port)
        environment = {
            **accounts.environment(platforms.address),
            "RASA_URL": assistant.address,
            "ASIDE_LIMITS": _LIMITS,
            **(settings or {}),
        }
        deployed = deployment(kind, where, environment, logs)
        await asyncio.gather(platforms.start(), assistant.start())
        await deployed.prepare()
        try:
            ledger = Ledger(deployed.url)
            if start:
                await deployed.start()
            async with Courier(deployed.addresses, random.Random(dice.random())) as courier:
                yield World(
                    seed=seed,
                    dice=dice,
                    home=where,
                    accounts=accounts,
                    assistant=assistant,
                    platforms=platforms,
                    deployment=deployed,
                    ledger=ledger,
                    courier=courier,
                    voice=Voice(accounts),
                    tags=tags(dice.randrange(10**7)),
                )
            ledger.close()
        finally:
            await deployed.stop()
            await asyncio.gather(platforms.stop(), assistant.stop())


def _some(found: list[str], most: int = 5) -> str:
    return f"{len(found)} ({', '.join(found[:most])})"
