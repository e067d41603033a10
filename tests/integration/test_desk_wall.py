"""The wall at the desk: what was told in a case stays private, and what a supervisor may let pass, with a reason."""

import httpx
import pytest
import sqlalchemy as sa

from gateway.messages import Channel, Surface
from gateway.storage.tables import events, outbox
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import House


def told(story: Story) -> None:
    story.says("where is my order??", Surface.PUBLIC)
    story.says("it is me, my name is Marta Keller, it was €49,90 and I live at 42 Elm Street")
    story.hands_over()


async def claimed(house: House, client: httpx.AsyncClient, **options: object) -> str:
    case_id = await house.tell(told, **options)
    answer = await client.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})
    assert answer.status_code == 200
    return case_id


async def say(client: httpx.AsyncClient, case_id: str, text: str, **more: object) -> httpx.Response:
    body = {"text": text, "surface": "public", **more}
    return await client.post(f"/api/v1/cases/{case_id}/messages", json=body)


async def supervisor(house: House) -> httpx.AsyncClient:
    return await house.user("Sue", Role.SUPERVISOR)


async def said(house: House) -> list[dict[str, object]]:
    rows = await house.read(lambda conn: list(conn.execute(sa.select(outbox.c.payload)).scalars()))
    return [dict(row) for row in rows]


@pytest.mark.parametrize("text", ["Your 49.90 EUR are there", "It's with Ms Keller", "It is going to Elm St."])
async def test_a_private_answer_pasted_into_the_public_box_is_refused(
    house: House, ada: httpx.AsyncClient, text: str
) -> None:
    case_id = await claimed(house, ada)
    answer = await say(ada, case_id, text)
    assert (answer.status_code, answer.json()["error"]) == (422, "wall")
    found = answer.json()["findings"]
    assert "repeat" in {finding["kind"] for finding in found}
    assert all(text[finding["start"] : finding["end"]] for finding in found)
    assert await said(house) == []
    sent = await ada.post(f"/api/v1/cases/{case_id}/messages", json={"text": text, "surface": "private"})
    assert sent.status_code == 201


async def test_the_wall_asked_beforehand_knows_the_case_and_who_asks(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada)
    body = {"text": "Your 49.90 EUR are there", "channel": "telegram"}
    assert (await ada.post("/api/v1/wall", json=body)).json() == {"findings": [], "overridable": False}
    answer = (await ada.post("/api/v1/wall", json=body | {"case": case_id})).json()
    assert [finding["kind"] for finding in answer["findings"]] == ["repeat"]
    assert (await ada.post("/api/v1/wall", json=body | {"case": "none"})).status_code == 404
    wording = {"text": "Your order has shipped.", "channel": "telegram", "case": case_id}
    async with await supervisor(house) as sue:
        assert (await sue.post("/api/v1/wall", json=wording)).json()["overridable"] is True
        assert (await sue.post("/api/v1/wall", json=body | {"case": case_id})).json()["overridable"] is False
    assert (await ada.post("/api/v1/wall", json=wording)).json()["overridable"] is False


async def test_a_supervisor_lets_a_wording_pass_with_a_reason_that_stands_in_the_log(house: House) -> None:
    async with await supervisor(house) as sue:
        case_id = await claimed(house, sue)
        text = "Your order has shipped."
        assert (await say(sue, case_id, text)).json()["error"] == "wall"
        assert (await say(sue, case_id, text, override=" x ")).json()["error"] == "invalid"
        answer = await say(sue, case_id, text, override="The customer posted the shipping note themselves.")
        assert answer.status_code == 201
        [kept] = await house.read(
            lambda conn: conn.execute(sa.select(events).where(events.c.kind == "wall.overridden")).all()
        )
        page = (await sue.get(f"/desk/cases/{case_id}")).text
        assert "wall had refused: The customer posted the shipping note themselves." in page
    assert (kept.actor, kept.why) == ("agent:Sue", "The customer posted the shipping note themselves.")
    assert kept.data == {"message_id": answer.json()["id"], "kinds": ["confirmation"]}
    [parcel] = await said(house)
    assert (parcel["text"], parcel["waived"]) == (text, ["confirmation"])


async def test_an_agent_overrides_nothing_and_nobody_overrides_what_shows_or_repeats(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, channel=Channel.TWITTER)
    answer = await say(ada, case_id, "Your order has shipped.", override="it is fine, really")
    assert (answer.status_code, answer.json()["error"]) == (403, "forbidden")
    async with await supervisor(house) as sue:
        mine = await claimed(house, sue, name="Ben", handle="ben")
        for text in ("Your order goes to 42 Elm Street", "It's marta@mail.example, your order has shipped"):
            answer = await say(sue, mine, text, override="it is fine, really")
            assert (answer.status_code, answer.json()["error"]) == (422, "wall")
        answer = await sue.post(
            f"/api/v1/cases/{mine}/messages", json={"text": "hello", "surface": "private", "override": "why not"}
        )
        assert answer.json()["error"] == "invalid"
    assert await said(house) == []


async def test_what_would_pass_is_not_overridden(house: House) -> None:
    async with await supervisor(house) as sue:
        case_id = await claimed(house, sue)
        assert (await say(sue, case_id, "Thanks for waiting!", override="just in case")).status_code == 201
    [parcel] = await said(house)
    assert parcel["waived"] == []
