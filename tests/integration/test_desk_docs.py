"""The documentation says what the application does, no more and no less."""

import re
from typing import Any

import jsonschema
from openapi_spec_validator import OpenAPIV31SpecValidator

from handoff import api, openapi
from tests.factories import Story
from tests.integration.desk import House


async def document(house: House) -> dict[str, Any]:
    async with house.stranger() as anybody:
        body: dict[str, Any] = (await anybody.get("/docs/openapi.json")).json()
    return body


async def test_the_document_is_valid_openapi_3_1(house: House) -> None:
    body = await document(house)
    assert body["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(body).validate()


async def test_every_route_of_the_api_is_documented_and_nothing_else(house: House) -> None:
    documented = {
        (path, method.upper())
        for path, methods in (await document(house))["paths"].items()
        for method in methods
        if method != "parameters"
    }
    served = {
        ("/" + re.sub(r"<(\w+):\w+>", r"{\1}", route.path.lstrip("/")), method)
        for route in house.app.router.routes
        for method in route.methods
        if method in {"GET", "POST", "PUT", "PATCH", "DELETE"}
    }
    assert documented == {(path, method) for path, method in served if path.startswith(api.PREFIX)}


async def test_the_page_loads_nothing_from_elsewhere(house: House) -> None:
    async with house.stranger() as anybody:
        page = (await anybody.get("/docs")).text
    assert "http://" not in page
    assert "https://" not in page
    assert "/api/v1/cases/{case_id}/claim" in page


async def test_answers_have_the_documented_form(house: House) -> None:
    def plot(story: Story) -> None:
        story.says("hi")
        story.hands_over()

    case_id = await house.tell(plot)
    components = openapi.document()["components"]

    def check(body: object, name: str) -> None:
        jsonschema.validate(body, {"$ref": f"#/components/schemas/{name}", "components": components})

    async with await house.user("Ada") as ada:
        check((await ada.get("/api/v1/cases")).json(), "CasePage")
        check((await ada.get(f"/api/v1/cases/{case_id}")).json(), "CaseDetailJson")
        check((await ada.post(f"/api/v1/cases/{case_id}/claim", json={"epoch": 2})).json(), "CaseJson")
        said = await ada.post(f"/api/v1/cases/{case_id}/messages", json={"text": "hello", "surface": "private"})
        check(said.json(), "MessageJson")
        check((await ada.get(f"/api/v1/cases/{case_id}/messages")).json(), "MessagePage")
        check((await ada.get("/api/v1/agents")).json(), "AgentList")
        wall = await ada.post("/api/v1/wall", json={"text": "write to a@b.example", "channel": "twitter"})
        check(wall.json(), "FindingList")
        check((await ada.post(f"/api/v1/cases/{case_id}/claim", json={})).json(), "Problem")
