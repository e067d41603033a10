import pytest

from gateway.privacy.detect import BrandFormats, Detector
from gateway.privacy.spread import Spread
from gateway.storage.vault import Masker

DETECTOR = Detector(BrandFormats(order_patterns=(r"1\d{5}",)))


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("my phone is 07174", "382286", "382286"),
        ("my phone is 07174", "then 382286", "382286"),
        ("my phone is 07174", "... and 382286", "382286"),
        ("my phone is 07174", "and the rest is 382286", "382286"),
        ("my order number is 104", "then 217", "217"),
        ("my email is ines.lindqvist80", "@mail.example is the rest", "@mail.example"),
        ("my email is ines.lindqvist80@", "mail.example", "mail.example"),
        ("my email is ines.lindqvist80@", "... and mail.example", "mail.example"),
        ("my email is ines.lindqvist80@m", "ail.example", "ail.example"),
        ("my email is ines.lindqvist80@m", "then ail.example", "ail.example"),
        ("my email is ines.lindqvist80@", "mail.example is the rest", "mail.example"),
        ("my phone is 07174", "und dann 382286", "382286"),
    ],
)
def test_the_second_half_is_found_whatever_stands_before_it(first: str, second: str, found: str) -> None:
    assert [second[each.start : each.end] for each in DETECTOR.find_across([first], second)] == [found]
    assert found not in Masker(DETECTOR)(second, [first])


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("do you have the lamp?", "and 2 of the chairs"),
        ("it took 5 days", "then 3 more"),
        ("how much is it?", "then 20% off"),
    ],
)
def test_what_only_goes_on_is_no_half(first: str, second: str) -> None:
    assert DETECTOR.find_across([first], second) == []
    assert Masker(DETECTOR)(second, [first]) == second


def test_places_in_both_are_places_in_the_second() -> None:
    spread = Spread.of(["a 12"], "and 34", 100)
    assert spread.both == "a 12 34"
    assert spread.span(2, 7) == (4, 6)
    assert spread.span(0, 4) is None
    assert Spread.of([], "and 34", 100).span(1, 7) == (0, 6)
