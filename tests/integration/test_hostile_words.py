"""Words, names, ids and times that no store keeps: taken in without a fault on either database, refused at the desk."""

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from gateway.messages import Attachment, Channel, Surface
from tests.fakes import FakePlatform
from tests.integration import desk
from tests.integration.road import road, said
from tests.integration.test_desk_cases import asks_for_a_person, claimed


async def test_a_nul_in_names_ids_and_texts_is_left_out_and_the_message_answered(tmp_path: Path) -> None:
    async with road(tmp_path) as there:
        one = said("hel\0lo")
        place = msgspec.structs.replace(one.place, native_id="private:i\0", title="T\0")
        sender = msgspec.structs.replace(one.sender, native_id="i\0", name="I\0nes", handle="a\0b")
        along = (Attachment(kind="contact", words="Ines\0", name="a\0.pdf"),)
        one = msgspec.structs.replace(
            one,
            place=place,
            sender=sender,
            attachments=along,
            reply_to="x\0",
            target="i\0",
            native_id=f"{one.native_id}\0",
        )
        await there.hear(one)
        await there.until(lambda: there.platform.texts == ["You said hello"])
        assert there.platform.sent[0][0].target == "i"


@pytest.mark.parametrize("at", [datetime(9999, 12, 31, 20, tzinfo=UTC), datetime(1, 1, 1, 3, tzinfo=UTC)])
async def test_a_message_from_a_year_beyond_reckoning_locks_no_case(tmp_path: Path, at: datetime) -> None:
    platform = FakePlatform(Channel.FACEBOOK)
    async with road(tmp_path, platform=platform) as there:
        await there.hear(said("hello", at=at, channel=Channel.FACEBOOK, place="psid:ines"))
        await there.until(lambda: len(platform.sent) == 1)
        case_id = (await there.the_case())["id"]
    async with desk.running(tmp_path) as house, await house.user("Ada") as ada:
        assert (await ada.get(f"/api/v1/cases/{case_id}")).status_code == 200


async def test_a_nul_in_what_an_agent_sends_is_refused_with_the_place_where_it_stands(tmp_path: Path) -> None:
    async with desk.running(tmp_path) as house, await house.user("Ada") as ada:
        case_id = await house.tell(asks_for_a_person)
        epoch = await claimed(ada, case_id)
        at = f"/api/v1/cases/{case_id}"
        for verb, body, named in [
            ("messages", {"surface": "private", "text": "x", "thread": "\0"}, "thread"),
            ("messages", {"surface": "note", "text": "x\0"}, "text"),
            ("messages", {"surface": "private", "text": "x", "files": ["\0"]}, "files"),
            ("transfer", {"epoch": epoch, "to": "\0"}, "to"),
            ("transfer", {"epoch": epoch, "note": "\0"}, "note"),
            ("return", {"epoch": epoch, "reason": "\0"}, "reason"),
            ("resolve", {"epoch": epoch, "outcome": "\0"}, "outcome"),
        ]:
            answer = await ada.post(f"{at}/{verb}", json=body)
            assert (answer.status_code, answer.json()["error"]) == (422, "invalid"), verb
            assert f"`{named}`" in answer.json()["message"]
        literal = await ada.post(f"{at}/messages", json={"surface": Surface.NOTE, "text": "it says \\u0000 there"})
        assert literal.status_code == 201
        async with house.stranger() as stranger:
            refused = await stranger.post("/login", data={"name": "a\0b", "password": "x\0"})
            assert refused.status_code == 401
