"""A public "where is my order??" is acknowledged with the way in, answered in private, and closed in public."""

import re
from typing import Any

from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.wall import Wall
from gateway.routing import words
from tests.stack import Stack

ORDER = "104217"
WALL = Wall(Detector())


def check_story(stack: Stack, question: str, place: str) -> None:
    """One case holds both faces; the number is asked for once, in private; nothing private is said in public."""
    case = stack.case_of(question)

    def story() -> list[dict[str, Any]]:
        """From the question on: what went before is another test's."""
        told = stack.transcript(case["id"])
        return told[max(number for number, message in enumerate(told) if message["text"] == question) :]

    def closed() -> list[dict[str, Any]] | None:
        told = story()
        return told if any(words.CLOSING in message["text"] for message in told) else None

    told = stack.until(closed)
    ours = [message for message in told if message["author"] in ("bot", "system")]
    asked = [message for message in ours if "order number" in message["text"] and message["text"].count("?")]
    assert [message["surface"] for message in asked] == ["private"]
    answer = next(message for message in ours if ORDER in message["text"])
    assert answer["surface"] == "private"
    public = [message for message in ours if message["surface"] == "public"]
    assert len(public) == 2  # the acknowledgement and the closing
    for message in public:
        WALL.check(message["text"], Channel(place))
        assert ORDER not in message["text"]
    stack.until(lambda: all(message["delivery"] == "sent" for message in story() if message["author"] != "customer"))
    assert {message["surface"] for message in told} == {"public", "private"}


def test_telegram(stack: Stack) -> None:
    question = "Where is my order?? it was due on Monday"
    sent = stack.play("telegram/group", customer="amara", text=question)
    invitation = stack.until(
        lambda: [m for m in stack.telegram_chat(sent["chat_id"]) if m["reply_to"] == sent["message_id"]]
    )[0]
    assert re.fullmatch(r"https://t\.me/WrenAndCoBot\?start=REF-\w{12}", invitation["keyboard"][0][0]["url"])
    arrived = stack.play("telegram/follow_way_in", customer="amara", message_id=invitation["message_id"])
    stack.until(lambda: [m for m in stack.telegram_chat(arrived["chat_id"]) if "order number" in m["text"]])
    stack.play("telegram/private", customer="amara", text=ORDER)
    check_story(stack, question, "telegram")


def test_telegram_writes_directly_to_whoever_started_the_bot_before(stack: Stack) -> None:
    chat = stack.play("telegram/private", customer="mei", text="hello")["chat_id"]
    stack.until(lambda: stack.telegram_chat(chat))
    before = len(stack.telegram_chat(chat))
    stack.play("telegram/group", customer="mei", text="where is my order please?")
    stack.until(lambda: [m for m in stack.telegram_chat(chat)[before:] if "order number" in m["text"]])


def test_facebook(stack: Stack) -> None:
    question = "where is my order?? waiting since last week"
    sent = stack.play("facebook/comment", customer="tom", text=question)

    def private_reply() -> list[dict[str, Any]]:
        return [m for m in stack.state()["facebook"]["messages"] if m["about_comment"] == sent["id"]]

    assert "order number" in stack.until(private_reply)[0]["text"]
    acknowledgement = stack.until(
        lambda: [c for c in stack.state()["facebook"]["comments"] if c["parent_id"] == sent["id"]]
    )[0]
    assert re.search(r"https://m\.me/\d+\?ref=REF-\w{12}", acknowledgement["message"])
    stack.play("facebook/message", customer="tom", text=ORDER)
    check_story(stack, question, "facebook")
    assert len(private_reply()) == 1


def test_x(stack: Stack) -> None:
    question = "where is my order?? no news for days"
    sent = stack.play("x/post", customer="jonas", text=f"@WrenAndCo {question}")
    invitation = stack.until(lambda: [p for p in stack.state()["x"]["posts"] if p["in_reply_to"] == sent["id"]])[0]
    assert "recipient_id=" in invitation["direct_message_deep_link"]
    composer = stack.play("x/follow_way_in", customer="jonas", post=invitation["id"])["composer"]
    stack.play("x/dm", customer="jonas", text=composer["text"])
    stack.until(lambda: [m for m in stack.state()["x"]["messages"] if "order number" in m["text"]])
    stack.play("x/dm", customer="jonas", text=ORDER)
    check_story(stack, question, "twitter")


def test_the_number_said_along_the_way_in_is_not_asked_for(stack: Stack) -> None:
    sent = stack.play("x/post", customer="sofia", text="@WrenAndCo where's my parcel, it never came")
    invitation = stack.until(lambda: [p for p in stack.state()["x"]["posts"] if p["in_reply_to"] == sent["id"]])[0]
    composer = stack.play("x/follow_way_in", customer="sofia", post=invitation["id"])["composer"]
    stack.play("x/dm", customer="sofia", text=f"{composer['text']} my order number is {ORDER}")
    answer = stack.until(lambda: [m for m in stack.state()["x"]["messages"] if ORDER in m["text"]][1:])
    assert answer
    private = [m["text"] for m in stack.state()["x"]["messages"] if "order number?" in m["text"]]
    asked_of_sofia = [text for text in private if "sofia" in text.lower()]
    assert not asked_of_sofia
