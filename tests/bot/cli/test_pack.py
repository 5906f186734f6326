"""`runda pack`: what there is, whether it is sound, and what people will see."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bot.cli.conftest import Runda
from tests.bot.cli.installation import PACK, Installation

BROKEN = PACK.replace('kind = "group"', 'kind = "grupp"').replace('id = "own"\n', "")


def test_the_list(runda: Runda, installation: Installation) -> None:
    (installation.folder / "packs" / "broken.toml").write_text(BROKEN)

    outcome = runda("pack", "list", "--config", installation.config)

    assert outcome.status == 1
    folder = installation.folder / "packs"
    assert [line for line in outcome.shown.splitlines() if "comes with" not in line] == [
        f"broken  cannot be used: 2 problems (`runda pack check broken`)  ({folder}/broken.toml)",
        f"meetings  Better meetings  ({folder}/meetings.toml)",
    ]


def test_the_shipped_ones_need_no_configuration(
    runda: Runda, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    outcome = runda("pack", "list")

    assert outcome.status == 0
    assert "grums  How are our young people? What do we do together?  (comes with Runda)\n" in (
        outcome.shown
    )


def test_a_sound_pack(runda: Runda, installation: Installation) -> None:
    path = installation.folder / "packs" / "meetings.toml"

    outcome = runda("pack", "check", path, "grums", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (0, "")
    assert outcome.shown.splitlines()[0] == f"{path}: in order, 2 steps"


def test_every_problem_with_its_line(runda: Runda, tmp_path: Path) -> None:
    path = tmp_path / "broken.toml"
    path.write_text(BROKEN)

    outcome = runda("pack", "check", path)

    assert (outcome.status, outcome.shown) == (1, "")
    lines = [line.split(": ", maxsplit=1)[0] for line in outcome.complaint.splitlines()]
    assert lines == [f"{path}:8", f"{path}:19"]


def test_a_file_that_is_not_there(runda: Runda, tmp_path: Path) -> None:
    outcome = runda("pack", "check", tmp_path / "nothing.toml")

    assert (outcome.status, outcome.complaint) == (
        1,
        f"{tmp_path}/nothing.toml: cannot be read (No such file or directory)\n",
    )


def test_a_pack_that_is_none(runda: Runda, installation: Installation) -> None:
    outcome = runda("pack", "preview", "metings", "--config", installation.config)

    assert (outcome.status, outcome.complaint) == (
        1,
        "There is no pack metings; did you mean meetings?\n",
    )


def test_which_pack(runda: Runda) -> None:
    assert runda("pack", "check").status == 2


def test_what_people_will_see_and_when(runda: Runda, installation: Installation) -> None:
    outcome = runda(
        "pack",
        "preview",
        "meetings",
        *("--config", installation.config),
        *("--at", "2090-06-01 13:00"),
        *("--language", "en"),
    )

    assert (outcome.status, outcome.complaint) == (0, "")
    shown = [line for line in outcome.shown.splitlines() if not line.startswith("  │ ✍️")]
    assert [line for line in shown if not line.startswith("  │")] == [
        "Better meetings",
        "To meet better.",
        "",
        "── 13:00 · Your own answer · each on their own · 4 minutes ──",
        "  in the group's room:",
        "  in private, to each:",
        "  in the organizers' room:",
        "",
        "── 13:04 · The group's answer · in groups · 10 minutes ──",
        "  in the group's room:",
        "  then what its people answered in private, without names",
        "  at 13:12, to those who have not answered:",
        "  at 13:14, to groups without an answer:",
        "  in the organizers' room:",
        "",
        "In all: 14 minutes",
    ]
    assert shown.count("  │ What makes a meeting good?") == 2
    assert "  │ at 13:14, the digest of the step" in shown


def test_without_a_time_it_counts_from_the_beginning(
    runda: Runda, installation: Installation
) -> None:
    outcome = runda("pack", "preview", "meetings", "--config", installation.config)

    assert "── +0:04 · Gruppens svar · in groups · 10 minutes ──\n" in outcome.shown
    assert "  at +0:12, to those who have not answered:\n" in outcome.shown
