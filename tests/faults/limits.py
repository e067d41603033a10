"""What this process sets for itself and its children before a run."""

import logging
import resource


def many_sockets() -> None:
    """As many open files as the machine lets us have: thousands of sockets are part of some faults."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def be_quiet() -> None:
    """Clients that are killed in mid-request are the point here, and nothing to write tracebacks about."""
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)
