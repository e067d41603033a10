"""A common question gets its answer where it was asked, on each channel."""

from tests.stack import Stack

HOURS = "9am"


def test_telegram_answers_in_private(stack: Stack) -> None:
    sent = stack.play("telegram/private", customer="ines", text="What are your opening hours?")
    stack.until(lambda: any(HOURS in said["text"] for said in stack.telegram_chat(sent["chat_id"])))


def test_telegram_answers_in_the_group(stack: Stack) -> None:
    sent = stack.play("telegram/group", customer="ines", text="@WrenAndCoBot what are your opening hours?")
    answer = stack.until(
        lambda: [
            said
            for said in stack.telegram_chat(sent["chat_id"])
            if said["reply_to"] == sent["message_id"] and HOURS in said["text"]
        ]
    )
    assert not answer[0]["keyboard"]


def test_messenger_answers(stack: Stack) -> None:
    sent = stack.play("facebook/message", customer="ines", text="When are you open?")
    stack.until(
        lambda: [
            message
            for message in stack.state()["facebook"]["messages"]
            if message["psid"] == sent["psid"] and message["from_page"] and HOURS in message["text"]
        ]
    )


def test_a_comment_is_answered_under_it(stack: Stack) -> None:
    sent = stack.play("facebook/comment", customer="ines", text="When are you open?")
    stack.until(
        lambda: [
            comment
            for comment in stack.state()["facebook"]["comments"]
            if comment["parent_id"] == sent["id"] and HOURS in comment["message"]
        ]
    )


def test_x_answers_a_mention(stack: Stack) -> None:
    sent = stack.play("x/post", customer="ines", text="@WrenAndCo what are your opening hours?")
    answers = stack.until(lambda: [post for post in stack.state()["x"]["posts"] if post["in_reply_to"] == sent["id"]])
    assert HOURS in answers[0]["text"]
    assert answers[0]["direct_message_deep_link"] is None


def test_x_answers_a_direct_message(stack: Stack) -> None:
    stack.play("x/dm", customer="ines", text="What are your opening hours?")
    stack.until(lambda: [message for message in stack.state()["x"]["messages"] if HOURS in message["text"]])
