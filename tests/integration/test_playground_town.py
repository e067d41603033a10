"""The town as a whole: restart, deliveries, faults, the page, and who may come in."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import httpx
import pytest

from playground.testing import Clock, Gateway, running
from playground.world import World


async def test_ids_keep_growing_and_the_timeline_survives_a_restart(tmp_path: Path) -> None:
    made = []
    for _ in range(2):
        async with running(tmp_path) as town:
            post = await town.play("x/post", customer="ines", text="hello")
            comment = await town.play("facebook/comment", customer="ines", text="hello")
            group = await town.play("telegram/group", customer="ines", text="hello")
            (update, *_) = [json.loads(d["body"])["update_id"] for d in (await town.deliveries("telegram"))[-1:]]
            made.append((int(post["id"]), int(comment["id"].split("_")[1]), group["message_id"], update))
            state = await town.state()
    assert all(later > earlier for earlier, later in zip(*made, strict=True))
    assert [len(state["x"]["posts"]), len(state["telegram"]["messages"])] == [3, 2]
    assert len(state["facebook"]["posts"]) == 1


async def test_what_was_under_way_arrives_after_a_restart(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        await town.play("telegram/group", customer="ines", text="first")
        await town.play("telegram/group", customer="ines", text="second")
        summary = (await town.client.get("/_deliveries")).json()["summary"]["telegram"]
        assert summary["waiting"] == 2
    gateway = Gateway()
    async with running(tmp_path, gateway):
        bodies = await gateway.heard("telegram", 2)
    assert [body["message"]["text"] for body in bodies] == ["first", "second"]


async def test_a_town_that_cannot_be_read_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "playground.json").write_text('{"x": ')
    async with running(tmp_path) as town:
        assert len((await town.state())["x"]["posts"]) == 1
    assert (tmp_path / "playground.unreadable").exists()


async def test_a_gateway_that_does_not_answer_is_named_as_trouble(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        await town.play("facebook/message", customer="tom", text="hello")
        await town.delivery("facebook", "retrying")
        trouble = (await town.state())["delivery"]["facebook"]
        assert trouble == {"waiting": 1, "retrying": 1, "given_up": 0, "error": "no answer (ConnectError)"}


async def test_x_gives_up_after_three_retries_and_telegram_after_a_day(tmp_path: Path) -> None:
    clock = Clock()
    async with running(tmp_path, clock=clock) as town:
        await town.play("x/dm", customer="tom", text="hello")
        await town.play("telegram/group", customer="tom", text="hello")
        assert (await town.delivery("x", "given_up"))["attempts"] == 4
        await town.delivery("telegram", "retrying")
        clock.pass_hours(25)
        await town.delivery("telegram", "given_up")


@pytest.mark.parametrize("kind", ["429", "500html", "403"])
async def test_a_refusing_fault_has_no_effect(tmp_path: Path, kind: str) -> None:
    async with running(tmp_path) as town:
        await town.play("facebook/message", customer="tom", text="hello")
        await town.fault("facebook", kind, count=1, retry_after=3)
        url = f"/facebook/me/messages?access_token={town.settings.facebook_page_access_token}"
        body = {"recipient": {"id": "24610182014886254"}, "message": {"text": "Hi"}}
        answer = await town.client.post(url, json=body)
        assert answer.status_code == {"429": 429, "500html": 500, "403": 403}[kind]
        assert (answer.headers["content-type"].startswith("text/html")) == (kind == "500html")
        assert len((await town.state())["facebook"]["messages"]) == 1
        assert (await town.client.post(url, json=body)).status_code == 200
        assert [call["fault"] for call in await town.calls("facebook")] == [kind, None]


async def test_a_reset_breaks_before_and_a_timeout_after_the_effect(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        await town.play("facebook/message", customer="tom", text="hello")
        url = f"/facebook/me/messages?access_token={town.settings.facebook_page_access_token}"
        for kind, seen in (("reset", 1), ("timeout_after_effect", 2)):
            await town.fault("facebook", kind, count=1, hold=0.2)
            body = {"recipient": {"id": "24610182014886254"}, "message": {"text": "Hi"}}
            with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
                await town.client.post(url, json=body)
            assert len((await town.state())["facebook"]["messages"]) == seen


async def test_an_error_after_the_effect_is_an_error_of_something_that_happened(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        await town.play("facebook/message", customer="tom", text="hello")
        url = f"/facebook/me/messages?access_token={town.settings.facebook_page_access_token}"
        await town.fault("facebook", "500html_after_effect", count=1)
        body = {"recipient": {"id": "24610182014886254"}, "message": {"text": "Hi"}}
        answer = await town.client.post(url, json=body)
        assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (500, "text/html")
        assert len((await town.state())["facebook"]["messages"]) == 2


async def test_an_unknown_fault_is_refused_and_all_can_be_cleared(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        wrong = await town.client.post("/_faults", json={"platform": "x", "kind": "flood"})
        assert wrong.status_code == 400
        await town.fault("x", "429")
        assert (await town.client.delete("/_faults")).json() == {"faults": []}


async def test_the_page_comes_with_a_strict_policy_and_all_its_files(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        home = await town.client.get("/")
        policy = home.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        for name in ("main.js", "ground.css", "places.css", "wren.svg", "plan.svg"):
            found = await town.client.get(f"/static/{name}")
            assert found.status_code == 200
            assert found.headers["x-content-type-options"] == "nosniff"


async def test_open_pages_are_told_of_changes(tmp_path: Path) -> None:
    async with running(tmp_path) as town, town.client.stream("GET", "/_events") as stream:
        lines = stream.aiter_lines()
        assert (await anext(lines)).startswith("retry:")
        await town.play("x/post", customer="ines", text="hello")
        told = [await anext(lines) for _ in range(2)]
        assert 'data: {"kind": "changed"}' in told


@pytest.mark.parametrize(
    ("headers", "status"),
    [({"Content-Type": "text/plain"}, 415), ({"Content-Type": "application/json", "Host": "evil.example:80"}, 421)],
)
async def test_other_sites_in_the_browser_cannot_play(tmp_path: Path, headers: dict[str, str], status: int) -> None:
    async with running(tmp_path) as town:
        body = '{"customer": "ines", "text": "hello"}'
        answer = await town.client.post("/_play/x/post", content=body, headers=headers)
        assert answer.status_code == status
        assert len((await town.state())["x"]["posts"]) == 1


async def test_a_deed_that_makes_no_sense_is_refused_in_words(tmp_path: Path) -> None:
    async with running(tmp_path) as town:
        for deed, body, status in (
            ("x/post", {"customer": "nobody", "text": "hi"}, 404),
            ("x/post", {"customer": "ines", "text": "x" * 281}, 422),
            ("x/post", [], 400),
            ("telegram/press", {"customer": "ines"}, 400),
            ("facebook/follow_way_in", {"customer": "ines", "link": "https://m.me/other?ref=1"}, 422),
        ):
            answer = await town.client.post(f"/_play/{deed}", json=body)
            assert (answer.status_code, bool(answer.json()["error"])) == (status, True), (deed, answer.text)


async def test_the_launcher_stops_within_three_seconds_while_a_page_is_open(tmp_path: Path) -> None:
    port = 20_000 + os.getpid() % 20_000
    environ = os.environ | {"ASIDE_HOME": str(tmp_path), "PLAYGROUND_PORT": str(port), "ASIDE_PORT": "1"}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "playground", env=environ, stderr=asyncio.subprocess.DEVNULL
    )
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(200):
            try:
                await client.get("/_state")
                break
            except httpx.ConnectError:
                await asyncio.sleep(0.1)
        async with client.stream("GET", "/_events") as stream:
            lines = stream.aiter_lines()
            await anext(lines)
            posted = await client.post("/_play/x/post", json={"customer": "ines", "text": "hello"})
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 3) == 0
    kept = World.__struct_fields__
    written = json.loads((tmp_path / "playground.json").read_text())
    assert set(written) == set(kept)
    assert posted.json()["id"] in written["x"]["posts"]
