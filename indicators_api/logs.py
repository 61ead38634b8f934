"""Logs as JSON lines on standard error: time, level, what, and what belongs to it.

No parameters, bodies or tokens.
"""

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

#: The request that is being answered, in every line written meanwhile. None: none is.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

_PLAIN = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "color_message"}


class JsonFormatter(logging.Formatter):
    """A line of JSON for each record, with the fields given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """Write a record."""
        line: dict[str, Any] = {
            "time": _moment(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (request_id := REQUEST_ID.get()) is not None:
            line["request_id"] = request_id
        line |= {key: value for key, value in vars(record).items() if key not in _PLAIN}
        if record.exc_info:
            line["trace"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


def _moment(seconds: float) -> str:
    """Write a moment as RFC 3339 in the machine's time zone."""
    return datetime.fromtimestamp(seconds, UTC).astimezone().isoformat(timespec="milliseconds")


def settings(level: str) -> dict[str, Any]:
    """Give the logging configuration (logging.config.dictConfig) of a level."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonFormatter}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"level": level.upper(), "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "propagate": True},
            # The application logs its calls itself, without their parameters.
            "gunicorn.access": {"level": "CRITICAL", "propagate": False},
            # Tells of each of its plugins whenever the revision is asked.
            "alembic.runtime.plugins": {"level": "WARNING"},
            "alembic": {"level": "WARNING"},
        },
    }
