"""Numbers that only grow."""

import pytest

from playground.ids import growing, snowflake


@pytest.mark.parametrize("number", [snowflake, growing])
def test_ids_grow_even_when_the_clock_stands_still_or_goes_back(number: object) -> None:
    assert callable(number)
    first = number(lambda: 1_800_000_000.0, 0)
    second = number(lambda: 1_800_000_000.0, first)
    third = number(lambda: 1_700_000_000.0, second)
    assert first < second < third


def test_a_snowflake_carries_the_time() -> None:
    number = snowflake(lambda: 1_784_927_148.0, 0)
    assert (number >> 22) + 1_288_834_974_657 == 1_784_927_148_000
