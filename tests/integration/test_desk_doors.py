"""Who gets in: sign-in, sessions, tokens, CSRF, and a matrix of every route by every role."""

import asyncio
import re
import time
from collections import Counter
from functools import partial
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from gateway.storage.desk_tables import sessions, tokens, users
from gateway.storage.tables import events
from handoff import devices, passwords
from handoff import sign_in as sign_in_of
from handoff import tokens as tokens_of
from handoff import users as users_of
from handoff.errors import Invalid
from handoff.users import Role
from tests.factories import Story
from tests.integration.desk import PASSWORD, House, running

HTML = {"Accept": "text/html"}


async def sign_in(client: httpx.AsyncClient, name: str, password: str = PASSWORD, **options: object) -> httpx.Response:
    return await client.post("/login", data={"name": name, "password": password}, **options)  # type: ignore[arg-type]


def from_elsewhere(house: House) -> httpx.AsyncClient:
    """A browser at another address."""
    transport = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
    return httpx.AsyncClient(base_url=house.url, timeout=20, transport=transport)


async def csrf_of(client: httpx.AsyncClient) -> str:
    page = (await client.get("/desk", headers=HTML)).text
    return page.split('name="csrf" content="')[1].split('"')[0]


async def test_signing_in_opens_the_desk_and_signing_out_closes_it(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        asked = await browser.get("/desk/cases/x?list=mine", headers=HTML)
        assert (asked.status_code, asked.headers["location"]) == (302, "/login?next=%2Fdesk%2Fcases%2Fx%3Flist%3Dmine")
        entered = await browser.post(asked.headers["location"], data={"name": "Ada", "password": PASSWORD})
        assert (entered.status_code, entered.headers["location"]) == (303, "/desk/cases/x?list=mine")
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        assert "Secure" not in cookie
        assert (await browser.get("/desk", headers=HTML)).status_code == 200
        assert (await browser.get("/login", headers=HTML)).headers["location"] == "/desk"
        left = await browser.post("/logout", data={"csrf": await csrf_of(browser)})
        assert left.headers["location"] == "/login"
        assert (await browser.get("/desk", headers=HTML)).status_code == 302
    assert await house.read(lambda conn: conn.execute(sa.select(sessions)).all()) == []


async def test_the_cookie_is_secure_where_the_desk_is_reached_by_https(tmp_path: Path) -> None:
    async with running(tmp_path, aside_url="https://desk.example") as house, house.stranger() as browser:
        await house.user("Ada", password=PASSWORD)
        answer = await sign_in(browser, "Ada")
        assert "Secure" in answer.headers["set-cookie"]
        assert answer.headers["strict-transport-security"]


async def test_the_cookie_is_not_in_the_store(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        secret = browser.cookies["aside_session"]
    kept = await house.read(lambda conn: conn.execute(sa.select(sessions.c.token_hash)).scalar_one())
    assert len(kept) == 64
    assert kept != secret


async def test_each_sign_in_makes_a_new_session_and_ends_the_one_before(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        first = browser.cookies["aside_session"]
        await sign_in(browser, "Ada")
        assert browser.cookies["aside_session"] != first
    async with house.stranger() as thief:
        thief.cookies.set("aside_session", first)
        assert (await thief.get("/api/v1/cases")).status_code == 401


@pytest.mark.parametrize(
    "next_page", ["https://evil.example/", "//evil.example", "/desk\\@evil", "javascript:1", "/api/v1"]
)
async def test_signing_in_never_leads_to_another_site(house: House, next_page: str) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        answer = await browser.post("/login", params={"next": next_page}, data={"name": "Ada", "password": PASSWORD})
        assert answer.headers["location"] == "/desk"


async def test_a_session_ends_after_twelve_idle_hours_or_seven_days(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        house.clock.pass_by(hours=12, seconds=1)
        assert (await browser.get("/api/v1/cases")).status_code == 401
        await sign_in(browser, "Ada")
        for _ in range(14):
            house.clock.pass_by(hours=11, minutes=59)
            assert (await browser.get("/api/v1/cases")).status_code == 200
        house.clock.pass_by(hours=1)
        assert (await browser.get("/api/v1/cases")).status_code == 401


async def test_five_failures_close_a_name_for_a_quarter_of_an_hour_to_where_they_came_from(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser, from_elsewhere(house) as elsewhere:
        refusals = [await sign_in(browser, "Ada", "wrong wrong wrong") for _ in range(5)]
        assert {answer.status_code for answer in refusals} == {401}
        closed = await sign_in(browser, "Ada")
        assert closed.status_code == 429
        assert "try again in 15 minutes" in closed.text
        assert (await sign_in(elsewhere, "Ada")).status_code == 303
        house.clock.pass_by(minutes=15, seconds=1)
        assert (await sign_in(browser, "Ada")).status_code == 303
    log = await house.read(lambda conn: list(conn.execute(sa.select(events.c.kind)).scalars()))
    assert log == ["desk.sign_in_failed"] * 5 + ["desk.signed_in"] * 2


async def test_a_refusal_tells_nothing_of_names(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        for _ in range(6):
            real, unknown = [await sign_in(browser, name, "wrong wrong wrong") for name in ("Ada", "Bob")]
            assert real.status_code == unknown.status_code
            assert real.text.replace("Ada", "") == unknown.text.replace("Bob", "")
        assert real.status_code == 429


async def test_whoever_has_signed_in_before_is_not_locked_out_by_strangers(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sign_in_of, "FROM_EVERYWHERE", 5)
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as known, house.stranger() as stranger, from_elsewhere(house) as elsewhere:
        assert (await sign_in(known, "Ada")).status_code == 303
        for _ in range(6):
            await sign_in(stranger, "Ada", "wrong wrong wrong")
        assert (await sign_in(elsewhere, "Ada")).status_code == 401, "locked to strangers, wherever they are"
        assert (await sign_in(known, "Ada")).status_code == 303


async def test_a_known_browser_may_guess_no_longer_than_others(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        statuses = [(await sign_in(browser, "Ada", "wrong wrong wrong")).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]


async def test_a_browser_is_known_to_one_user_until_the_password_changes(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    await house.user("Bob", password=PASSWORD)
    async with house.stranger() as browser, house.stranger() as thief:
        answer = await sign_in(browser, "Ada")
        (cookie,) = [each for each in answer.headers.get_list("set-cookie") if "aside_device_" in each]
        assert {"HttpOnly", "SameSite=Strict", "Path=/login"} <= {part.strip() for part in cookie.split(";")}
        proof = cookie.split("=")[1].split(";")[0]
        ada, bob = [await house.read(partial(users_of.find, name=name)) for name in ("Ada", "Bob")]
        assert ada is not None
        assert bob is not None
        thief.cookies.set(devices.cookie_of(bob.id), proof, path="/login")
        for _ in range(5):
            await sign_in(thief, "Bob", "wrong wrong wrong")
        assert (await sign_in(thief, "Tom")).status_code == 401
        statuses = [(await sign_in(thief, "Bob")).status_code]
        assert statuses == [429], "counted as the stranger that it is"
        await house.db.write(lambda conn: users_of.set_password(conn, ada.id, "another good one"))
        stored = await house.read(
            lambda conn: conn.execute(sa.select(users.c.password_hash).where(users.c.id == ada.id)).scalar_one()
        )
        assert devices.number_of(proof, ada.id, stored) is None


async def test_an_address_that_fails_again_and_again_is_refused_whatever_the_name(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "matches", lambda _password, _stored: False)
    async with house.stranger() as browser, from_elsewhere(house) as elsewhere:
        statuses = [(await sign_in(browser, f"Nobody {number}")).status_code for number in range(21)]
        assert statuses == [401] * 20 + [429]
        assert (await sign_in(elsewhere, "Nobody 1")).status_code == 401


async def test_a_flood_of_sign_ins_waits_in_a_short_line_and_known_browsers_beside_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await house.user("Ada", password=PASSWORD)
    at_once, most = 0, 0

    def slow(password: str, stored: str | None) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        at_once -= 1
        return stored is not None and password == PASSWORD

    monkeypatch.setattr(passwords, "matches", slow)
    async with house.stranger() as known, house.stranger() as flood:
        await sign_in(known, "Ada")
        flooding = [asyncio.create_task(sign_in(flood, f"Nobody {number}")) for number in range(60)]
        await asyncio.sleep(0.2)
        assert (await asyncio.wait_for(sign_in(known, "Ada"), 1.5)).status_code == 303
        answers = await asyncio.gather(*flooding)
        statuses = Counter(answer.status_code for answer in answers)
        assert set(statuses) == {401, 503}
        assert statuses[401] == 17
        assert most <= 2
        (busy,) = {
            answer.text.split('role="alert"')[1].split("</p>")[0] for answer in answers if answer.status_code == 503
        }
        assert "Please try again in a few seconds" in busy


async def test_behind_a_proxy_strangers_are_told_apart_by_what_it_tells(
    house: House,
) -> None:
    house.app.config.PROXIES_COUNT = 1
    async with house.stranger() as browser:

        async def fail(address: str) -> int:
            headers = {"X-Forwarded-For": f"6.6.6.6, {address}"}
            return (await sign_in(browser, "Ada", "wrong wrong wrong", headers=headers)).status_code

        assert [await fail("203.0.113.7") for _ in range(6)] == [401] * 5 + [429]
        assert await fail("203.0.113.8") == 401


async def test_failures_below_five_are_forgotten_by_a_success(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        for _ in range(4):
            await sign_in(browser, "Ada", "wrong wrong wrong")
        assert (await sign_in(browser, "Ada")).status_code == 303
        await sign_in(browser, "Ada", "wrong wrong wrong")
        assert (await sign_in(browser, "Ada")).status_code == 303


async def test_a_user_without_a_password_cannot_sign_in(house: House) -> None:
    await house.user("Robot")
    async with house.stranger() as browser:
        for password in ("", "x", PASSWORD):
            assert (await sign_in(browser, "Robot", password)).status_code == 401


async def test_disabling_somebody_ends_their_sessions_and_tokens(house: House) -> None:
    api = await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser, api:
        await sign_in(browser, "Ada")
        await house.db.write(lambda conn: users_of.disable(conn, "Ada", house.clock()))
        for client in (browser, api):
            assert (await client.get("/api/v1/cases")).status_code == 401
        assert (await sign_in(browser, "Ada")).status_code == 401


async def test_a_revoked_token_is_worth_nothing(house: House) -> None:
    async with await house.user("Ada") as api:
        token = api.headers["authorization"].removeprefix("Bearer ")
        assert token.startswith("aside_")
        kept = await house.read(lambda conn: conn.execute(sa.select(tokens.c.token_hash)).scalar_one())
        assert token not in kept
        assert (await api.get("/api/v1/cases")).status_code == 200
        await house.db.write(lambda conn: tokens_of.revoke(conn, token, house.clock()))
        answer = await api.get("/api/v1/cases")
        assert (answer.status_code, answer.json()["error"]) == (401, "unauthorized")
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_a_wrong_token_is_not_saved_by_a_good_cookie(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        for header in ("Bearer nonsense", "Bearer", "Basic QWRhOng=", "aside_x"):
            answer = await browser.get("/api/v1/cases", headers={"Authorization": header})
            assert answer.status_code == 401, header


async def test_a_cookie_changes_nothing_without_the_secret_of_our_own_pages(house: House) -> None:
    await house.user("Ada", password=PASSWORD)
    case_id = await house.tell(lambda story: story.says("hi"))
    async with house.stranger() as browser:
        await sign_in(browser, "Ada")
        for headers in ({}, {"X-CSRF-Token": ""}, {"X-CSRF-Token": "guess"}):
            answer = await browser.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 1}, headers=headers)
            assert (answer.status_code, answer.json()["error"]) == (403, "csrf")
        assert (await browser.post("/logout")).status_code == 403
        right = {"X-CSRF-Token": await csrf_of(browser)}
        answer = await browser.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 1}, headers=right)
        assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
async def test_another_site_cannot_sign_somebody_in(house: House, headers: dict[str, str]) -> None:
    await house.user("Ada", password=PASSWORD)
    async with house.stranger() as browser:
        answer = await sign_in(browser, "Ada", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (403, "csrf")


OPEN = {"/", "/login", "/docs", "/docs/openapi.json", "/desk/static/<__file_uri__:path>"}
SIGNED_IN = {"/logout"}
OF_MINDERS = re.compile(r"/api/v1/channels/.+")
"""What only supervisors and admins may."""
PLACES = {"<channel:str>": "telegram", "<event_id:int>": "1", "<message_id:int>": "1", "<file_id:str>": "none"}
MAY_BE_MISSING = ("<event_id:int>", "<message_id:int>", "<file_id:str>")


def asked_by(routes: object) -> list[tuple[str, str]]:
    return sorted(
        ("/" + route.path.lstrip("/"), method)
        for route in routes  # type: ignore[attr-defined]
        for method in route.methods
        if method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    )


async def test_every_route_is_closed_to_whoever_has_no_right_to_it(house: House) -> None:
    """The matrix comes from the router: a route that somebody adds is closed here until it is said to be open."""
    case_id = await house.tell(lambda story: story.says("hi"))
    clients = {role: await house.user(role.value, role) for role in Role}
    stranger = house.stranger()
    for path, method in asked_by(house.app.router.routes):
        if path in OPEN | SIGNED_IN:
            continue
        address = path.replace("<case_id:str>", case_id)
        for place, value in PLACES.items():
            address = address.replace(place, value)
        missing = {404} if any(place in path for place in MAY_BE_MISSING) else set()
        assert "<" not in address, f"the matrix does not know how to ask for {path}"
        for who, client in [("anonymous", stranger), *((role.value, client) for role, client in clients.items())]:
            async with client.stream(method, address, json={"epoch": 999} if method == "POST" else None) as answer:
                if who == "anonymous":
                    assert answer.status_code == 401, (path, method)
                elif who == Role.TRAINER or (who == Role.AGENT and OF_MINDERS.fullmatch(path)):
                    assert answer.status_code == 403, (path, method)
                else:
                    assert answer.status_code in {200, 201, 409, 422} | missing, (path, method, who)
    for client in [stranger, *clients.values()]:
        await client.aclose()


async def test_a_trainer_is_refused_on_every_case_also_with_a_proper_body(house: House) -> None:
    def plot(story: Story) -> None:
        story.says("hi")
        story.hands_over()

    case_id = await house.tell(plot)
    async with await house.user("Tess", Role.TRAINER) as tess:
        for verb, body in {
            "claim": {"epoch": 2},
            "transfer": {"epoch": 2},
            "hold": {"epoch": 2, "minutes": 5},
            "return": {"epoch": 2},
            "resolve": {"epoch": 2},
            "reopen": {"epoch": 2},
            "messages": {"text": "hm", "surface": "note"},
        }.items():
            for which in (case_id, "no-such-case"):
                answer = await tess.post(f"/api/v1/cases/{which}/{verb}", json=body)
                assert (answer.status_code, answer.json()["error"]) == (403, "forbidden"), verb


async def test_a_trainer_who_signs_in_is_told_and_can_sign_out_again(house: House) -> None:
    await house.user("Tess", Role.TRAINER, PASSWORD)
    async with house.stranger() as browser:
        await sign_in(browser, "Tess")
        refused = await browser.get("/desk", headers=HTML)
        assert refused.status_code == 403
        csrf = refused.text.split('name="csrf" value="')[1].split('"')[0]
        left = await browser.post("/logout", data={"csrf": csrf}, headers=HTML)
        assert left.headers["location"] == "/login"


async def test_errors_are_json_for_programs_and_pages_for_people(house: House) -> None:
    async with house.stranger() as anybody, await house.user("Ada") as ada:
        lost = await anybody.get("/nowhere")
        assert (lost.status_code, lost.json()["error"]) == (404, "not_found")
        wrong = await ada.request("DELETE", "/api/v1/cases")
        assert (wrong.status_code, wrong.json()["error"]) == (405, "method_not_allowed")
        page = await anybody.get("/nowhere", headers=HTML)
        assert page.status_code == 404
        assert "There is nothing at this address" in page.text


async def test_a_fault_of_ours_tells_nobody_anything_and_logs_no_text(
    house: House, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("my card is 4111 1111 1111 1111")

    monkeypatch.setattr("handoff.queue.listing", broken)
    async with await house.user("Ada") as ada:
        answer = await ada.get("/api/v1/cases")
    assert answer.status_code == 500
    assert answer.json() == {
        "error": "internal", "message": "Something went wrong on our side. It has been noted; please try again.",
    }  # fmt: skip
    logged = "".join(capsys.readouterr())
    assert "RuntimeError" in logged
    assert "4111" not in logged


async def test_every_answer_carries_a_strict_policy(house: House) -> None:
    async with house.stranger() as anybody:
        for path in ("/login", "/docs", "/nowhere", "/desk/static/desk.js", "/api/v1/cases"):
            headers = (await anybody.get(path, headers=HTML)).headers
            assert "default-src 'self'" in headers["content-security-policy"]
            assert "unsafe" not in headers["content-security-policy"]
            assert headers["x-frame-options"] == "DENY"
            assert headers["x-content-type-options"] == "nosniff"


async def test_files_outside_the_static_folder_are_not_served(house: House) -> None:
    async with house.stranger() as anybody:
        for path in ("/desk/static/../api.py", "/desk/static/%2e%2e/api.py", "/desk/static/..%2fapi.py"):
            assert (await anybody.get(path)).status_code in {400, 404}


async def test_users_are_added_listed_and_given_passwords(house: House) -> None:
    def plot(conn: sa.Connection) -> list[str]:
        ada = users_of.add(conn, "  Ada   Lindqvist ", "agent", house.clock(), PASSWORD)
        users_of.add(conn, "Zoe", Role.ADMIN, house.clock())
        users_of.set_password(conn, ada.id, "another long one")
        return [user.name for user in users_of.list_all(conn)]

    assert await house.db.write(plot) == ["Ada Lindqvist", "Zoe"]
    hashes = sa.select(users.c.password_hash).order_by(users.c.id)
    stored = await house.read(lambda conn: conn.execute(hashes).scalars().first())
    assert str(stored).startswith("$argon2id$")
    async with house.stranger() as browser:
        assert (await sign_in(browser, "Ada Lindqvist")).status_code == 401
        assert (await sign_in(browser, "Ada Lindqvist", "another long one")).status_code == 303


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/desk/static/", {}, {404}),
        ("GET", "/desk/static/%00", {}, {404}),
        ("GET", "/desk", {"Cookie": "aside_session=\xff"}, {302, 303, 401}),
        ("HEAD", "/desk", {}, {302, 303, 401, 405}),
        ("HEAD", "/api/v1/cases", {}, {401, 405}),
        ("GET", "/api/v1/cases?limit=0002009", {}, {401}),
    ],
)
async def test_what_strangers_try_is_no_error_of_ours(
    house: House, method: str, path: str, headers: dict[str, str], status: set[int]
) -> None:
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    async with httpx.AsyncClient(base_url=house.url, follow_redirects=False) as client:
        answer = await client.request(method, path, headers=raw)
    assert answer.status_code in status


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "/cases/CASE/messages/99999999999999999999/hide", b"{}", {}, 404),
        ("GET", "/channels/telegram/events/99999999999999999999", b"", {}, 404),
        ("GET", "/channels/telegram/events/-1", b"", {}, 404),
        ("POST", "/cases/CASE/claim", b'{"epoch":1,"x":' + b"[" * 100_000, {}, 400),
        ("POST", "/cases/CASE/messages", b'{"surface":"note","text":"x"}', {"Idempotency-Key": "\xe9"}, 422),
    ],
    ids=["a message's number", "an event's number", "less than nothing", "depth", "a key"],
)
async def test_what_no_database_holds_is_the_askers_error(
    house: House, method: str, path: str, body: bytes, headers: dict[str, str], status: int
) -> None:
    case_id = await house.tell(lambda story: story.says("hi"))
    raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    async with await house.user("Kim", Role.SUPERVISOR) as kim:
        address = f"/api/v1{path}".replace("CASE", case_id)
        answer = await kim.request(method, address, content=body, headers=raw)
    assert answer.status_code == status, answer.text


async def test_two_names_that_nobody_tells_apart_are_not_given(house: House) -> None:
    async with await house.user("Ada"):
        with pytest.raises(Invalid, match="somebody called Ada already"):
            await house.user("  ada ")
        async with await house.user("Adam"):
            pass
