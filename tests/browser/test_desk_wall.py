"""The wall in the composer: what is marked, what goes out in private instead, what a supervisor lets pass."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from gateway.messages import Channel, Surface
from handoff.users import Role
from tests.browser.chromium import chromium
from tests.browser.test_desk import at_the_desk, busy
from tests.factories import Story
from tests.integration.desk import PASSWORD, House, running


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path) as house:
        await house.user("Ada Lindqvist", password=PASSWORD)
        yield house


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


async def write_in_public(page: Page, house: House, case_id: str) -> None:
    """Open a case, claim it, and turn to the public box."""
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await page.get_by_role("button", name="Claim").click()
    await page.wait_for_selector("#head[data-mine=yes]")
    await page.locator("label.for-public").click()


async def test_a_private_answer_pasted_into_the_public_box_goes_out_in_private(house: House, browser: Browser) -> None:
    def plot(story: Story) -> None:
        story.says("where is my order??", Surface.PUBLIC)
        story.says("I paid €49,90, my name is Marta Keller")
        story.hands_over()

    case_id = await house.tell(plot)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await write_in_public(page, house, case_id)
    await page.fill("#text", "Hi! Your 49.90 EUR are there, Ms Keller.")
    await expect(page.locator("#wall mark").first).to_have_text("49.90 EUR")
    await expect(page.locator("#wall mark").last).to_have_text("Keller")
    await expect(page.locator("#override")).to_be_hidden()
    await expect(page.locator("#send")).to_be_disabled()
    await page.locator("#instead").click()
    await expect(page.locator(".scene.private .by-me .words")).to_contain_text("49.90 EUR")
    await expect(page.locator(".scene.public .by-me")).to_have_count(0)
    assert desk.faults == []


async def test_a_supervisor_says_what_the_wall_refuses_for_its_wording_with_a_reason(
    house: House, browser: Browser
) -> None:
    case_id = await busy(house)
    await house.user("Sue Okafor", Role.SUPERVISOR, PASSWORD)
    desk = await at_the_desk(browser, house, "Sue Okafor")
    page = desk.page
    await write_in_public(page, house, case_id)
    await page.fill("#text", "Your order has shipped.")
    await expect(page.locator("#override")).to_be_visible()
    await expect(page.locator("#send")).to_be_disabled()
    await page.fill("#override-why", "They posted the shipping note themselves.")
    await expect(page.locator("#send")).to_be_enabled()
    await page.locator("#send").click()
    await expect(page.locator(".scene.public .by-me .words")).to_have_text("Your order has shipped.")
    assert desk.faults == []


async def test_where_nothing_can_be_sent_privately_instead_the_wall_says_what_can_be_done(
    house: House, browser: Browser
) -> None:
    def plot(story: Story) -> None:
        story.says("where is my order??", Surface.PUBLIC)
        story.hands_over()

    case_id = await house.tell(plot, channel=Channel.TWITTER)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await write_in_public(page, house, case_id)
    await page.fill("#text", "What is your order number?")
    await expect(page.locator("#wall mark").first).to_be_visible()
    await expect(page.locator("#instead")).to_be_hidden()
    await expect(page.locator("#wall-else")).to_contain_text("ask them to send a direct message")
    await page.fill("#text", "Thanks for waiting!")
    await expect(page.locator("#wall[data-clear=yes]")).to_be_visible()
    await expect(page.locator("#wall-else")).to_be_hidden()
    assert desk.faults == []
