"""What gets into the log, and what never does."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog

from bot.errors import ChatRefused, CommandError
from bot.service.logs import guard_the_process, set_up_logs
from bot.service.tracebacks import shown_exception
from tests.bot.logging_state import logging_as_before

SECRET = "jag orkar inte mer"
FORGED = (
    "!x:evil.example\n2026-05-04 [error] bot.stopped"
    "\r\x1b[2J\x1b]0;x\x07\u202e\u2028\u200b\x85\ud800"
)
"""What somebody's homeserver may put into an id: new lines, a clean screen, right to left."""


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


# ------------------------------------------------------------- exceptions quote nobody


def failure() -> Exception:
    """One of everything that carries words: causes, contexts, groups, notes."""
    try:
        try:
            try:
                int(SECRET)
            except ValueError as error:
                error.add_note(SECRET)
                raise KeyError(SECRET) from error
        except KeyError:
            raise LookupError(SECRET)  # noqa: B904  the other kind of "before"
    except LookupError as error:
        came: Exception = error
    else:
        raise AssertionError
    return ExceptionGroup(SECRET, [came, CommandError(SECRET), OSError(2, "No such", SECRET)])


def test_an_exception_is_shown_with_its_way_and_without_its_words() -> None:
    told = shown_exception(failure())

    assert SECRET not in told
    for kind in (
        "ValueError",
        "KeyError",
        "LookupError",
        "ExceptionGroup",
        "FileNotFoundError: No such",
    ):
        assert kind in told
    assert "in failure" in told


def test_what_an_operator_can_mend_keeps_its_sentence() -> None:
    assert shown_exception(ChatRefused("403 M_FORBIDDEN")).endswith("ChatRefused: 403 M_FORBIDDEN")


@pytest.mark.parametrize("form", ["json", "console"])
async def test_a_task_that_failed_unseen_is_told_without_its_words(form: str) -> None:
    stream = StringIO()
    set_up_logs("debug", form, stream)

    async def fail() -> None:
        raise ValueError(SECRET)

    task = asyncio.ensure_future(fail())
    await asyncio.wait([task])
    del task
    gc.collect()

    told = stream.getvalue()
    assert "Task exception was never retrieved" in told
    assert "ValueError" in told
    assert SECRET not in told


def test_what_nobody_caught_is_told_without_its_words(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")):
        monkeypatch.setattr(module, name, getattr(module, name))
    stream = StringIO()
    set_up_logs("info", "json", stream)
    guard_the_process()

    class Odd:
        def __del__(self) -> None:
            raise ValueError(SECRET)

    thread = threading.Thread(target=lambda: int(SECRET))
    thread.start()
    thread.join()
    del Odd().__dict__
    gc.collect()
    error = failure()
    sys.excepthook(type(error), error, error.__traceback__)

    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["event"] for line in lines] == ["thread.failed", "object.failed", "process.failed"]
    assert all("Error" in line["exception"] for line in lines)
    assert SECRET not in stream.getvalue()


def test_a_command_that_breaks_shows_no_words_in_the_terminal() -> None:
    program = f"import sys; from bot.cli import main; main(['version']); int({SECRET!r})"

    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60
    )

    assert done.returncode == 1
    assert "ValueError" in done.stderr
    assert SECRET not in done.stderr.replace(program, "")


# ------------------------------------------------------------- nobody else writes lines


@pytest.mark.parametrize("form", ["json", "console"])
def test_what_servers_send_stays_on_its_line(form: str) -> None:
    stream = StringIO()
    set_up_logs("debug", form, stream)
    log = structlog.get_logger()

    log.info("invitation.declined", room_id=FORGED, rooms=[FORGED], by={"who": FORGED})
    logging.getLogger("aiohttp.client").warning("from %s", FORGED)
    log.warning("effect.postponed", reason="no answer room_id=!other:example.org")
    log.error("effect.broken", exc_info=ChatRefused(FORGED))

    told = stream.getvalue()
    before, _, trace = told.partition("effect.broken")
    assert before.count("\n") == 3
    assert all(sign.isprintable() or sign == "\n" for sign in told)
    assert "bot.stopped" in told
    assert not any(line.lstrip().startswith("2026-05-04") for line in told.splitlines())
    assert '"no answer room_id=!other:example.org"' in told
    assert "ChatRefused" in trace


def test_a_line_has_an_end() -> None:
    stream = StringIO()
    set_up_logs("info", "json", stream)

    structlog.get_logger().info("event.unwritable", event_id="$" + "x" * 60_000)

    assert len(stream.getvalue()) < 2_000
