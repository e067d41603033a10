"""Fault 3: updates come out of order within a window of 50, edits and deletions before what they are about.

Amount: updates, 10,000. The transcript of each conversation must stand in the platform's order, and so must the answers
where the messages came within the time that a turn waits for stragglers.
"""

import asyncio
from dataclasses import replace
from typing import Final

from tests.faults.events import Event
from tests.faults.options import Options
from tests.faults.traffic import Traffic
from tests.faults.verdict import Verdict
from tests.faults.world import World, world

_WINDOW: Final = 50
_SIDE_BY_SIDE: Final = 20
_STRAGGLES: Final = 0.5  # seconds between neighbours of a conversation that a turn surely waits for
_NOTES: Final = 0.05  # the share of messages that are edited or deleted


async def run(options: Options) -> Verdict:
    """See the module."""
    verdict = Verdict(3, f"out of order, window {_WINDOW}")
    amount, rate = options.amount_or(10_000), options.rate_or(100)
    async with world(options.seed, options.deployment) as play:
        traffic = Traffic(play, rate, channels=("telegram", "facebook"))
        plan: list[tuple[Event | None, list[Event]]] = []
        withdrawn: list[str] = []
        for _ in range(amount):
            event = traffic.next()
            notes = _notes(play, event)
            if notes and event.channel == "facebook":
                withdrawn.extend(event.tags)
                event = _taken_back(play, event)
            plan.append((event, notes))
        order = sorted(range(amount), key=lambda number: number + play.dice.uniform(0, _WINDOW))
        slots = asyncio.Semaphore(_SIDE_BY_SIDE)
        began = asyncio.get_running_loop().time()

        async def bring(position: int, number: int) -> None:
            late = began + position / rate - asyncio.get_running_loop().time()
            if late > 0:
                await asyncio.sleep(late)
            event, notes = plan[number]
            async with slots:
                for each in [*notes, event]:
                    if each is not None:
                        await play.courier.deliver(play.voice.delivery(each))

        await asyncio.gather(*(bring(position, number) for position, number in enumerate(order)))
        verdict.need(await play.settled(300), "work was left over")
        verdict.say(f"{sum(len(notes) for _, notes in plan)} edits and deletions before their message")
        answered = [tag for tag in withdrawn if play.platforms.times_taken().get(tag)]
        verdict.need(not answered, f"answered though taken back: {answered[:5]}")
        await _check_transcripts(play, verdict)
        wrong = play.answered_out_of_order()
        late = _late(play)
        unexcused = [tag for tag in wrong if tag not in late]
        verdict.say(f"answers out of order {len(wrong)}, of these to stragglers {len(wrong) - len(unexcused)}")
        verdict.need(not unexcused, f"answers out of order: {unexcused[:5]}")
        await play.hold_to_the_promise(verdict)
    return verdict


def _notes(play: World, event: Event) -> list[Event]:
    """Now and then an edit or a deletion, which comes first: it is answered as it reads then, or not at all."""
    if play.dice.random() >= _NOTES:
        return []
    if event.channel == "telegram":
        return [play.voice.telegram_edit(event, f"{event.payload['message']['text']} Please.")]
    return [play.voice.facebook_deletion(event)]


def _taken_back(play: World, event: Event) -> Event:
    """The same event, of which nothing is promised but that it is neither shown nor answered."""
    play.expected = [tag for tag in play.expected if tag not in event.tags]
    for said in play.places.values():
        said[:] = [tag for tag in said if tag not in event.tags]
    return replace(event, tags=())


async def _check_transcripts(play: World, verdict: Verdict) -> None:
    said_in = {tag: place for place, tags in play.places.items() for tag in tags}
    told: dict[str, list[str]] = {}
    for tags in (await play.ledger.transcripts()).values():
        for tag in tags:
            if tag in said_in:
                told.setdefault(said_in[tag], []).append(tag)
    wrong = [place for place, tags in play.places.items() if told.get(place, []) != tags]
    verdict.say(f"transcripts out of order {len(wrong)} of {len(play.places)}")
    verdict.need(not wrong, f"transcripts in the platform's order: {wrong[:5]}")


def _late(play: World) -> set[str]:
    """What came so long after a later message of its conversation that no turn could wait for it."""
    taken = play.courier.report.acknowledged
    late = set()
    for tags in play.places.values():
        earliest = None
        for tag in reversed(tags):
            if earliest is not None and taken.get(tag, 0) > earliest + _STRAGGLES:
                late.add(tag)
            earliest = min(taken.get(tag, 0), earliest) if earliest is not None else taken.get(tag, 0)
    return late
