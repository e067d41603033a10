from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import WallRefusal
from gateway.messages import Channel
from gateway.privacy.detect import Detector
from gateway.privacy.repeats import PrivateWords, Told
from gateway.privacy.wall import Wall, WallKind

PRIVATE = (
    "Hi, my name is Marta Keller and I live at 42 Elm Street, York YO1 7PR. Born 12 March 1985.",
    "Your refund of € 49,90 went to the card ending in 4242 and is there on 24 November.",
    "The driver left it with your neighbour behind the blue garage door.",
    "email: marta.keller@mail.example",
    "The Blue Heron Kettle has number 88120034517, booking code XKPQRT. Call me on 07700 900123.",
)
TOLD = Told(private=PRIVATE, names=("Marta",))


def repeated(text: str, told: Told = TOLD) -> list[str]:
    return [text[start:end] for start, end, _ in PrivateWords.of(told).find(text)]


@pytest.mark.parametrize(
    "text",
    [
        "It's the card ending in 4242.",
        "Ends 4 2 4 2, right?",
        "The card with four two four two at the end",
        "We have sent 49.90 EUR.",
        "You get €49.90 back",
        "EUR 49,90 is on its way",
        "That was 49.90 in all",
        "It is there on 24/11/2026",
        "on Nov 24th",
        "by the 24th of November",
        "Dear Ms Keller",
        "KELLER, MARTA",
        "Marta Keller it is",
        "going to Elm St",
        "to elm street, then",
        "YO17PR",
        "yo1 7pr is fine",
        "Your KETTLE, the Heron Blue one, blue heron",
        "number 88120034517",
        "it ends in 34517",
        "starts with 8812",
        "xkpqrt",
        "XK-PQRT is what I mean: XKPQRT",
        "+44 7700 900123",
        "marta.keller",
        "Mail went to marta.keller@mail.example",
        "Born on 12.03.1985",
        "The driver left it with your neighbour behind the blue garage door",
        "As I said, the driver left it with your neighbour behind the garage.",
        "88,120,034,517 points",
        "It's order_88120034517",
        "€88120034517",
        "8|8|1|2|0|0|3|4|5|1|7",
        "8\n8\n1\n2\n0\n0\n3\n4\n5\n1\n7",
        "(8)(8)(1)(2)(0)(0)(3)(4)(5)(1)(7)",
        "88:12:00:34:51:7",
        "88I2OO3451 7",
        "八八一二〇〇三四五一七",
        "https://wren.example/?o=%38%38%31%32%30%30%33%34%35%31%37",
        "X K P Q R T",
        "xkp-qrt",
        "YO1.7PR",
        "Y O 1 7 P R",
        "hi keller",
        "mrs keller",
        "Kellers",
        "#MartaKeller",
        "m a r t a k e l l e r",
        "to Elmstreet",
        "m a r t a . k e l l e r @ m a i l . e x a m p l e",
        "March twelfth",
        "the twenty-fourth of November",
        "24/11",
        "on 24.11. then",
        "12. 3. 1985",
        "19850312",
        "3/12/85",
        "49 euros 90",
        "49€90",
    ],
)
def test_what_was_said_in_private_is_found_in_another_spelling_and_in_part(text: str) -> None:
    assert repeated(text) != []


@pytest.mark.parametrize(
    "text",
    [
        "Hi Marta!",
        "Thanks for your patience, we're here if anything else comes up.",
        "We've picked this up with you in private.",
        "Kettles are back in stock, in blue and in red.",
        "Our store in York opens at 9.30 on 1 December.",
        "Refunds usually take 5 days.",
        "Orders over €50 ship free.",
        "Chat is open 24/7, the phone from 9-18.",
        "The street is closed for works this week.",
        "It's version 4.2.4 of the app.",
        "The sale ends on 30 November 2026.",
        "Open from 9.30 to 18.30.",
        "3/4 of all parcels arrive the day after.",
        "Step 8, 8, 1: turn it off, wait 20 seconds, turn it on.",
        "Hi there, hello again, dear all!",
    ],
)
def test_ordinary_words_and_what_only_looks_alike_are_none(text: str) -> None:
    assert repeated(text) == []


@pytest.mark.parametrize(
    ("private", "public"),
    [
        ("The name on the order is Omar Berg.", "All done for O. Berg."),
        ("The name on your account is Omar Haas", "All done for Ms Haas."),
        ("Your parcel is WN348211966GB.", "The number ending 1966 is moving again."),
        ("order 100420019 is late", "It's the one that ends in 2001 9"),
        ("card 4242 4242 4242 2019", "the card with the last four digits 2019"),
        ("the number is 5520881978", "the one ...1978"),
    ],
)
def test_a_name_on_an_order_and_the_end_of_a_number_that_could_be_a_year_are_known(private: str, public: str) -> None:
    assert repeated(public, Told(private=(private,)))


