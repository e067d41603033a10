"""What all tests share."""

from collections.abc import Iterator

import pytest

from tests.stack import Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, started once for the tests that play with it."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started
