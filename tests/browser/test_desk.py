"""The desk in a real browser: what an agent sees and does, and what a customer cannot make it do."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, FilePayload, Page, expect

from gateway.messages import Channel, Surface
from gateway.sending.parcels import OutboxStatus
from tests.browser import seed
from tests.browser.chromium import chromium, sign_in
from tests.factories import Story
from tests.integration.desk import PASSWORD, House, running

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>{{7*7}}\"'"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with running(tmp_path) as house:
        await house.user("Ada Lindqvist", password=PASSWORD)
        await house.user("Ben Okafor", password=PASSWORD)
        yield house


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with chromium() as browser:
        yield browser


class Watched:
    """A page, and everything that went wrong on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[str] = []
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", lambda line: self.faults.append(line.text) if line.type == "error" else None)


async def at_the_desk(browser: Browser, house: House, name: str = "Ada Lindqvist", **options: Any) -> Watched:
    context = await browser.new_context(**options)
    watched = Watched(await context.new_page())
    await sign_in(watched.page, house, name)
    await watched.page.wait_for_selector("#live[data-state=live]")
    return watched


async def busy(house: House) -> str:
    def write(conn: Any) -> str:
        seed.with_the_assistant(conn, house.clock)
        case_id = seed.moved_aside(conn, house.clock)
        seed.queue(conn, house.clock)
        return case_id

    case_id = await house.db.write(write)
    house.bell.ring()
    return case_id


async def say_in(house: House, story: Story, text: str) -> None:
    def write(conn: Any) -> None:
        story.conn = conn
        story.says(text)

    await house.db.write(write)
    house.bell.ring()


async def test_files_are_attached_pasted_removed_and_sent_with_the_keyboard(house: House, browser: Browser) -> None:
    case_id = await house.db.write(lambda conn: seed.with_attachments(conn, house.clock))
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await expect(page.locator(".picture img")).to_have_js_property("naturalWidth", 320)
    await expect(page.locator(".attachment.is-refused")).to_contain_text("larger than 20 MB")
    await page.click("button[data-act=claim]")
    await page.wait_for_selector("#head[data-mine=yes]")
    await page.focus("#attach")
    async with page.expect_file_chooser() as chooser:
        await page.keyboard.press("Enter")
    await (await chooser.value).set_files(
        [
            FilePayload(name="lamp.png", mimeType="image/png", buffer=seed.PICTURE),
            FilePayload(name="evil.png", mimeType="image/png", buffer=b"<svg onload=alert(1)>"),
        ]
    )
    await expect(page.locator(".along li[data-state=ready]")).to_have_count(1)
    refused = page.locator(".along li[data-state=refused]")
    await expect(refused).to_contain_text("not taken")
    heard = page.locator("#along-words")
    await expect(heard).to_contain_text("lamp.png is attached.")
    await expect(heard).to_contain_text("evil.png: ")
    await refused.locator("button").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator(".along li")).to_have_count(1)
    await page.evaluate(
        """() => {
            const carried = new DataTransfer();
            carried.items.add(new File(["order,price"], "list.csv", { type: "text/csv" }));
            const paste = new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true });
            document.getElementById("text").dispatchEvent(paste);
        }"""
    )
    await expect(page.locator(".along li[data-state=ready]")).to_have_count(2)
    await page.check("input[value=note]", force=True)
    await expect(page.locator("#attach")).to_be_disabled()
    await page.check("input[value=private]", force=True)
    await page.focus("#text")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.by-me")).to_have_count(2)
    await expect(page.locator(".message.by-me .paper")).to_contain_text("list.csv")
    await expect(page.locator(".along li")).to_have_count(0)
    assert not [fault for fault in desk.faults if "422" not in fault]


