"""The playground's page in a real browser: what was said can be read at any size, what one is about to do is told."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from playground.testing import Town, running
from tests.browser.chromium import chromium

TOLD = "Order 104217 is on its way with Swift Parcel and should be with you on Monday."


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with running(tmp_path) as town:
        yield town


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def square(browser: Browser, town: Town, width: int = 1280, height: int = 800) -> Page:
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.goto(town.url)
    await page.wait_for_selector("#telegram .private .tray")
    return page


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
async def test_what_was_said_last_in_private_can_be_read_above_the_buttons(
    town: Town, browser: Browser, width: int, height: int
) -> None:
    await town.play("telegram/private", customer="ines", text=TOLD)
    page = await square(browser, town, width, height)
    last = page.locator("#telegram .private .bubble").last
    await last.scroll_into_view_if_needed()
    await expect(last).to_be_in_viewport(ratio=1)
    tray = await page.locator("#telegram .private .tray").bounding_box()
    said = await page.locator("#telegram .private .scroll").bounding_box()
    assert tray is not None
    assert said is not None
    assert tray["height"] < 40, "one line, whatever it holds"
    assert said["height"] > 100


async def test_an_empty_place_is_read_from_its_beginning(town: Town, browser: Browser) -> None:
    page = await square(browser, town)
    for plot in ("x", "facebook", "telegram"):
        assert await page.locator(f"#{plot} .private .scroll").evaluate("one => one.scrollTop") == 0


async def test_what_is_changed_is_said_above_the_text_field_and_escape_ends_it(town: Town, browser: Browser) -> None:
    await town.play("telegram/private", customer="ines", text="where is my order?")
    page = await square(browser, town)
    field = page.locator("#say-telegram-private")
    change = page.locator("#telegram .private").get_by_role("button", name="Edit")
    await change.click()
    await expect(page.locator("#telegram .private .answering")).to_contain_text("Changing what you said")
    await expect(field).to_have_value("where is my order?")
    await page.keyboard.press("Escape")
    await expect(page.locator("#telegram .private .answering")).to_be_hidden()
    await expect(field).to_have_value("")
    await field.fill("hello?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#telegram .private .bubble")).to_have_count(3)  # with the /start before all
    await change.last.click()
    await field.fill("hello there?")
    await page.keyboard.press("Enter")
    await expect(page.locator("#telegram .private .bubble").last).to_contain_text("hello there? (edited)")
    await expect(page.locator("#telegram .private .bubble")).to_have_count(3)
