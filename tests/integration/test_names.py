"""Names that no event tells: asked for once, beside the road."""

import asyncio
from functools import partial
from pathlib import Path

import msgspec
import pytest
import sqlalchemy as sa

from gateway.channels.facebook import FacebookChannel, FacebookSettings
from gateway.clock import utc_now
from gateway.errors import SendError, SendRefused, SendThrottled
from gateway.messages import Channel, Said, Sender, Surface
from gateway.routing import names
from gateway.storage import private_words
from gateway.storage.tables import customers, identities
from playground.testing import Gateway, running, until
from tests.fakes import FakePlatform
from tests.integration.road import Road, road, said


class Telling(FakePlatform):
    """A platform that can be asked for names."""

    def __init__(self) -> None:
        super().__init__()
        self.names: dict[str, str | SendError] = {}
        self.asked: list[str] = []
        self.thinks = 0.0
        """Seconds until it tells a name."""

    async def name_of(self, sender: Sender) -> str:
        self.asked.append(sender.native_id)
        await asyncio.sleep(self.thinks)
        told = self.names.get(sender.native_id, "")
        if isinstance(told, SendError):
            raise told
        return told


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "_PACE", 0.0)


def nameless(text: str, by: str = "ines", surface: Surface = Surface.PRIVATE) -> Said:
    message = said(text, by=by, surface=surface)
    return msgspec.structs.replace(message, sender=msgspec.structs.replace(message.sender, name=""))


async def called(there: Road) -> set[str]:
    """What customers are called at the desk."""
    return set(await there.database.read(lambda conn: conn.execute(sa.select(customers.c.name)).scalars().all()))


async def test_who_comes_without_a_name_gets_the_one_that_the_platform_tells(tmp_path: Path) -> None:
    platform = Telling()
    platform.names["ines"] = "Ines Marlow"
    async with road(tmp_path, platform=platform) as there:
        await there.hear(nameless("hello"))
        await there.until_read(lambda conn: conn.execute(sa.select(customers.c.name)).scalar() == "Ines Marlow")
        assert (
            await there.database.read(lambda conn: conn.execute(sa.select(identities.c.name)).scalar()) == "Ines Marlow"
        )
        assert [event["case_id"] for event in await there.events("customer.named")] == [(await there.the_case())["id"]]
        await there.hear(nameless("and?"))
        await there.quiet(0.1)
        assert platform.asked == ["ines"]


async def test_no_answer_waits_for_a_name(tmp_path: Path) -> None:
    platform = Telling()
    platform.thinks = 4.0
    async with road(tmp_path, platform=platform) as there:
        await there.hear(nameless("hello"))
        await there.until(lambda: bool(platform.sent), longest=2.0)
        assert platform.asked == ["ines"]


async def test_whom_the_platform_names_or_who_speaks_in_public_is_not_asked_for(tmp_path: Path) -> None:
    platform = Telling()
    async with road(tmp_path, platform=platform) as there:
        await there.hear(said("hello", by="tom"))
        await there.hear(nameless("hello", by="mei", surface=Surface.PUBLIC))
        await there.until(lambda: len(platform.sent) == 2)
        await there.quiet(0.1)
        assert platform.asked == []


async def test_who_was_named_before_this_process_began_is_not_asked_for(tmp_path: Path) -> None:
    platform = Telling()
    async with road(tmp_path, platform=platform) as there:
        await there.hear(said("hello"))
        await there.hear(nameless("and?"))
        await there.quiet(0.2)
        assert platform.asked == []
        assert await called(there) == {"Ines"}


async def test_whom_the_platform_tells_nothing_of_stays_nameless_and_is_not_asked_for_again(tmp_path: Path) -> None:
    platform = Telling()
    platform.names["ines"] = SendRefused("No profile available for this user.")
    async with road(tmp_path, platform=platform) as there:
        for text in ("hello", "and?", "anybody there?"):
            await there.hear(nameless(text))
            await there.until(lambda: len(platform.sent) == len(platform.sent))
            await there.quiet(0.1)
        assert platform.asked == ["ines"]
        assert await called(there) == {""}
        assert len(platform.sent) == 3


async def test_a_name_that_cannot_be_told_now_is_asked_for_with_the_next_message(tmp_path: Path) -> None:
    platform = Telling()
    platform.names["ines"] = SendThrottled("slow down")
    async with road(tmp_path, platform=platform) as there:
        await there.hear(nameless("hello"))
        await there.until(lambda: platform.asked == ["ines"])
        platform.names["ines"] = "Ines Marlow"
        await there.quiet(0.1)
        await there.hear(nameless("and?"))
        await there.until_read(lambda conn: conn.execute(sa.select(customers.c.name)).scalar() == "Ines Marlow")


async def test_a_platform_that_tells_nothing_of_anybody_is_left_alone(tmp_path: Path) -> None:
    platform = Telling()
    everybody = [f"person{number}" for number in range(12)]
    platform.names = {person: SendRefused("The feature is missing.") for person in everybody}
    async with road(tmp_path, platform=platform) as there:
        await there.hear(*(nameless("hello", by=person) for person in everybody))
        await there.until(lambda: len(platform.sent) == len(everybody))
        await there.quiet(0.2)
        assert len(platform.asked) == 5


async def test_a_name_that_was_told_beside_the_public_is_none_that_everybody_sees(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        await there.hear(said("hello", by="ines", scope="messenger"))
        await there.hear(said("hello", by="tom"))
        await there.until(lambda: len(there.platform.sent) == 2)
        seen = {}
        for case in await there.cases():
            told = await there.database.read(partial(private_words.told, case_id=case["id"], now=utc_now()))
            seen[(await there.transcript(case["id"]))[0].thread] = told.names
        assert seen == {"private:ines": (), "private:tom": ("Tom",)}


async def test_who_writes_in_messenger_stands_at_the_desk_by_name(tmp_path: Path) -> None:
    gateway = Gateway()
    async with running(tmp_path / "town", gateway) as town:
        settings = FacebookSettings(
            verify=town.settings.facebook_verify,
            page_access_token=town.settings.facebook_page_access_token,
            secret=town.settings.facebook_secret,
            page_id=town.settings.facebook_page_id,
            api_root=f"{town.url}/facebook",
        )
        channel = FacebookChannel(settings, utc_now)
        async with road(tmp_path, platform=channel) as there:  # type: ignore[arg-type]
            await town.play("facebook/message", customer="ines", text="Hello")
            await until(lambda: bool(gateway.received), "the message is delivered")
            await there.record(Channel.FACEBOOK, *channel.split(gateway.received[0].body))
            await there.until_read(lambda conn: conn.execute(sa.select(customers.c.name)).scalar() == "Ines Marlow")
