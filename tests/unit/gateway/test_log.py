"""What a log line tells of an exception: where it happened and of what kind it was, nothing that anybody wrote."""

import logging
from collections.abc import Callable, Iterator

import pytest
import structlog

from gateway import log


@pytest.fixture
def as_before() -> Iterator[None]:
    """The log is left as it was."""
    before, root = structlog.get_config(), logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    structlog.configure(**before)
    root.handlers[:] = handlers
    root.setLevel(level)


def quoted() -> None:
    int("Marta Keller")


def of_a_row() -> None:
    try:
        quoted()
    except ValueError as error:
        raise RuntimeError("null value in a column\nDETAIL:  Failing row contains (7, Marta Keller).") from error


def of_a_key() -> None:
    raise RuntimeError("Key (channel, name)=(telegram, Marta Keller) already exists.")


def several() -> None:
    raise ExceptionGroup("two of them", [ValueError("'Marta Keller' is no number"), KeyError("Marta Keller")])


def noted() -> None:
    error = ValueError("no number")
    error.add_note("Marta Keller")
    raise error


@pytest.mark.parametrize("fails", [quoted, of_a_row, of_a_key, several, noted])
@pytest.mark.usefixtures("as_before")
def test_an_exception_in_the_log_quotes_nobody(capsys: pytest.CaptureFixture[str], fails: Callable[[], None]) -> None:
    log.configure()
    try:
        fails()
    except Exception:
        log.get("here").error("it_failed", exc_info=True)
        logging.getLogger("a.library").exception("it failed")
    written = capsys.readouterr().err
    assert "Keller" not in written
    assert written.count('"exc_type"') >= 2
    assert fails.__name__ in written, "where it happened is told"
