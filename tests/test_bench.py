"""That the bench runs from end to end. What it measures here means nothing."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from subprocess import run

REPOSITORY = Path(__file__).parent.parent


def test_the_quickest_bench(tmp_path: Path) -> None:
    # given a file for the figures
    figures = tmp_path / "figures.json"
    command = [sys.executable, "-m", "bench", "--only", "ingest", "--quick"]

    # when a bench is run as `make bench` does
    ended = run(
        [*command, "--json", figures, "--folder", tmp_path],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    # then the table has a line with a goal, and the file the same figure
    assert ended.returncode == 0, ended.stderr
    (line,) = (line for line in ended.stdout.splitlines() if "bot / raw" in line)
    assert "≤ 5 ×" in line
    measured = json.loads(figures.read_text("utf-8"))
    assert measured["quick"] is True
    (ratio,) = (one for one in measured["figures"] if one["what"] == "CPU per reply, bot / raw")
    assert ratio["goal"] == 5
    assert ratio["met"] is (ratio["median"] <= 5)
    # and nothing is left behind
    assert [one.name for one in tmp_path.iterdir()] == ["figures.json"]
