"""Take the pictures of the documents from a real run: `make screenshots`. Needs chromium."""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.stack import ROOT, Stack, running

PICTURES = ROOT / "docs" / "pictures"
CHROMIUM = "/usr/bin/chromium"


def tell_stories(stack: Stack) -> None:
    """Some lively conversations, as customers have them."""
    stack.play("x/post", customer="mei", text="@WrenAndCo do you do gift cards?")
    stack.play("facebook/comment", customer="tom", text="Do you ship to Ireland?")
    stack.play("telegram/group", customer="amara", text="where is my order??")
    sent = stack.play("x/post", customer="ines", text="@WrenAndCo where is my order?? it was due on Monday")
    invitation = stack.until(lambda: [p for p in stack.state()["x"]["posts"] if p["in_reply_to"] == sent["id"]])[0]
    composer = stack.play("x/follow_way_in", customer="ines", post=invitation["id"])["composer"]
    stack.play("x/dm", customer="ines", text=composer["text"])
    stack.until(lambda: [m for m in stack.state()["x"]["messages"] if "order number" in m["text"]])
    stack.play("x/dm", customer="ines", text="104217")
    stack.play("facebook/comment", customer="ines", text="where's my parcel? three weeks now")
    stack.play("telegram/private", customer="ines", text="What are your opening hours?")
    stack.play("facebook/message", customer="sofia", text="I want a human please")
    time.sleep(2)
    stack.play("x/dm", customer="ines", text="can I talk to somebody about the delay?")
    stack.case_of("can I talk to somebody about the delay?")
    time.sleep(2)


def sign_in(page: Page, stack: Stack) -> None:
    """As the demo agent whose password the run printed."""
    printed = stack.output.read_text()
    name, password = printed.split("Sign in", 1)[1].splitlines()[0].split("/")
    page.goto(f"http://127.0.0.1:{stack.port}/login")
    page.get_by_label("Name").fill(name.strip())
    page.get_by_label("Password").fill(password.strip())
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk**")


def main() -> None:
    """Run everything, play, and take the pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, running(Path(home) / "stack") as stack, sync_playwright() as play:
        tell_stories(stack)
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto(f"http://127.0.0.1:{stack.playground_port}/")
        page.wait_for_timeout(1500)
        page.screenshot(path=PICTURES / "playground.png")
        sign_in(page, stack)
        case = stack.case_of("can I talk to somebody about the delay?")
        page.goto(f"http://127.0.0.1:{stack.port}/desk/cases/{case['id']}")
        page.get_by_role("button", name="Claim").click()
        page.wait_for_timeout(6000)  # until what is said about it has gone
        page.screenshot(path=PICTURES / "desk.png")
        browser.close()


if __name__ == "__main__":
    main()
