"""How logs look, and what never gets into them.

Events are ``noun.past_participle`` with ids; what people wrote is never logged. The last
guards for that are here, for the day when somebody passes it along by mistake: fields that
hold messages are dropped, and exceptions are shown without their words. What is logged stays
on its line, whatever other people's servers put into their ids.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
from typing import TYPE_CHECKING, TextIO

import structlog

from bot.service.tracebacks import printable, shown_exception

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from structlog.typing import EventDict, ExcInfo, Processor

WRITTEN_BY_PEOPLE = frozenset(
    {"text", "body", "content", "formatted_body", "markdown", "caption", "answer", "displayname"}
)
"""Keys under which messages travel; dropped from every log line, at any depth."""

_OF_THE_LINE = ("event", "level", "timestamp")
"""Fields that the console shows in places of their own."""

QUIET_LIBRARIES = {
    # At DEBUG nio logs whole answers of the homeserver: messages, and keys to the others.
    "nio": logging.WARNING,
    # At DEBUG the key store logs its statements, keys included.
    "peewee": logging.WARNING,
    # The scheduler tells of each ring and each job that it adds.
    "apscheduler": logging.WARNING,
    # Its plugins, each time that a database is made or migrated.
    "alembic": logging.WARNING,
    # At INFO it logs each statement, and with it what is written into the database.
    "sqlalchemy": logging.WARNING,
}


def set_up_logs(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send logs to `stream` (stderr), from `level` up, as ``console`` or ``json`` lines."""
    stream = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_first(),
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            *_last(form, stream),
        ],
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(number)
    for name, quietest in QUIET_LIBRARIES.items():
        logging.getLogger(name).setLevel(max(number, quietest))
    structlog.configure(
        processors=[*_first(), *_last(form, stream)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        # A cached logger would keep the stream for ever, also one that has been closed; it
        # would save two microseconds a line.
        cache_logger_on_first_use=False,
    )


def drop_what_people_wrote(
    _logger: object, _method: str, event: EventDict
) -> MutableMapping[str, object]:
    """Take out whatever goes under the name of a message's text."""
    return {
        # An exception comes as a tuple, and must stay one to be shown.
        key: value if key == "exc_info" else _without(value)
        for key, value in event.items()
        if key not in WRITTEN_BY_PEOPLE
    }


def _without(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without(inner) for key, inner in value.items() if key not in WRITTEN_BY_PEOPLE
        }
    if isinstance(value, list | tuple):
        return [_without(inner) for inner in value]
    return value


def keep_to_one_line(
    _logger: object, _method: str, event: EventDict
) -> MutableMapping[str, object]:
    """Show what could break out of its line as what it is, and cut what is too long for one.

    What is inside of lists and dicts is shown by `repr` or in JSON, which do the same.
    """
    return {
        printable(key): printable(value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def without_the_future(
    _logger: object, _method: str, event: EventDict
) -> MutableMapping[str, object]:
    """Take out what asyncio tells of a task that failed: its exception, words and all.

    The exception itself is shown below the line, as every other is.
    """
    record = event.get("_record")
    if isinstance(record, logging.LogRecord) and record.name == "asyncio":
        event["event"] = str(event["event"]).partition("\n")[0].partition(" <")[0]
    return event


def guard_the_process() -> None:
    """Show what nobody has caught as the log shows exceptions, not with the words in it."""
    log = structlog.get_logger()

    def uncaught(
        _kind: type[BaseException] | None, error: BaseException | None, _trace: object
    ) -> None:
        log.critical("process.failed", exc_info=error)

    sys.excepthook = uncaught
    threading.excepthook = lambda told: log.critical("thread.failed", exc_info=told.exc_value)
    sys.unraisablehook = lambda told: log.error("object.failed", exc_info=told.exc_value)


def _first() -> Sequence[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_what_people_wrote,
        without_the_future,
        keep_to_one_line,
    ]


def _last(form: str, stream: TextIO) -> Sequence[Processor]:
    if form == "json":
        return [
            structlog.processors.ExceptionRenderer(_shown),
            structlog.processors.JSONRenderer(),
        ]
    return [
        _in_quotes,
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(),
            exception_formatter=lambda stream, info: print(_shown(info), file=stream, end=""),
        ),
    ]


def _shown(exc_info: ExcInfo) -> str:
    return shown_exception(exc_info[1])


def _in_quotes(_logger: object, _method: str, event: EventDict) -> MutableMapping[str, object]:
    """Values with spaces stand in quotes, or one could look like several fields."""
    return {
        key: json.dumps(value, ensure_ascii=False)
        if isinstance(value, str) and key not in _OF_THE_LINE and " " in value
        else value
        for key, value in event.items()
    }
