"""How the desk and its API show what became of messages, and have them hidden."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from gateway.happenings import SaidForUs
from gateway.messages import Channel, Place, Surface
from gateway.storage import acts, afterwards, threads, transcript
from gateway.storage.channel_tables import acts as acts_table
from gateway.storage.tables import threads as threads_table
from gateway.storage.vault import Kept
from handoff.users import Role
from tests.factories import ACCOUNT, Story
from tests.integration.desk import House, running

AT = "2026-11-20T10:00:00+00:00"


def plot(story: Story) -> None:
    story.says("my mail is [email]", Surface.PUBLIC)
    story.says("hello")
    story.answers("Hello, how can I help?")


async def write(house: House, case_id: str, number: int, **values: Any) -> int:
    """Have something become of the message of this number in a case's transcript."""

    def change(conn: Connection) -> int:
        message = transcript.page(conn, case_id)[number]
        standing = afterwards.get(conn, message.id)
        assert standing is not None
        text = values.pop("text", None)
        changed = None if text is None else Kept(text=text)
        afterwards.write(conn, standing, changed=changed, **values)
        return message.id

    return await house.db.write(change)


async def test_the_api_tells_what_became_of_messages(tmp_path: Path) -> None:
    async with running(tmp_path) as house, await house.user("Kim") as kim:
        case_id = await house.tell(plot)
        was = [{"text": "hi", "until": AT}]
        reactions = {
            "account/1": {"emoji": "👍", "name": "Ines", "at": AT},
            "account/2": {"emoji": "", "name": "", "at": AT},
        }
        await write(house, case_id, 1, edited=AT, was=was, reactions=reactions)
        await write(house, case_id, 0, text="", removed=AT, hidden=AT)
        body = (await kim.get(f"/api/v1/cases/{case_id}/messages")).json()
        first, second, ours = body["messages"]
        assert (first["text"], first["hidden"], first["removed_at"][:16]) == ("", True, "2026-11-20T10:00")
        assert (second["edited_at"][:16], [one["text"] for one in second["was"]]) == ("2026-11-20T10:00", ["hi"])
        assert [(one["by"], one["emoji"]) for one in second["reactions"]] == [("Ines", "👍")]
        assert (ours["edited_at"], ours["removed_at"], ours["hidden"], ours["was"], ours["via"], ours["act"]) == (
            None, None, False, [], None, None,
        )  # fmt: skip


async def test_the_api_tells_where_the_customer_has_seen_us_and_where_nothing_can_be_said(tmp_path: Path) -> None:
    async with running(tmp_path) as house, await house.user("Kim") as kim:
        case_id = await house.tell(plot)
        await house.db.write(
            lambda conn: conn.execute(
                threads_table.update()
                .where(threads_table.c.surface == "private")
                .values(seen_at=house.clock(), closed="blocked")
            )
        )
        detail = (await kim.get(f"/api/v1/cases/{case_id}")).json()
        private = next(thread for thread in detail["threads"] if thread["surface"] == "private")
        public = next(thread for thread in detail["threads"] if thread["surface"] == "public")
        assert (private["closed"], private["seen"] is not None) == ("blocked", True)
        assert (public["closed"], public["seen"]) == (None, None)
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        assert "Seen <time" in page


async def test_the_page_says_in_words_what_became_of_messages(tmp_path: Path) -> None:
    async with running(tmp_path) as house, await house.user("Kim") as kim:
        case_id = await house.tell(plot)
        await write(house, case_id, 0, text="", removed=AT)
        edited = await write(
            house, case_id, 1, edited=AT, was=[{"text": "<b>hi</b>", "until": AT}],
            reactions={"account/1": {"emoji": "👍", "name": "Ines", "at": AT}},
        )  # fmt: skip
        said = SaidForUs(
            channel=Channel.TELEGRAM, account=ACCOUNT, at=house.clock() + timedelta(minutes=1), native_id="p1",
            place=Place(surface=Surface.PRIVATE, native_id="p"), target="", text="I am on it", via="Page inbox",
        )  # fmt: skip

        def past_us(conn: Connection) -> None:
            private = next(one for one in threads.of_case(conn, case_id) if one.surface is Surface.PRIVATE)
            transcript.append_for_us(conn, case_id, private.id, said, house.clock())

        await house.db.write(past_us)
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        for words in ("deleted by the customer", ">edited</small>", "What it said before", "&lt;b&gt;hi&lt;/b&gt;",
                      "A colleague", "answered in the Page inbox", f'data-key="was-{edited}"'):  # fmt: skip
            assert words in page, words
        assert "👍 <small>Ines</small>" in page


async def test_an_agent_has_a_public_message_hidden_once(tmp_path: Path) -> None:
    async with running(tmp_path) as house, await house.user("Kim") as kim:
        case_id = await house.tell(plot)
        first, second, *_ = (await kim.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        assert f'data-hide="{first["id"]}"' in page
        assert f'data-hide="{second["id"]}"' not in page
        for _ in range(2):
            answer = await kim.post(f"/api/v1/cases/{case_id}/messages/{first['id']}/hide")
            assert answer.status_code == 202
            assert (answer.json()["act"]["status"], answer.json()["act"]["by"]) == ("pending", "agent:Kim")
        rows = await house.read(lambda conn: conn.execute(sa.select(acts_table)).all())
        assert [(row.kind, row.target, row.status) for row in rows] == [("remove", first["native_id"], "pending")]
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        assert "Being removed from the group" in page
        assert f'data-hide="{first["id"]}"' not in page
        taken = await house.db.write(lambda conn: acts.take_due(conn, house.clock(), 10))
        await house.db.write(
            lambda conn: acts.finish(
                conn, taken[0], acts.ActStatus.FAILED, house.clock(), "The bot is no administrator."
            )
        )
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        assert "Not removed from the group: The bot is no administrator." in page
        again = await kim.post(f"/api/v1/cases/{case_id}/messages/{first['id']}/hide")
        assert again.json()["act"]["status"] == "pending"


async def test_only_what_a_customer_said_in_public_can_be_hidden_and_only_by_who_works_on_cases(tmp_path: Path) -> None:
    async with (
        running(tmp_path) as house,
        await house.user("Kim") as kim,
        await house.user("Teo", Role.TRAINER) as trainer,
        house.stranger() as stranger,
    ):
        case_id, other = await house.tell(plot), await house.tell(plot)
        messages = (await kim.get(f"/api/v1/cases/{case_id}/messages")).json()["messages"]
        hide = f"/api/v1/cases/{case_id}/messages"
        assert (await kim.post(f"{hide}/{messages[1]['id']}/hide")).status_code == 422
        assert (await kim.post(f"{hide}/{messages[2]['id']}/hide")).status_code == 422
        assert (await kim.post(f"{hide}/999999/hide")).status_code == 404
        assert (await kim.post(f"/api/v1/cases/{other}/messages/{messages[0]['id']}/hide")).status_code == 404
        assert (await trainer.post(f"{hide}/{messages[0]['id']}/hide")).status_code == 403
        assert (await stranger.post(f"{hide}/{messages[0]['id']}/hide")).status_code == 401


async def test_a_composer_for_somebody_who_has_shut_us_out_says_so(tmp_path: Path) -> None:
    async with running(tmp_path) as house, await house.user("Kim") as kim:
        case_id = await house.tell(lambda story: story.says("hello"))
        await house.db.write(lambda conn: conn.execute(threads_table.update().values(closed="blocked")))
        page = (await kim.get(f"/desk/cases/{case_id}")).text
        obstacle = page.partition('data-obstacle="')[2].partition('"')[0]
        assert "blocked" in obstacle
