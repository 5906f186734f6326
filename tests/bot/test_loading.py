"""Importing libraries as if others, which they would import too, were not there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bot.service.loading import without

_UNKNOWN = "wsgiref"


def test_a_library_is_absent_inside_and_there_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, _UNKNOWN, raising=False)
    with without(_UNKNOWN), pytest.raises(ImportError):
        __import__(_UNKNOWN)
    assert __import__(_UNKNOWN).__name__ == _UNKNOWN


def test_what_somebody_has_imported_stays_with_them() -> None:
    with without("pytest"):
        assert __import__("pytest") is pytest
    assert sys.modules["pytest"] is pytest


def test_the_bot_loads_nothing_that_it_has_no_use_for() -> None:
    program = (
        "import sys\n"
        "from bot.cli.commands import commands\n"
        "from bot.wording import wording\n"
        "class Stop:\n"
        "    def __getattr__(self, name):\n"
        "        raise SystemExit(','.join(sorted(sys.modules)))\n"
        "try:\n"
        "    commands(wording('en'))['run'].run(Stop(), Stop())\n"
        "except SystemExit as told:\n"
        "    print(told.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {name.partition(".")[0] for name in done.stdout.strip().split(",")}
    assert "structlog" in loaded
    heavy = {"docx", "highspy", "matplotlib", "numpy", "openpyxl", "psycopg", "rich", "scipy"}
    assert loaded & heavy == set()
