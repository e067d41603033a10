"""In a group, a bot answers what is for it and keeps quiet otherwise."""

import pytest

from gateway.channels.telegram.addressed import Bot, addressed_to_us, answered, without_address
from gateway.channels.telegram.payloads import Chat, Message, RepliedTo, User

BOT = Bot(id=777, username="aside_help_bot")
JO = User(id=1, first_name="Jo")
KIM = User(id=2, first_name="Kim")
GROUP = Chat(id=-100, type="supergroup")


def message(text: str, reply: RepliedTo | None = None, *, topic: int | None = None, forwarded: bool = False) -> Message:
    return Message(
        message_id=41,
        date=1,
        chat=GROUP,
        author=JO,
        text=text,
        reply_to_message=reply,
        message_thread_id=topic,
        is_topic_message=topic is not None,
        forward_origin={"type": "user"} if forwarded else None,
    )


@pytest.mark.parametrize(
    "text",
    [
        "@aside_help_bot my parcel is late",
        "hey @Aside_Help_Bot!",
        "@kim @aside_help_bot look",
        "/help@aside_help_bot",
        "Is it open?",
        "Est-ce ouvert ? merci",
        "هل هو مفتوح؟",
        "I need a refund",
        "the app is Not Working",
    ],
)
def test_what_names_us_or_asks_is_for_us(text: str) -> None:
    assert addressed_to_us(message(text), BOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Nice weather",
        "see https://shop.example/?page=2",
        "/help@other_bot?",
        "/weather",
        "@kimdoe can you help?",
        "@aside_help_bot2 help",
        "mail me@aside_help_bot.example",
        "helpful people here",
    ],
)
def test_what_names_others_or_asks_nothing_is_not_for_us(text: str) -> None:
    assert not addressed_to_us(message(text), BOT)


def test_an_answer_to_us_is_for_us() -> None:
    assert addressed_to_us(message("and now", RepliedTo(40, User(id=777, is_bot=True))), BOT)


@pytest.mark.parametrize(("author", "ours"), [(KIM, False), (None, False), (JO, True)])
def test_a_question_to_somebody_else_is_not_for_us_but_one_to_oneself_is(author: User | None, ours: bool) -> None:
    assert addressed_to_us(message("really?", RepliedTo(40, author)), BOT) is ours


def test_naming_us_in_an_answer_to_somebody_else_is_for_us() -> None:
    assert addressed_to_us(message("@aside_help_bot what do you say", RepliedTo(40, KIM)), BOT)


def test_a_forwarded_question_is_not_for_us() -> None:
    assert not addressed_to_us(message("Is it open?", forwarded=True), BOT)


@pytest.mark.parametrize(
    "reply",
    [RepliedTo(12, KIM), RepliedTo(11, KIM, forum_topic_created={}), RepliedTo(11, KIM, is_automatic_forward=True)],
)
def test_what_telegram_hangs_a_message_on_is_no_answer(reply: RepliedTo) -> None:
    assert answered(message("Where?", reply, topic=12)) is None


def test_an_answer_within_a_topic_is_an_answer() -> None:
    reply = RepliedTo(15, KIM)
    assert answered(message("Where?", reply, topic=12)) is reply


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("@aside_help_bot, do you ship", "do you ship"),
        ("👋🏽 @ASIDE_HELP_BOT do you ship", "👋🏽 do you ship"),
        ("do you ship @aside_help_bot", "do you ship"),
        ("/help@aside_help_bot me", "/help me"),
        ("  as it is", "  as it is"),
        ("@aside_help_bot2 hi", "@aside_help_bot2 hi"),
    ],
)
def test_our_name_is_taken_out_of_the_text(text: str, rest: str) -> None:
    assert without_address(text, BOT) == rest
