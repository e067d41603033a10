"""What the wall knows of a customer: words, names of what came along, earlier matters, and what is out of sight."""

from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from gateway.messages import Surface
from gateway.privacy.repeats import PrivateWords
from gateway.storage import afterwards, private_words
from gateway.storage.tables import messages
from tests.factories import Story
from tests.integration.desk import House


async def repeated(house: House, case_id: str, text: str) -> set[str]:
    told = await house.read(lambda conn: private_words.told(conn, case_id, house.clock()))
    return {text[start:end] for start, end, _ in PrivateWords.of(told).find(text)}


async def test_what_was_told_in_an_earlier_case_of_the_customer_stays_private(house: House) -> None:
    def earlier(story: Story) -> None:
        story.says("my name is Marta Keller, it was €49,90")

    await house.tell(earlier, native_id="marta")
    case_id = await house.tell(lambda story: story.says("hello again!", Surface.PUBLIC), native_id="marta")
    assert await repeated(house, case_id, "The 49.90 EUR, Ms Keller?") == {"49.90 EUR", "Keller"}
    others = await house.tell(lambda story: story.says("hello!", Surface.PUBLIC), native_id="tom")
    assert await repeated(house, others, "The 49.90 EUR, Ms Keller?") == set()


async def test_names_of_what_came_along_in_private_stay_private(house: House) -> None:
    case_id = await house.tell(lambda story: story.says("here it is"))
    along = [
        {"kind": "contact", "words": "Marta Keller", "name": ""},
        {"kind": "document", "words": "", "name": "invoice_88120034517.pdf"},
    ]
    await house.db.write(lambda conn: conn.execute(messages.update().values(attachments=along)))
    assert await repeated(house, case_id, "Marta Keller has 88120034517") >= {"Marta Keller", "88120034517"}


@pytest.mark.parametrize(
    "out_of_sight",
    [{"hidden": "2026-11-22"}, {"act": {"kind": "remove", "status": "done"}}, {"act": {"status": "pending"}}],
)
async def test_what_was_hidden_of_a_customers_public_words_is_public_no_more(
    house: House, out_of_sight: dict[str, Any]
) -> None:
    def tells(story: Story) -> None:
        story.says("Marta Keller here, 42 Elm Street, it was €49,90", Surface.PUBLIC)
        story.says("it's Marta Keller of Elm Street, €49,90")

    case_id = await house.tell(tells)
    text = "The 49.90 EUR, Marta Keller?"
    assert await repeated(house, case_id, text) == set()
    query = sa.select(messages.c.id).where(messages.c.surface == Surface.PUBLIC)

    def hide(conn: sa.engine.Connection) -> None:
        standing = afterwards.get(conn, conn.execute(query).scalar_one())
        assert standing is not None
        afterwards.write(conn, standing, **out_of_sight)

    await house.db.write(hide)
    assert "49.90 EUR" in await repeated(house, case_id, text)


async def test_a_desk_lets_nothing_of_an_earlier_case_into_public(house: House, ada: httpx.AsyncClient) -> None:
    def earlier(story: Story) -> None:
        story.says("my name is Marta Keller")

    def now(story: Story) -> None:
        story.says("hello again!", Surface.PUBLIC)
        story.hands_over()

    await house.tell(earlier, native_id="marta", handle="sunny42", name="Sunny")
    case_id = await house.tell(now, native_id="marta", handle="sunny42", name="Sunny")
    assert (await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})).status_code == 200
    body = {"text": "Dear Ms Keller, thanks for waiting.", "surface": "public"}
    answer = await ada.post(f"/api/v1/cases/{case_id}/messages", json=body)
    assert (answer.status_code, answer.json()["findings"][0]["kind"]) == (422, "repeat")