async def test_a_case_comes_in_by_itself_is_claimed_answered_and_resolved(house: House, browser: Browser) -> None:
    desk = await at_the_desk(browser, house)
    page = desk.page
    await expect(page.locator("h1", has_text="Nobody is waiting")).to_be_visible()
    await busy(house)
    await expect(page.locator("a.row")).to_have_count(6)
    await expect(page).to_have_title("(6) Aside")
    await page.locator("a.row", has_text="Marta").click()
    await expect(page.locator(".scene.public .scene-head")).to_contain_text("everyone can read this")
    await expect(page.locator(".scene.private .scene-head").first).to_contain_text("in private")
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("Hello Marta, I'm on it.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.by-me .delivery")).to_have_text("Sending")
    await expect(page.locator("#text")).to_have_value("")
    await expect(page.locator(".head-state")).to_contain_text("Customer's turn")
    await page.locator("summary", has_text="Resolve").click()
    await page.locator(".menu-sheet button", has_text="Resolve").click()
    await expect(page.locator(".head-state")).to_contain_text("Resolved")
    assert desk.faults == []


async def test_customers_words_never_become_markup(house: House, browser: Browser) -> None:
    def plot(story: Story) -> None:
        story.says(EVIL, Surface.PUBLIC, title=EVIL)
        story.says(EVIL)
        story.hands_over(topic="<b>topic</b>")

    case_id = await house.tell(plot, channel=Channel.TELEGRAM, name=EVIL, handle=EVIL)
    desk = await at_the_desk(browser, house)
    await desk.page.goto(f"{house.url}/desk/cases/{case_id}")
    await expect(desk.page.locator(".words").first).to_have_text(EVIL)
    await expect(desk.page.locator("h2").first).to_have_text(EVIL)
    await desk.page.get_by_role("button", name="Claim").click()
    await desk.page.wait_for_selector("#head[data-mine=yes]")
    await desk.page.locator("label.for-public").click()
    await desk.page.fill("#text", EVIL + " write to a@b.example")
    await desk.page.wait_for_selector("#wall mark")
    assert await desk.page.title() == f"{EVIL} · Aside"
    assert await desk.page.locator("main img, main script, aside img, nav img").count() == 0
    assert desk.faults == []


async def test_a_public_text_that_the_wall_refuses_is_marked_and_sent_in_private_instead(
    house: House, browser: Browser
) -> None:
    case_id = await busy(house)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await page.get_by_role("button", name="Claim").click()
    await page.wait_for_selector("#head[data-mine=yes]")
    await expect(page.locator("#send")).to_contain_text("Send privately")
    await page.locator("label.for-public").click()
    await expect(page.locator("#send")).to_contain_text("Post in public on X")
    await page.fill("#text", "Hi, please send us your order number 😀 or write to marta@example.com")
    await expect(page.locator("#wall mark").last).to_have_text("marta@example.com")
    await expect(page.locator("#send")).to_be_disabled()
    await page.locator("#instead").click()
    await expect(page.locator(".scene.private .by-me .words")).to_contain_text("marta@example.com")
    await expect(page.locator(".scene.public .by-me")).to_have_count(0)
    assert desk.faults == []


async def test_after_a_public_post_the_composer_is_private_again(house: House, browser: Browser) -> None:
    case_id = await busy(house)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await page.keyboard.press("c")
    await page.wait_for_selector("#head[data-mine=yes]")
    await page.locator("label.for-public").click()
    await page.fill("#text", "Thanks for your patience!")
    await page.wait_for_selector("#wall[data-clear=yes]")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".scene.public .by-me .words")).to_have_text("Thanks for your patience!")
    await expect(page.locator("#composer")).to_have_attribute("data-mode", "private")
    assert desk.faults == []


async def test_what_comes_in_disturbs_neither_draft_nor_focus_nor_place(house: House, browser: Browser) -> None:
    stories: list[Story] = []

    def plot(story: Story) -> None:
        for number in range(40):
            story.says(f"line {number}")
        story.hands_over()
        stories.append(story)

    case_id = await house.tell(plot)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await page.get_by_role("button", name="Claim").click()
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("half a sent")
    await page.evaluate("document.getElementById('scroller').scrollTop = 100")
    await page.wait_for_selector("#live[data-state=live]")
    await say_in(house, stories[0], "are you there?")
    await expect(page.locator(".words", has_text="are you there?")).to_have_count(1)
    await expect(page.locator("#newer")).to_be_visible()
    assert await page.evaluate("document.getElementById('scroller').scrollTop") == 100
    await page.keyboard.type("ence")
    await expect(page.locator("#text")).to_have_value("half a sentence")
    await page.locator("#newer").click()
    await say_in(house, stories[0], "hello?")
    await expect(page.locator(".words", has_text="hello?")).to_be_in_viewport()
    await page.reload()
    await expect(page.locator("#text")).to_have_value("half a sentence")
    assert desk.faults == []


