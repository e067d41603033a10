"""Who wants a person gets one, with the whole story; the bot is silent until it is handed back or resolved."""

import time

from gateway.routing import words
from tests.stack import Stack


def test_from_asking_for_a_person_to_the_bot_again(stack: Stack) -> None:
    chat = stack.play("telegram/private", customer="sofia", text="How much is delivery, Sofia asks?")["chat_id"]
    stack.until(lambda: len(stack.telegram_chat(chat)) >= 2)
    stack.play("telegram/private", customer="sofia", text="I want a human")
    stack.until(lambda: stack.telegram_chat(chat)[-1]["text"] == words.HANDED_OVER_PRIVATE)
    case = stack.case_of("How much is delivery, Sofia asks?")
    assert (case["state"], case["owner"], case["reason"]) == ("queued", "human", "asked")
    for number in range(4):
        stack.play("telegram/private", customer="sofia", text=f"are you open on sunday? {number}")
    stack.case_of("are you open on sunday? 3")
    time.sleep(1.5)
    assert stack.telegram_chat(chat)[-1]["text"] == words.HANDED_OVER_PRIVATE
    whole = stack.api("GET", f"/cases/{case['id']}")
    told = stack.transcript(case["id"])
    assert whole["packet"]["reason"] == "asked"
    assert whole["packet"]["transcript_ref"]["first_id"] == told[0]["id"]

    stack.api("POST", f"/cases/{case['id']}/messages", 409, text="too early", surface="private", idempotency_key="a")
    claimed = stack.api("POST", f"/cases/{case['id']}/claim", epoch=case["epoch"])
    assert (claimed["agent"], claimed["owner"]) == ("Kim", "human")
    for key, text in (("k1", "Hello Sofia, Kim here."), ("k2", "Delivery is free over £50.")):
        for _ in range(3):
            stack.api("POST", f"/cases/{case['id']}/messages", 201, text=text, surface="private", idempotency_key=key)
    stack.api("POST", f"/cases/{case['id']}/messages", 201, text="nice customer", surface="note", idempotency_key="k3")
    stack.until(lambda: stack.telegram_chat(chat)[-1]["text"] == "Delivery is free over £50.")
    said = [message["text"] for message in stack.telegram_chat(chat)]
    assert said.count("Hello Sofia, Kim here.") == said.count("Delivery is free over £50.") == 1
    assert said.index("Hello Sofia, Kim here.") < said.index("Delivery is free over £50.")
    assert "nice customer" not in said

    stale = stack.api("POST", f"/cases/{case['id']}/resolve", 409, epoch=case["epoch"])
    assert stale["error"] == "stale"
    stack.api("POST", f"/cases/{case['id']}/resolve", epoch=claimed["epoch"])
    assert stack.api("GET", f"/cases/{case['id']}")["state"] == "resolved"
    stack.play("telegram/private", customer="sofia", text="Do you sell gift cards?")
    stack.until(lambda: "gift" in stack.telegram_chat(chat)[-1]["text"].lower())
    assert stack.api("GET", f"/cases/{case['id']}")["owner"] == "bot"


def test_handed_back_the_bot_answers_again(stack: Stack) -> None:
    psid = stack.play("facebook/message", customer="amara", text="agent please, Amara here")["psid"]

    def said() -> list[str]:
        return [m["text"] for m in stack.state()["facebook"]["messages"] if m["psid"] == psid and m["from_page"]]

    stack.until(lambda: words.HANDED_OVER_PRIVATE in said())
    case = stack.case_of("agent please, Amara here")
    claimed = stack.api("POST", f"/cases/{case['id']}/claim", epoch=case["epoch"])
    stack.api("POST", f"/cases/{case['id']}/return", epoch=claimed["epoch"])
    stack.play("facebook/message", customer="amara", text="When are you open?")
    stack.until(lambda: any("9am" in text for text in said()))


def test_asked_for_in_public_the_handoff_is_said_in_public(stack: Stack) -> None:
    sent = stack.play("x/post", customer="mei", text="@WrenAndCo let me talk to a real person")
    answers = stack.until(lambda: [p for p in stack.state()["x"]["posts"] if p["in_reply_to"] == sent["id"]])
    assert words.HANDED_OVER_PUBLIC in answers[0]["text"]


def test_two_failures_to_understand_in_a_row_hand_over(stack: Stack) -> None:
    chat = stack.play("telegram/private", customer="jonas", text="blorp the flumph")["chat_id"]
    stack.until(lambda: len(stack.telegram_chat(chat)) >= 2)
    stack.play("telegram/private", customer="jonas", text="wibble snorkel frob")
    stack.until(lambda: stack.telegram_chat(chat)[-1]["text"] == words.HANDED_OVER_PRIVATE)
    assert stack.case_of("wibble snorkel frob")["reason"] in ("fallback", "asked")
