"""Logs: one JSON object a line on stderr, about operation only. Never a text, a name, an address or a token."""

import logging
import sys
from typing import Final

import structlog

LEVEL: Final = logging.INFO


def set_up_logging() -> None:
    """Send structlog's events to stderr as JSON lines."""
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it quotes bytes of what people send
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVEL),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
