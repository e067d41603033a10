"""What became of messages, in a real browser: read, unfolded and acted upon by keys, also on a narrow screen."""

from typing import Any

from playwright.async_api import Browser, expect
from sqlalchemy.engine import Connection

from gateway.messages import Surface
from gateway.storage import acts, afterwards, events, transcript
from gateway.storage.vault import Kept
from tests.browser.test_desk import at_the_desk, browser, house
from tests.factories import Story
from tests.integration.desk import House

__all__ = ["browser", "house"]
AT = "2026-11-20T10:00:00+00:00"


def story_of(conn: Connection, house: House) -> str:
    story = Story(conn, house.clock)
    story.says("my mail is ines@example.org, where is my parcel?", Surface.PUBLIC)
    story.says("hello")
    return story.case_id


async def become(house: House, case_id: str, number: int, **values: Any) -> None:
    def write(conn: Connection) -> None:
        standing = afterwards.get(conn, transcript.page(conn, case_id)[number].id)
        assert standing is not None
        text = values.pop("text", None)
        changed = None if text is None else Kept(text=text)
        afterwards.write(conn, standing, changed=changed, **values)
        events.append(conn, "message.changed", case_id=case_id, actor="customer", epoch=0, at=house.clock())

    await house.db.write(write)
    house.bell.ring()


async def test_edits_and_deletions_appear_by_themselves_and_a_leak_is_hidden_with_the_keyboard(
    house: House, browser: Browser
) -> None:
    case_id = await house.db.write(lambda conn: story_of(conn, house))
    desk = await at_the_desk(browser, house, viewport={"width": 390, "height": 760})
    page = desk.page
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    first, second = page.locator(".message").nth(0), page.locator(".message").nth(1)

    await become(house, case_id, 1, text="good evening", edited=AT, was=[{"text": "hello", "until": AT}])
    await expect(second.locator(".edited")).to_have_text("edited")
    await second.locator(".was summary").focus()
    await page.keyboard.press("Enter")
    await expect(second.locator(".was li")).to_contain_text("hello")

    await first.locator(".deeds summary").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await expect(first.locator(".deed")).to_contain_text("Being removed from the group")
    await expect(first.locator(".deeds")).to_have_count(0)
    await expect(second.locator(".was")).to_have_attribute("open", "")  # what was unfolded stays so

    def refused(conn: Connection) -> None:
        act = acts.take_due(conn, house.clock(), 1)[0]
        acts.finish(conn, act, acts.ActStatus.FAILED, house.clock(), "The bot is no administrator.")

    await house.db.write(refused)
    house.bell.ring()
    await expect(first.locator(".deed")).to_contain_text("Not removed from the group: The bot is no administrator.")
    await become(house, case_id, 0, text="", removed=AT)
    await expect(first.locator(".words")).to_contain_text("deleted by the customer")
    too_wide = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")
    assert not too_wide
    assert desk.faults == []
