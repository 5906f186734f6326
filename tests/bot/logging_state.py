"""Logging is of the whole process: a test that sets it up puts it back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from bot.service.logs import QUIET_LIBRARIES


@contextmanager
def logging_as_before() -> Iterator[None]:
    """Afterwards, handlers and levels are what they were."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in QUIET_LIBRARIES}
    yield
    root.handlers, root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)
    structlog.reset_defaults()
