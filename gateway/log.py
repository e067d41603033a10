"""Logs: one JSON line an event, with the ids that are bound; never a text, a name, a token or a URL's query."""

import logging
import re
import sys
from contextlib import suppress
from typing import Any, Final

import structlog


def configure(level: int = logging.INFO) -> None:
    """Send our lines and those of libraries to standard error. Call once, at the process's edge."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.ExceptionRenderer(_told),
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=_Lines,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer())
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    # These print whole URLs, which carry tokens, at INFO, and their own tracebacks of what we handle and log ourselves.
    for name in ("httpx", "httpcore", "telegram", "tweepy", "aiohttp"):
        logging.getLogger(name).setLevel(logging.CRITICAL)


# Without the values of local variables: they hold what customers said.
_traced: Final = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
_QUOTED: Final = re.compile(r"(['\"`]).*\1|\(.*\)=\(.*\)")
_LONGEST: Final = 200  # characters of an error's message


def _told(exc_info: structlog.typing.ExcInfo) -> list[dict[str, Any]]:
    """An exception as a log may hold it: what it quotes is what somebody wrote, and so is what PostgreSQL adds below
    ("DETAIL: Failing row contains (…)").
    """
    return _without_words(_traced(exc_info))


def _without_words(stacks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    for stack in stacks:
        first = str(stack["exc_value"]).partition("\n")[0]
        stack["exc_value"] = _QUOTED.sub("…", first)[:_LONGEST]
        stack.pop("exc_notes", None)
        stack.pop("syntax_error", None)
        for inner in stack.get("exceptions") or ():
            _without_words(inner)
    return stacks


class _Lines(structlog.PrintLogger):
    """Writes lines to standard error. One that cannot be written (a full disk) is dropped: work must go on."""

    def __init__(self, *_: object) -> None:
        super().__init__(sys.stderr)

    def msg(self, message: str) -> None:
        """Write a line."""
        with suppress(OSError, ValueError):
            super().msg(message)

    log = debug = info = warn = warning = msg
    fatal = failure = err = error = critical = exception = msg


def get(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger of one module."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(module=name)
    return logger
