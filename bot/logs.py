"""How logs look, and what never gets into them.

Events are ``noun.past_participle`` with ids; what people wrote is never logged. The last
guard for that is here, for the day when somebody passes it along by mistake.
"""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING, TextIO

import structlog
from structlog.tracebacks import ExceptionDictTransformer

if TYPE_CHECKING:
    from collections.abc import MutableMapping, Sequence

    from structlog.typing import EventDict, Processor

WRITTEN_BY_PEOPLE = frozenset({"text", "body", "content", "formatted_body"})
"""Keys under which messages travel; dropped from every log line, at any depth."""

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
    return {key: _without(value) for key, value in event.items() if key not in WRITTEN_BY_PEOPLE}


def _without(value: object) -> object:
    if isinstance(value, dict):
        return {
            key: _without(inner) for key, inner in value.items() if key not in WRITTEN_BY_PEOPLE
        }
    if isinstance(value, list | tuple):
        return [_without(inner) for inner in value]
    return value


def _first() -> Sequence[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        drop_what_people_wrote,
    ]


def _last(form: str, stream: TextIO) -> Sequence[Processor]:
    if form == "json":
        # structlog's own choice shows local variables too, and with them what people wrote.
        frames = ExceptionDictTransformer(show_locals=False)
        return [structlog.processors.ExceptionRenderer(frames), structlog.processors.JSONRenderer()]
    return [
        structlog.dev.ConsoleRenderer(
            colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    ]
