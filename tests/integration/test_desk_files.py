"""Agents send files in private, and see what came along, each with their rights and within bounds."""

import httpx
import msgspec
import pytest
import sqlalchemy as sa

from gateway.channels.base import Fetched
from gateway.intake.files import Fetching
from gateway.messages import Attachment, Channel, Surface
from gateway.storage import files
from gateway.storage.channel_tables import files as files_table
from gateway.storage.tables import messages, outbox
from handoff.users import Role
from tests.factories import Story
from tests.fakes import FakePlatform
from tests.integration.desk import House, running
from tests.integration.test_desk_replies import both_surfaces, claimed, only_public, say

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
PDF = b"%PDF-1.7\n" + b"x" * 100


async def put(client: httpx.AsyncClient, content: bytes = PNG, name: str = "a.png") -> httpx.Response:
    return await client.post("/api/v1/files", params={"name": name}, content=content)


async def test_a_file_goes_along_after_the_text_and_can_be_seen_in_the_case(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    ids = [(await put(ada, content, name)).json()["id"] for content, name in ((PNG, "a.png"), (PDF, "b.pdf"))]
    said = await say(ada, case_id, "Here they are.", files=ids)
    assert said.status_code == 201
    assert said.json()["text"] == "Here they are."
    page = (await ada.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"][-3:]
    assert [one["text"] for one in page] == ["Here they are.", "", ""]
    assert [one["attachments"][0]["name"] for one in page[1:]] == ["a.png", "b.pdf"]
    assert all(one["delivery"] == "queued" for one in page)
    url = page[1]["attachments"][0]["url"]
    got = await ada.get(url)
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, PNG, "image/png")
    payloads = await house.read(lambda conn: list(conn.execute(sa.select(outbox.c.payload)).scalars()))
    assert [[file["name"] for file in payload["files"]] for payload in payloads] == [[], ["a.png"], ["b.pdf"]]


async def test_files_alone_are_enough(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    file_id = (await put(ada)).json()["id"]
    said = await say(ada, case_id, "", files=[file_id])
    assert (said.status_code, said.json()["attachments"][0]["kind"]) == (201, "image")


async def test_a_form_with_one_file_is_taken_as_well(house: House, ada: httpx.AsyncClient) -> None:
    answer = await ada.post("/api/v1/files", files={"file": ("letter.pdf", PDF, "image/png")})
    assert answer.status_code == 201
    assert {key: answer.json()[key] for key in ("kind", "name", "mime", "size")} == {
        "kind": "document", "name": "letter.pdf", "mime": "application/pdf", "size": len(PDF),
    }  # fmt: skip
    two = await ada.post("/api/v1/files", files=[("a", ("a.png", PNG)), ("b", ("b.png", PNG))])
    assert two.status_code == 422


@pytest.mark.parametrize("surface", ["public", "note"])
async def test_files_go_along_in_private_only(house: House, ada: httpx.AsyncClient, surface: str) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    file_id = (await put(ada)).json()["id"]
    refused = await say(ada, case_id, "Look at this.", surface, files=[file_id])
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid")
    assert await house.read(lambda conn: conn.execute(sa.select(outbox)).all()) == []


async def test_what_is_sent_twice_with_one_key_is_one_message_with_its_files(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    file_id = (await put(ada)).json()["id"]
    first = await say(ada, case_id, "Here.", key="k", files=[file_id])
    second = await say(ada, case_id, "Here.", key="k", files=[file_id])
    assert first.json()["id"] == second.json()["id"]
    other = await say(ada, case_id, "Here.", key="k", files=[])
    assert other.json()["error"] == "idempotency_conflict"
    assert len(await house.read(lambda conn: conn.execute(sa.select(outbox)).all())) == 2


async def test_a_file_goes_along_once_and_with_its_owner_only(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    async with await house.user("Ben") as ben:
        of_ben = (await put(ben)).json()["id"]
        assert (await ada.get(f"/api/v1/files/{of_ben}")).status_code == 404
        assert (await say(ada, case_id, "Mine?", files=[of_ben])).status_code == 404
        assert (await ada.delete(f"/api/v1/files/{of_ben}")).status_code == 404
    mine = (await put(ada)).json()["id"]
    assert (await say(ada, case_id, "Once.", files=[mine])).status_code == 201
    assert (await say(ada, case_id, "Twice.", files=[mine])).status_code == 404
    assert (await say(ada, case_id, "Twice.", files=[mine, mine])).status_code == 422
    assert (await ada.delete(f"/api/v1/files/{mine}")).status_code == 404


async def test_a_file_that_was_not_sent_can_be_taken_back(house: House, ada: httpx.AsyncClient) -> None:
    file_id = (await put(ada)).json()["id"]
    assert (await ada.get(f"/api/v1/files/{file_id}")).status_code == 200
    assert (await ada.delete(f"/api/v1/files/{file_id}")).status_code == 204
    assert (await ada.get(f"/api/v1/files/{file_id}")).status_code == 404


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><script>alert(1)</script>",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"MZ\x90\0",
        b"PK\x03\x04\0",
    ],
)
async def test_what_is_not_on_the_list_is_not_taken_whatever_it_is_called(
    house: House, ada: httpx.AsyncClient, content: bytes
) -> None:
    refused = await ada.post("/api/v1/files?name=a.png", content=content, headers={"Content-Type": "image/png"})
    assert (refused.status_code, refused.json()["error"]) == (422, "invalid")


async def test_a_channel_is_not_sent_what_it_does_not_take(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces, channel=Channel.TWITTER)
    file_id = (await put(ada, PDF, "a.pdf")).json()["id"]
    refused = await say(ada, case_id, "Here.", files=[file_id])
    assert (refused.status_code, "X takes no documents" in refused.json()["message"]) == (422, True)


async def test_the_one_private_reply_to_a_comment_takes_no_files_and_no_long_text(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, only_public, channel=Channel.FACEBOOK)
    file_id = (await put(ada)).json()["id"]
    assert (await say(ada, case_id, "Here.", files=[file_id])).status_code == 422
    assert (await say(ada, case_id, "word " * 500)).status_code == 422
    assert (await say(ada, case_id, "word " * 300)).status_code == 201


async def test_only_those_who_work_on_cases_put_files_and_only_those_who_see_them_get_them(
    house: House, ada: httpx.AsyncClient
) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    file_id = (await put(ada)).json()["id"]
    await say(ada, case_id, "Here.", files=[file_id])
    async with await house.user("Tina", Role.TRAINER) as tina, house.stranger() as stranger:
        assert (await put(tina)).status_code == 403
        assert (await put(stranger)).status_code == 401
        assert (await tina.get(f"/api/v1/files/{file_id}")).status_code == 403
        assert (await stranger.get(f"/api/v1/files/{file_id}")).status_code == 401
    async with await house.user("Ben") as ben:
        assert (await ben.get(f"/api/v1/files/{file_id}")).status_code == 200


async def test_what_is_handed_out_runs_nothing_and_is_shown_in_place_only_where_that_is_safe(
    house: House, ada: httpx.AsyncClient
) -> None:
    for content, name, shown in (
        (PNG, "ü.png", "inline"),
        (PDF, "b.pdf", "attachment"),
        (b"a,b", "c.csv", "attachment"),
    ):
        file_id = (await put(ada, content, name)).json()["id"]
        headers = (await ada.get(f"/api/v1/files/{file_id}")).headers
        assert headers["content-disposition"].startswith(shown)
        assert headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


async def test_a_file_may_be_larger_than_a_webhook_and_not_larger_than_the_setting(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:

    async with running(tmp_path_factory.mktemp("desk"), aside_file_mb=3) as house:
        house.app.config.REQUEST_MAX_SIZE = 1_048_576
        async with await house.user("Ada") as ada:
            assert (await put(ada, PNG + b"\0" * 2_500_000)).status_code == 201
            refused = await put(ada, PNG + b"\0" * 3_000_000)
            assert (refused.status_code, refused.json()["error"]) == (413, "too_large")

            async def endless() -> object:
                for _ in range(50):
                    yield b"\0" * 100_000

            try:
                cut_off = (await ada.post("/api/v1/files", content=endless())).status_code  # type: ignore[arg-type]
            except httpx.TransportError:
                cut_off = 413
            assert cut_off == 413
            assert (await ada.post("/api/v1/wall", content=b"x" * 2_000_000)).status_code == 413


async def test_an_agent_cannot_fill_the_disk_with_what_is_never_sent(house: House, ada: httpx.AsyncClient) -> None:
    await put(ada)
    await house.db.write(lambda conn: conn.execute(files_table.update().values(size=200_000_000)))
    assert (await put(ada)).status_code == 422


async def test_what_came_along_is_shown_by_where_it_stands(house: House, ada: httpx.AsyncClient) -> None:
    came = [
        Attachment(kind="image", native_id="p1", url="https://secret.example/token"),
        Attachment(kind="document", native_id="p2", name="evil.html"),
        Attachment(kind="video", native_id="p3"),
        Attachment(kind="location", words="52.5163, 13.3777"),
        Attachment(kind="contact", words="Ines Abascal"),
        Attachment(kind="link", url="https://wren.example/", words="Wren"),
        Attachment(kind="link", url="javascript:alert(1)", words="Hm"),
        Attachment(kind="sticker", words="👍"),
        Attachment(kind="image"),
    ]

    def plot(story: Story) -> None:
        message_id = story.says("look")
        told = [{key: value for key, value in _told(one).items() if value} for one in came]
        story.conn.execute(messages.update().where(messages.c.id == message_id).values(attachments=told))
        files.expect(story.conn, message_id, Channel.TELEGRAM, came[:2], story.clock())
        story.hands_over()

    case_id = await house.tell(plot)
    platform = FakePlatform()
    platform.attachments = {
        "p1": Fetched(content=PNG, mime="image/png"),
        "p2": Fetched(content=b"<html>", mime="text/plain"),
    }
    await Fetching({Channel.TELEGRAM: platform}, house.db, house.clock, largest=1_000_000).look()
    answer = await ada.get(f"/api/v1/cases/{case_id}/messages")
    assert "secret.example" not in answer.text
    shown = answer.json()["messages"][0]["attachments"]
    assert [one["status"] for one in shown] == [
        "kept", "refused", "refused", "none", "none", "none", "none", "none", "refused",
    ]  # fmt: skip
    assert (await ada.get(shown[0]["url"])).content == PNG
    assert "not taken" in shown[1]["why"]
    assert shown[3]["url"].startswith("https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777")
    assert (shown[5]["url"], shown[6]["url"]) == ("https://wren.example/", None)


def _told(one: Attachment) -> dict[str, object]:
    return dict(msgspec.to_builtins(one))


async def test_a_long_text_goes_out_in_pieces_and_the_first_is_the_answer(house: House, ada: httpx.AsyncClient) -> None:
    case_id = await claimed(house, ada, both_surfaces)
    said = await say(ada, case_id, "This is one of many sentences. " * 300)
    assert said.status_code == 201
    payloads = await house.read(lambda conn: list(conn.execute(sa.select(outbox.c.payload)).scalars()))
    assert len(payloads) == 3
    assert said.json()["text"] == payloads[0]["text"]
    assert all(len(payload["text"]) <= 4096 and payload["text"].endswith(".") for payload in payloads)


async def test_in_public_a_person_may_say_four_posts_on_x_and_no_more(house: House, ada: httpx.AsyncClient) -> None:
    def plot(story: Story) -> None:
        story.says("where is my order??", Surface.PUBLIC)
        story.hands_over()

    case_id = await claimed(house, ada, plot, channel=Channel.TWITTER)
    text = "This is one of our sentences, and it is not short. " * 18
    asked = await ada.post("/api/v1/wall", json={"text": text, "channel": "twitter"})
    assert asked.json()["findings"] == []
    assert (await say(ada, case_id, text, "public")).status_code == 201
    assert len(await house.read(lambda conn: conn.execute(sa.select(outbox)).all())) == 4
    refused = await say(ada, case_id, text * 2, "public")
    assert (refused.status_code, refused.json()["error"]) == (422, "wall")
