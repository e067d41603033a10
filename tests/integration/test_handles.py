"""Handles that customers have chosen, and that the wall refuses: on the road, on X, where our public words begin so."""

from pathlib import Path

import msgspec
import pytest

from gateway.messages import Channel, Said, Surface
from gateway.routing import words
from gateway.routing.assistant import Answer, Effect, HandoffEffect, MoveAsideEffect, ResolvedEffect, TurnRequest
from tests.fakes import FakeAssistant, FakePlatform, said_back
from tests.integration.road import road, said

_HANDLE = "NO9386011117947"


def _post(text: str, *, handle: str = _HANDLE) -> Said:
    post = said(text, surface=Surface.PUBLIC, channel=Channel.TWITTER)
    return msgspec.structs.replace(post, sender=msgspec.structs.replace(post.sender, handle=handle))


def _answering(*effects: Effect, text: str = "We open at nine.") -> FakeAssistant:
    return FakeAssistant(lambda request: said_back(request, text, effects=list(effects)))


@pytest.mark.parametrize("handle", [_HANDLE, "kim"])
@pytest.mark.parametrize(
    ("effects", "text", "spoken"),
    [
        ((), "We open at nine.", ["We open at nine."]),
        ((MoveAsideEffect(intent="order", entities={}),), "Let's go aside.", ["Let's go aside."]),
        ((), "Your e-mail, please?", [words.ACKNOWLEDGEMENT[Channel.TWITTER]]),
        ((HandoffEffect(reason="asked"),), "One moment.", ["One moment.", words.HANDED_OVER_PUBLIC]),
    ],
)
async def test_a_handle_that_the_wall_refuses_is_left_out_and_silences_nobody(
    tmp_path: Path, handle: str, effects: tuple[Effect, ...], text: str, spoken: list[str]
) -> None:
    platform = FakePlatform(Channel.TWITTER)
    async with road(tmp_path, platform=platform, assistant=_answering(*effects, text=text)) as there:
        await there.hear(_post("where is my order?", handle=handle))
        await there.until(lambda: len(platform.sent) == len(spoken))
        assert platform.texts == ([f"@kim {one}" for one in spoken] if handle == "kim" else spoken)


async def test_an_outage_is_told_to_a_handle_that_the_wall_refuses(tmp_path: Path) -> None:
    platform, away = FakePlatform(Channel.TWITTER), FakeAssistant()
    away.down = True
    async with road(tmp_path, platform=platform, assistant=away, patience=0.2) as there:
        await there.hear(_post("where is my order?"))
        await there.until(lambda: platform.texts == [words.HANDED_OVER_PUBLIC])


async def test_a_thread_is_closed_in_public_also_where_its_customer_is_called_otherwise_by_then(tmp_path: Path) -> None:
    def moving(request: TurnRequest) -> Answer:
        if request.surface is Surface.PUBLIC:
            effect = MoveAsideEffect(intent="order", entities={})
            return said_back(request, "Let's look at this in private.", effects=[effect])
        return said_back(request, "It arrives on Tuesday.", effects=[ResolvedEffect(topic="order")])

    platform = FakePlatform(Channel.TWITTER)
    async with road(tmp_path, platform=platform, assistant=FakeAssistant(moving)) as there:
        await there.hear(_post("where is my order?", handle="kim"))
        await there.until(lambda: len(platform.sent) == 1)
        private = said("it is 104217", channel=Channel.TWITTER)
        await there.hear(
            msgspec.structs.replace(private, sender=msgspec.structs.replace(private.sender, handle=_HANDLE))
        )
        await there.until(lambda: len(platform.sent) == 3)
        assert platform.texts[2] == words.CLOSING
