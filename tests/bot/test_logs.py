"""What gets into the log, and what never does."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from bot.logs import set_up_logs
from tests.bot.logging_state import logging_as_before

SECRET = "jag orkar inte mer"


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    """Logging is of the whole process: put everything back."""
    with logging_as_before():
        yield


def test_one_object_a_line() -> None:
    stream = StringIO()
    set_up_logs("info", "json", stream)

    structlog.get_logger().info("effect.done", outbox_id=7)
    logging.getLogger("aiohttp").warning("slow")

    ours, theirs = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert ours | {"timestamp": ""} == {
        "event": "effect.done",
        "outbox_id": 7,
        "level": "info",
        "timestamp": "",
    }
    assert theirs | {"timestamp": ""} == {"event": "slow", "level": "warning", "timestamp": ""}


def test_what_is_below_the_level_is_not_told() -> None:
    stream = StringIO()
    set_up_logs("warning", "console", stream)

    structlog.get_logger().info("effect.done")
    structlog.get_logger().warning("effect.postponed", outbox_id=7)

    (line,) = stream.getvalue().splitlines()
    assert line.split(maxsplit=1)[1].split() == [
        "[warning",
        "]",
        "effect.postponed",
        "outbox_id=7",
    ]


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_people_wrote_is_dropped_wherever_it_hides(form: str) -> None:
    stream = StringIO()
    set_up_logs("debug", form, stream)
    log = structlog.get_logger()

    def fail(text: str) -> None:
        assert text
        raise ValueError("no")

    log.info("a.b", text=SECRET, body=SECRET, content={"x": SECRET}, formatted_body=SECRET)
    log.info("a.b", event_content={"content": {"body": SECRET}}, events=[{"body": SECRET}])
    logging.getLogger("nio.responses").debug(SECRET)
    logging.getLogger("nio").info(SECRET)
    logging.getLogger("peewee").debug(SECRET)
    logging.getLogger("sqlalchemy.engine.Engine").info(SECRET)
    try:
        fail(SECRET)
    except ValueError:
        log.exception("a.b")
        logging.getLogger("somebody").exception("else")

    told = stream.getvalue()
    assert told.count("ValueError") >= 2
    assert SECRET not in told
