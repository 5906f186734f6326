"""Work in a child process: its result, and each of its bounds."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.service import bounded
from bot.service.bounded import Bound, BoundExceeded, run_bounded

HERE = "tests.bot.test_bounded"


def turned(data: bytes) -> dict[str, object]:
    print("what a library says")  # noqa: T201  this is what it is about
    return {"turned": data[::-1].decode(), "token": os.environ.get("RUNDA_SECRET")}


def for_ever(_data: bytes) -> None:
    while True:
        pass


def waits(data: bytes) -> str:
    """Reads a pipe into which nobody writes."""
    return Path(data.decode()).read_text()


def large(data: bytes) -> int:
    return len(data * (1 << 34))


def broken(_data: bytes) -> None:
    sys.exit("no")


def writes(data: bytes) -> None:
    Path(data.decode()).write_text("words")


async def test_it_gives_back_what_the_function_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNDA_SECRET", "token")
    result = await run_bounded(f"{HERE}:turned", b"abc", seconds=5, megabytes=100)
    assert result == {"turned": "cba", "token": None}


@pytest.mark.parametrize(
    ("function", "bound"),
    [
        pytest.param("for_ever", Bound.TIME, id="time"),
        pytest.param("large", Bound.MEMORY, id="memory"),
        pytest.param("broken", Bound.CRASH, id="failure"),
    ],
)
async def test_it_is_stopped_and_says_by_what(function: str, bound: Bound) -> None:
    with pytest.raises(BoundExceeded) as caught:
        await run_bounded(f"{HERE}:{function}", b"a", seconds=1, megabytes=100)
    assert caught.value.bound is bound


async def test_what_waits_for_ever_is_stopped_by_the_wall_clock(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # given a child that uses no processor time, so that the system never ends it
    monkeypatch.setattr(bounded, "_START_S", 4.0)
    born = tmp_path / "born"
    os.mkfifo(born)

    with pytest.raises(BoundExceeded) as caught:
        await run_bounded(f"{HERE}:waits", str(born).encode(), seconds=0.2, megabytes=100)

    assert caught.value.bound is Bound.TIME
    # And it is gone: nobody holds the other end of the pipe that it was waiting at.
    with pytest.raises(OSError, match="No such device or address"):
        os.open(born, os.O_WRONLY | os.O_NONBLOCK)


async def test_it_can_write_no_file(tmp_path: Path) -> None:
    target = tmp_path / "written"
    with pytest.raises(BoundExceeded):
        await run_bounded(f"{HERE}:writes", str(target).encode(), seconds=5, megabytes=100)
    assert target.read_text() == ""
