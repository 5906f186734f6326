"""What the tests of the command line share."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from demo.homeserver import Account, Homeserver
from tests.bot.cli.installation import Installation
from tests.bot.logging_state import logging_as_before


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a command left in the terminal."""

    status: int
    shown: str
    complaint: str


Runda = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def in_english(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine is set to."""
    for name in ("RUNDA_CONFIG", "RUNDA_ACCESS_TOKEN", "RUNDA_DATABASE_PASSWORD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("RUNDA_LANGUAGE", "en")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def runda(capsys: pytest.CaptureFixture[str]) -> Runda:
    """Run a command: ``runda("check", "--config", path)``."""

    def run(*words: str | Path) -> Outcome:
        with logging_as_before():
            status = main([str(word) for word in words])
        shown, complaint = capsys.readouterr()
        return Outcome(status=status, shown=shown, complaint=complaint)

    return run


@pytest.fixture
def bot_account(homeserver: Homeserver, fresh_name: str) -> Account:
    """An account for the bot, logged in nowhere but where it was made."""
    return asyncio.run(homeserver.register(f"{fresh_name}-runda"))


@pytest.fixture
def organizer(homeserver: Homeserver, fresh_name: str) -> Account:
    """Somebody to invite."""
    return asyncio.run(homeserver.register(f"{fresh_name}-anna"))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A bot that is set up and has never run."""
    return Installation.make(tmp_path)
