"""The door itself: help, usage, languages, and how a command ends."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from bot.cli import main
from bot.cli.commands import commands
from bot.wording import wording
from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import Installation

COMMANDS = list(commands(wording("en")))


@pytest.mark.parametrize("words", [(), ("--help",), ("-h",), ("help",)])
def test_alone_it_shows_what_there_is(runda: Runda, words: tuple[str, ...]) -> None:
    outcome = runda(*words)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert [line.split()[0] for line in outcome.shown.splitlines() if line[:2] == "  "] == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("language", "usage"), [("en", "usage: "), ("sv", "användning: ")])
def test_every_command_has_help_in_both_languages(
    runda: Runda, command: str, language: str, usage: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNDA_LANGUAGE", language)

    outcome = runda(command, "--help")

    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown.startswith(f"{usage}runda {command} [-h]")


def test_version(runda: Runda) -> None:
    assert runda("version").shown == f"runda {version('runda')}\n"
    assert runda("--version").shown == f"runda {version('runda')}\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("chek",), "runda: there is no command chek; did you mean check?\n"),
        (
            ("--verbose",),
            f"runda: there is no command --verbose; there are {', '.join(COMMANDS)}\n",
        ),
    ],
)
def test_a_command_that_is_none(runda: Runda, words: tuple[str, ...], complaint: str) -> None:
    outcome = runda(*words)

    assert (outcome.status, outcome.shown, outcome.complaint) == (2, "", complaint)


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("start",), "runda start: the following arguments are required: PACK\n"),
        (("check", "--colour"), "runda check: unrecognized arguments: --colour\n"),
        (("start", "grums", "--la", "sv"), "runda start: unrecognized arguments: --la sv\n"),
    ],
)
def test_a_slip_in_the_usage(runda: Runda, words: tuple[str, ...], problem: str) -> None:
    outcome = runda(*words)

    assert (outcome.status, outcome.shown) == (2, "")
    assert outcome.complaint.startswith(f"usage: runda {words[0]} ")
    assert outcome.complaint.endswith(f"{problem}`runda {words[0]} --help` says more.\n")


@pytest.mark.parametrize("command", ["run", "status", "export", "start"])
def test_without_a_configuration(runda: Runda, command: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    words = (command, "grums") if command == "start" else (command,)

    outcome = runda(*words, "--config", path)

    assert (outcome.status, outcome.complaint) == (
        1,
        (
            f"{path}: 1 problem\n  - there is no such file; make it with `runda init`, or name "
            "another with --config\n"
        ),
    )


def test_the_language_of_the_configuration(
    runda: Runda, installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RUNDA_LANGUAGE")
    text = installation.config.read_text()
    installation.config.write_text(text.replace("[dialogue]", '[dialogue]\nlanguage = "sv"'))
    installation.open().close()

    assert runda("status", "--config", installation.config).shown.startswith(
        "Boten är inte igång.\n"
    )


def test_ctrl_c(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def interrupt() -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.stdin, "readline", interrupt, raising=False)

    assert main(["init", "--config", "nowhere/config.toml"]) == 130
    assert capsys.readouterr().err == "Language of the bot (sv, en) [en]: \n"


def test_nobody_reads_on() -> None:
    # `runda pack preview grums | head -1`: the pipe is closed before all is written
    command = [sys.executable, "-m", "bot", "pack", "preview", "grums"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


def test_help_and_version_load_little() -> None:
    # what takes a tenth of a second and more, and is not needed to say who we are
    slow = ("sqlalchemy", "pydantic", "aiohttp", "nio", "structlog", "apscheduler")
    code = (
        "import sys; from bot.cli import main; main(['version']); main([]); main(['run', '-h']); "
        f"loaded = [m for m in {slow!r} if m in sys.modules]; sys.exit(loaded or None)"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.stderr == ""
    assert done.returncode == 0
