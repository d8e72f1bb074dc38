"""What is logged: lines on stderr, and never what somebody has said, who somebody is, or a token."""

from __future__ import annotations

import logging
import sys
import traceback
from types import TracebackType
from typing import TextIO

import structlog

TALKATIVE = (
    *("aiogram", "aiogram_dialog", "aiohttp", "aiosqlite", "alembic", "apscheduler", "asyncio"),
    *("httpcore", "httpx", "requests", "telegram", "urllib3"),
)
"""Libraries that tell of every step at DEBUG or INFO, some of them with addresses that hold tokens."""
QUOTING = ("telegram.request",)
"""Libraries that quote Telegram's answer when they cannot read it, and in it what was said."""


def set_up(level: str) -> None:
    """Log from `level` on."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.dev.set_exc_info,
            structlog.processors.TimeStamper(fmt="%Y-%m-%d %H:%M:%S", utc=False),
            structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_write_places),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Discreet("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for library in TALKATIVE:
        logging.getLogger(library).setLevel(max(logging.WARNING, getattr(logging, level)))
    for library in QUOTING:
        logging.getLogger(library).setLevel(logging.CRITICAL)


def places(error: BaseException | None) -> str:
    """What kind of error it was and where in the code. Its message is left out, and so are values: they may hold
    what somebody has said."""
    parts = []
    while error is not None:
        frames = traceback.format_list(traceback.extract_tb(error.__traceback__))
        detail = f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""
        parts.append("".join(frames) + f"{type(error).__module__}.{type(error).__qualname__}{detail}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nbehind it:\n".join(parts)


Raised = tuple[type[BaseException], BaseException, TracebackType | None]


def _write_places(out: TextIO, raised: Raised) -> None:
    out.write("\n" + places(raised[1]))


class _Discreet(logging.Formatter):
    """For lines of libraries: asyncio quotes errors after its first line."""

    def formatException(self, ei: Raised | tuple[None, None, None]) -> str:
        return places(ei[1])

    def formatMessage(self, record: logging.LogRecord) -> str:
        if record.name == "asyncio":
            record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)
