"""The desk's page of channels in a real browser: live, by keyboard, on any width, and with nobody's words in it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from sqlalchemy.engine import Connection

from gateway.credentials import Account
from gateway.intake import inbox
from gateway.intake.inbox import InboxStatus
from gateway.messages import Channel, RawEvent
from gateway.storage import checks
from gateway.storage.checks import Finding
from gateway.storage.tables import inbox as inbox_table
from handoff.users import Role
from tests.browser.chromium import chromium
from tests.browser.test_desk import at_the_desk
from tests.integration.desk import PASSWORD, House, running

ACCOUNTS = [
    Account(channel=Channel.TWITTER, lacking=[], receives="webhook", native_id="158"),
    Account(channel=Channel.FACEBOOK, lacking=["FACEBOOK_SECRET"], receives="webhook", native_id=""),
    Account(channel=Channel.TELEGRAM, lacking=[], receives="polling", native_id="720"),
]


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path, accounts=ACCOUNTS) as house:
        await house.user("Ada Lindqvist", Role.SUPERVISOR, PASSWORD)
        yield house


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def set_aside(house: House, count: int = 1) -> None:
    def write(conn: Connection) -> None:
        body = json.dumps({"update_id": 1, "poll": {"type": "quiz", "question": "Where is Ines?"}}).encode()
        events = [RawEvent(native_id=f"u{number}", payload=body) for number in range(count)]
        inbox.record(conn, Channel.TELEGRAM, "720", events, house.clock())
        conn.execute(inbox_table.update().values(status=InboxStatus.SET_ASIDE, reason="not_understood"))

    await house.db.write(write)
    house.bell.ring()


async def ill(house: House, words: str) -> None:
    finding = Finding(name="webhook", well=False, words=words, advice="`aside channels connect`")
    await house.db.write(lambda conn: checks.note(conn, Channel.TWITTER, "158", [finding], house.clock()))
    house.bell.ring()


async def test_what_turns_ill_is_seen_at_once_on_every_page(house: House, browser: Browser) -> None:
    desk = await at_the_desk(browser, house)
    channels = await at_the_desk(browser, house)
    await channels.page.goto(f"{house.url}/desk/channels")
    await channels.page.wait_for_selector("#live[data-state=live]")
    await expect(channels.page.locator(".channel.is-well")).to_have_count(2)
    await ill(house, "X does not deliver <b>any more</b>.")
    await expect(channels.page.locator(".channel.is-unwell")).to_contain_text("X does not deliver <b>any more</b>.")
    await expect(desk.page.locator(".trouble")).to_contain_text("its webhook is not well")
    await desk.page.click(".trouble a")
    await expect(desk.page.locator("#channel-twitter")).to_be_visible()
    assert channels.faults == []
    assert desk.faults == []


async def test_what_was_set_aside_is_opened_and_looked_at_again_by_keyboard(house: House, browser: Browser) -> None:
    await set_aside(house, 2)
    watched = await at_the_desk(browser, house)
    page = watched.page
    await page.keyboard.press("Tab")
    await page.get_by_role("link", name="Channels").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".events")
    await page.locator("details.event summary").first.focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("details.event[open] .event-outline")).to_contain_text('"quiz"')
    assert "Ines" not in await page.content()
    await page.locator("details.event[open] button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".toast")).to_contain_text("1 event is looked at again")
    await expect(page.locator("details.event")).to_have_count(1)
    await page.get_by_role("button", name="Look again").first.click()
    await expect(page.locator("#part-channels")).to_contain_text("everything that came in was understood")
    assert watched.faults == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844), (320, 640)])
async def test_no_width_needs_scrolling_to_the_side(house: House, browser: Browser, width: int, height: int) -> None:
    await set_aside(house, 3)
    await ill(house, f"A long sentence about https://very.long.example/{'x' * 90} that has to be broken somewhere.")
    watched = await at_the_desk(browser, house, viewport={"width": width, "height": height})
    await watched.page.goto(f"{house.url}/desk/channels")
    await watched.page.locator("details.event summary").first.click()
    for of in ("document.documentElement", "document.getElementById('channels')"):
        assert await watched.page.evaluate(f"{of}.scrollWidth <= {of}.clientWidth + 1"), of
