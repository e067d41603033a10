"""Trouble on demand."""

from playground.faults import Fault, Faults, Kind


def test_a_fault_with_a_count_strikes_that_often() -> None:
    faults = Faults()
    faults.add(Fault("x", Kind.TOO_MANY, count=2))
    struck = [faults.draw("x") is not None for _ in range(4)]
    assert struck == [True, True, False, False]


def test_a_fault_strikes_its_own_platform_only() -> None:
    faults = Faults()
    faults.add(Fault("x", Kind.TOO_MANY))
    assert faults.draw("telegram") is None


def test_a_share_strikes_some_calls() -> None:
    faults = Faults()
    faults.add(Fault("x", Kind.TOO_MANY, share=0.5))
    struck = sum(faults.draw("x") is not None for _ in range(1000))
    assert 350 < struck < 650
    faults.clear()
    assert faults.draw("x") is None
