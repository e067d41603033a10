"""Pictures of the desk in a real browser: `python -m tests.browser.look FOLDER`."""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import FilePayload, Page

from handoff.users import Role
from tests.browser import seed
from tests.browser.chromium import chromium, sign_in
from tests.integration.desk import PASSWORD, running


async def take(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        async with running(Path(home)) as house, chromium() as browser:
            await house.user("Ada Lindqvist", Role.AGENT, PASSWORD)
            await house.user("Ben Okafor", Role.AGENT, PASSWORD)
            wide = {"width": 1440, "height": 900}
            page = await browser.new_page(viewport=wide)  # type: ignore[arg-type]
            page.on("console", lambda message: print(message.text))  # noqa: T201
            page.on("pageerror", lambda error: print(error))  # noqa: T201

            async def shot(name: str, on: Page = page) -> None:
                await on.wait_for_timeout(350)
                await on.screenshot(path=folder / f"{name}.png")

            await page.goto(f"{house.url}/login")
            await shot("01-login")
            await sign_in(page, house, "Ada Lindqvist")
            await shot("02-empty")

            def write(conn: Any) -> str:
                seed.with_the_assistant(conn, house.clock)
                case_id = seed.moved_aside(conn, house.clock)
                seed.queue(conn, house.clock)
                return case_id

            case_id = await house.db.write(write)
            house.bell.ring()
            await page.wait_for_selector("a.row")
            await shot("03-queue")
            await page.goto(f"{house.url}/desk/cases/{case_id}")
            await shot("04-case")
            await page.evaluate("document.getElementById('scroller').scrollTop = 0")
            await shot("04-case-top")
            await page.click("button[data-act=claim]")
            await page.wait_for_selector("#head[data-mine=yes]")
            await page.check("input[value=note]", force=True)
            await page.fill("#text", "PostNord confirmed by phone: lost in Malmö. Reship from Lund today.")
            await page.keyboard.press("Control+Enter")
            await page.wait_for_selector(".scene.note")
            await page.check("input[value=private]", force=True)
            await page.fill(
                "#text", "Hello Marta, I'm Ada. The carrier lost it, I am sorry.\n\nA new one leaves today."
            )
            await page.keyboard.press("Control+Enter")
            await page.wait_for_selector(".by-agent .is-queued")
            await shot("05-answered")
            await page.check("input[value=public]", force=True)
            await page.fill("#text", "Hi Marta, your order WR-48213 ships today. Could you send us your e-mail?")
            await page.wait_for_selector("#wall mark")
            await shot("06-wall")
            await page.fill("#text", "Thanks for your patience, we have written to you.")
            await page.wait_for_selector("#wall[data-clear=yes]")
            await shot("07-public-clear")
            await page.locator("summary", has_text="Transfer").click()
            await shot("08-menu")
            await page.keyboard.press("Escape")
            for width, height in ((1024, 768), (390, 844)):
                await page.set_viewport_size({"width": width, "height": height})
                await shot(f"09-case-{width}")
            await page.goto(f"{house.url}/desk")
            await shot("10-list-390")
            along = await house.db.write(lambda conn: seed.with_attachments(conn, house.clock))
            picture = FilePayload(name="replacement.png", mimeType="image/png", buffer=seed.PICTURE)
            evil = FilePayload(name="macro.svg", mimeType="image/svg+xml", buffer=b"<svg onload=alert(1)>")
            for width, height in ((1440, 900), (390, 844)):
                await page.set_viewport_size({"width": width, "height": height})
                await page.goto(f"{house.url}/desk/cases/{along}")
                if width > 1000:
                    await page.click("button[data-act=claim]")
                await page.wait_for_selector("#head[data-mine=yes]")
                await page.fill("#text", "Here is what a new one looks like.")
                await page.set_input_files("#file", [picture, evil])
                await page.wait_for_selector(".along li[data-state=ready] img")
                await page.wait_for_selector(".along li[data-state=refused]")
                await shot(f"15-files-{width}")
                await page.evaluate("document.getElementById('scroller').scrollTop = 0")
                await shot(f"15-files-{width}-top")
            dark = await browser.new_context(viewport=wide, color_scheme="dark")  # type: ignore[arg-type]
            night = await dark.new_page()
            await sign_in(night, house, "Ben Okafor")
            await shot("11-dark-desk", night)
            await night.goto(f"{house.url}/desk/cases/{case_id}")
            await shot("12-dark-case", night)
            await page.set_viewport_size({"width": 1440, "height": 900})
            await page.goto(f"{house.url}/docs")
            await shot("13-docs")
            await page.goto(f"{house.url}/desk/cases/nothing")
            await shot("14-not-found")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    asyncio.run(take(target))
