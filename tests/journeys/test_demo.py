"""The demo, small: from nothing to counts that reconcile, and nothing left behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import orjson
import pytest

from demo.ledger import Sent, read_lines
from demo.reconcile import reconcile
from demo.script import Act, Meant

REPOSITORY = Path(__file__).resolve().parent.parent.parent
VERDICT = "Every answer is there, once, with its last words."


@contextmanager
def demo(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """The demo as a process, with its output in a file beside the folder."""
    command = [sys.executable, "-m", "demo", "--folder", str(folder), *options]
    with folder.with_suffix(".out").open("wb") as output:
        process = subprocess.Popen(command, cwd=REPOSITORY, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def output_of(folder: Path) -> str:
    return folder.with_suffix(".out").read_text(encoding="utf-8")


def test_a_dialogue_with_simulated_people_reconciles(tmp_path: Path) -> None:
    folder = tmp_path / "demo"

    # when twelve people at three tables play the shipped dialogue
    options = ("--people", "12", "--groups", "3", "--pace", "50", "--seed", "5")
    with demo(folder, *options) as process:
        status = process.wait(timeout=200)

    # then the demo found nothing amiss, and said so
    output = output_of(folder)
    assert status == 0, output
    assert VERDICT in output
    assert "12 har svarat" in output

    # and what it wrote says the same to whoever compares again
    lines = read_lines(folder / "ledger.jsonl")
    export = orjson.loads((folder / "export.json").read_bytes())
    assert reconcile(lines, export).holds
    assert (folder / "export.csv").exists()
    assert (folder / "digest.md").read_text(encoding="utf-8").startswith("### Sammanställning")

    # and the people had sent something of every kind, in plain and encrypted rooms
    sent = [line for line in lines if isinstance(line, Sent)]
    # (but for taps: this pack has no poll)
    assert {one.act for one in sent} == set(Act) - {Act.OPEN_CHAT, Act.TAP}
    assert {one.meant for one in sent} == set(Meant)
    assert {one.encrypted for one in sent} == {True, False}

    # and one answer less would not have passed
    export["replies"].pop()
    assert not reconcile(lines, export).holds


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_nothing_is_left_running(tmp_path: Path, number: signal.Signals) -> None:
    # given a demo whose homeserver, bot and people are running
    folder = tmp_path / "demo"
    with demo(folder, "--people", "2", "--groups", "1", "--pace", "10") as process:
        give_up_at = time.monotonic() + 90
        while "people come in" not in output_of(folder) and time.monotonic() < give_up_at:
            time.sleep(0.2)
        while not (folder / "ledger.jsonl").exists() and time.monotonic() < give_up_at:
            time.sleep(0.2)
        started = descendants(process.pid)
        assert len(started) == 3, output_of(folder)

        # when it is killed or interrupted
        process.send_signal(number)
        process.wait(timeout=150)

    # then the others are gone too
    give_up_at = time.monotonic() + 20
    while any(is_running(pid) for pid in started) and time.monotonic() < give_up_at:
        time.sleep(0.1)
    assert [pid for pid in started if is_running(pid)] == []


def descendants(pid: int) -> list[int]:
    listing = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, check=False, text=True
    )
    return [int(word) for word in listing.stdout.split()]


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2]
    except FileNotFoundError:
        return False
    return not state.startswith("Z")


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--people", "3", "--groups", "5"), "--people 3 cannot sit at --groups 5"),
        (("--groups", "0"), "there must be at least one table"),
        (("--pack", "grms"), "there are example, grums"),
        (("--pace", "0"), "--pace 0.0: write a number from 1 to"),
        (("--people", "1000"), "goes up to 300"),
    ],
)
def test_impossible_wishes_are_refused(
    tmp_path: Path, options: tuple[str, ...], problem: str
) -> None:
    with demo(tmp_path / "demo", *options) as process:
        assert process.wait(timeout=100) == 2

    assert problem in output_of(tmp_path / "demo")
    assert not (tmp_path / "demo").exists()