def test_a_year_is_no_end_of_a_number() -> None:
    told = Told(private=("The number is 5520881978",))
    assert repeated("We have made chairs since 1978.", told) == []


def test_what_the_customer_said_in_public_is_no_secret() -> None:
    told = Told(private=("The lamp was €120.00, on 3 May",), public=("I paid €120 for the lamp on May 3rd!",))
    assert repeated("Sorry about the €120.00 of 3 May", told) == []
    assert repeated("Sorry about the €120.00", Told(private=told.private)) == ["€120.00"]


def test_a_model_is_no_code_because_somebody_has_written_it_in_one_word() -> None:
    told = Told(private=("my iphone13 is broken, reference KXP1234",))
    assert repeated("Cases for the iPhone 13 are back in stock", told) == []
    assert repeated("KXP 1234 it is", told) != []


def test_what_the_brand_says_in_public_anyway_is_no_secret() -> None:
    private = ("Delivery is €4.90 and you can call 0808 157 0142.",)
    wall = Wall(Detector(), public=["Delivery costs €4.90. Call us: 0808 157 0142."])
    assert WallKind.REPEAT in {
        finding.kind for finding in Wall(Detector()).findings("It's €4.90", Channel.FACEBOOK, Told(private=private))
    }
    assert wall.findings("It's €4.90", Channel.FACEBOOK, Told(private=private)) == []


def test_the_wall_refuses_a_repeat_says_what_it_is_and_nobody_can_waive_it() -> None:
    text = "Your €49.90 are there, Ms Keller"
    with pytest.raises(WallRefusal) as refusal:
        Wall(Detector()).check(text, Channel.FACEBOOK, TOLD, waived=list(WallKind))
    found = {(text[finding.start : finding.end], finding.kind) for finding in refusal.value.findings}
    assert ("€49.90", WallKind.REPEAT) in found
    assert ("Keller", WallKind.REPEAT) in found
    assert refusal.value.message.startswith("It repeats what was said in private")


def test_what_is_cut_over_two_posts_is_found_in_the_whole() -> None:
    wall = Wall(Detector())
    with pytest.raises(WallRefusal):
        wall.check_pieces("It went to Marta Keller", ["It went to Marta", "Keller"], Channel.TWITTER, TOLD)


def test_x_takes_the_same_words_once() -> None:
    wall, told = Wall(Detector()), Told(posted=("@ana Thanks, we are on it!",))
    assert [finding.kind for finding in wall.findings("@ana thanks,  we are on it!", Channel.TWITTER, told)] == [
        WallKind.PLATFORM
    ]
    assert wall.findings("@ana thanks, we are on it!", Channel.TELEGRAM, told) == []
    assert wall.findings("@ben Thanks, we are on it!", Channel.TWITTER, told) == []


DIGITS = st.text("0123456789", min_size=8, max_size=16)


@given(number=DIGITS, signs=st.sampled_from(["", " ", "-", ".", " - "]), width=st.integers(2, 4))
def test_a_number_is_known_however_it_is_grouped(number: str, signs: str, width: int) -> None:
    grouped = signs.join(number[index : index + width] for index in range(0, len(number), width))
    assert repeated(f"It is {grouped} then", Told(private=(f"reference {number}",))) != []


@given(number=DIGITS.filter(lambda digits: not digits[-4:].startswith(("19", "20"))))
def test_a_number_is_known_by_its_last_four_digits(number: str) -> None:
    assert repeated(f"the one with {number[-4:]} at its end", Told(private=(f"account {number}",))) != []


@given(pounds=st.integers(1, 9999), pence=st.integers(0, 99), decimal=st.sampled_from(".,"))
def test_an_amount_is_known_in_every_spelling(pounds: int, pence: int, decimal: str) -> None:
    told = Told(private=(f"We refund £{pounds}.{pence:02}",))
    spellings = [
        f"{pounds}{decimal}{pence:02} GBP",
        f"£ {pounds}{decimal}{pence:02}",
        f"{pounds}{decimal}{pence:02} pounds",
    ]
    if pence == 0:
        spellings.append(f"£{pounds}")
    assert all(repeated(f"That is {each} back", told) for each in spellings)


@given(st.lists(st.text(max_size=80), max_size=4), st.text(max_size=200))
def test_no_text_breaks_it_and_spans_lie_within_the_text(private: Sequence[str], text: str) -> None:
    for start, end, _ in PrivateWords.of(Told(private=tuple(private))).find(text):
        assert 0 <= start < end <= len(text)


@given(st.text(min_size=1, max_size=60))
def test_where_nothing_was_said_in_private_nothing_is_repeated(text: str) -> None:
    assert repeated(text, Told(public=(text,), posted=(text,))) == []
