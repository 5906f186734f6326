"""A bot with an organizers' room and two tables."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from storage import database
from storage.database import SQLITE_SETTINGS, Database
from tests.bot.journey import Journey


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its tables, to be copied: making one takes longer than a whole test."""
    file = tmp_path_factory.mktemp("empty") / "runda.db"
    Database.open(f"sqlite:///{file}").close()
    return file


@pytest.fixture
async def unset_journey(
    tmp_path: Path, empty_database: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Journey]:
    """Nothing has happened yet: the bot has not been started."""
    shutil.copy(empty_database, tmp_path / "runda.db")
    # No power cut is tried here: not to wait for the disk makes these tests twice as fast.
    settings = [one for one in SQLITE_SETTINGS if "synchronous" not in one]
    monkeypatch.setattr(database, "SQLITE_SETTINGS", (*settings, "PRAGMA synchronous = OFF"))
    journey = Journey(tmp_path, tmp_path / "runda.db")
    # Caught, and not drawn on a terminal that nobody sees.
    with capture_logs() as journey.logs:
        yield journey
        await journey.bot_is_killed()


@pytest.fixture
async def journey(unset_journey: Journey) -> Journey:
    """The bot runs, in two groups: Ann and Bo at table 1, Cia and Dan at table 2."""
    await unset_journey.begins()
    return unset_journey
