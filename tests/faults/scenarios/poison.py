"""Fault 15: messages that their worker cannot stand: each is parked or with people in the end, all others unharmed.

Amount: messages, 10,000, of which one in a hundred is poison, of these kinds in turn:

    refused     the assistant answers 400
    fails       the assistant answers 500, always
    uncommittable  the assistant answers something that passes for an answer and cannot be performed
    unreadable  an event of a known kind in a shape that nobody documents
    kills       the worker dies by `kill -9` whenever the assistant is asked about it (five messages in a run)
"""

import asyncio
import json
from typing import Any, Final

from aiohttp import web

from tests.faults.options import Options
from tests.faults.process import Process
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_ONE_IN: Final = 100
_KILLERS: Final = 5
_KILLS_MOST: Final = 10  # of one message, before it must be parked
_KINDS: Final = ("refused", "fails", "uncommittable", "unreadable")


async def run(options: Options, *, one_in: int = _ONE_IN, killers: int = _KILLERS) -> Verdict:
    """See the module."""
    verdict = Verdict(15, "poison among the messages")
    amount, rate = options.amount_or(10_000), options.rate_or(50)
    async with world(options.seed, options.deployment, settings={"ASIDE_ASSISTANT_PATIENCE": "8"}) as play:
        bane = Bane(play)
        play.assistant.special = bane.answer
        keeper = asyncio.create_task(_keep_alive(play))
        traffic = Traffic(play, rate)
        for number in range(amount):
            if number % one_in == one_in - 1:
                bane.bring(traffic, _KINDS[(number // one_in) % len(_KINDS)], 44_000_000 + number)
            else:
                traffic.bring(traffic.next())
            await asyncio.sleep(1 / rate)
        for number in range(killers):
            bane.bring(traffic, "kills", 45_000_000 + number)
            await asyncio.sleep(1.0)
        await traffic.all_taken()
        verdict.need(await play.settled(240), "work was left over")
        keeper.cancel()
        worst = max((play.assistant.asked.get(tag, 0) for tag in bane.of("kills")), default=0)
        verdict.say(f"{len(bane.poison)} poisonous, a killer struck at most {worst} times")
        verdict.need(worst <= _KILLS_MOST, f"a message that kills its worker is parked after some tries: {worst} kills")
        finding = await play.judge(expected=[tag for tag in play.expected if tag not in bane.poison])
        harmed = len(play.expected) - len(bane.poison) - finding.drawers["answered"] - finding.drawers["unclear"]
        verdict.say(f"others not answered {harmed}")
        verdict.need(not harmed, f"{harmed} harmless messages were not answered")
        parked = await play.judge(expected=list(bane.poison))
        verdict.say(f"of the poison {dict(parked.drawers)}")
        verdict.need(
            parked.drawers["parked"] + parked.drawers["handed"] == len(bane.poison),
            f"poison is parked, or with people: {dict(parked.drawers)}",
        )
        await play.hold_to_the_promise(verdict)
    return verdict


class Bane:
    """Makes poison, and gives the assistant's answer to it."""

    def __init__(self, play: World) -> None:
        self._play = play
        self.poison: dict[str, str] = {}
        """Tag to kind."""

    def of(self, kind: str) -> list[str]:
        """The tags of a kind."""
        return [tag for tag, its in self.poison.items() if its == kind]

    def bring(self, traffic: Traffic, kind: str, chat: int) -> None:
        """Have one said by a customer of its own."""
        play = self._play
        tag = next(play.tags)
        self.poison[tag] = kind
        event = play.voice.telegram(chat, tag, f"Drink me, {tag}")
        if kind == "unreadable":
            event.payload["message"]["chat"] = {"id": "not a number", "type": 7}
        traffic.bring(play.note(event, f"poison {tag}"))

    async def answer(self, asked: dict[str, Any]) -> web.StreamResponse | None:
        """What the stub answers to poison; None for anything else."""
        text = asked.get("text") or ""
        found = next(((tag, kind) for tag, kind in self.poison.items() if tag in text), None)
        if found is None:
            return None
        tag, kind = found
        if kind == "refused":
            return web.json_response({"error": "bad_request", "message": "No."}, status=400)
        if kind == "uncommittable":
            effects = [{"type": "handoff", "reason": "no_such_reason"}]
            return web.Response(
                body=json.dumps(self._play.assistant.answer(asked, [tag], effects=effects)).encode(),
                content_type="application/json",
            )
        if kind == "kills":
            for process in self._play.deployment.workers:
                if await _asked_by(process):
                    process.kill()
            await asyncio.sleep(0.2)
        return web.json_response({"error": "turn_failed", "message": "Ouch."}, status=500)


async def _asked_by(process: Process) -> bool:
    # From outside nobody can tell which worker asked; a segmentation fault in one of many is one of many.
    return process.name in ("serve", "work-1", "work-2") and process.runs


async def _keep_alive(play: World) -> None:
    while True:
        for process in play.deployment.processes.values():
            if not process.runs:
                await play.deployment.revive(process)
        await asyncio.sleep(0.1)