async def test_two_agents_see_each_other_and_only_one_can_answer(house: House, browser: Browser) -> None:
    case_id = await busy(house)
    ada, ben = await at_the_desk(browser, house), await at_the_desk(browser, house, "Ben Okafor")
    for desk in (ada, ben):
        await desk.page.goto(f"{house.url}/desk/cases/{case_id}")
        await desk.page.wait_for_selector("#live[data-state=live]")
    await ada.page.get_by_role("button", name="Claim").click()
    await expect(ben.page.locator(".head-state")).to_contain_text("with Ada Lindqvist")
    await expect(ben.page.get_by_role("button", name="Claim")).to_have_count(0)
    await expect(ben.page.locator("#reach")).to_contain_text("Ada Lindqvist has this case")
    await ben.page.fill("#text", "I know her, she is nice.")
    await ben.page.locator("#send").click()
    await expect(ada.page.locator(".scene.note .words")).to_have_text("I know her, she is nice.")
    assert ada.faults == ben.faults == []


async def test_what_became_of_a_message_is_said_in_words(house: House, browser: Browser) -> None:
    def plot(story: Story) -> None:
        story.says("hi")
        for status in (OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.UNCLEAR):
            story.answers(f"this is {status}")
            story.conn.exec_driver_sql(
                "UPDATE messages SET delivery = ? WHERE text = ?", (status.value, f"this is {status}")
            )
        story.hands_over()

    case_id = await house.tell(plot)
    desk = await at_the_desk(browser, house)
    await desk.page.goto(f"{house.url}/desk/cases/{case_id}")
    words = await desk.page.locator(".delivery").all_inner_texts()
    assert [word.split()[0] for word in words] == ["Sent", "Not", "Unclear"]
    assert "may have arrived" in words[2]


async def test_the_desk_says_when_it_is_cut_off_and_catches_up(house: House, browser: Browser) -> None:
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.route("**/api/v1/events**", lambda route: route.abort())
    await page.reload()
    await expect(page.locator("#offline")).to_be_visible(timeout=15_000)
    await busy(house)
    await page.unroute("**/api/v1/events**")
    await expect(page.locator("a.row")).to_have_count(6, timeout=20_000)
    await expect(page.locator("#offline")).to_be_hidden()


async def test_everything_can_be_done_by_keyboard(house: House, browser: Browser) -> None:
    await busy(house)
    desk = await at_the_desk(browser, house)
    page = desk.page
    await page.keyboard.press("?")
    await expect(page.locator("dialog")).to_be_visible()
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.wait_for_selector("#head")
    await page.keyboard.press("c")
    await page.wait_for_selector("#head[data-mine=yes]")
    await page.keyboard.press("n")  # the keys go on working: it is no letter of an answer
    await expect(page.locator("#text")).to_be_focused()
    await expect(page.locator("#text")).to_have_value("")
    await page.keyboard.type("note to self")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".scene.note .words")).to_have_text("note to self")
    assert desk.faults == []


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (1024, 768), (390, 844)])
async def test_no_width_needs_scrolling_to_the_side(house: House, browser: Browser, width: int, height: int) -> None:
    case_id = await busy(house)
    desk = await at_the_desk(browser, house, viewport={"width": width, "height": height})
    page = desk.page
    for path in ("/login", "/desk", f"/desk/cases/{case_id}", "/docs"):
        await page.goto(house.url + path)
        assert await page.evaluate("document.documentElement.scrollWidth") <= width, path
    await page.goto(f"{house.url}/desk/cases/{case_id}")
    await expect(page.locator("#part-conversation")).to_be_visible()
    await expect(page.locator(".lists")).to_be_visible(visible=width > 720)
    if width < 1180:
        await page.locator("#side-button").click()
    await expect(page.locator("#side")).to_contain_text("Machine-made summary")
