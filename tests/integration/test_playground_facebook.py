"""The pretend Facebook, spoken to as the Graph API is."""

import hashlib
import hmac
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from playground.people import customer
from playground.testing import Gateway, Town, running, until

INES = customer("ines")


class Graph:
    """The Page's own calls."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.token = town.settings.facebook_page_access_token
        self.page = town.settings.facebook_page_id

    async def call(self, method: str, path: str, **body: Any) -> tuple[int, Any]:
        url = httpx.URL(f"/facebook/v26.0/{path}").copy_merge_params({"access_token": self.token})
        response = await self.town.client.request(method, url, json=body or None)
        return response.status_code, response.json()

    async def send(self, recipient: dict[str, str], text: str = "Hello", **more: Any) -> tuple[int, Any]:
        message = {"text": text, **more}
        return await self.call("POST", f"{self.page}/messages", recipient=recipient, message=message)

    async def refused(self, recipient: dict[str, str], text: str = "Hello") -> tuple[int, int | None]:
        """The code and subcode of a refusal."""
        status, body = await self.send(recipient, text)
        assert status >= 400
        assert body["error"].keys() >= {"message", "type", "code", "fbtrace_id"}
        return body["error"]["code"], body["error"].get("error_subcode")


@pytest.fixture
async def town(tmp_path: Path, gateway: Gateway) -> AsyncIterator[Town]:
    async with running(tmp_path, gateway) as town:
        gateway.verify = lambda mode, token: (mode, token) == ("subscribe", town.settings.facebook_verify)
        yield town


@pytest.fixture
def graph(town: Town) -> Graph:
    return Graph(town)


async def test_a_comment_is_delivered_escaped_and_signed(town: Town, gateway: Gateway) -> None:
    comment = await town.play("facebook/comment", customer="ines", text="Wo ist meine Größe? 🧦")
    (body,) = await gateway.heard("facebook")
    call = gateway.received[0]
    secret = town.settings.facebook_secret.encode()
    right = hmac.new(secret, call.body, hashlib.sha256).hexdigest()
    assert call.headers["x-hub-signature-256"] == f"sha256={right}"
    assert call.body.isascii()
    assert b"Gr\\u00f6\\u00dfe" in call.body
    entry = body["entry"][0]
    value = entry["changes"][0]["value"]
    assert (body["object"], entry["id"]) == ("page", town.settings.facebook_page_id)
    assert value["message"] == "Wo ist meine Größe? 🧦"
    assert (value["item"], value["verb"], value["comment_id"]) == ("comment", "add", comment["id"])
    assert value["from"] == {"id": INES.facebook_id, "name": "Ines Marlow"}
    assert value["parent_id"] == value["post_id"] == comment["post_id"]
    assert entry["time"] < 10**11, "feed entries count seconds"


async def test_a_public_answer_stands_under_the_comment_and_comes_back_as_an_event(
    town: Town, gateway: Gateway, graph: Graph
) -> None:
    comment = await town.play("facebook/comment", customer="ines", text="Where is my order?")
    _, answer = await graph.call("POST", f"{comment['id']}/comments", message="We answer in Messenger.")
    _, own = await gateway.heard("facebook", 2)
    value = own["entry"][0]["changes"][0]["value"]
    assert (value["comment_id"], value["parent_id"]) == (answer["id"], comment["id"])
    assert value["from"]["id"] == graph.page
    _, listed = await graph.call("GET", f"{comment['id']}/comments")
    assert [item["id"] for item in listed["data"]] == [answer["id"]]
    _, on_post = await graph.call("POST", f"{comment['post_id']}/comments", message="Hello everybody.")
    assert (await town.state())["facebook"]["comments"][-1]["id"] == on_post["id"]


async def test_one_private_reply_per_comment_then_the_customer_must_answer(
    town: Town, gateway: Gateway, graph: Graph
) -> None:
    comment = await town.play("facebook/comment", customer="ines", text="Where is my order?")
    status, sent = await graph.send({"comment_id": comment["id"]}, "Hi Ines!", metadata="outbox-17")
    assert (status, sent["recipient_id"]) == (200, INES.psid)
    assert INES.psid != INES.facebook_id
    (echo,) = [body for body in await gateway.heard("facebook", 2) if "messaging" in body["entry"][0]]
    event = echo["entry"][0]["messaging"][0]
    assert (event["sender"]["id"], event["recipient"]["id"]) == (graph.page, INES.psid)
    assert event["message"].items() >= {"mid": sent["message_id"], "is_echo": True, "metadata": "outbox-17"}.items()
    assert "app_id" in event["message"]

    assert await graph.refused({"comment_id": comment["id"]}) == (10900, None)
    assert await graph.refused({"id": INES.psid}) == (10, 2018278)
    _, node = await graph.call("GET", comment["id"])
    assert node["can_reply_privately"] is False
    await town.play("facebook/message", customer="ines", text="Yes?")
    assert (await graph.send({"id": INES.psid}))[0] == 200


async def test_a_comment_older_than_seven_days_takes_no_private_reply(town: Town, graph: Graph) -> None:
    comment = await town.play("facebook/comment", customer="ines", text="Where is my order?")
    town.clock.pass_hours(7 * 24 + 1)
    assert await graph.refused({"comment_id": comment["id"]}) == (10, 2018278)


async def test_who_has_only_commented_cannot_be_written_to(town: Town, graph: Graph) -> None:
    await town.play("facebook/comment", customer="ines", text="Where is my order?")
    assert await graph.refused({"id": INES.psid}) == (100, 2018001)
    assert await graph.refused({"id": INES.facebook_id}) == (100, 2018001)
    assert await graph.refused({"comment_id": "1_2"}) == (100, 2018292)


async def test_after_24_hours_the_window_is_closed_but_for_people(town: Town, graph: Graph) -> None:
    await town.play("facebook/message", customer="ines", text="Hello?")
    assert (await graph.send({"id": INES.psid}))[0] == 200
    town.clock.pass_hours(25)
    assert await graph.refused({"id": INES.psid}) == (10, 2018278)
    status, _ = await graph.call(
        "POST",
        f"{graph.page}/messages",
        recipient={"id": INES.psid},
        message={"text": "A person writes."},
        messaging_type="MESSAGE_TAG",
        tag="HUMAN_AGENT",
    )
    assert status == 200
    link = f"https://m.me/{graph.page}?ref=K7"
    assert (await town.play("facebook/follow_way_in", customer="ines", link=link))["event"] == "referral"
    assert (await graph.send({"id": INES.psid}))[0] == 200


async def test_the_first_visit_by_a_link_is_a_postback_with_its_ref(town: Town, gateway: Gateway) -> None:
    link = f"https://m.me/{town.settings.facebook_page_id}?ref=K7"
    first = await town.play("facebook/follow_way_in", customer="tom", link=link)
    second = await town.play("facebook/follow_way_in", customer="tom", link=link)
    assert (first["event"], second["event"]) == ("postback", "referral")
    events = [body["entry"][0]["messaging"][0] for body in await gateway.heard("facebook", 2)]
    by_kind = {kind: event[kind] for event in events for kind in ("postback", "referral") if kind in event}
    assert by_kind["postback"]["payload"] == "GET_STARTED"
    assert by_kind["postback"]["referral"]["ref"] == by_kind["referral"]["ref"] == "K7"


async def test_a_quick_reply_comes_back_with_its_payload(town: Town, gateway: Gateway, graph: Graph) -> None:
    await town.play("facebook/message", customer="tom", text="Hello?")
    choices = [{"content_type": "text", "title": "Opening hours", "payload": "/hours"}]
    _, sent = await graph.send({"id": customer("tom").psid}, "What is it about?", quick_replies=choices)
    await town.play("facebook/press", customer="tom", mid=sent["message_id"], title="Opening hours")
    bodies = await gateway.heard("facebook", 3)
    messages = [body["entry"][0]["messaging"][0]["message"] for body in bodies]
    pressed = next(message for message in messages if "quick_reply" in message)
    assert (pressed["text"], pressed["quick_reply"]) == ("Opening hours", {"payload": "/hours"})


async def test_a_button_comes_back_as_a_postback(town: Town, gateway: Gateway, graph: Graph) -> None:
    await town.play("facebook/message", customer="tom", text="Hello?")
    buttons = [{"type": "postback", "title": "A person, please", "payload": "/human"}]
    template = {"template_type": "button", "text": "Choose", "buttons": buttons}
    _, sent = await graph.call(
        "POST",
        f"{graph.page}/messages",
        recipient={"id": customer("tom").psid},
        message={"attachment": {"type": "template", "payload": template}},
    )
    await town.play("facebook/press", customer="tom", mid=sent["message_id"], title="A person, please")
    bodies = await gateway.heard("facebook", 3)
    postback = next(e for b in bodies if "postback" in (e := b["entry"][0]["messaging"][0]))["postback"]
    assert (postback["title"], postback["payload"]) == ("A person, please", "/human")


async def test_the_page_can_hide_and_delete_comments(town: Town, gateway: Gateway, graph: Graph) -> None:
    leak = await town.play("facebook/comment", customer="ines", text="My card is 4111...")
    assert await graph.call("POST", leak["id"], is_hidden=True) == (200, {"success": True})
    assert (await town.state())["facebook"]["comments"][0]["hidden"] is True
    _, node = await graph.call("GET", f"{leak['id']}?fields=is_hidden,can_hide")
    assert node == {"id": leak["id"], "is_hidden": True, "can_hide": True}
    assert await graph.call("DELETE", leak["id"]) == (200, {"success": True})
    assert (await graph.call("GET", leak["id"]))[1]["error"]["error_subcode"] == 33
    bodies = await gateway.heard("facebook", 3)
    verbs = {body["entry"][0]["changes"][0]["value"]["verb"] for body in bodies}
    assert verbs == {"add", "hide", "remove"}


@pytest.mark.parametrize("way", ["query", "form", "json", "bearer"])
async def test_the_token_may_come_in_four_ways(town: Town, graph: Graph, way: str) -> None:
    await town.play("facebook/message", customer="tom", text="Hello?")
    content = {"recipient": {"id": customer("tom").psid}, "message": {"text": f"by {way}"}}
    ways: dict[str, dict[str, Any]] = {
        "query": {"params": {"access_token": graph.token}, "json": content},
        "form": {"data": {"access_token": graph.token, **{k: json.dumps(v) for k, v in content.items()}}},
        "json": {"json": {"access_token": graph.token, **content}},
        "bearer": {"headers": {"Authorization": f"Bearer {graph.token}"}, "json": content},
    }
    response = await town.client.post(f"/facebook/{graph.page}/messages", **ways[way])
    assert response.status_code == 200, response.text
    assert (await town.state())["facebook"]["messages"][-1]["text"] == f"by {way}"
    assert graph.token not in json.dumps(await town.calls("facebook"))


async def test_wrong_credentials_and_wrong_proofs_are_refused(town: Town, graph: Graph) -> None:
    right = hmac.new(town.settings.facebook_secret.encode(), graph.token.encode(), hashlib.sha256).hexdigest()
    me = (await graph.call("GET", f"me?appsecret_proof={right}"))[1]
    assert (me["id"], me["name"]) == (graph.page, "Wren & Co")
    assert (await graph.call("GET", "me?appsecret_proof=00"))[1]["error"]["type"] == "GraphMethodException"
    graph.token = "wrong"
    assert (await graph.call("GET", "me"))[1]["error"]["code"] == 190


async def test_2000_characters_are_enough(town: Town, graph: Graph) -> None:
    await town.play("facebook/message", customer="ines", text="Hello?")
    assert (await graph.send({"id": INES.psid}, "x" * 2000))[0] == 200
    assert (await graph.refused({"id": INES.psid}, "x" * 2001))[0] == 100


async def test_typing_needs_a_thread(town: Town, graph: Graph) -> None:
    edge = f"{graph.page}/messages"
    action: dict[str, Any] = {"recipient": {"id": INES.psid}, "sender_action": "typing_on"}
    assert (await graph.call("POST", edge, **action))[0] == 400
    await town.play("facebook/message", customer="ines", text="Hello?")
    assert await graph.call("POST", edge, **action) == (200, {"recipient_id": INES.psid})


async def test_an_answer_from_the_page_inbox_names_that_app(town: Town, gateway: Gateway) -> None:
    await town.play("facebook/page_inbox", customer="ines", text="Kim here, I am looking into it.")
    (echo,) = await gateway.heard("facebook")
    message = echo["entry"][0]["messaging"][0]["message"]
    assert message["is_echo"] is True
    assert message["app_id"] == 263902037430900


async def test_events_are_tried_until_the_gateway_says_200(town: Town, gateway: Gateway) -> None:
    gateway.answer = lambda received: 200 if len(gateway.received) > 4 else 503
    await town.play("facebook/comment", customer="ines", text="Hello?")
    await gateway.heard("facebook", 5)
    await until(lambda: len({call.body for call in gateway.received}) == 1, "the same body each time")
    (delivery,) = await town.deliveries("facebook")
    assert (delivery["attempts"], delivery["state"]) == (5, "delivered")


async def test_a_conversation_is_found_by_the_person_and_shows_who_wrote_what(town: Town, graph: Graph) -> None:
    await town.play("facebook/message", customer="ines", text="Hello?")
    await town.play("facebook/message", customer="tom", text="Hi")
    _, sent = await graph.send({"id": INES.psid}, "Hello Ines", metadata="outbox-17")
    fields = "participants,messages.limit(20){id,message,from,created_time}"
    query = f"platform=messenger&user_id={INES.psid}&fields={fields}"
    _, listed = await graph.call("GET", f"{graph.page}/conversations?{query}")
    (conversation,) = listed["data"]
    assert [person["id"] for person in conversation["participants"]["data"]] == [INES.psid, graph.page]
    newest, first = conversation["messages"]["data"]
    assert newest.keys() == {"id", "message", "from", "created_time"}
    assert (newest["id"], newest["message"], newest["from"]["id"]) == (sent["message_id"], "Hello Ines", graph.page)
    assert first["from"]["id"] == INES.psid
    assert (await graph.call("GET", conversation["id"]))[1].keys() == {"id", "link", "updated_time"}
    _, nobody = await graph.call("GET", f"{graph.page}/conversations?user_id=1")
    assert nobody == {"data": []}
    assert len((await graph.call("GET", f"{graph.page}/conversations"))[1]["data"]) == 2


async def test_only_the_twenty_newest_messages_can_be_read(town: Town, graph: Graph) -> None:
    for number in range(22):
        await town.play("facebook/message", customer="ines", text=f"{number}")
    path = f"t_{INES.psid}/messages?fields=message&limit=15"
    _, first = await graph.call("GET", path)
    _, second = await graph.call("GET", f"{path}&after={first['paging']['cursors']['after']}")
    read = [item["message"] for item in first["data"] + second["data"]]
    assert read == [str(number) for number in range(21, 1, -1)]
    _, refused = await graph.call("GET", f"{path}&after={second['paging']['cursors']['after']}")
    assert "deleted" in refused["error"]["message"]


async def test_a_comment_names_the_conversation_of_its_private_reply(town: Town, graph: Graph) -> None:
    comment = await town.play("facebook/comment", customer="ines", text="Where is my order?")
    path = f"{comment['id']}?fields=can_reply_privately,private_reply_conversation"
    assert (await graph.call("GET", path))[1] == {"id": comment["id"], "can_reply_privately": True}
    await graph.send({"comment_id": comment["id"]}, "Hi Ines!")
    _, node = await graph.call("GET", path)
    assert node["can_reply_privately"] is False
    _, conversation = await graph.call("GET", f"{node['private_reply_conversation']['id']}?fields=messages{{message}}")
    assert [item["message"] for item in conversation["messages"]["data"]] == ["Hi Ines!"]


async def test_comments_are_listed_page_by_page_in_either_order(town: Town, graph: Graph) -> None:
    first = await town.play("facebook/comment", customer="ines", text="Where is my order?")
    below = [(await graph.call("POST", f"{first['id']}/comments", message=f"{n}"))[1]["id"] for n in range(5)]
    path = f"{first['id']}/comments?fields=id,parent,from{{id}}&limit=3&order=reverse_chronological"
    _, page = await graph.call("GET", path)
    _, rest = await graph.call("GET", f"{path}&after={page['paging']['cursors']['after']}")
    assert [item["id"] for item in page["data"] + rest["data"]] == below[::-1]
    assert page["data"][0] == {"id": below[-1], "from": {"id": graph.page}, "parent": {"id": first["id"]}}
    assert ("next" in page["paging"], "next" in rest["paging"]) == (True, False)
    assert [item["id"] for item in (await graph.call("GET", f"{first['id']}/comments"))[1]["data"]] == below
    for wrong in ("order=backwards", "limit=few", "fields=id{", "fields=,", "fields=id}"):
        assert (await graph.call("GET", f"{first['id']}/comments?{wrong}"))[1]["error"]["code"] == 100


async def test_reading_needs_the_token_as_writing_does(town: Town, graph: Graph) -> None:
    await town.play("facebook/message", customer="ines", text="Hello?")
    graph.token = "wrong"
    for path in (f"{graph.page}/conversations", f"t_{INES.psid}", f"t_{INES.psid}/messages", "1_2/comments"):
        assert (await graph.call("GET", path))[1]["error"]["code"] == 190


async def test_the_page_has_a_button_for_what_its_facebook_can_do(town: Town) -> None:
    script = (await town.client.get("/static/facebook.js")).text
    pressed = set(re.findall(r'"facebook/([a-z_]+)"', script))
    asked = {"edit", "unsend", "edit_comment", "delete_comment", "page_hide", "like", "react", "read", "page_inbox"}
    assert asked <= pressed, "what the page lacks"
    for deed in pressed:
        answer = await town.client.post(f"/_play/facebook/{deed}", json={"customer": "ines"})
        assert answer.status_code != 404, f"the page asks for {deed}, which nobody does"


async def test_who_has_written_has_a_name_and_nobody_else(town: Town, graph: Graph) -> None:
    status, refused = await graph.call("GET", f"{INES.psid}?fields=first_name,last_name")
    assert (status, refused["error"]["code"], refused["error"]["error_subcode"]) == (400, 100, 33)
    await town.play("facebook/message", customer="ines", text="Hello")
    asked = await graph.call("GET", f"{INES.psid}?fields=first_name,last_name")
    assert asked == (200, {"id": INES.psid, "first_name": "Ines", "last_name": "Marlow"})
