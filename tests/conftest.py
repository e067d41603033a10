"""What all tests share."""

import os
from collections.abc import Iterator

import pytest

from tests.postgres import Cluster, NotInstalled
from tests.stack import Stack, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, started once for the tests that play with it."""
    with running(tmp_path_factory.mktemp("stack")) as started:
        yield started


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL of this run's own, made when first asked for: `postgres.database()` is a fresh database in it."""
    try:
        cluster = Cluster(fsync=False)
    except NotInstalled:
        if os.environ.get("ASIDE_TEST_POSTGRES") == "required":
            raise
        pytest.skip("PostgreSQL is not installed here (Debian: apt-get install postgresql)")
    with cluster:
        yield cluster
